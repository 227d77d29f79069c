//! Frames that a site signs for, and what is taken along on paper.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, read};
use crate::live::Socket;

struct Shared {
    share: String,
    key: String,
    dashboard: String,
    link: String,
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a string: {value}"))
        .to_owned()
}

/// A dashboard whose one figure counts 3 events, 2 of them of the customer `acme`, and a link to it with a key.
async fn shared(app: &TestApp, ada: &Member) -> Shared {
    let event = |customer: &str| json!({"name": "look", "user_id": "u", "properties": {"customer": customer, "seats": 5}});
    let events = json!([event("acme"), event("acme"), event("zeta")]);
    assert_eq!(app.send(ada, &events).await.0, StatusCode::ACCEPTED);
    let count = json!({"kind": "trend", "series": [{"event": "look", "measure": "count", "label": "Looks"}], "range": {"last": "24h"}});
    app.ask_until(ada, &count, |answer| answer["series"][0]["total"] == 3)
        .await;
    let sql =
        json!({"kind": "sql", "sql": "SELECT count(*) AS everything FROM events", "range": {"last": "24h"}});
    let widget = |title: &str, kind: &str, query: Value, y: u16| json!({"type": kind, "title": title, "config": {"query": query}, "position": {"x": 0, "y": y}, "size": {"w": 6, "h": 3}});
    let document = json!({"dashboard": {"name": "Customers & more"}, "widgets": [
        widget("Looks", "horizontal_bar", json!({"kind": "trend", "series": [{"event": "look", "measure": "count"}],
            "range": {"last": "24h"}, "breakdown": {"property": "customer", "limit": 5}}), 0),
        widget("All of it", "table", sql, 3),
        {"type": "text", "title": "Words", "config": {"options": {"text": "Written <b>down</b>"}}, "position": {"x": 6, "y": 0}, "size": {"w": 4, "h": 2}},
    ]});
    let (status, made) = app.post(ada, "/api/dashboards/import", document).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let dashboard = text(&made["id"]);
    let body = json!({"viewer_may": ["range", "download"], "password": "a password to know", "embed_origins": ["https://shop.example.org"]});
    let (_, share) = app
        .post(ada, &format!("/api/dashboards/{dashboard}/shares"), body)
        .await;
    let (share, link) = (text(&share["id"]), text(&share["url"]));
    let (status, key) = app
        .post(ada, &format!("/api/shares/{share}/embed-key"), json!({}))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{key}");
    assert_eq!(key["share"], share);
    Shared {
        key: text(&key["key"]),
        share,
        dashboard,
        link,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a token ends by the clock of the server"
)]
fn in_seconds(seconds: i64) -> i64 {
    jiff::Timestamp::now().as_second() + seconds
}

fn signed(claims: &Value, key: &str, algorithm: Algorithm) -> String {
    encode(
        &Header::new(algorithm),
        claims,
        &EncodingKey::from_secret(key.as_bytes()),
    )
    .expect("a token")
}

#[tokio::test]
async fn a_signed_frame_shows_what_its_site_fixed_and_nothing_else() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let Shared { share, key, .. } = shared(&app, &ada).await;
    let claims =
        json!({"share": share, "exp": in_seconds(600), "locked": {"customer": "acme", "seats": [4, 5]}});
    let token = signed(&claims, &key, Algorithm::HS256);
    let answer = app
        .request(Method::GET, &format!("/embed/{token}?theme=dark"))
        .send()
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.contains("frame-ancestors https://shop.example.org"),
        "{policy}"
    );
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let page = answer.text().await.expect("text");
    assert!(page.contains("acme") && !page.contains("zeta"), "{page}");
    assert!(page.contains("data-theme=\"dark\""));
    assert!(
        !page.contains("everything"),
        "SQL knows no filters, so it is not shown"
    );
    assert!(
        !page.contains("data.csv") && !page.contains("document.html"),
        "nothing is taken along"
    );

    let (_, whole) = app
        .page(
            &format!(
                "/embed/{}",
                signed(
                    &json!({"share": share, "exp": in_seconds(60)}),
                    &key,
                    Algorithm::HS256
                )
            ),
            None,
        )
        .await;
    assert!(whole.contains("zeta"), "nothing is fixed where nothing was asked");
}

