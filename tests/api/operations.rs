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
