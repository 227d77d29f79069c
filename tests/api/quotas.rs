//! Events a month: counted exactly, told, and dropped where a plan allows no more.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp};
use crate::company::join;
use crate::mail::MailServer;

fn events(count: usize) -> Value {
    json!(vec![json!({"name": "x", "user_id": "ada"}); count])
}

async fn usage(app: &TestApp, member: &Member) -> Value {
    let (status, usage) = app
        .get(
            member,
            &format!("/api/organizations/{}/usage", member.organization),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{usage}");
    usage
}

/// The answer to a call in some dialect: its status, what its head says was dropped, and its body.
async fn heard(
    app: &TestApp,
    path: &str,
    member: &Member,
    body: &Value,
) -> (StatusCode, Option<String>, String) {
    let request = app
        .request(Method::POST, path)
        .header("x-write-key", &member.write_key)
        .json(body);
    let answer = request.send().await.expect("the server answers");
    let dropped = answer.headers().get("x-datapulse-dropped");
    let dropped = dropped.map(|value| value.to_str().expect("ASCII").to_owned());
    (answer.status(), dropped, answer.text().await.expect("text"))
}

/// What is written down is visible to other processes; our own process knows at once.
async fn until(app: &TestApp, member: &Member, is_there: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..200 {
        let usage = usage(app, member).await;
        if is_there(&usage) {
            return usage;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it never came: {}", usage(app, member).await);
}

#[tokio::test]
async fn what_a_plan_does_not_allow_is_answered_and_not_kept_in_every_dialect() {
    let app = TestApp::start_with(&[("DATAPULSE_QUOTAS", "free=10")]);
    let ada = app.member("ada").await;
    let org = &ada.organization;
    assert_eq!(
        heard(&app, "/api/analytics/events", &ada, &events(8)).await.1,
        None
    );
    let known = usage(&app, &ada).await;
    assert_eq!(
        (&known["limit"], &known["current"]["events"], &known["percent"]),
        (&json!(10), &json!(8), &json!(80))
    );
    // The request that reaches the end is still taken, whole.
    let (status, dropped, body) = heard(&app, "/api/analytics/events", &ada, &events(5)).await;
    assert_eq!((status, dropped), (StatusCode::ACCEPTED, None), "{body}");
    let domains = json!({"domains": ["a.example"]});
    let (status, _) = app
        .call(
            &ada,
            Method::PATCH,
            &format!("/api/organizations/{org}"),
            Some(domains),
        )
        .await;
    assert_eq!(status, StatusCode::OK);
    let key = &ada.write_key;
    let umami = json!({"type": "event", "payload": {"website": org, "url": "/", "hostname": "a.example"}});
    for (path, body, status) in [
        ("/api/analytics/events", events(3), 202),
        (
            "/compat/segment/v1/track",
            json!({"writeKey": key, "event": "x", "userId": "ada"}),
            200,
        ),
        (
            "/compat/segment/v1/batch",
            json!({"writeKey": key, "batch": [{"type": "track", "event": "x", "userId": "ada"}]}),
            200,
        ),
        (
            "/compat/posthog/batch/",
            json!({"api_key": key, "batch": [{"event": "x", "distinct_id": "ada"}]}),
            200,
        ),
        (
            "/compat/plausible/api/event",
            json!({"n": "pageview", "u": "https://a.example/", "d": "a.example"}),
            202,
        ),
        ("/compat/umami/api/send", umami.clone(), 200),
        ("/compat/umami/api/batch", json!([umami]), 200),
    ] {
        let (heard, dropped, told) = heard(&app, path, &ada, &body).await;
        assert_eq!(
            (heard.as_u16(), dropped.as_deref()),
            (status, Some("quota")),
            "{path}: {told}"
        );
    }
    let (_, receipt) = app.send(&ada, &events(2)).await;
    assert_eq!(
        (
            &receipt["accepted"],
            &receipt["dropped"],
            &receipt["dropped_because"]
        ),
        (&json!(0), &json!(2), &json!("quota"))
    );
    let known = until(&app, &ada, |usage| usage["current"]["dropped"] == 11).await;
    assert_eq!(
        (&known["current"]["events"], &known["percent"]),
        (&json!(13), &json!(130)),
        "{known}"
    );
    let (_, record) = app.get(&ada, &format!("/api/organizations/{org}/audit")).await;
    let told = record["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|entry| entry["action"] == "quota.reached")
        .count();
    assert!((1..=2).contains(&told), "each step is told once: {record}");
    let (_, figures) = app.page("/metrics", None).await;
    assert!(
        figures.contains("datapulse_quotas_used_up 1\n")
            && figures.contains("datapulse_events_total{result=\"dropped\"}"),
        "{figures}"
    );
    let cookie = app.cookie(&ada).await;
    let (_, page) = app.page("/settings/data", Some(&cookie)).await;
    assert!(
        page.contains("13 of 10 events this month (130 %)") && page.contains("used up"),
        "{page}"
    );

    another_plan_allows_more(&app, &ada).await;
}

async fn another_plan_allows_more(app: &TestApp, ada: &Member) {
    let org = &ada.organization;
    let told = app.run_on_its_data(&["org", "plan", org, "team"], "");
    assert!(told.status.success(), "{told:?}");
    for _ in 0..100 {
        if heard(app, "/api/analytics/events", ada, &events(1))
            .await
            .1
            .is_none()
        {
            assert_eq!(usage(app, ada).await["limit"], Value::Null);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("another plan allows more");
}

#[tokio::test]
async fn owners_and_admins_are_written_to_at_each_step_once() {
    let mail = MailServer::start();
    let mut app = TestApp::start_with(&[
        ("DATAPULSE_SMTP_URL", mail.url.as_str()),
        ("DATAPULSE_QUOTAS", "free=1000"),
    ]);
    let ada = app.member("ada").await;
    let bob = join(&app, &ada, "bob", "admin").await;
    let carl = join(&app, &ada, "carl", "editor").await;
    app.send(&ada, &events(799)).await;
    until(&app, &ada, |usage| usage["current"]["events"] == 799).await;
    app.send(&ada, &events(1)).await;
    for (subject, says) in [
        (
            "ada Ltd has used 80 % of this month's events",
            "has sent 800 events this month, of the 1,000",
        ),
        (
            "ada Ltd has used up this month's events",
            "has sent 1,050 events this month, of the 1,000",
        ),
    ] {
        for to in [&ada.email, &bob.email] {
            let letters = mail.letters(to, subject, 1).await;
            let path = letters[0].lines().find(|line| line.ends_with("/settings/data"));
            assert!(letters[0].contains(says) && path.is_some(), "{}", letters[0]);
        }
        // To the end, and on beyond it; a restart tells nothing twice.
        app.send(&ada, &events(250)).await;
        app.stop();
        app.start_again();
    }
    app.send(&ada, &events(10)).await;
    // Whatever was to come has come: the letter to somebody who registers now.
    app.member("last").await;
    mail.letters("last@example.org", "Confirm", 1).await;
    let about = |letter: &&String| letter.contains("this month's events");
    assert_eq!(mail.all().iter().filter(about).count(), 4, "{:?}", mail.all());
    let to_carl = format!("To: {}\n", carl.email);
    assert!(
        !mail
            .all()
            .iter()
            .filter(about)
            .any(|letter| letter.contains(&to_carl))
    );
}

#[tokio::test]
async fn the_count_is_exact_across_crashes_duplicates_and_rejections() {
    let mut app = TestApp::start();
    let ada = app.member("ada").await;
    let mut sent = 0;
    for round in 0..4 {
        let good: Vec<Value> = (0..7)
            .map(|number| json!({"id": format!("{round}-{number}"), "name": "x"}))
            .collect();
        let mut mixed = good.clone();
        mixed.extend([
            good[0].clone(),
            json!({"name": ""}),
            json!({"id": "0-0", "name": "x"}),
        ]);
        let (_, receipt) = app.send(&ada, &json!(mixed)).await;
        sent += receipt["accepted"].as_u64().expect("a count");
        if round % 2 == 0 {
            app.kill();
            app.start_again();
        } else {
            // Long enough for the count to be written down, and not always long enough.
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        }
        assert_eq!(
            usage(&app, &ada).await["current"]["events"],
            json!(sent),
            "round {round}"
        );
    }
    app.stop();
    app.start_again();
    assert_eq!(
        (sent, &usage(&app, &ada).await["current"]["events"]),
        (28, &json!(28))
    );
}