#[tokio::test]
async fn forged_frames_open_nothing() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let Shared { share, key, link, .. } = shared(&app, &ada).await;
    let opens = async |token: &str| app.page(&format!("/embed/{token}"), None).await.0;
    let good = json!({"share": share, "exp": in_seconds(600), "locked": {"customer": "acme"}});
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signed(&claims, &key, Algorithm::HS256)
    };
    let token = signed(&good, &key, Algorithm::HS256);
    assert_eq!(opens(&token).await, StatusCode::OK);
    let mut without_end = good.clone();
    without_end.as_object_mut().expect("an object").remove("exp");
    let parts: Vec<&str> = token.split('.').collect();
    let other = parts[1].replace(char::is_uppercase, "a");
    for (what, forged) in [
        ("another key", signed(&good, "dpe_guessed", Algorithm::HS256)),
        ("no key", signed(&good, "", Algorithm::HS256)),
        ("another algorithm", signed(&good, &key, Algorithm::HS512)),
        ("no algorithm", format!("eyJhbGciOiJub25lIn0.{}.", parts[1])),
        ("changed claims", format!("{}.{other}.{}", parts[0], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("it has ended", with("exp", json!(in_seconds(-60)))),
        ("it never ends", with("exp", json!(in_seconds(3 * 24 * 60 * 60)))),
        ("its end is a text", with("exp", json!("never"))),
        ("it says no end", signed(&without_end, &key, Algorithm::HS256)),
        ("it has not begun", with("nbf", json!(in_seconds(300)))),
        (
            "another share",
            with("share", json!("0197a5c0-0000-7000-8000-000000000000")),
        ),
        ("unknown claims", with("admin", json!(true))),
        (
            "a condition that is none",
            with("locked", json!({"customer": {"not": "acme"}})),
        ),
        ("a property that is none", with("locked", json!({"a..b": "acme"}))),
        (
            "the link's own token",
            link.rsplit('/').next().expect("a token").to_owned(),
        ),
        ("nothing", "x".to_owned()),
    ] {
        assert_eq!(opens(&forged).await, StatusCode::NOT_FOUND, "{what}");
    }

    let path = format!("/api/shares/{share}/embed-key");
    let (_, next) = app.post(&ada, &path, json!({})).await;
    assert_eq!(
        opens(&token).await,
        StatusCode::NOT_FOUND,
        "the key before signs nothing"
    );
    let token = signed(&good, &text(&next["key"]), Algorithm::HS256);
    assert_eq!(opens(&token).await, StatusCode::OK);
    let (_, listed) = app
        .get(
            &ada,
            &format!("/api/dashboards/{}/shares", dashboard_of(&app, &ada).await),
        )
        .await;
    assert!(
        listed["items"][0]["embed_key_at"].is_string() && !listed.to_string().contains("dpe_"),
        "{listed}"
    );
    let (status, _) = app.call(&ada, Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        opens(&token).await,
        StatusCode::NOT_FOUND,
        "without a key nothing is signed"
    );
    let (_, record) = app
        .get(&ada, &format!("/api/organizations/{}/audit", ada.organization))
        .await;
    let record = record.to_string();
    assert!(record.contains("share.embed_key_made") && record.contains("share.embed_key_ended"));
    assert!(!record.contains("dpe_"), "a record tells no key");
}

#[tokio::test]
async fn a_signed_frame_follows_what_was_fixed_until_its_token_or_its_key_ends() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let Shared { share, key, .. } = shared(&app, &ada).await;
    let claims =
        |seconds: i64| json!({"share": share, "exp": in_seconds(seconds), "locked": {"customer": "acme"}});
    let token = signed(&claims(600), &key, Algorithm::HS256);
    let (_, page) = app.page(&format!("/embed/{token}"), None).await;
    assert!(
        page.contains(&format!("data-live=\"/embed/{token}/live\"")),
        "{page}"
    );
    assert!(page.contains("/share.js"));

    let live = format!("/embed/{token}/live");
    let mut socket = Socket::open_at(&app, &live, &[])
        .await
        .expect("the token is enough");
    let is_of = |frame: &Value, words: &str| frame["html"].as_str().is_some_and(|html| html.contains(words));
    let first = socket.until(|frame| frame["type"] == "update").await;
    assert!(is_of(&first, "acme: 2") && !is_of(&first, "zeta"), "{first}");
    let event =
        |customer: &str| json!({"name": "look", "user_id": "u", "properties": {"customer": customer}});
    app.send(&ada, &json!([event("zeta"), event("acme")])).await;
    loop {
        let frame = socket.next().await.expect("it goes on");
        assert!(!is_of(&frame, "zeta"), "others are not counted: {frame}");
        assert!(!is_of(&frame, "everything"), "SQL knows no filters: {frame}");
        if is_of(&frame, "acme: 3") {
            break;
        }
    }
    for wrong in ["x", &signed(&claims(600), "dpe_guessed", Algorithm::HS256)] {
        let refused = Socket::open_at(&app, &format!("/embed/{wrong}/live"), &[]).await;
        assert_eq!(refused.err(), Some(StatusCode::NOT_FOUND));
    }
    let path = format!("/api/shares/{share}/embed-key");
    let (status, _) = app.post(&ada, &path, json!({})).await;
    assert_eq!(status, StatusCode::CREATED);
    let end = loop {
        if let Err(code) = socket.next().await {
            break code;
        }
    };
    assert_eq!(end, 4401, "another key ends what the one before opened");
}

