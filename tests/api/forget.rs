//! People who are forgotten, events that are kept no longer, and organizations that are deleted, as a client sees it.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp};
use crate::company::{Company, text};

fn visits() -> Value {
    json!({"kind": "trend", "series": [{"event": "visit", "measure": "count"}], "range": {"last": "30d"}, "interval": "day"})
}

/// Events of Ada, known by two visitors' ids, and of Bob; all of them can be seen.
async fn visited(app: &TestApp, member: &Member) {
    let events = json!([
        {"id": "1", "name": "visit", "anonymous_id": "v"},
        {"id": "2", "name": "visit", "user_id": "ada", "anonymous_id": "v"},
        {"id": "3", "name": "$identify", "user_id": "ada", "anonymous_id": "w", "properties": {"$set": {"email": "ada@example.org"}}},
        {"id": "4", "name": "visit", "anonymous_id": "w"},
        {"id": "5", "name": "visit", "user_id": "bob"},
    ]);
    let (status, receipt) = app.send(member, &events).await;
    assert_eq!(
        (status, &receipt["accepted"]),
        (StatusCode::ACCEPTED, &json!(5)),
        "{receipt}"
    );
    app.ask_until(member, &visits(), |answer| answer["series"][0]["total"] == 4.0)
        .await;
}

async fn until_done(app: &TestApp, member: &Member, address: &str) -> Value {
    let begun = Instant::now();
    loop {
        let (status, erasure) = app.get(member, address).await;
        assert_eq!(status, StatusCode::OK, "{erasure}");
        if erasure["state"] == "done" {
            return erasure;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{erasure}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn whoever_is_forgotten_is_in_no_answer_no_profile_and_comes_back_with_no_retry() {
    let mut app = TestApp::start();
    let ada = app.member("ada").await;
    visited(&app, &ada).await;
    let org = &ada.organization;
    let (status, _) = app.get(&ada, "/api/analytics/users/w").await;
    assert_eq!(status, StatusCode::OK, "there is a profile");

    // By a visitor's id: the person is forgotten, whatever they are called.
    let forget = format!("/api/organizations/{org}/forget");
    let (status, asked) = app.post(&ada, &forget, json!({"user_id": "v"})).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{asked}");
    let address = format!("/api/organizations/{org}/erasures/{}", text(&asked["id"]));
    let done = until_done(&app, &ada, &address).await;
    assert_eq!(done["events"], 4, "{done}");
    assert!(text(&done["subject"]).starts_with("sha256:"), "{done}");

    let left = async |app: &TestApp| {
        let (_, answer) = app.post(&ada, "/api/analytics/query", visits()).await;
        answer["series"][0]["total"].clone()
    };
    assert_eq!(left(&app).await, 1.0);
    for id in ["v", "w", "ada"] {
        let (status, _) = app.get(&ada, &format!("/api/analytics/users/{id}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{id}");
    }
    let (_, record) = app.get(&ada, &format!("/api/organizations/{org}/audit")).await;
    let record = record.to_string();
    assert!(
        record.contains("person.forget_requested") && record.contains("person.forgotten"),
        "{record}"
    );
    assert!(!record.contains("ada@example.org"), "{record}");

    let again = json!([{"id": "1", "name": "visit", "anonymous_id": "v"}]);
    let (_, receipt) = app.send(&ada, &again).await;
    assert_eq!(receipt["duplicates"], 1, "a retry brings nobody back: {receipt}");
    app.stop();
    app.start_again();
    assert_eq!(left(&app).await, 1.0, "nor does a restart");
}

#[tokio::test]
async fn the_log_keeps_nothing_of_whoever_is_forgotten() {
    let mut app = TestApp::start();
    let ada = app.member("ada").await;
    visited(&app, &ada).await;
    let made = app
        .post(
            &ada,
            &format!("/api/organizations/{}/forget", ada.organization),
            json!({"user_id": "ada"}),
        )
        .await
        .1;
    until_done(
        &app,
        &ada,
        &format!(
            "/api/organizations/{}/erasures/{}",
            ada.organization,
            text(&made["id"])
        ),
    )
    .await;
    app.kill();
    // What a store that lost everything would be filled from.
    std::fs::remove_dir_all(app.data.path().join("events")).expect("the events' folder");
    app.start_again();
    let (_, answer) = app.post(&ada, "/api/analytics/query", visits()).await;
    assert_eq!(
        answer["series"][0]["total"], 0.0,
        "the log brings nothing back: {answer}"
    );
}

#[tokio::test]
async fn what_is_older_than_an_organization_keeps_goes() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let old = "2020-01-01T00:00:00Z";
    let events =
        json!([{"name": "visit", "timestamp": old}, {"name": "visit", "timestamp": old}, {"name": "visit"}]);
    app.send(&ada, &events).await;
    let all = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"from": "2019-01-01", "to": "2099-01-01"}, "interval": "month"});
    app.ask_until(&ada, &all, |answer| answer["series"][0]["total"] == 3.0)
        .await;
    let org = format!("/api/organizations/{}", ada.organization);
    let (status, problem) = app
        .call(&ada, Method::PATCH, &org, Some(json!({"retention_days": 36_501})))
        .await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("retention_days"))
    );
    let (status, settings) = app
        .call(&ada, Method::PATCH, &org, Some(json!({"retention_days": 30})))
        .await;
    assert_eq!(
        (status, &settings["retention_days"]),
        (StatusCode::OK, &json!(30))
    );
    app.ask_until(&ada, &all, |answer| answer["series"][0]["total"] == 1.0)
        .await;
    let (_, erasures) = app.get(&ada, &format!("{org}/erasures")).await;
    assert_eq!(
        (&erasures["items"][0]["kind"], &erasures["items"][0]["events"]),
        (&json!("retention"), &json!(2))
    );
    let (_, settings) = app
        .call(&ada, Method::PATCH, &org, Some(json!({"retention_days": 0})))
        .await;
    assert_eq!(settings["retention_days"], Value::Null);
}

