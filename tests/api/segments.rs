use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn a_segment_is_a_filter_with_a_name() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let eve = app.member("eve").await;
    let pro = json!({"property": "plan", "op": "eq", "value": "pro"});
    let (status, made) = app
        .post(&ada, "/api/segments", json!({"name": "Payers", "filter": pro}))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert!(made.get("version").is_none(), "the tag says it: {made}");
    let path = format!("/api/segments/{}", made["id"].as_str().expect("an id"));

    let question = json!({"kind": "trend", "range": {"last": "7d"}, "series": [{"measure": "count"}],
        "filter": {"segment": made["id"]}});
    let (status, answer) = app.post(&ada, "/api/analytics/query", question.clone()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (status, problem) = app.post(&eve, "/api/analytics/query", question.clone()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    assert_eq!(problem["errors"][0]["field"], "filter.segment");

    let read = app
        .request(Method::GET, &path)
        .bearer_auth(&ada.token)
        .send()
        .await;
    let tag = read.expect("an answer").headers()["etag"].clone();
    assert_eq!(tag, "\"1\"");
    let put = |tag: &str| {
        let body = json!({"name": "Payers", "filter": {"cohort": {"event": "purchase", "last": "30d"}}});
        let request = app.request(Method::PUT, &path).bearer_auth(&ada.token);
        request.header("if-match", tag).json(&body).send()
    };
    assert_eq!(put("\"1\"").await.expect("an answer").status(), StatusCode::OK);
    let late = put("\"1\"").await.expect("an answer").status();
    assert_eq!(late, StatusCode::PRECONDITION_FAILED);
    let (status, _) = app.get(&eve, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let (status, _) = app.call(&ada, Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, problem) = app.post(&ada, "/api/analytics/query", question).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
}
