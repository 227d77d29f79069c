//! The wire of the SDKs that people already use: their shapes, their answers, their errors. That the real packages are
//! content is shown in `end2end`.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, read};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

async fn post(app: &TestApp, path: &str, body: impl Into<reqwest::Body>) -> Response {
    app.request(Method::POST, path)
        .header("content-type", "text/plain")
        .header("user-agent", FIREFOX)
        .body(body)
        .send()
        .await
        .expect("an answer")
}

async fn stored(app: &TestApp, member: &Member, count: usize) -> Vec<Value> {
    let query = json!({"kind": "events", "range": {"from": "2020-01-01", "to": "2099-01-01"}});
    let answer = app
        .ask_until(member, &query, |answer| {
            answer["rows"].as_array().map(Vec::len) == Some(count)
        })
        .await;
    answer["rows"].as_array().cloned().expect("rows")
}

/// How many records the server wrote to its log so far.
async fn log_records(app: &TestApp) -> u64 {
    let (_, figures) = app.page("/metrics", None).await;
    let records = figures
        .lines()
        .find_map(|line| line.strip_prefix("datapulse_log_records_total "));
    records.expect("the metric is there").parse().expect("a number")
}

fn named<'r>(rows: &'r [Value], name: &str) -> &'r Value {
    rows.iter().find(|row| row["name"] == name).expect("it is there")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn any_site_may_ask_first() {
    let app = TestApp::start();
    for path in [
        "/compat/segment/v1/t",
        "/compat/posthog/e/",
        "/compat/plausible/api/event",
        "/compat/umami/api/send",
    ] {
        let preflight = app
            .request(Method::OPTIONS, path)
            .header("origin", "https://shop.example")
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,x-umami-cache,authorization",
            );
        let answer = preflight.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}");
        assert_eq!(
            answer.headers()["access-control-allow-origin"],
            "https://shop.example"
        );
        let allowed = answer.headers()["access-control-allow-headers"]
            .to_str()
            .expect("text");
        assert!(allowed.contains("x-umami-cache"), "{allowed}");
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
    }
}

#[tokio::test]
async fn segment_takes_calls_and_batches() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let track = json!({"type": "track", "event": "Signed Up", "userId": "u1", "messageId": "m1", "writeKey": ada.write_key,
        "properties": {"plan": "team"}, "timestamp": "2026-01-02T03:04:05Z"});
    let answer = post(&app, "/compat/segment/v1/t", track.to_string()).await;
    assert_eq!(read(answer).await, (StatusCode::OK, json!({"success": true})));
    let batch = json!({"context": {"library": {"name": "x"}}, "batch": [track,
        {"type": "page", "anonymousId": "a1", "messageId": "m2", "name": "Home", "properties": {"url": "https://a.b/c"}},
        {"type": "nothing"}]});
    let request = app
        .request(Method::POST, "/compat/segment/v1/batch")
        .basic_auth(&ada.write_key, Some(""))
        .body(batch.to_string());
    let (status, answer) = read(request.send().await.expect("an answer")).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"success": true})));
    let rows = stored(&app, &ada, 2).await;
    let signed_up = named(&rows, "Signed Up");
    assert_eq!(
        (&signed_up["user_id"], &signed_up["timestamp"]),
        (&json!("u1"), &json!("2026-01-02T03:04:05Z"))
    );
    let page = &named(&rows, "page_view")["properties"];
    assert_eq!(
        (&page["name"], &page["$url"], &page["$lib"]),
        (&json!("Home"), &json!("https://a.b/c"), &json!("x"))
    );

    let wrong_key = json!({"event": "x", "userId": "u", "writeKey": "nope"}).to_string();
    let nobody = json!({"event": "x", "writeKey": ada.write_key}).to_string();
    let large = json!({"event": "x", "userId": "u", "properties": {"a": "x".repeat(33_000)}}).to_string();
    for (body, expected) in [
        (wrong_key, StatusCode::UNAUTHORIZED),
        (nobody, StatusCode::BAD_REQUEST),
        ("{".to_owned(), StatusCode::BAD_REQUEST),
        (large, StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(
            post(&app, "/compat/segment/v1/track", body).await.status(),
            expected
        );
    }
    let path = format!("/compat/segment/v1/projects/{}/settings", ada.write_key);
    let (_, settings) = read(app.request(Method::GET, &path).send().await.expect("an answer")).await;
    let host = app.url.replace("http://", "");
    let integration = &settings["integrations"]["Segment.io"];
    assert_eq!(integration["apiKey"], json!(ada.write_key));
    assert_eq!(integration["apiHost"], json!(format!("{host}/compat/segment/v1")));
}