async fn dashboard_of(app: &TestApp, ada: &Member) -> String {
    let (_, listed) = app.get(ada, "/api/dashboards").await;
    text(&listed["items"][0]["id"])
}

#[tokio::test]
async fn a_dashboard_and_its_widgets_are_taken_along_as_pdf() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let Shared { dashboard, link, .. } = shared(&app, &ada).await;
    let pdf = async |path: &str| {
        let asked = app
            .request(Method::GET, path)
            .bearer_auth(&ada.token)
            .send()
            .await;
        let answer = asked.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/pdf");
        answer.bytes().await.expect("a file")
    };
    let whole = pdf(&format!("/api/dashboards/{dashboard}/document.pdf?range=7d")).await;
    assert!(
        whole.starts_with(b"%PDF-") && whole.len() > 5_000,
        "{} bytes",
        whole.len()
    );
    let (_, widgets) = app
        .get(&ada, &format!("/api/dashboards/{dashboard}/widgets"))
        .await;
    let first = text(&widgets["items"][0]["id"]);
    assert!(
        pdf(&format!("/api/widgets/{first}/chart.pdf"))
            .await
            .starts_with(b"%PDF-")
    );
    let wrong = app.request(
        Method::GET,
        &format!("/api/dashboards/{dashboard}/document.pdf?range=soon"),
    );
    let (status, _) = read(wrong.bearer_auth(&ada.token).send().await.expect("an answer")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);

    // The link has a password, which nobody gave.
    let token = link.rsplit('/').next().expect("a token");
    let (status, _) = app.page(&format!("/s/{token}/document.pdf"), None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, open) = app
        .post(
            &ada,
            &format!("/api/dashboards/{dashboard}/shares"),
            json!({"viewer_may": ["download"]}),
        )
        .await;
    let path = format!(
        "/s/{}/document.pdf",
        text(&open["url"]).rsplit('/').next().expect("a token")
    );
    let answer = app.request(Method::GET, &path).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
}
