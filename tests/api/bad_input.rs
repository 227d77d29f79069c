use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, fields, read};

async fn send_raw(app: &TestApp, member: &Member, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
    let request = app
        .request(Method::POST, "/api/analytics/events")
        .header("x-write-key", &member.write_key);
    read(
        request
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .expect("an answer"),
    )
    .await
}

#[tokio::test]
async fn wrong_bodies_of_events_are_clear_problems() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    assert_eq!(send_raw(&app, &ada, "not json").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(
        send_raw(&app, &ada, "{\"events\": [").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        send_raw(&app, &ada, vec![0xff, 0xfe]).await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        send_raw(&app, &ada, vec![b' '; 6 * 1024 * 1024]).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let many = json!(vec![json!({"name": "x"}); 2_501]).to_string();
    assert_eq!(send_raw(&app, &ada, many).await.0, StatusCode::PAYLOAD_TOO_LARGE);

    let deep = format!(
        r#"{{"name":"x","properties":{{"a":{}1{}}}}}"#,
        "[".repeat(40),
        "]".repeat(40)
    );
    let long = json!({"name": "n".repeat(201)}).to_string();
    for (body, field, code) in [(deep, "properties", "too_deep"), (long, "name", "too_long")] {
        let (status, receipt) = send_raw(&app, &ada, body).await;
        assert_eq!(
            (status, &receipt["rejected"]),
            (StatusCode::ACCEPTED, &json!(1)),
            "{receipt}"
        );
        assert_eq!(
            (&receipt["errors"][0]["field"], &receipt["errors"][0]["code"]),
            (&json!(field), &json!(code))
        );
    }
}

#[tokio::test]
async fn a_compressed_bomb_is_stopped_early() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let bomb = zstd::encode_all(&vec![b' '; 64 * 1024 * 1024][..], 3).expect("it compresses");
    let request = app
        .request(Method::POST, "/api/analytics/events")
        .header("x-write-key", &ada.write_key);
    let answer = request
        .header("content-encoding", "zstd")
        .body(bomb)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn wrong_questions_name_the_field() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let question = |key: &str, value: Value| {
        let mut query = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}});
        query[key] = value;
        query
    };
    for (query, field) in [
        (
            question("range", json!({"from": "2015-05-20", "to": "2015-05-17"})),
            "range.to",
        ),
        (question("timezone", json!("Mars/Olympus")), "timezone"),
        (question("colour", json!("red")), "colour"),
        (question("interval", json!("fortnight")), "interval"),
        (
            question("series", json!([{"measure": "sum"}])),
            "series[0].property",
        ),
        (question("kind", json!("poem")), "kind"),
        (question("formula", json!("A / ")), "formula"),
    ] {
        let (status, problem) = app.post(&ada, "/api/analytics/query", query.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {problem}");
        assert_eq!(fields(&problem)[0].0, field, "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|text| !text.is_empty()));
    }
    let request = app
        .request(Method::POST, "/api/analytics/query")
        .bearer_auth(&ada.token)
        .body("{");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_property_that_no_event_has_gives_an_empty_answer() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    app.send(&ada, &json!({"name": "x"})).await;
    let any = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}, "interval": "day"});
    app.ask_until(&ada, &any, |answer| answer["series"][0]["total"] == json!(1))
        .await;
    let mut narrowed = any.clone();
    narrowed["filter"] = json!({"property": "no.such.thing", "op": "eq", "value": 1});
    let (status, answer) = app.post(&ada, "/api/analytics/query", narrowed).await;
    assert_eq!(
        (status, &answer["series"][0]["total"]),
        (StatusCode::OK, &json!(0))
    );
    assert_eq!(answer["series"][0]["values"], json!([0, 0, 0, 0, 0, 0, 0]));
}

#[tokio::test]
async fn unknown_calls_and_methods_are_problems_too() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (status, problem) = app.get(&ada, "/api/nothing/here").await;
    assert_eq!((status, &problem["status"]), (StatusCode::NOT_FOUND, &json!(404)));
    let (status, problem) = app.call(&ada, Method::DELETE, "/api/auth/me", None).await;
    assert_eq!(
        (status, &problem["status"]),
        (StatusCode::METHOD_NOT_ALLOWED, &json!(405))
    );
    assert_eq!(
        app.get(&ada, "/api/dashboards/not-an-id").await.0,
        StatusCode::NOT_FOUND
    );
    for (path, field, code) in [
        ("/api/dashboards?limit=many", "limit", "invalid"),
        ("/api/dashboards?colour=red", "colour", "unknown_field"),
        ("/api/auth/keys?limit=0", "limit", "out_of_range"),
        ("/api/auth/sessions?cursor=zzz", "cursor", "invalid"),
        ("/api/analytics/query", "q", "required"),
    ] {
        let (status, problem) = app.get(&ada, path).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {problem}");
        assert_eq!(fields(&problem), [(field.to_owned(), code.to_owned())], "{path}");
    }
    for (method, path) in [
        (Method::DELETE, "/healthz"),
        (Method::PUT, "/login"),
        (Method::POST, "/metrics"),
    ] {
        let answer = app.request(method, path).send().await.expect("an answer");
        assert!(answer.headers().contains_key("allow"), "{path}");
        let (status, problem) = read(answer).await;
        assert_eq!(
            (status, &problem["status"]),
            (StatusCode::METHOD_NOT_ALLOWED, &json!(405)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_object_makes_nothing() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    for body in [
        json!(["x", "", {}, null, null]),
        json!([]),
        json!("x"),
        json!(null),
        json!(7),
    ] {
        let (status, problem) = app.post(&ada, "/api/dashboards", body.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {problem}");
        assert!(!problem.to_string().contains("struct"), "{problem}");
    }
    assert_eq!(app.get(&ada, "/api/dashboards").await.1["items"], json!([]));
}