#[tokio::test]
async fn posthog_takes_every_wrapping() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let event = |name: &str| json!({"event": name, "distinct_id": "u1", "properties": {"n": 1, "$groups": {"company": "acme"}}});
    let mut alone = event("alone");
    alone["api_key"] = json!(ada.write_key);
    let mut listed = event("listed");
    listed["properties"]["token"] = json!(ada.write_key);
    let batch = json!({"api_key": ada.write_key, "batch": [event("batched"), {"event": "nobody"}]});
    let listed = json!([listed]).to_string();
    for (path, body) in [
        ("/compat/posthog/capture/", alone.to_string().into_bytes()),
        (
            "/compat/posthog/e/?compression=gzip-js&ver=1.2&_=1",
            gzip(&listed),
        ),
        ("/compat/posthog/batch", batch.to_string().into_bytes()),
    ] {
        let answer = post(&app, path, body).await;
        assert_eq!(
            read(answer).await,
            (StatusCode::OK, json!({"status": "Ok"})),
            "{path}"
        );
    }
    let rows = stored(&app, &ada, 3).await;
    for name in ["alone", "listed", "batched"] {
        let row = named(&rows, name);
        assert_eq!(
            (&row["user_id"], &row["properties"]["$groups"]["company"]),
            (&json!("u1"), &json!("acme"))
        );
        assert_eq!(row["properties"].get("token"), None, "the key is not stored");
    }
    let mut wrong = event("x");
    wrong["api_key"] = json!("phc_unknown");
    assert_eq!(
        post(&app, "/compat/posthog/e", wrong.to_string()).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        post(&app, "/compat/posthog/e", "{").await.status(),
        StatusCode::BAD_REQUEST
    );
    let (_, flags) = read(post(&app, "/compat/posthog/flags/?v=2", "{}").await).await;
    assert_eq!(flags["featureFlags"], json!({}));
    let config = app
        .request(Method::GET, "/compat/posthog/array/a%22b/config.js")
        .send()
        .await;
    let script = config.expect("an answer").text().await.expect("text");
    assert!(script.contains(r#"["a\"b"]="#), "the token is escaped: {script}");
}

#[tokio::test]
async fn plausible_knows_a_site_by_its_domain() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let path = format!("/api/organizations/{}", ada.organization);
    app.call(
        &ada,
        Method::PATCH,
        &path,
        Some(json!({"domains": ["shop.example"]})),
    )
    .await;
    let body = json!({"n": "pageview", "u": "https://shop.example/a?utm_source=b", "d": "shop.example", "r": "https://t.co/x",
        "p": {"author": "Ada"}});
    let answer = post(&app, "/compat/plausible/api/event", body.to_string()).await;
    assert!(!answer.headers().contains_key("x-plausible-dropped"));
    assert_eq!(
        (answer.status(), answer.text().await.expect("text")),
        (StatusCode::ACCEPTED, "ok".to_owned())
    );
    let rows = stored(&app, &ada, 1).await;
    assert_eq!(rows[0]["name"], "page_view");
    assert!(
        rows[0]["anonymous_id"]
            .as_str()
            .is_some_and(|id| id.starts_with("day-"))
    );
    let expected = json!({"author": "Ada", "$url": "https://shop.example/a?utm_source=b", "$host": "shop.example",
        "$path": "/a", "$referrer": "https://t.co/x", "$browser": "Firefox", "$os": "Linux", "$device": "desktop",
        "utm_source": "b", "$referrer_domain": "t.co", "$channel": "Referral"});
    assert_eq!(rows[0]["properties"], expected);

    let elsewhere = json!({"n": "pageview", "u": "https://x.example", "d": "x.example"});
    let answer = post(&app, "/compat/plausible/api/event", elsewhere.to_string()).await;
    assert_eq!(
        (answer.status(), &answer.headers()["x-plausible-dropped"]),
        (StatusCode::ACCEPTED, &"1".parse().expect("ASCII"))
    );
    let (status, problem) = read(
        post(
            &app,
            "/compat/plausible/api/event",
            r#"{"n":"x","u":"https://a.b"}"#,
        )
        .await,
    )
    .await;
    assert_eq!(
        (status, &problem["errors"]["domain"]),
        (StatusCode::BAD_REQUEST, &json!(["can't be blank"]))
    );
}

