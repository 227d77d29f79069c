//! `Idempotency-Key` over HTTP.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, read};

async fn create(
    app: &TestApp,
    member: &Member,
    path: &str,
    key: &str,
    body: &Value,
) -> (StatusCode, bool, Value) {
    let request = app.request(Method::POST, path).bearer_auth(&member.token);
    let answer = request
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
        .expect("an answer");
    let replayed = answer.headers().contains_key("idempotency-replayed");
    let (status, body) = read(answer).await;
    (status, replayed, body)
}

#[tokio::test]
async fn the_same_request_makes_one_thing_and_is_answered_alike() {
    let app = TestApp::start();
    let (ada, bob) = (app.member("ada").await, app.member("bob").await);
    let body = json!({"name": "Sales"});
    let (status, replayed, made) = create(&app, &ada, "/api/dashboards", "one", &body).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, false), "{made}");
    let (status, replayed, again) = create(&app, &ada, "/api/dashboards", "one", &body).await;
    assert_eq!((status, replayed, &again), (StatusCode::CREATED, true, &made));
    let (status, _, problem) = create(&app, &ada, "/api/dashboards", "one", &json!({"name": "Other"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["errors"][0]["code"], "reused");
    let (status, replayed, others) = create(&app, &bob, "/api/dashboards", "one", &body).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, false));
    assert_ne!(others["id"], made["id"]);
    let (_, list) = app.get(&ada, "/api/dashboards").await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");

    let keys = format!("/api/organizations/{}/keys", ada.organization);
    let body = json!({"name": "x", "kind": "secret"});
    let (_, _, first) = create(&app, &ada, &keys, "two", &body).await;
    let (_, replayed, second) = create(&app, &ada, &keys, "two", &body).await;
    assert!(
        replayed && first["key"] == second["key"] && first["key"].is_string(),
        "{second}"
    );

    let (status, _, refused) = create(&app, &ada, "/api/dashboards", "three", &json!({"name": ""})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, replayed, again) =
        create(&app, &ada, "/api/dashboards", "three", &json!({"name": ""})).await;
    assert_eq!(
        (status, replayed, again),
        (StatusCode::UNPROCESSABLE_ENTITY, true, refused)
    );
}

#[tokio::test]
async fn thirty_at_once_make_one() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let body = json!({"name": "Sales"});
    let sent = (0..30).map(|_| create(&app, &ada, "/api/dashboards", "one", &body));
    let answers = join_all(sent).await;
    let fresh = answers
        .iter()
        .filter(|(status, replayed, _)| *status == StatusCode::CREATED && !replayed);
    assert_eq!(fresh.count(), 1, "{answers:?}");
    let expected = |(status, ..): &(StatusCode, bool, Value)| {
        *status == StatusCode::CONFLICT || *status == StatusCode::CREATED
    };
    assert!(answers.iter().all(expected), "{answers:?}");
    let (_, list) = app.get(&ada, "/api/dashboards").await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
}

#[tokio::test]
async fn a_wrong_credential_is_told_as_ever() {
    let app = TestApp::start();
    let request = app
        .request(Method::POST, "/api/dashboards")
        .header("idempotency-key", "one");
    let answer = request
        .json(&json!({"name": "x"}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}
