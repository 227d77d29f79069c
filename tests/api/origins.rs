//! Sites that a write key names: asked beforehand and with the events, in our own way and in the dialects of others.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, read};
use crate::company::{Company, join};

const SHOP: &str = "https://shop.example";
const EVIL: &str = "https://shop.example.evil.example";

/// A write key for pages of these sites, with its id.
async fn key_for(app: &TestApp, member: &Member, origins: Value) -> (String, String) {
    let keys = format!("/api/organizations/{}/keys", member.organization);
    let body = json!({"name": "Shop", "kind": "write", "origins": origins});
    let (status, made) = app.post(member, &keys, body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let text = |name: &str| made[name].as_str().expect("a string").to_owned();
    (text("key"), text("id"))
}

fn from(request: RequestBuilder, origin: Option<&str>) -> RequestBuilder {
    match origin {
        Some(origin) => request.header("origin", origin),
        None => request,
    }
}

async fn send(app: &TestApp, path: &str, key: &str, origin: Option<&str>) -> Response {
    let request = app.request(Method::POST, path).header("x-write-key", key);
    let request = from(request, origin).json(&json!({"name": "visit"}));
    request.send().await.expect("an answer")
}

async fn ask_first(app: &TestApp, path: &str, origin: &str) -> Response {
    let request = app.request(Method::OPTIONS, path).header("origin", origin);
    let request = request
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    request.send().await.expect("an answer")
}

async fn stored(app: &TestApp, member: &Member) -> f64 {
    let question = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}});
    let (_, answer) = app.post(member, "/api/analytics/query", question).await;
    answer["series"][0]["total"].as_f64().expect("a figure")
}

#[tokio::test]
async fn a_page_of_another_site_is_refused_and_a_server_is_not() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (key, _) = key_for(
        &app,
        &ada,
        json!(["https://Shop.example:443/", "https://*.wide.example"]),
    )
    .await;
    let path = "/api/analytics/events";
    for (origin, expected) in [
        (Some(SHOP), StatusCode::ACCEPTED),
        (Some("https://a.wide.example"), StatusCode::ACCEPTED),
        (None, StatusCode::ACCEPTED),
        (Some(EVIL), StatusCode::FORBIDDEN),
        (Some("http://shop.example"), StatusCode::FORBIDDEN),
        (Some("https://wide.example"), StatusCode::FORBIDDEN),
        (Some("null"), StatusCode::FORBIDDEN),
    ] {
        let answer = send(&app, path, &key, origin).await;
        assert_eq!(answer.status(), expected, "{origin:?}");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*", "{origin:?}");
        assert!(!answer.headers().contains_key("access-control-allow-credentials"));
        let beside = format!("{path}?dry_run=1");
        assert_eq!(
            send(&app, &beside, &key, origin).await.status(),
            expected,
            "{origin:?}"
        );
    }
    let (_, problem) = read(send(&app, path, &key, Some(EVIL)).await).await;
    assert_eq!(problem["type"], "/problems/other-site", "{problem}");
    app.ask_until(
        &ada,
        &json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}}),
        |answer| answer["series"][0]["total"] == 3.0,
    )
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(
        (stored(&app, &ada).await - 3.0).abs() < f64::EPSILON,
        "nothing else was kept"
    );
}

#[tokio::test]
async fn the_question_beforehand_is_refused_where_the_key_is_known() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (key, _) = key_for(&app, &ada, json!([SHOP])).await;
    let with_key = format!("/api/analytics/events?key={key}");
    let open = format!("/api/analytics/events?key={}", ada.write_key);
    for (path, origin, allowed) in [
        (with_key.as_str(), SHOP, true),
        (with_key.as_str(), EVIL, false),
        (with_key.as_str(), "null", false),
        (open.as_str(), EVIL, true),
        // The answer to what follows says what is wrong with the key.
        ("/api/analytics/events?key=dpw_unknown", EVIL, true),
        ("/api/analytics/events", EVIL, true),
    ] {
        let answer = ask_first(&app, path, origin).await;
        assert_eq!(answer.status().is_success(), allowed, "{path} {origin}");
        let headers = answer.headers();
        assert_eq!(
            headers.contains_key("access-control-allow-origin"),
            allowed,
            "{path} {origin}: {headers:?}"
        );
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }
}

#[tokio::test]
async fn the_dialects_of_others_hold_to_it_too() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (key, _) = key_for(&app, &ada, json!([SHOP])).await;
    let track = json!({"type": "track", "event": "visit", "userId": "u1", "writeKey": key});
    let capture = json!({"api_key": key, "event": "visit", "distinct_id": "u1"});
    for (path, body) in [
        ("/compat/segment/v1/t", &track),
        (
            "/compat/segment/v1/batch",
            &json!({"writeKey": key, "batch": [track]}),
        ),
        ("/compat/posthog/e/", &capture),
        (
            "/compat/posthog/batch/",
            &json!({"api_key": key, "batch": [capture]}),
        ),
    ] {
        for (origin, expected) in [
            (Some(SHOP), StatusCode::OK),
            (None, StatusCode::OK),
            (Some(EVIL), StatusCode::FORBIDDEN),
        ] {
            let request = from(app.request(Method::POST, path), origin).json(body);
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), expected, "{path} {origin:?}");
        }
    }
}

