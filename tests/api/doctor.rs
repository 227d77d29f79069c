//! `datapulse doctor` beside a running server, before the first start, and where things are wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::app::{PROGRAM, TestApp};
use crate::mail::MailServer;
use crate::nginx::Nginx;

fn doctor(folder: &Path, settings: &[(&str, &str)], args: &[&str]) -> (Output, String) {
    let mut command = Command::new(PROGRAM);
    command.arg("doctor").args(args).env("DATAPULSE_DATA_DIR", folder);
    let output = command
        .envs(settings.iter().copied())
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, text)
}

/// The state of a line, as it begins it.
fn state<'t>(text: &'t str, what: &str) -> &'t str {
    let line = text
        .lines()
        .find(|line| line.get(6..).is_some_and(|rest| rest.starts_with(what)));
    line.unwrap_or_else(|| panic!("a line about {what}: {text}"))[..4].trim()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_in_good_order_has_nothing_bad() {
    let mail = MailServer::start();
    let app = TestApp::start_with(&[("DATAPULSE_SMTP_URL", &mail.url)]);
    app.member("ada").await;
    let addr = app.url.trim_start_matches("http://");
    let settings = [("DATAPULSE_ADDR", addr), ("DATAPULSE_SMTP_URL", &mail.url)];
    let (output, text) = doctor(app.data.path(), &settings, &["--url", &app.url]);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for what in [
        "settings",
        "data folder",
        "clock",
        "master keys",
        "database",
        "secrets",
        "event log",
        "event store",
        "mail",
        "server",
        "proxy",
        "headers",
        "addresses",
        "forms",
        "large bodies",
    ] {
        assert_eq!(state(&text, what), "ok", "{what}: {text}");
    }
    assert!(["ok", "note", "BAD"].contains(&state(&text, "disk")), "{text}");
    assert!(
        !text.contains("a%20word%20for%20mail"),
        "no password is told: {text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_start_nothing_is_bad_and_nothing_is_made() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let data = folder.path().join("data");
    let (output, text) = doctor(&data, &[], &[]);
    assert!(
        output.status.success() && text.contains("-> The first start makes it"),
        "{text}"
    );
    assert!(!data.exists(), "looking makes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_with_what_to_do() {
    let app = TestApp::start();
    app.member("ada").await;
    let folder = app.data.path().to_owned();
    let keys = folder.join("master.keys");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let settings = [
        ("DATAPULSE_ADDR", app.url.trim_start_matches("http://")),
        ("DATAPULSE_SMTP_URL", "smtp://127.0.0.1:9"),
        ("DATAPULSE_REDIS_URL", "redis://127.0.0.1:9/0"),
    ];
    let (output, text) = doctor(&folder, &settings, &["--url", "http://127.0.0.1:9"]);
    assert!(!output.status.success(), "{text}");
    for what in ["master keys", "mail", "proxy"] {
        assert_eq!(state(&text, what), "BAD", "{what}: {text}");
    }
    assert_eq!(state(&text, "redis"), "note", "{text}");
    assert!(text.contains("chmod 600"), "{text}");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("3 things need attention"), "{told}");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o600)).expect("it is ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_a_clock_that_was_set_back_and_lost_keys_are_seen() {
    let mut app = TestApp::start();
    let ada = app.member("ada").await;
    let begun = app
        .post(
            &ada,
            "/api/auth/totp",
            serde_json::json!({"password": crate::app::PASSWORD}),
        )
        .await;
    assert_eq!(begun.0, 201);
    app.stop();
    let folder = app.data.path();
    let (output, text) = doctor(folder, &[], &[]);
    assert!(
        output.status.success() && text.contains("2 sealed, all open"),
        "{text}"
    );

    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let (output, text) = doctor(folder, &[("DATAPULSE_MASTER_KEYS", other)], &[]);
    assert!(
        !output.status.success() && state(&text, "secrets") == "BAD",
        "{text}"
    );

    let file = folder.join("from-the-future");
    fs::write(&file, "").expect("it can be written");
    let touched = Command::new("touch").args(["-d", "+2 hours"]).arg(&file).status();
    assert!(touched.expect("touch runs").success());
    let (_, text) = doctor(folder, &[], &[]);
    assert_eq!(state(&text, "clock"), "BAD", "{text}");
    fs::remove_file(&file).expect("it is ours");

    let database = folder.join("datapulse.sqlite3");
    let mut bytes = fs::read(&database).expect("it is there");
    let from = bytes.len() / 2;
    for byte in &mut bytes[from..from + 8_192] {
        *byte = 0x5a;
    }
    fs::write(&database, bytes).expect("it can be written");
    let (output, text) = doctor(folder, &[], &[]);
    assert!(
        !output.status.success() && state(&text, "database") == "BAD",
        "{text}"
    );
}