#[tokio::test]
async fn umami_knows_a_website_by_its_id() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let payload = |more: Value| {
        let mut payload = json!({"website": ada.organization, "hostname": "shop.example", "url": "/a", "referrer": "",
            "screen": "1x1", "language": "de", "title": "A"});
        payload
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().cloned().unwrap_or_default());
        payload
    };
    let view = json!({"type": "event", "payload": payload(json!({}))}).to_string();
    let (status, first) = read(post(&app, "/compat/umami/api/send", view).await).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    let custom =
        json!({"type": "event", "payload": payload(json!({"name": "signup", "data": {"plan": "team"}}))});
    let identify = json!({"type": "identify", "payload": payload(json!({"id": "u1", "data": {"email": "u@example.org"}}))});
    let request = app
        .request(Method::POST, "/compat/umami/api/batch")
        .header("user-agent", FIREFOX)
        .header("x-umami-cache", first["cache"].as_str().expect("a cache"))
        .body(
            json!([custom, identify, {"type": "event", "payload": {"website": "nobody.example"}}])
                .to_string(),
        );
    let before = log_records(&app).await;
    let (_, batch) = read(request.send().await.expect("an answer")).await;
    assert_eq!(
        log_records(&app).await,
        before + 1,
        "one visitor's items are one record"
    );
    assert_eq!(
        (&batch["size"], &batch["processed"], &batch["errors"]),
        (&json!(3), &json!(2), &json!(1))
    );
    assert_eq!(batch["details"][0]["index"], json!(2));
    let rows = stored(&app, &ada, 3).await;
    let (view, signup) = (named(&rows, "page_view"), named(&rows, "signup"));
    assert_eq!(
        (&view["session_id"], &signup["session_id"]),
        (&first["visitId"], &first["visitId"])
    );
    assert_eq!(
        (&signup["properties"]["plan"], &view["properties"]["$path"]),
        (&json!("team"), &json!("/a"))
    );
    let (_, profile) = app.get(&ada, "/api/analytics/users/u1").await;
    assert_eq!(profile["properties"], json!({"email": "u@example.org"}));
}

#[tokio::test]
async fn every_dialect_is_within_the_limits_of_its_sender() {
    let app = TestApp::start_with(&[("DATAPULSE_RATE_LIMITS", "on")]);
    let ada = app.member("ada").await;
    let (org, key) = (&ada.organization, &ada.write_key);
    let domains = json!({"domains": ["a.example"]});
    app.call(
        &ada,
        Method::PATCH,
        &format!("/api/organizations/{org}"),
        Some(domains),
    )
    .await;
    let umami = json!({"type": "event", "payload": {"website": org, "url": "/", "hostname": "a.example"}});
    for (path, body) in [
        (
            "/compat/segment/v1/track",
            json!({"writeKey": key, "event": "x", "userId": "u"}),
        ),
        (
            "/compat/posthog/e/",
            json!({"api_key": key, "event": "x", "distinct_id": "u"}),
        ),
        (
            "/compat/plausible/api/event",
            json!({"n": "pageview", "u": "https://a.example/", "d": "a.example"}),
        ),
        ("/compat/umami/api/send", umami.clone()),
        ("/compat/umami/api/batch", json!([umami])),
    ] {
        let answer = post(&app, path, body.to_string()).await;
        let policy = answer.headers().get("ratelimit-policy").cloned();
        let policy = policy.map(|value| value.to_str().expect("ASCII").to_owned());
        let told = answer.text().await.expect("text");
        let policy = policy.unwrap_or_else(|| panic!("{path}: {told}"));
        assert!(
            policy.contains("\"address\"") && policy.contains("\"sender\""),
            "{path}: {policy}"
        );
    }
    // So many within a minute that the address is told to wait.
    let mut refused = None;
    for _ in 0..15_000 {
        let answer = post(&app, "/compat/posthog/flags/", "{}").await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = answer.headers().get("retry-after").cloned();
            break;
        }
    }
    assert!(refused.is_some(), "nobody is told to wait");
}
