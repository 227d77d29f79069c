use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn pages_carry_their_charts_and_their_policy() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    app.send(&ada, &json!([{"name": "signup"}, {"name": "signup"}]))
        .await;
    let query = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}, "interval": "day"});
    app.ask_until(&ada, &query, |answer| answer["series"][0]["total"] == json!(2))
        .await;
    let (_, dashboard) = app
        .post(
            &ada,
            "/api/dashboards",
            json!({"name": "</title><script>alert(1)</script>"}),
        )
        .await;
    let id = dashboard["id"].as_str().expect("an id");
    let widget = json!({"type": "line", "title": "Sign-ups", "config": {"query": query}});
    assert_eq!(
        app.post(&ada, &format!("/api/dashboards/{id}/widgets"), widget)
            .await
            .0,
        StatusCode::CREATED
    );

    let cookie = app.cookie(&ada).await;
    let request = app
        .request(Method::GET, &format!("/dashboards/{id}"))
        .header("cookie", &cookie);
    let answer = request.send().await.expect("an answer");
    let policy = answer.headers()["content-security-policy"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    assert!(
        policy.contains("'nonce-") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    let page = answer.text().await.expect("text");
    assert!(
        page.contains("<svg") && page.contains("Sign-ups"),
        "the chart is in the first answer"
    );
    assert!(!page.contains("<script>alert(1)"), "a title is text");
    assert!(!page.contains(" style=\""), "no inline styles");
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_sign_in() {
    let app = TestApp::start();
    let (status, _) = app
        .page("/dashboards/0197a5c0-0000-7000-8000-000000000000", None)
        .await;
    assert!(
        matches!(
            status,
            StatusCode::FOUND | StatusCode::SEE_OTHER | StatusCode::TEMPORARY_REDIRECT
        ),
        "{status}"
    );
    assert_eq!(app.page("/", None).await.0, StatusCode::OK);
    assert_eq!(app.page("/no/such/page", None).await.0, StatusCode::NOT_FOUND);
    let ada = app.member("ada").await;
    let cookie = app.cookie(&ada).await;
    let (status, _) = app
        .page("/dashboards/0197a5c0-0000-7000-8000-000000000000", Some(&cookie))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_server_alone_draws_speaks_german_to_whoever_reads_it() {
    let app = TestApp::start();
    let german = async |path: &str, cookie: Option<&str>| {
        let mut request = app
            .request(reqwest::Method::GET, path)
            .header("accept-language", "de-AT,de;q=0.9,en;q=0.5");
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        request
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("text")
    };
    for (path, words) in [
        ("/login", "Anmelden"),
        ("/login?problem=credentials", "gehören nicht zusammen"),
        ("/register", "Konto anlegen"),
        ("/", "Sieh, was Menschen mit deinem Produkt machen"),
        ("/s/nothing", "Dieser Link zeigt nichts"),
    ] {
        let page = german(path, None).await;
        assert!(
            page.contains(words) && page.contains("lang=\"de\""),
            "{path}: {page}"
        );
        let (_, english) = app.page(path, None).await;
        assert!(!english.contains(words), "{path} is English otherwise");
    }
    assert!(
        german("/login", Some("language=en")).await.contains("Sign in"),
        "a choice stands before the browser's"
    );
    let chosen = app
        .form("/language", &[("language", "de"), ("back", "/login")], None)
        .await;
    assert_eq!(chosen.headers()["location"], "/login");
    let cookie = chosen.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(
        cookie.starts_with("language=de;") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    let (_, page) = app.page("/login", cookie.split(';').next()).await;
    assert!(page.contains("Anmelden"));
}

#[tokio::test]
async fn the_app_speaks_the_language_of_whoever_reads_it_wherever_they_sign_in() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let session = app.cookie(&ada).await;
    for (path, german, english) in [
        ("/", "Erste Schritte", "First steps"),
        ("/settings/members", "Wer zu ", "Who belongs to"),
        (
            "/settings/data",
            "Was aus Ereignissen wird",
            "What becomes of events",
        ),
        ("/settings/keys", "API-Referenz", "API reference"),
        ("/settings/shares", "Noch keine Links", "No links yet"),
        ("/live", "Die letzten 30 Minuten", "The last 30 minutes"),
        ("/users", "Name, E-Mail oder Kennung", "Name, e-mail or id"),
        ("/no/such/page", "Nicht gefunden", "Not found"),
    ] {
        for (cookie, words, others, tag) in [
            (
                format!("{session}; language=de"),
                german,
                english,
                "<html lang=\"de\"",
            ),
            (session.clone(), english, german, "<html lang=\"en\""),
        ] {
            let (_, page) = app.page(path, Some(&cookie)).await;
            assert!(page.contains(words) && page.contains(tag), "{path}: {page}");
            assert!(!page.contains(others), "{path} speaks one language");
        }
    }

    let chosen = app
        .form("/language", &[("language", "de"), ("back", "/")], Some(&session))
        .await;
    assert_eq!(chosen.headers()["location"], "/");
    let elsewhere = sign_in(&app, &ada).await;
    assert!(
        elsewhere.iter().any(|cookie| cookie.starts_with("language=de;")),
        "{elsewhere:?}"
    );
    let (_, record) = app.page("/settings/audit", Some(&session)).await;
    assert!(record.contains("language.chosen"));
    app.form("/language", &[("language", ""), ("back", "/")], Some(&session))
        .await;
    let elsewhere = sign_in(&app, &ada).await;
    assert!(
        !elsewhere.iter().any(|cookie| cookie.starts_with("language")),
        "{elsewhere:?}"
    );
}

#[tokio::test]
async fn times_are_written_by_the_clock_of_whoever_reads_them_wherever_they_sign_in() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let session = app.cookie(&ada).await;
    let twelve = format!("{session}; clock=12");
    let shows = async |cookie: &str, language: &str| {
        let request = app
            .request(reqwest::Method::GET, "/settings/account")
            .header("cookie", cookie)
            .header("accept-language", language);
        let page = request.send().await.expect("an answer");
        let page = page.text().await.expect("a page");
        let since = page
            .split("</thead>")
            .nth(1)
            .expect("the list of sessions")
            .to_owned();
        let is_twelve = since.contains(" am<") || since.contains(" pm<");
        let mark = if is_twelve {
            "data-clock=\"12\""
        } else {
            "data-clock=\"24\""
        };
        assert!(page.contains(mark), "the page says by which clock: {page}");
        is_twelve
    };
    for (cookie, language, expected) in [
        (session.as_str(), "en-GB", false),
        (&session, "en-US,en;q=0.9", true),
        (&twelve, "en-GB", true),
        (&format!("{session}; clock=24"), "en-US", false),
    ] {
        assert_eq!(shows(cookie, language).await, expected, "{cookie} {language}");
    }

    let chosen = app
        .form(
            "/clock",
            &[("clock", "12"), ("back", "/settings/account")],
            Some(&session),
        )
        .await;
    assert_eq!(chosen.headers()["location"], "/settings/account");
    let elsewhere = sign_in(&app, &ada).await;
    assert!(
        elsewhere.iter().any(|cookie| cookie.starts_with("clock=12;")),
        "{elsewhere:?}"
    );
    let (_, record) = app.page("/settings/audit", Some(&session)).await;
    assert!(record.contains("clock.chosen"));
    app.form("/clock", &[("clock", ""), ("back", "/")], Some(&session))
        .await;
    let elsewhere = sign_in(&app, &ada).await;
    assert!(
        !elsewhere.iter().any(|cookie| cookie.starts_with("clock")),
        "{elsewhere:?}"
    );
}

/// The cookies that signing in by the page gives.
async fn sign_in(app: &TestApp, member: &crate::app::Member) -> Vec<String> {
    let answer = app
        .form(
            "/login",
            &[
                ("email", member.email.as_str()),
                ("password", crate::app::PASSWORD),
            ],
            None,
        )
        .await;
    let cookies = answer.headers().get_all("set-cookie").iter();
    cookies
        .map(|cookie| cookie.to_str().expect("text").to_owned())
        .collect()
}

#[tokio::test]
async fn the_list_of_dashboards_is_the_first_page() {
    let app = TestApp::start();
    let answer = app
        .request(reqwest::Method::GET, "/dashboards")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(answer.headers()["location"], "/");
}

#[tokio::test]
async fn properties_are_called_as_people_call_them() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let session = app.cookie(&ada).await;
    let (_, dashboard) = app.post(&ada, "/api/dashboards", json!({"name": "Growth"})).await;
    let filter = json!({"property": "$path", "op": "eq", "value": "/"}).to_string();
    let query = serde_urlencoded::to_string([("filter", filter)]).expect("plain text");
    let board = format!("/dashboards/{}?{query}", dashboard["id"].as_str().expect("an id"));
    for (language, words) in [("en", "Path is /"), ("de", "Pfad ist /")] {
        let cookie = format!("{session}; language={language}");
        let (_, page) = app.page(&board, Some(&cookie)).await;
        assert!(page.contains(words), "{words}: {page}");
    }
}
