//! Letters, as they arrive at a real mail server; and where none is set, what takes their place.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;

use crate::app::{PASSWORD, TestApp, read, script};
use crate::company::{last_part, text};

const NEW: &str = "another horse entirely";

/// A real mail server; it ends with the value.
pub(crate) struct MailServer {
    folder: TempDir,
    pub(crate) url: String,
}

impl MailServer {
    pub(crate) fn start() -> Self {
        Self::start_at(None)
    }

    /// One where another was, if a port is named.
    pub(crate) fn start_at(port: Option<u16>) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let at = folder.path().to_string_lossy().into_owned();
        let port = port.map(|port| port.to_string());
        let arguments: Vec<&str> = ["start", &at].into_iter().chain(port.as_deref()).collect();
        let url = script("smtp.sh", &arguments);
        Self { folder, url }
    }

    pub(crate) fn port(&self) -> u16 {
        let (_, port) = self.url.rsplit_once(':').expect("a port");
        port.parse().expect("a number")
    }

    /// The letters to `to` with `subject` in them, once there are so many.
    pub(crate) async fn letters(&self, to: &str, subject: &str, count: usize) -> Vec<String> {
        let since = Instant::now();
        loop {
            let found = self
                .all()
                .into_iter()
                .filter(|letter| letter.contains(&format!("To: {to}\n")) && letter.contains(subject));
            let found: Vec<String> = found.collect();
            if found.len() >= count {
                return found;
            }
            assert!(
                since.elapsed() < Duration::from_secs(20),
                "{count} letters to {to}: {found:?}"
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The token in the letter that asks to confirm an address.
    pub(crate) async fn confirmation(&self, to: &str) -> String {
        let letters = self.letters(to, "Confirm", 1).await;
        let link = letters[0].split("/confirm/").nth(1).expect("a link");
        link.split_whitespace().next().expect("a token").to_owned()
    }

    /// Every letter that came.
    pub(crate) fn all(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path().join("mail")).expect("its folder");
        let files = files.map(|file| file.expect("a file").path());
        files
            .map(|path| std::fs::read_to_string(path).expect("text"))
            .collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        script("smtp.sh", &["stop", &self.folder.path().to_string_lossy()]);
    }
}

/// The path of the one link of ours in a letter.
fn link(letter: &str, url: &str) -> String {
    let line = letter.lines().find_map(|line| line.trim().strip_prefix(url));
    line.unwrap_or_else(|| panic!("a link: {letter}")).to_owned()
}

/// A server that sends its letters there.
pub(crate) fn app_with(mail: &MailServer) -> TestApp {
    TestApp::start_with(&[
        ("DATAPULSE_SMTP_URL", mail.url.as_str()),
        ("DATAPULSE_MAIL_FROM", "DataPulse <stats@example.org>"),
    ])
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail_and_forms_alone() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    let ada = app.member("ada").await;
    let cookie = app.cookie(&ada).await;

    let (status, page) = app.page("/forgot", None).await;
    assert!(
        status == StatusCode::OK && page.contains("action=\"/forgot\""),
        "{page}"
    );
    let asked = app.form("/forgot", &[("email", "ADA@example.org")], None).await;
    assert_eq!(asked.headers()["location"], "/forgot?done=sent");
    let letters = mail.letters("ada@example.org", "another password", 1).await;
    assert!(
        letters[0].contains("From: DataPulse <stats@example.org>"),
        "{}",
        letters[0]
    );
    let path = link(&letters[0], &app.url);
    let token = path.strip_prefix("/reset/").expect("a link to reset").to_owned();

    let (status, page) = app.page(&path, None).await;
    assert!(
        status == StatusCode::OK && page.contains("action=\"/reset\""),
        "{page}"
    );
    let weak = app
        .form("/reset", &[("token", &token), ("password", "short")], None)
        .await;
    assert_eq!(
        weak.headers()["location"],
        format!("{path}?problem=password").as_str()
    );
    let (_, page) = app.page(&format!("{path}?problem=password"), None).await;
    assert!(page.contains("Use 8 to 128 characters"), "{page}");
    let done = app
        .form("/reset", &[("token", &token), ("password", NEW)], None)
        .await;
    assert_eq!(done.headers()["location"], "/login?done=reset");
    assert!(
        app.page("/login?done=reset", None)
            .await
            .1
            .contains("Sign in with it")
    );

    let old = app
        .request(Method::GET, "/api/auth/me")
        .header("cookie", &cookie)
        .send()
        .await;
    assert_eq!(
        old.expect("an answer").status(),
        StatusCode::UNAUTHORIZED,
        "the reset ended it"
    );
    assert_eq!(app.get(&ada, "/api/auth/me").await.0, StatusCode::UNAUTHORIZED);
    let signed_in = app
        .form("/login", &[("email", "ada@example.org"), ("password", NEW)], None)
        .await;
    assert_eq!(signed_in.headers()["location"], "/");
    let (status, page) = app.page(&path, None).await;
    assert!(
        status == StatusCode::NOT_FOUND && page.contains("does not work any more"),
        "{page}"
    );
}

#[tokio::test]
async fn nobody_learns_which_addresses_have_an_account_or_fills_a_letter_box() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    app.member("ada").await;
    let mut answers = Vec::new();
    for email in ["ada@example.org", "nobody@example.org"].repeat(4) {
        let asked = app
            .request(Method::POST, "/api/auth/password/forgot")
            .json(&json!({"email": email}));
        let answer = asked.send().await.expect("an answer");
        let headers = answer
            .headers()
            .keys()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        answers.push((answer.status(), headers, answer.text().await.expect("text")));
    }
    assert_eq!(answers[0].0, StatusCode::ACCEPTED);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    mail.letters("ada@example.org", "another password", 1).await;
    // Whatever was to come has come: the letter to confirm the address of somebody who registers now.
    app.member("last").await;
    mail.letters("last@example.org", "Confirm", 1).await;
    let resets = mail
        .all()
        .into_iter()
        .filter(|letter| letter.contains("another password"));
    assert_eq!(resets.count(), 1, "one in a minute, and none to nobody");
}

