use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn a_link_opens_a_document_until_it_is_revoked() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (_, dashboard) = app
        .post(&ada, "/api/dashboards", json!({"name": "For <everyone>"}))
        .await;
    let shares = format!(
        "/api/dashboards/{}/shares",
        dashboard["id"].as_str().expect("an id")
    );
    let (status, share) = app.post(&ada, &shares, json!({"name": "press"})).await;
    assert_eq!(status, StatusCode::CREATED, "{share}");
    let url = share["url"].as_str().expect("a link");
    let path = url
        .strip_prefix(&app.url)
        .expect("it begins with the public address")
        .to_owned();

    let answer = app.request(Method::GET, &path).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["x-robots-tag"], "noindex");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    assert!(policy.contains("script-src 'none'"), "{policy}");
    let page = answer.text().await.expect("text");
    assert!(
        page.contains("For &lt;everyone&gt;") && !page.contains("<script"),
        "{page}"
    );

    let listed = app.get(&ada, &shares).await.1;
    assert!(
        !listed.to_string().contains(path.trim_start_matches("/s/")),
        "the token is told once"
    );
    let revoke = format!("/api/shares/{}", share["id"].as_str().expect("an id"));
    assert_eq!(
        app.call(&ada, Method::DELETE, &revoke, None).await.0,
        StatusCode::NO_CONTENT
    );
    let (status, revoked) = app.page(&path, None).await;
    let wrong = app
        .page("/s/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", None)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!((status, revoked), wrong, "revoked and wrong are one page");
}
