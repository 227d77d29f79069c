//! Passwords over HTTP: guessed from outside while their owner signs in, brought along from elsewhere, refused.

use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use crate::app::{PASSWORD, TestApp, fields, read, session_cookie};

/// Of `correct horse`, by Python's bcrypt, at cost 12.
const BCRYPT: &str = "$2b$12$3fn0asel38jEegOrwA0Iyu4lHepibNgInRmXDkerd1shzBlDzuf9G";

/// A log-in by a program at `address`, as the proxy in front tells it.
async fn log_in(app: &TestApp, address: &str, password: &str) -> Response {
    let request = app
        .request(Method::POST, "/api/auth/login")
        .header("x-forwarded-for", address)
        .json(&json!({"email": "ada@example.org", "password": password}));
    request.send().await.expect("the server answers")
}

/// A log-in by the form, at `address` and with these cookies.
async fn log_in_by_form(app: &TestApp, address: &str, cookies: &str) -> Response {
    let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
    let request = app
        .request(Method::POST, "/login")
        .header("x-forwarded-for", address)
        .header("cookie", cookies)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(serde_urlencoded::to_string(fields).expect("plain text"));
    request.send().await.expect("the server answers")
}

/// What a browser would send back of the cookie that tells it apart.
fn browser_cookie(answer: &Response) -> Option<String> {
    let cookies = answer.headers().get_all("set-cookie").iter();
    let mut cookies = cookies.filter_map(|cookie| cookie.to_str().ok());
    let cookie = cookies.find(|cookie| cookie.starts_with("browser="))?;
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    cookie.split(';').next().map(str::to_owned)
}

#[tokio::test]
async fn whoever_guesses_is_slowed_down_and_keeps_nobody_out() {
    let mut app = TestApp::start();
    app.member("ada").await;
    let at_home = log_in_by_form(&app, "203.0.113.9", "").await;
    assert!(session_cookie(&at_home).is_some());
    let browser = browser_cookie(&at_home).expect("the browser is told how it is known");

    let mut looked_at = 0;
    let refused = loop {
        let answer = log_in(&app, &format!("198.51.{looked_at}.7"), "not her password").await;
        if answer.status() != StatusCode::UNAUTHORIZED {
            break answer;
        }
        looked_at += 1;
    };
    assert_eq!((looked_at, refused.status()), (10, StatusCode::TOO_MANY_REQUESTS));
    let told = refused.headers()["ratelimit"].to_str().expect("plain text");
    assert!(told.contains("\"wait\";r=0;"), "{told}");
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .expect("ASCII")
        .parse()
        .expect("seconds");
    assert!((60..=120).contains(&wait), "{wait}");
    assert_eq!(
        log_in(&app, "192.0.2.1", PASSWORD).await.status(),
        StatusCode::TOO_MANY_REQUESTS,
        "strangers share one count"
    );

    // A restart forgives nothing, and forgets nobody.
    app.stop();
    app.start_again();
    assert_eq!(
        log_in(&app, "192.0.2.1", PASSWORD).await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    let elsewhere = log_in_by_form(&app, "192.0.2.1", &browser).await;
    assert!(session_cookie(&elsewhere).is_some(), "her browser is known");
    assert_eq!(browser_cookie(&elsewhere).as_ref(), Some(&browser));
    assert_eq!(
        log_in(&app, "203.0.113.77", PASSWORD).await.status(),
        StatusCode::OK,
        "her network is known"
    );
    let stranger = log_in_by_form(&app, "198.18.0.2", "").await;
    assert_eq!(
        stranger.headers()["location"],
        "/login?problem=too_many&email=ada%40example.org"
    );
}

#[tokio::test]
async fn a_link_by_mail_lets_a_new_browser_in_while_somebody_guesses() {
    let app = TestApp::start();
    app.member("ada").await;
    for n in 0..10 {
        log_in(&app, &format!("198.51.{n}.7"), "not her password").await;
    }
    let printed = app.run_on_its_data(&["user", "reset", "ada@example.org", "--link"], "");
    let link = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
    let token = link.rsplit('/').next().expect("a token");
    let form = [("token", token), ("password", PASSWORD)];
    let done = app.form("/reset", &form, None).await;
    assert_eq!(done.headers()["location"], "/login?done=reset");
    let browser = browser_cookie(&done).expect("whoever had the link is known");
    let signed_in = log_in_by_form(&app, "192.0.2.1", &browser).await;
    assert!(session_cookie(&signed_in).is_some());
}

#[tokio::test]
async fn accounts_are_brought_along_with_their_passwords() {
    let app = TestApp::start();
    let made = app.run_on_its_data(&["user", "add", "ada@example.org", "--hashed"], BCRYPT);
    assert!(made.status.success(), "{made:?}");
    for _ in 0..2 {
        assert_eq!(
            log_in(&app, "192.0.2.1", "correct horse").await.status(),
            StatusCode::OK
        );
    }
    let refused = app.run_on_its_data(
        &["user", "add", "eve@example.org", "--hashed"],
        "eve's password\n",
    );
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && told.contains("argon2") && told.contains("bcrypt"),
        "{told}"
    );
}

#[tokio::test]
async fn passwords_that_many_people_use_are_refused() {
    let app = TestApp::start();
    for password in ["Passw0rd", "qwertyuiop", "ada@example.org"] {
        let body = json!({"email": "ada@example.org", "password": password, "name": "Ada"});
        let request = app.request(Method::POST, "/api/auth/register").json(&body);
        let (status, problem) = read(request.send().await.expect("an answer")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(
            fields(&problem),
            [("password".to_owned(), "too_common".to_owned())]
        );
    }
    let form = [
        ("email", "ada@example.org"),
        ("password", "iloveyou123"),
        ("name", "Ada"),
    ];
    let answer = app.form("/register", &form, None).await;
    let location = answer.headers()["location"].to_str().expect("ASCII").to_owned();
    assert!(location.contains("problem=too_common"), "{location}");
    let (_, page) = app.page(&location, None).await;
    assert!(page.contains("Many people use this password"), "{page}");
}