/// What `doctor` says of the way through a proxy that is set up like this, and of one that is trusted as `trusted` says.
fn through(location: &str, rest: &str, trusted: &str) -> (bool, String) {
    let reserved = Nginx::reserve();
    let url = reserved.url.clone();
    let settings = [
        ("DATAPULSE_PUBLIC_URL", url.as_str()),
        ("DATAPULSE_TRUSTED_PROXIES", trusted),
    ];
    let app = TestApp::start_with(&settings);
    let upstream = app.url.trim_start_matches("http://").to_owned();
    let _nginx = reserved.start(&upstream, location, rest);
    let settings = [&settings[..], &[("DATAPULSE_ADDR", upstream.as_str())]].concat();
    let (output, text) = doctor(app.data.path(), &settings, &["--url", &url]);
    (output.status.success(), text)
}

const AS_WE_SAY: &str = "proxy_set_header Host $host:$server_port;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;";
const ROOM: &str = "client_max_body_size 21m;";
const NEAR: &str = "127.0.0.1";

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_that_is_set_up_as_we_say_nothing_is_bad() {
    let (good, text) = through(AS_WE_SAY, ROOM, NEAR);
    assert!(good, "{text}");
    for what in ["proxy", "headers", "addresses", "forms", "large bodies"] {
        assert_eq!(state(&text, what), "ok", "{what}: {text}");
    }
    assert!(text.contains("arrive: this is 127.0.0.1"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_a_proxy_may_do_wrong_is_named() {
    let host = "proxy_set_header Host $host:$server_port;";
    let hides = "proxy_hide_header Content-Security-Policy;";
    for (location, rest, trusted, bad, says) in [
        (host, ROOM, NEAR, "addresses", "proxy_set_header X-Forwarded-For"),
        (
            AS_WE_SAY,
            ROOM,
            "192.0.2.1",
            "addresses",
            "Add 127.0.0.1 to DATAPULSE_TRUSTED_PROXIES",
        ),
        (AS_WE_SAY, "", NEAR, "large bodies", "client_max_body_size"),
        (
            &format!("{AS_WE_SAY} {hides}"),
            ROOM,
            NEAR,
            "headers",
            "content-security-policy",
        ),
    ] {
        let (good, text) = through(location, rest, trusted);
        assert!(!good && text.contains(says), "{bad}: {text}");
        for what in ["proxy", "headers", "addresses", "forms", "large bodies"] {
            let expected = if what == bad { "BAD" } else { "ok" };
            assert_eq!(
                state(&text, what),
                expected,
                "{what}, where {bad} is wrong: {text}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_leads_nowhere_or_under_another_name_is_noticed() {
    let nginx = Nginx::reserve();
    let app = TestApp::start_with(&[("DATAPULSE_PUBLIC_URL", "https://stats.example.org")]);
    let upstream = app.url.trim_start_matches("http://").to_owned();
    let without_host = "proxy_set_header X-Forwarded-For $remote_addr;";
    let nginx = nginx.start(&upstream, without_host, ROOM);
    let settings = [
        ("DATAPULSE_ADDR", upstream.as_str()),
        ("DATAPULSE_PUBLIC_URL", "https://stats.example.org"),
    ];
    let (output, text) = doctor(app.data.path(), &settings, &["--url", &nginx.url]);
    assert!(
        !output.status.success() && text.contains("https://stats.example.org"),
        "{text}"
    );
    assert_eq!(
        (state(&text, "addresses"), state(&text, "forms")),
        ("ok", "BAD"),
        "{text}"
    );

    let nowhere = Nginx::reserve().start("127.0.0.1:9", AS_WE_SAY, ROOM);
    let (output, text) = doctor(app.data.path(), &settings, &["--url", &nowhere.url]);
    assert!(
        !output.status.success() && text.contains("/login answers 502"),
        "{text}"
    );
}
