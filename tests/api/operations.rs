use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{PASSWORD, TestApp};

#[tokio::test]
async fn health_readiness_and_the_healthcheck_agree() {
    let app = TestApp::start();
    assert_eq!(
        app.page("/healthz", None).await,
        (StatusCode::OK, "ok\n".to_owned())
    );
    let (status, report) = app.page("/readyz", None).await;
    assert_eq!(status, StatusCode::OK, "{report}");
    for name in ["log", "database", "store"] {
        assert!(
            report.contains(&format!("{{\"name\":\"{name}\",\"ok\":true}}")),
            "{report}"
        );
    }
    assert!(app.run(&["healthcheck", "--server", &app.url]).status.success());
    assert!(
        !app.run(&["healthcheck", "--server", "http://127.0.0.1:9"])
            .status
            .success()
    );
}

#[tokio::test]
async fn sigterm_finishes_what_is_under_way_and_ends_well() {
    let mut app = TestApp::start();
    let ada = app.member("ada").await;
    let (status, _) = app.send(&ada, &json!([{"name": "last words"}])).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let pid = app.pid().to_string();
    let began = Instant::now();
    let signalled = std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status()
        .expect("kill runs");
    assert!(signalled.success());
    assert!(app.wait().success(), "status 0 after SIGTERM");
    assert!(began.elapsed() < Duration::from_secs(25));
}

