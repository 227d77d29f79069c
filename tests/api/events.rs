use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{TestApp, read};

fn count(event: &str) -> Value {
    json!({"kind": "trend", "series": [{"event": event, "measure": "count"}], "range": {"last": "7d"}, "interval": "day"})
}

#[tokio::test]
async fn every_shape_of_body_is_taken() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let one = json!({"name": "signup", "user_id": "u1"});
    for body in [
        one.clone(),
        json!([one.clone(), one.clone()]),
        json!({"events": [one]}),
    ] {
        let (status, receipt) = app.send(&ada, &body).await;
        assert_eq!(
            (status, &receipt["rejected"]),
            (StatusCode::ACCEPTED, &json!(0)),
            "{receipt}"
        );
    }
    let lines = "{\"name\":\"signup\"}\n\n{\"name\":\"signup\"}\n";
    let request = app
        .request(Method::POST, "/api/analytics/events")
        .header("content-type", "application/x-ndjson");
    let (status, receipt) = read(
        request
            .bearer_auth(&ada.token)
            .body(lines)
            .send()
            .await
            .expect("an answer"),
    )
    .await;
    assert_eq!((status, &receipt["accepted"]), (StatusCode::ACCEPTED, &json!(2)));
    app.ask_until(&ada, &count("signup"), |answer| {
        answer["series"][0]["total"] == json!(6)
    })
    .await;
}

#[tokio::test]
async fn the_key_may_be_in_the_url_and_any_origin_may_send() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let request = app.request(
        Method::POST,
        &format!("/api/analytics/events?key={}", ada.write_key),
    );
    let request = request
        .header("content-type", "text/plain")
        .header("origin", "https://shop.example")
        .body(r#"{"name":"x"}"#);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let preflight = app
        .request(Method::OPTIONS, "/api/analytics/events")
        .header("origin", "https://shop.example");
    let preflight = preflight
        .header("access-control-request-method", "POST")
        .send()
        .await
        .expect("an answer");
    assert!(preflight.status().is_success());
    assert!(
        !preflight
            .headers()
            .contains_key("access-control-allow-credentials")
    );
}

#[tokio::test]
async fn a_bad_event_never_costs_its_neighbours() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (status, receipt) = app
        .send(
            &ada,
            &json!([{"name": "ok"}, {"name": 5}, "text", {"name": "ok"}, {"nom": "x"}]),
        )
        .await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(
        (&receipt["accepted"], &receipt["rejected"]),
        (&json!(2), &json!(3)),
        "{receipt}"
    );
    let indices: Vec<&Value> = receipt["errors"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|error| &error["index"])
        .collect();
    assert_eq!(indices, [&json!(1), &json!(2), &json!(4)]);
    app.ask_until(&ada, &count("ok"), |answer| {
        answer["series"][0]["total"] == json!(2)
    })
    .await;
}

#[tokio::test]
async fn the_same_id_counts_once_also_in_parallel() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let events =
        json!([{"name": "pay", "id": "e1"}, {"name": "pay", "id": "e2"}, {"name": "pay", "id": "e1"}]);
    let receipts = tokio::join!(
        app.send(&ada, &events),
        app.send(&ada, &events),
        app.send(&ada, &events)
    );
    let accepted: i64 = [&receipts.0, &receipts.1, &receipts.2]
        .iter()
        .filter_map(|(_, receipt)| receipt["accepted"].as_i64())
        .sum();
    assert_eq!(accepted, 2);
    app.ask_until(&ada, &count("pay"), |answer| {
        answer["series"][0]["total"] == json!(2)
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_stores_nothing() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let request = app
        .request(Method::POST, "/api/analytics/events?dry_run=1")
        .header("x-write-key", &ada.write_key);
    let (status, receipt) = read(
        request
            .json(&json!([{"name": "a"}, {}]))
            .send()
            .await
            .expect("an answer"),
    )
    .await;
    assert_eq!(
        (status, &receipt["accepted"], &receipt["rejected"]),
        (StatusCode::ACCEPTED, &json!(1), &json!(1))
    );
    app.send(&ada, &json!({"name": "b"})).await;
    let any = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}, "interval": "day"});
    let answer = app
        .ask_until(&ada, &any, |answer| answer["series"][0]["total"] != json!(0))
        .await;
    assert_eq!(answer["series"][0]["total"], json!(1));
}

#[tokio::test]
async fn a_key_sends_only_for_its_own_organization() {
    let app = TestApp::start();
    let (ada, grace) = tokio::join!(app.member("ada"), app.member("grace"));
    app.send(&ada, &json!([{"name": "x"}, {"name": "x"}])).await;
    app.send(&grace, &json!({"name": "x"})).await;
    app.ask_until(&ada, &count("x"), |answer| {
        answer["series"][0]["total"] == json!(2)
    })
    .await;
    app.ask_until(&grace, &count("x"), |answer| {
        answer["series"][0]["total"] == json!(1)
    })
    .await;

    let wrong = app
        .request(Method::POST, "/api/analytics/events")
        .header("x-write-key", "dpw_wrong")
        .json(&json!({"name": "x"}));
    assert_eq!(
        wrong.send().await.expect("an answer").status(),
        StatusCode::UNAUTHORIZED
    );
    let none = app
        .request(Method::POST, "/api/analytics/events")
        .json(&json!({"name": "x"}));
    assert_eq!(
        none.send().await.expect("an answer").status(),
        StatusCode::UNAUTHORIZED
    );
    let reads = app
        .request(Method::GET, "/api/dashboards")
        .bearer_auth(&ada.write_key)
        .send()
        .await
        .expect("an answer");
    assert_eq!(reads.status(), StatusCode::FORBIDDEN, "a write key only writes");
}
