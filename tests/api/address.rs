//! Another address for one's own account: by mail, by forms alone, and where no mail server is set.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, PASSWORD, TestApp, fields, read};
use crate::company::{Company, text};
use crate::mail::{MailServer, app_with};
use crate::two_factor::{app_of, codes};

const NEW: &str = "countess@example.org";

async fn ask(app: &TestApp, member: &Member, body: Value) -> (StatusCode, Value) {
    app.post(member, "/api/auth/email", body).await
}

fn wanted(email: &str) -> Value {
    json!({"email": email, "current_password": PASSWORD})
}

async fn log_in(app: &TestApp, email: &str) -> StatusCode {
    let body = json!({"email": email, "password": PASSWORD});
    let asked = app.request(Method::POST, "/api/auth/login").json(&body);
    read(asked.send().await.expect("an answer")).await.0
}

fn token(letter: &str) -> String {
    let link = letter.split("/confirm/").nth(1).expect("a link");
    link.split_whitespace().next().expect("a token").to_owned()
}

async fn open(app: &TestApp, token: &str) -> StatusCode {
    let body = json!({ "token": token });
    let asked = app.request(Method::POST, "/api/auth/email/confirm").json(&body);
    read(asked.send().await.expect("an answer")).await.0
}

async fn actions(app: &TestApp, member: &Member) -> String {
    let path = format!("/api/organizations/{}/audit?action=email", member.organization);
    app.get(member, &path).await.1.to_string()
}

#[tokio::test]
async fn a_link_to_the_new_address_changes_it_and_the_old_one_is_told() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    let ada = app.member("ada").await;
    let elsewhere = app.cookie(&ada).await;
    let (status, told) = ask(
        &app,
        &ada,
        json!({"email": NEW, "current_password": "not hers at all"}),
    )
    .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        fields(&told),
        [("current_password".to_owned(), "wrong".to_owned())]
    );
    for (email, code) in [("nowhere", "invalid"), ("ADA@example.org", "same")] {
        let (_, told) = ask(&app, &ada, wanted(email)).await;
        assert_eq!(fields(&told), [("email".to_owned(), code.to_owned())], "{told}");
    }

    assert_eq!(ask(&app, &ada, wanted(NEW)).await.0, StatusCode::ACCEPTED);
    let letter = mail.letters(NEW, "Use this address", 1).await.remove(0);
    mail.letters(&ada.email, "Another address was asked", 1).await;
    assert_eq!(
        log_in(&app, NEW).await,
        StatusCode::UNAUTHORIZED,
        "not before the link"
    );
    assert_eq!(
        ask(&app, &ada, wanted("other@example.org")).await.0,
        StatusCode::TOO_MANY_REQUESTS
    );

    let token = token(&letter);
    let (status, page) = app.page(&format!("/confirm/{token}"), None).await;
    assert!(
        status == StatusCode::OK && page.contains(&token),
        "a form, which changes nothing: {page}"
    );
    assert_eq!(log_in(&app, NEW).await, StatusCode::UNAUTHORIZED);
    assert_eq!(open(&app, &token).await, StatusCode::NO_CONTENT);
    assert_eq!(open(&app, &token).await, StatusCode::NOT_FOUND, "it works once");
    mail.letters(&ada.email, "is changed", 1).await;
    assert_eq!(log_in(&app, NEW).await, StatusCode::OK);
    assert_eq!(log_in(&app, &ada.email).await, StatusCode::UNAUTHORIZED);
    let (status, me) = app.get(&ada, "/api/auth/me").await;
    assert_eq!(
        (status, &me["user"]["email"]),
        (StatusCode::OK, &json!(NEW)),
        "whoever asked stays"
    );
    let (status, _) = app.page("/settings/account", Some(&elsewhere)).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "and is signed out elsewhere");
    let record = actions(&app, &ada).await;
    assert!(
        record.contains("email.asked") && record.contains("email.changed"),
        "{record}"
    );
    assert!(
        !record.contains(NEW),
        "addresses stay out of what is never deleted: {record}"
    );
}