#[tokio::test]
async fn an_address_is_confirmed_by_the_letter_that_registering_sends() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    let ada = app.member("ada").await;
    let confirmed = async || app.get(&ada, "/api/auth/me").await.1["email_confirmed"].clone();
    assert_eq!(confirmed().await, json!(false));
    let letters = mail.letters("ada@example.org", "Confirm", 1).await;
    let path = link(&letters[0], &app.url);
    let token = path.strip_prefix("/confirm/").expect("a link to confirm");
    let (status, page) = app.page(&path, None).await;
    assert!(
        status == StatusCode::OK && page.contains("action=\"/confirm\""),
        "{page}"
    );
    assert_eq!(confirmed().await, json!(false), "looking is not confirming");
    let again = app.post(&ada, "/api/auth/email/send", json!({})).await;
    assert_eq!(again.0, StatusCode::TOO_MANY_REQUESTS, "a letter is on its way");
    let done = app.form("/confirm", &[("token", token)], None).await;
    assert_eq!(done.headers()["location"], "/confirm/done");
    assert!(
        app.page("/confirm/done", None)
            .await
            .1
            .contains("Your address is confirmed")
    );
    assert_eq!(confirmed().await, json!(true));
    let answer = app
        .request(Method::POST, "/api/auth/email/confirm")
        .json(&json!({"token": token}));
    assert_eq!(
        read(answer.send().await.expect("an answer")).await.0,
        StatusCode::NOT_FOUND
    );
    let cookie = app.cookie(&ada).await;
    assert!(
        app.page("/settings/account", Some(&cookie))
            .await
            .1
            .contains("confirmed")
    );
}

#[tokio::test]
async fn letters_are_in_the_language_of_whoever_reads_them() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    let body = json!({"email": "karl@example.org", "password": PASSWORD, "name": "Karl", "organization": "Karls Firma"});
    let made = app
        .request(Method::POST, "/api/auth/register")
        .header("accept-language", "de-AT")
        .json(&body);
    let (status, made) = read(made.send().await.expect("an answer")).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let letters = mail
        .letters("karl@example.org", "Bestätige deine E-Mail-Adresse", 1)
        .await;
    assert!(letters[0].contains("Hallo,"), "{}", letters[0]);

    let ada = app.member("ada").await;
    mail.letters("ada@example.org", "Confirm your e-mail address", 1)
        .await;
    let cookie = app.cookie(&ada).await;
    app.form("/language", &[("language", "de"), ("back", "/")], Some(&cookie))
        .await;
    let asked = app.form("/forgot", &[("email", "ada@example.org")], None).await;
    assert_eq!(asked.headers()["location"], "/forgot?done=sent");
    let letters = mail
        .letters("ada@example.org", "Ein anderes Passwort für DataPulse", 1)
        .await;
    assert!(
        letters[0].contains("Wähl es hier"),
        "chosen before: {}",
        letters[0]
    );
    let form = [("email", "eve@example.org"), ("role", "viewer")];
    app.form("/settings/members/invite", &form, Some(&cookie)).await;
    let letters = mail
        .letters("eve@example.org", "Komm zu ada Ltd bei DataPulse", 1)
        .await;
    assert!(letters[0].contains("als Betrachter"), "{}", letters[0]);
}