#[tokio::test]
async fn an_account_can_be_made_where_registration_is_closed() {
    let app = TestApp::start_with(&[("DATAPULSE_REGISTRATION", "closed")]);
    let body = json!({"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"});
    let answer = app
        .request(Method::POST, "/api/auth/register")
        .json(&body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_account_is_made_on_the_command_line_beside_a_running_server() {
    let app = TestApp::start_with(&[("DATAPULSE_REGISTRATION", "closed")]);
    let made = app.run_on_its_data(&["user", "add", "ada@example.org", "--name", "Ada"], PASSWORD);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let body = json!({"email": "ada@example.org", "password": PASSWORD});
    let answer = app
        .request(Method::POST, "/api/auth/login")
        .json(&body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let again = app.run_on_its_data(&["user", "add", "ada@example.org"], PASSWORD);
    assert!(!again.status.success(), "the address is taken");
    assert!(app.run_on_its_data(&["migrate"], "").status.success());
}

#[tokio::test]
async fn two_servers_never_share_a_folder() {
    let app = TestApp::start();
    let second = app.run_on_its_data(&["serve"], "");
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(
        !second.status.success() && told.contains("stop it first"),
        "{told}"
    );
}

#[tokio::test]
async fn settings_are_printed_without_secrets() {
    let app = TestApp::start();
    let printed = app.run(&["serve", "--print-config", "--database", "postgres://u:secret@h/d"]);
    let text = String::from_utf8_lossy(&printed.stdout);
    assert!(
        printed.status.success() && text.contains("rate_limits") && !text.contains("secret"),
        "{text}"
    );
    for command in ["serve", "migrate", "seed", "import", "user", "healthcheck"] {
        assert!(app.run(&[command, "--help"]).status.success(), "{command} --help");
    }
}

#[tokio::test]
async fn limits_are_told_to_whoever_is_limited() {
    let app = TestApp::start_with(&[("DATAPULSE_RATE_LIMITS", "on")]);
    let ada = app.member("ada").await;
    let me = app
        .request(Method::GET, "/api/auth/me")
        .bearer_auth(&ada.token)
        .send()
        .await
        .expect("an answer");
    let policy = me.headers()["ratelimit-policy"].to_str().expect("ASCII");
    assert_eq!(
        policy,
        "\"user\";q=1200;w=60, \"organization\";q=12000;w=60, \"address\";q=6000;w=60"
    );
    let left = me.headers()["ratelimit"].to_str().expect("ASCII");
    assert!(left.contains("\"user\";r=11"), "{left}");

    let sent = app
        .request(Method::POST, "/api/analytics/events")
        .header("x-write-key", &ada.write_key)
        .json(&json!({"name": "visit"}))
        .send()
        .await
        .expect("an answer");
    let policy = sent.headers()["ratelimit-policy"].to_str().expect("ASCII");
    assert!(policy.starts_with("\"sender\";q=60000;w=60"), "{policy}");

    let cookie = app.cookie(&ada).await;
    for (path, cookie, limits) in [
        (
            "/",
            Some(&cookie),
            "\"user\";q=1200;w=60, \"organization\";q=12000;w=60, \"address\";q=6000;w=60",
        ),
        ("/", None, "\"address\";q=6000;w=60"),
        ("/s/no-such-link", None, "\"address\";q=6000;w=60"),
        ("/api/ws", None, "\"address\";q=6000;w=60"),
        ("/register", None, "\"address\";q=6000;w=60"),
    ] {
        let mut page = app.request(Method::GET, path);
        if let Some(cookie) = cookie {
            page = page.header("cookie", cookie);
        }
        let page = page.send().await.expect("an answer");
        assert_eq!(page.headers()["ratelimit-policy"], limits, "{path}");
    }

    let mut refused = None;
    for _ in 0..30 {
        let login = app.request(Method::POST, "/api/auth/login");
        let login = login.json(&json!({"email": "ada@example.org", "password": "wrong"}));
        let answer = login.send().await.expect("an answer");
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("twenty tries a minute");
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .expect("ASCII")
        .parse()
        .expect("seconds");
    assert!((1..=60).contains(&wait));
    assert!(
        refused.headers()["ratelimit"]
            .to_str()
            .expect("ASCII")
            .contains("\"credentials\";r=0")
    );
}

#[tokio::test]
async fn figures_have_templates_for_labels_and_no_ids() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    app.send(
        &ada,
        &json!([{"name": "visit", "id": "1"}, {"name": "visit", "id": "1"}, {"name": ""}]),
    )
    .await;
    app.get(&ada, &format!("/api/organizations/{}", ada.organization))
        .await;
    app.get(&ada, "/api/no/such/call").await;
    let (status, text) = app.page("/metrics", None).await;
    assert_eq!(status, StatusCode::OK);
    for line in [
        "datapulse_events_total{result=\"accepted\"} 1",
        "datapulse_events_total{result=\"duplicate\"} 1",
        "datapulse_events_total{result=\"rejected\"} 1",
        "datapulse_http_requests_total{method=\"GET\",route=\"/api/organizations/{id}\",status=\"2xx\"} 1",
        "datapulse_ready{piece=\"log\"} 1",
    ] {
        assert!(text.contains(line), "{line} is missing: {text}");
    }
    assert!(!text.contains(&ada.organization) && !text.contains("/api/no/such/call"));
    let far = app
        .request(Method::GET, "/metrics")
        .header("x-forwarded-for", "203.0.113.7")
        .send()
        .await;
    assert_eq!(
        far.expect("an answer").status(),
        StatusCode::NOT_FOUND,
        "not for the whole world"
    );
}

#[tokio::test]
async fn figures_tell_of_the_cache_and_the_store() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let question = json!({"kind": "trend", "series": [{"event": "visit", "measure": "count"}], "range": {"from": "2020-01-01", "to": "2020-01-31"}, "interval": "day"});
    let figure = async |name: &str| -> f64 {
        let (_, text) = app.page("/metrics", None).await;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().expect("a number"))
    };
    let hits = "datapulse_cache_lookups_total{cache=\"answers\",result=\"hit\"}";
    let misses = "datapulse_cache_lookups_total{cache=\"answers\",result=\"miss\"}";
    let questions = "datapulse_question_duration_seconds_count{kind=\"trend\"}";
    let reads = "datapulse_store_duration_seconds_count{operation=\"read\"}";
    assert!(
        figure(hits).await + figure(misses).await < 0.5,
        "nothing was asked"
    );
    for (asked, expected) in [(1.0, [0.0, 1.0]), (2.0, [1.0, 1.0])] {
        let (status, answer) = app.post(&ada, "/api/analytics/query", question.clone()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let seen = [figure(hits).await, figure(misses).await];
        assert!(
            seen.iter()
                .zip(expected)
                .all(|(seen, expected)| (seen - expected).abs() < 0.5),
            "{seen:?}"
        );
        assert!((figure(questions).await - asked).abs() < 0.5);
    }
    assert!(figure(reads).await > 0.5);
    let (_, text) = app.page("/metrics", None).await;
    assert!(
        text.contains("le=\"+Inf\"") && !text.contains("e+308"),
        "the last edge is no number: {text}"
    );
    assert!(figure("datapulse_cache_entries{cache=\"answers\"}").await > 0.5);
    assert!(figure("datapulse_cache_bytes{cache=\"answers\"}").await > 100.0);
    let appends = "datapulse_store_duration_seconds_count{operation=\"append\"}";
    app.send(&ada, &json!([{"name": "visit"}])).await;
    app.ask_until(&ada, &json!({"kind": "trend", "series": [{"event": "visit", "measure": "count"}], "range": {"last": "24h"}}), |answer| {
        answer["series"][0]["total"] == 1.0
    })
    .await;
    assert!(figure(appends).await > 0.5);
    assert!(figure("datapulse_store_bytes").await > 1_000.0);
    assert!(figure("datapulse_log_bytes").await > 1_000.0);
    let hashes = figure("datapulse_password_hashes_total").await;
    app.request(Method::POST, "/api/auth/login")
        .json(&json!({"email": "nobody@example.org", "password": "wrong"}))
        .send()
        .await
        .expect("an answer");
    assert!((figure("datapulse_password_hashes_total").await - hashes - 1.0).abs() < 0.5);
}

/// A panel that asks for a figure that there is not stays empty, and nobody notices.
#[tokio::test]
async fn the_dashboard_asks_for_figures_that_there_are() {
    const DASHBOARD: &str = include_str!("../../deploy/grafana-dashboard.json");
    let app = TestApp::start();
    let ada = app.member("ada").await;
    app.send(&ada, &json!([{"name": "visit"}])).await;
    app.ask_until(&ada, &json!({"kind": "trend", "series": [{"event": "visit", "measure": "count"}], "range": {"last": "24h"}}), |answer| {
        answer["series"][0]["total"] == 1.0
    })
    .await;
    let (_, text) = app.page("/metrics", None).await;
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let asked: Vec<&str> = panels
        .flat_map(|panel| panel["targets"].as_array().expect("targets"))
        .map(|target| target["expr"].as_str().expect("an expression"))
        .collect();
    assert!(asked.len() > 10, "{asked:?}");
    for expression in asked {
        let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        for name in words.filter(|word| word.starts_with("datapulse_")) {
            let is_there = |line: &str| {
                line.strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with(['{', ' ']))
            };
            assert!(text.lines().any(is_there), "{name} of {expression}");
        }
    }
}

#[tokio::test]
async fn administration_works_beside_a_running_server() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let told = app.run_on_its_data(&["org", "list"], "");
    let told = String::from_utf8(told.stdout).expect("text");
    assert!(told.contains(&format!("{}  ada Ltd", ada.organization)), "{told}");

    let suspend = |word: &str| app.run_on_its_data(&["org", word, &ada.organization], "");
    assert!(suspend("suspend").status.success());
    let (status, problem) = app.get(&ada, "/api/dashboards").await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::FORBIDDEN, &json!("/problems/suspended"))
    );
    assert!(suspend("resume").status.success());
    assert_eq!(app.get(&ada, "/api/dashboards").await.0, StatusCode::OK);

    let keys = async || {
        let answer = app.request(Method::GET, "/api/auth/jwks.json").send().await;
        crate::app::read(answer.expect("an answer")).await.1["keys"].clone()
    };
    let before = keys().await;
    let rotated = app.run_on_its_data(&["keys", "rotate"], "");
    assert!(rotated.status.success(), "{rotated:?}");
    let after = keys().await;
    assert_eq!(after.as_array().map(Vec::len), Some(2));
    assert_eq!(after[1], before[0], "the old key stays for a while");
    assert_eq!(app.get(&ada, "/api/auth/me").await.0, StatusCode::OK);

    let reset = app.run_on_its_data(&["user", "reset", "ada@example.org"], "another horse\n");
    assert!(reset.status.success(), "{reset:?}");
    assert_eq!(app.get(&ada, "/api/auth/me").await.0, StatusCode::UNAUTHORIZED);
    let login = async || {
        let body = json!({"email": "ada@example.org", "password": "another horse"});
        let answer = app
            .request(Method::POST, "/api/auth/login")
            .json(&body)
            .send()
            .await;
        answer.expect("an answer").status()
    };
    assert_eq!(login().await, StatusCode::OK);
    assert!(
        app.run_on_its_data(&["user", "disable", "ada@example.org"], "")
            .status
            .success()
    );
    assert_eq!(login().await, StatusCode::UNAUTHORIZED);
    assert!(
        app.run_on_its_data(&["user", "enable", "ada@example.org"], "")
            .status
            .success()
    );
    assert_eq!(login().await, StatusCode::OK);
    assert!(
        !app.run_on_its_data(&["user", "disable", "nobody@example.org"], "")
            .status
            .success()
    );
}