#[tokio::test]
async fn nobody_learns_whether_the_new_address_has_an_account() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    let (ada, bob) = (app.member("ada").await, app.member("bob").await);
    let (eve, free) = (app.member("eve").await, "free@example.org");
    let taken = ask(&app, &ada, wanted(&bob.email)).await;
    assert_eq!(taken.0, StatusCode::ACCEPTED);
    assert_eq!(taken, ask(&app, &eve, wanted(free)).await);
    let letter = mail
        .letters(&bob.email, "This address has an account", 1)
        .await
        .remove(0);
    assert!(!letter.contains("/confirm/"), "{letter}");
    assert_eq!(log_in(&app, &bob.email).await, StatusCode::OK);

    // Somebody registers with an address that waits for its link: the link is of no use any more.
    let link = token(&mail.letters(free, "Use this address", 1).await[0]);
    let body = json!({"email": free, "password": PASSWORD, "name": "First"});
    let asked = app.request(Method::POST, "/api/auth/register").json(&body);
    assert_eq!(
        asked.send().await.expect("an answer").status(),
        StatusCode::CREATED
    );
    assert_eq!(open(&app, &link).await, StatusCode::NOT_FOUND);
    let (_, me) = app.get(&eve, "/api/auth/me").await;
    assert_eq!(me["user"]["email"], json!(eve.email));
}

#[tokio::test]
async fn another_password_ends_what_was_asked_for() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    let ada = app.member("ada").await;
    ask(&app, &ada, wanted(NEW)).await;
    let link = token(&mail.letters(NEW, "Use this address", 1).await[0]);
    let body = json!({"current_password": PASSWORD, "new_password": "another horse entirely"});
    assert_eq!(
        app.post(&ada, "/api/auth/password", body).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(open(&app, &link).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_account_with_a_second_factor_asks_for_its_code() {
    let mail = MailServer::start();
    let app = app_with(&mail);
    let ada = app.member("ada").await;
    let (_, setup) = app
        .post(&ada, "/api/auth/totp", json!({"password": PASSWORD}))
        .await;
    let [now, next] = codes(&app_of(&text(&setup["secret"])));
    app.post(&ada, "/api/auth/totp/confirm", json!({ "code": now }))
        .await;
    let with = |code: &str| json!({"email": NEW, "current_password": PASSWORD, "code": code});
    for (body, expected) in [(wanted(NEW), "required"), (with("000000"), "wrong")] {
        let (_, told) = ask(&app, &ada, body).await;
        assert_eq!(
            fields(&told),
            [("code".to_owned(), expected.to_owned())],
            "{told}"
        );
    }
    assert_eq!(ask(&app, &ada, with(&next)).await.0, StatusCode::ACCEPTED);
    mail.letters(NEW, "Use this address", 1).await;
}

#[tokio::test]
async fn forms_alone_change_it_and_without_mail_an_admin_makes_the_link() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let viewer = app.cookie(&company.viewer).await;
    let owner = app.cookie(&company.owner).await;
    let (_, page) = app.page("/settings/account", Some(&viewer)).await;
    assert!(
        page.contains("action=\"/settings/account/email\"") && !page.contains("name=\"code\""),
        "{page}"
    );
    let send = async |current: &str| {
        let fields = [("email", NEW), ("current", current)];
        let answer = app.form("/settings/account/email", &fields, Some(&viewer)).await;
        answer.headers()["location"].to_str().expect("ASCII").to_owned()
    };
    assert_eq!(
        send("not theirs").await,
        "/settings/account?problem=current_password"
    );
    assert_eq!(send(PASSWORD).await, "/settings/account?done=address");
    assert_eq!(send(PASSWORD).await, "/settings/account?problem=too_many");

    let user = company.user_id(&app, &company.viewer).await;
    let fields = [("user", user.as_str())];
    let answer = app
        .form("/settings/members/confirm-link", &fields, Some(&owner))
        .await;
    let told = answer.headers()["set-cookie"].to_str().expect("ASCII").to_owned();
    let token = token(told.split(';').next().expect("a pair"));
    let answer = app.form("/confirm", &[("token", token.as_str())], None).await;
    assert_eq!(answer.headers()["location"], "/confirm/done");
    assert_eq!(log_in(&app, NEW).await, StatusCode::OK);
}