#[tokio::test]
async fn invitations_go_out_by_mail() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    let ada = app.member("ada").await;
    let path = format!("/api/organizations/{}/invitations", ada.organization);
    let (status, made) = app
        .post(&ada, &path, json!({"email": "bob@example.org", "role": "editor"}))
        .await;
    assert_eq!(
        (status, &made["by_mail"]),
        (StatusCode::CREATED, &json!(true)),
        "{made}"
    );
    let letters = mail
        .letters("bob@example.org", "Join ada Ltd on DataPulse", 1)
        .await;
    assert_eq!(
        link(&letters[0], &app.url),
        format!("/invitations/{}", last_part(&made["url"]))
    );
    let cookie = app.cookie(&ada).await;
    let form = [("email", "eve@example.org"), ("role", "viewer")];
    let invited = app.form("/settings/members/invite", &form, Some(&cookie)).await;
    assert_eq!(invited.headers()["location"], "/settings/members?done=mailed");
    mail.letters("eve@example.org", "Join", 1).await;
}

#[tokio::test]
async fn without_a_mail_server_the_log_and_the_page_of_members_tell_links() {
    let app = TestApp::start_logging();
    let ada = app.member("ada").await;
    let asked = app.form("/forgot", &[("email", "ada@example.org")], None).await;
    assert_eq!(asked.headers()["location"], "/forgot?done=sent");
    let line = app
        .logged(|line| line.contains("another password") && line.contains("/reset/"))
        .await;
    let told: serde_json::Value = serde_json::from_str(&line).expect("a line of JSON");
    let token = last_part(&told["link"]);
    assert_eq!(app.page(&format!("/reset/{token}"), None).await.0, StatusCode::OK);

    let invited = format!("/api/organizations/{}/invitations", ada.organization);
    let (_, made) = app
        .post(
            &ada,
            &invited,
            json!({"email": "bob@example.org", "role": "editor"}),
        )
        .await;
    let body = json!({"email": "bob@example.org", "password": PASSWORD, "name": "Bob", "invitation": last_part(&made["url"])});
    let bob = app
        .request(Method::POST, "/api/auth/register")
        .json(&body)
        .send()
        .await;
    let bob = text(&read(bob.expect("an answer")).await.1["user"]["id"]);
    let cookie = app.cookie(&ada).await;
    let (_, page) = app.page("/settings/members", Some(&cookie)).await;
    assert!(page.contains("action=\"/settings/members/reset-link\""), "{page}");
    let linked = app
        .form("/settings/members/reset-link", &[("user", &bob)], Some(&cookie))
        .await;
    assert_eq!(linked.headers()["location"], "/settings/members");
    let told = linked.headers()["set-cookie"].to_str().expect("ASCII");
    let told = told.split(';').next().expect("a pair");
    let (_, page) = app
        .page("/settings/members", Some(&format!("{cookie}; {told}")))
        .await;
    let token = told.rsplit('/').next().expect("a token");
    assert!(page.contains(&format!("/reset/{token}")), "{page}");
    let done = app
        .form("/reset", &[("token", token), ("password", NEW)], None)
        .await;
    assert_eq!(done.headers()["location"], "/login?done=reset");

    assert!(
        page.contains("action=\"/settings/members/confirm-link\""),
        "{page}"
    );
    let linked = app
        .form("/settings/members/confirm-link", &[("user", &bob)], Some(&cookie))
        .await;
    assert_eq!(linked.headers()["location"], "/settings/members");
    let told = linked.headers()["set-cookie"].to_str().expect("ASCII");
    assert!(told.contains("HttpOnly") && told.contains("Max-Age=60"), "{told}");
    let told = told.split(';').next().expect("a pair");
    let token = told.rsplit('/').next().expect("a token");
    let (_, page) = app
        .page("/settings/members", Some(&format!("{cookie}; {told}")))
        .await;
    assert!(page.contains(&format!("/confirm/{token}")), "{page}");
    let done = app.form("/confirm", &[("token", token)], None).await;
    assert_eq!(done.headers()["location"], "/confirm/done");
    let (_, page) = app.page("/settings/members", Some(&cookie)).await;
    assert!(
        !page.contains("/settings/members/confirm-link"),
        "nobody is left to confirm: {page}"
    );
}

#[tokio::test]
async fn the_operator_prints_a_link() {
    let app = TestApp::start();
    app.member("ada").await;
    let printed = app.run_on_its_data(&["user", "reset", "ada@example.org", "--link"], "");
    let link = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
    assert!(
        printed.status.success() && link.contains("/reset/"),
        "{printed:?}"
    );
    let token = link.rsplit('/').next().expect("a token");
    assert_eq!(app.page(&format!("/reset/{token}"), None).await.0, StatusCode::OK);
}