#[tokio::test]
async fn of_a_deleted_organization_the_events_go_too() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    visited(&app, &ada).await;
    let file = app
        .data
        .path()
        .join("events")
        .join(format!("{}.duckdb", ada.organization));
    assert!(file.exists());
    let (status, _) = app
        .call(
            &ada,
            Method::DELETE,
            &format!("/api/organizations/{}", ada.organization),
            None,
        )
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let begun = Instant::now();
    while file.exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "its file stays");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn the_command_line_forgets_beside_a_server_and_without_one() {
    let mut app = TestApp::start();
    let ada = app.member("ada").await;
    visited(&app, &ada).await;
    let forget = |app: &TestApp, whom: &str| {
        let told = app.run_on_its_data(&["forget", "--organization", &ada.organization, whom], "");
        assert!(told.status.success(), "{told:?}");
        String::from_utf8(told.stdout).expect("text")
    };
    assert!(forget(&app, "bob").contains("1 events"));
    app.stop();
    assert!(forget(&app, "ada").contains("4 events"));
    app.start_again();
    let (_, answer) = app.post(&ada, "/api/analytics/query", visits()).await;
    assert_eq!(answer["series"][0]["total"], 0.0, "{answer}");
}

#[tokio::test]
async fn the_data_page_erases_and_changes_rules_by_plain_forms() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let owner = app.cookie(&company.owner).await;
    let goes_to = async |path: &str, fields: &[(&str, &str)]| {
        let answer = app.form(path, fields, Some(&owner)).await;
        answer.headers()["location"].to_str().expect("ASCII").to_owned()
    };
    let forget = "/settings/organization/forget";
    assert_eq!(
        goes_to(forget, &[("user_id", "x"), ("again", "y")]).await,
        "/settings/data?problem=user_id"
    );
    assert_eq!(
        goes_to(forget, &[("user_id", "ada"), ("again", "ada")]).await,
        "/settings/data?done=forget"
    );
    let keep = "/settings/organization/retention";
    assert_eq!(
        goes_to(keep, &[("days", "many")]).await,
        "/settings/data?problem=retention_days"
    );
    assert_eq!(
        goes_to(keep, &[("days", "400")]).await,
        "/settings/data?done=retention"
    );
    let rules = "/settings/organization/rules";
    let fields = [
        ("clock", "on"),
        ("bots", "drop"),
        ("domains", "a.example\r\nb.example"),
        ("redact", "email"),
    ];
    assert_eq!(goes_to(rules, &fields).await, "/settings/data?done=rules");
    assert_eq!(
        goes_to(rules, &[("bots", "mark"), ("domains", "no domain")]).await,
        "/settings/data?problem=domains"
    );
    let (status, page) = app.page("/settings/data", Some(&owner)).await;
    assert_eq!(status, StatusCode::OK);
    for shown in [
        "value=\"400\"",
        "a.example\nb.example",
        "email</textarea>",
        "Forget a person",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let (_, settings) = app
        .get(
            &company.owner,
            &format!("/api/organizations/{}", company.owner.organization),
        )
        .await;
    let ingest = &settings["ingest"];
    assert_eq!(
        (&ingest["clock"], &ingest["location"], &ingest["bots"]),
        (&json!(true), &json!(false), &json!("drop"))
    );
    let viewer = app.cookie(&company.viewer).await;
    let (_, page) = app.page("/settings/data", Some(&viewer)).await;
    assert!(!page.contains("Forget a person"), "{page}");
}
