//! Letters that no mail server takes at once: they wait in the database, go out once, and whoever may help hears of them.

use std::path::Path;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{Member, TestApp, script};
use crate::mail::{MailServer, app_with};

/// The letters that did not arrive, once `are` says so of them.
async fn stuck(app: &TestApp, admin: &Member, are: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let path = format!("/api/organizations/{}/mail", admin.organization);
    for _ in 0..400 {
        let (status, letters) = app.get(admin, &path).await;
        assert_eq!(status, StatusCode::OK, "{letters}");
        let letters = letters["items"].as_array().expect("a list").clone();
        if are(&letters) {
            return letters;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("such letters do not come")
}

/// Whether a file below `folder` holds `text`.
fn holds(folder: &Path, text: &str) -> bool {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").path()).any(|path| {
        if path.is_dir() {
            return holds(&path, text);
        }
        // A file that is gone by now holds nothing.
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

#[tokio::test]
async fn a_letter_outlives_the_mail_server_and_the_program_and_goes_out_once() {
    let away = MailServer::start();
    let (url, port) = (away.url.clone(), away.port());
    let mut app = app_with(&away);
    drop(away);
    let ada = app.member("ada").await;
    let letters = stuck(&app, &ada, |letters| !letters.is_empty()).await;
    let letter = json!({
        "kind": letters[0]["kind"], "to": letters[0]["to"], "trouble": letters[0]["trouble"], "said": letters[0]["said"],
    });
    let waits = json!({"kind": "confirm", "to": "ada@example.org", "trouble": "waiting", "said": null});
    assert_eq!((letters.len(), letter), (1, waits));
    let cookie = app.cookie(&ada).await;
    let (_, page) = app.page("/settings/members", Some(&cookie)).await;
    assert!(
        page.contains("Letters that did not arrive") && page.contains("Is tried again"),
        "{page}"
    );

    let bob = app.member("bob").await;
    let (status, _) = app
        .get(&bob, &format!("/api/organizations/{}/mail", ada.organization))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND, "another organization's");
    let bobs = stuck(&app, &bob, |letters| !letters.is_empty()).await;
    assert!(
        bobs.iter().all(|letter| letter["to"] == "bob@example.org"),
        "{bobs:?}"
    );
    assert!(
        holds(app.data.path(), "ada@example.org") && !holds(app.data.path(), "/confirm/"),
        "a link opens an account: it lies there sealed"
    );

    app.kill();
    let back = MailServer::start_at(Some(port));
    assert_eq!(back.url, url);
    app.start_again();
    for member in [&ada, &bob] {
        back.confirmation(&member.email).await;
        stuck(&app, member, <[Value]>::is_empty).await;
    }
    // Whatever else was to come has come before a letter that is asked for now.
    app.member("last").await;
    back.confirmation("last@example.org").await;
    assert_eq!(back.all().len(), 3, "each went out once");
}

#[tokio::test]
async fn a_letter_that_is_refused_is_told_and_not_sent_again() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    let ada = app.member("ada").await;
    let invitations = format!("/api/organizations/{}/invitations", ada.organization);
    let (status, made) = app
        .post(
            &ada,
            &invitations,
            json!({"email": "nobody@example.org", "role": "viewer"}),
        )
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let letters = stuck(&app, &ada, |letters| !letters.is_empty()).await;
    assert_eq!(
        (&letters[0]["kind"], &letters[0]["trouble"], &letters[0]["tries"]),
        (&json!("invitation"), &json!("refused"), &json!(1))
    );
    assert!(
        letters[0]["said"]
            .as_str()
            .is_some_and(|said| said.contains("no such mailbox")),
        "{letters:?}"
    );
    let cookie = app.cookie(&ada).await;
    let (_, page) = app.page("/settings/members", Some(&cookie)).await;
    assert!(page.contains("no such mailbox"), "{page}");
    let path = format!("{invitations}/{}", made["id"].as_str().expect("an id"));
    let taken_back = app.call(&ada, Method::DELETE, &path, None).await;
    assert_eq!(taken_back.0, StatusCode::NO_CONTENT);
    stuck(&app, &ada, <[Value]>::is_empty).await;
}

/// A PostgreSQL of the test's own; it ends with the value.
struct Database {
    folder: TempDir,
    url: String,
}

impl Database {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = script("postgres.sh", &["start", &Self::within(&folder)]);
        Self { folder, url }
    }

    fn within(folder: &TempDir) -> String {
        folder.path().join("postgres").to_string_lossy().into_owned()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        script("postgres.sh", &["stop", &Self::within(&self.folder)]);
    }
}

#[tokio::test]
async fn two_processes_on_one_database_send_each_letter_once() {
    const INVITED: usize = 30;
    let database = Database::start();
    let mail = MailServer::start();
    let settings = [
        ("DATAPULSE_DATABASE_URL", database.url.as_str()),
        // As behind a balancer: what one signs, the other takes.
        ("DATAPULSE_PUBLIC_URL", "http://stats.example.org"),
        (
            "DATAPULSE_MASTER_KEYS",
            "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
        ),
        ("DATAPULSE_SMTP_URL", mail.url.as_str()),
        ("DATAPULSE_MAIL_FROM", "DataPulse <stats@example.org>"),
    ];
    let (one, other) = (TestApp::start_with(&settings), TestApp::start_with(&settings));
    let ada = one.member("ada").await;
    let invitations = format!("/api/organizations/{}/invitations", ada.organization);
    for number in 0..INVITED {
        let body = json!({"email": format!("guest{number}@example.org"), "role": "viewer"});
        let by = if number % 2 == 0 { &one } else { &other };
        let (status, made) = by.post(&ada, &invitations, body).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
    }
    for number in 0..INVITED {
        mail.letters(&format!("guest{number}@example.org"), "Join", 1)
            .await;
    }
    mail.confirmation("ada@example.org").await;
    one.member("last").await;
    mail.confirmation("last@example.org").await;
    assert_eq!(mail.all().len(), INVITED + 2, "each went out once");
}

#[tokio::test]
async fn the_operator_prints_a_link_that_confirms_an_address() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let printed = app.run_on_its_data(&["user", "confirm", "ada@example.org"], "");
    let link = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
    let (_, token) = link.split_once("/confirm/").expect("a link");
    let done = app.form("/confirm", &[("token", token)], None).await;
    assert_eq!(done.headers()["location"], "/confirm/done");
    let (_, me) = app.get(&ada, "/api/auth/me").await;
    assert_eq!(me["email_confirmed"], json!(true));
    let again = app.run_on_its_data(&["user", "confirm", "ada@example.org"], "");
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(
        !again.status.success() && said.contains("confirmed already"),
        "{said}"
    );
}