#[tokio::test]
async fn sites_are_changed_by_call_and_by_form_and_hold_within_a_second() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let owner = &company.owner;
    let (key, id) = key_for(&app, owner, json!([])).await;
    let one = format!("/api/organizations/{}/keys/{id}", owner.organization);
    let refused = async |expected: StatusCode| {
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let answer = send(&app, "/api/analytics/events", &key, Some(EVIL)).await;
        assert_eq!(answer.status(), expected);
    };
    refused(StatusCode::ACCEPTED).await;
    let body = json!({"origins": [SHOP, "https://shop.example/"]});
    let (status, changed) = app.call(owner, Method::PATCH, &one, Some(body)).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(
        (&changed["origins"], &changed["name"]),
        (&json!([SHOP]), &json!("Shop"))
    );
    refused(StatusCode::FORBIDDEN).await;
    let (_, changed) = app
        .call(owner, Method::PATCH, &one, Some(json!({"name": "Store"})))
        .await;
    assert_eq!(
        (&changed["origins"], &changed["name"]),
        (&json!([SHOP]), &json!("Store"))
    );

    let cookie = app.cookie(owner).await;
    let save = async |cookie: &str, origins: &str| {
        let fields = [("key", id.as_str()), ("origins", origins)];
        let answer = app.form("/settings/keys/sites", &fields, Some(cookie)).await;
        answer.headers()["location"].to_str().expect("ASCII").to_owned()
    };
    assert_eq!(save(&cookie, "shop").await, "/settings/keys?problem=origins");
    let both = format!("{SHOP}\r\n{EVIL}\r\n");
    assert_eq!(save(&cookie, &both).await, "/settings/keys?done=saved");
    refused(StatusCode::ACCEPTED).await;
    let (_, page) = app.page("/settings/keys", Some(&cookie)).await;
    assert!(page.contains(&format!("{SHOP}, {EVIL}")), "{page}");
    let editor = app.cookie(&company.editor).await;
    assert_eq!(save(&editor, "").await, "/settings/keys?problem=forbidden");
    let stranger = app.cookie(&company.stranger).await;
    assert_eq!(save(&stranger, "").await, "/settings/keys?problem=gone");

    let audit = format!("/api/organizations/{}/audit", owner.organization);
    let (_, record) = app.get(owner, &audit).await;
    let entries = record["items"].as_array().expect("a list").iter();
    let of_keys = entries.filter(|entry| entry["action"] == "key.changed");
    let of_this = format!("key:{id}");
    assert_eq!(
        of_keys
            .filter(|entry| entry["target"] == of_this.as_str())
            .count(),
        3,
        "{record}"
    );
}

#[tokio::test]
async fn what_is_no_site_is_named_and_secret_keys_have_none() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let keys = format!("/api/organizations/{}/keys", ada.organization);
    for (kind, origins, field) in [
        (
            "write",
            json!(["https://a.example", "a.example/path"]),
            "origins[1]",
        ),
        ("write", json!(["*"]), "origins[0]"),
        ("write", json!(vec!["https://a.example"; 51]), "origins"),
        ("secret", json!([SHOP]), "origins"),
    ] {
        let body = json!({"name": "x", "kind": kind, "origins": origins});
        let (status, problem) = app.post(&ada, &keys, body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let (_, secret) = app
        .post(&ada, &keys, json!({"name": "x", "kind": "secret"}))
        .await;
    let one = format!("{keys}/{}", secret["id"].as_str().expect("an id"));
    let (status, _) = app
        .call(&ada, Method::PATCH, &one, Some(json!({"origins": [SHOP]})))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let viewer = join(&app, &ada, "ada", "viewer").await;
    let (status, _) = app
        .call(&viewer, Method::PATCH, &one, Some(json!({"name": "y"})))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_page_without_a_key_can_read_why_it_is_refused() {
    let app = TestApp::start();
    let page = |request: RequestBuilder| {
        request
            .header("origin", EVIL)
            .header("sec-fetch-site", "cross-site")
            .json(&json!({"name": "visit"}))
    };
    let refused = page(app.request(Method::POST, "/api/analytics/events"));
    let refused = refused.send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(refused.headers()["access-control-allow-origin"], "*");
    assert_eq!(
        refused.headers()["access-control-expose-headers"],
        "x-datapulse-dropped"
    );
    assert!(!refused.headers().contains_key("access-control-allow-credentials"));
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let told = read(refused).await.1;
    assert_eq!(told["type"], "/problems/cross-site");
    let detail = told["detail"].as_str().expect("a sentence");
    assert!(
        detail.contains("X-Write-Key") && detail.contains("Settings, API keys"),
        "{detail}"
    );

    // Somebody's cookie still does nothing for another site, there or elsewhere.
    let ada = app.member("ada").await;
    let cookie = app.cookie(&ada).await;
    let refused = page(
        app.request(Method::POST, "/api/analytics/events")
            .header("cookie", &cookie),
    );
    assert_eq!(
        refused.send().await.expect("an answer").status(),
        StatusCode::FORBIDDEN
    );
    let refused = page(
        app.request(Method::POST, "/api/dashboards")
            .header("cookie", &cookie),
    );
    let refused = refused.send().await.expect("an answer");
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(!refused.headers().contains_key("access-control-allow-origin"));

    let nobody = app
        .request(Method::POST, "/api/analytics/events")
        .json(&json!({"name": "visit"}));
    let told = read(nobody.send().await.expect("an answer")).await;
    assert_eq!(told.0, StatusCode::UNAUTHORIZED);
    assert!(
        told.1["detail"]
            .as_str()
            .is_some_and(|words| words.contains("Settings, API keys"))
    );
}
