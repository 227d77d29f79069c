use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{PASSWORD, TestApp, fields, read, session_cookie};

#[tokio::test]
async fn register_log_in_and_out_with_tokens() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (status, me) = app.get(&ada, "/api/auth/me").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(me["user"]["email"], "ada@example.org");
    assert_eq!(me["organizations"][0]["role"], "owner");
    assert_eq!(me["organizations"][0]["plan"], "free");

    let body = json!({"email": "ADA@example.org", "password": PASSWORD});
    let answer = app
        .request(Method::POST, "/api/auth/login")
        .json(&body)
        .send()
        .await
        .expect("an answer");
    let (status, signed_in) = read(answer).await;
    assert_eq!(
        (status, &signed_in["token_type"]),
        (StatusCode::OK, &json!("Bearer"))
    );

    assert_eq!(
        app.call(&ada, Method::POST, "/api/auth/logout", None).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(app.get(&ada, "/api/auth/me").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_alike() {
    let app = TestApp::start();
    app.member("ada").await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("ada@example.org", "not her password"),
        ("nobody@example.org", PASSWORD),
    ] {
        let body = json!({"email": email, "password": password});
        let answer = app
            .request(Method::POST, "/api/auth/login")
            .json(&body)
            .send()
            .await
            .expect("an answer");
        answers.push(read(answer).await);
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let app = TestApp::start();
    let body = json!({"email": "ada@example.org", "password": PASSWORD, "name": "Ada"});
    let answer = app
        .request(Method::POST, "/api/auth/register")
        .json(&body)
        .send()
        .await
        .expect("an answer");
    let first = read(answer).await.1["refresh_token"].clone();
    let refresh = async |token: &Value| {
        let body = json!({"refresh_token": token});
        read(
            app.request(Method::POST, "/api/auth/refresh")
                .json(&body)
                .send()
                .await
                .expect("an answer"),
        )
        .await
    };
    let (status, second) = refresh(&first).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(refresh(&first).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(
        refresh(&second["refresh_token"]).await.0,
        StatusCode::UNAUTHORIZED,
        "the whole family is dead"
    );
}

#[tokio::test]
async fn registration_says_what_is_wrong() {
    let app = TestApp::start();
    app.member("ada").await;
    let register = async |body: Value| {
        read(
            app.request(Method::POST, "/api/auth/register")
                .json(&body)
                .send()
                .await
                .expect("an answer"),
        )
        .await
    };
    let good = json!({"email": "grace@example.org", "password": PASSWORD, "name": "Grace"});
    let with = |key: &str, value: &str| {
        let mut body = good.clone();
        body[key] = json!(value);
        body
    };
    for (body, field) in [
        (with("email", "grace"), "email"),
        (with("password", "short"), "password"),
        (with("name", " "), "name"),
    ] {
        let (status, problem) = register(body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(fields(&problem)[0].0, field);
    }
    assert_eq!(
        register(with("email", "ada@example.org")).await.0,
        StatusCode::CONFLICT
    );
    assert_eq!(
        register(with("colour", "red")).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn forms_work_without_javascript() {
    let app = TestApp::start();
    let fields = [
        ("name", "Ada"),
        ("email", "ada@example.org"),
        ("password", PASSWORD),
        ("organization", ""),
    ];
    let answer = app.form("/register", &fields, None).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(answer.headers()["location"], "/");
    let flags = answer.headers()["set-cookie"].to_str().expect("ASCII").to_owned();
    assert!(
        flags.contains("HttpOnly") && flags.contains("SameSite=Lax"),
        "{flags}"
    );
    let cookie = session_cookie(&answer).expect("a session cookie");
    assert!(app.page("/", Some(&cookie)).await.1.contains("Dashboards"));

    let wrong = app
        .form(
            "/login",
            &[("email", "ada@example.org"), ("password", "wrong password")],
            None,
        )
        .await;
    let location = wrong.headers()["location"].to_str().expect("ASCII").to_owned();
    assert!(
        location.starts_with("/login?problem=credentials") && session_cookie(&wrong).is_none(),
        "{location}"
    );

    let out = app.form("/logout", &[], Some(&cookie)).await;
    assert_eq!(out.status(), StatusCode::SEE_OTHER);
    let me = app
        .request(Method::GET, "/api/auth/me")
        .header("cookie", &cookie)
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        me.status(),
        StatusCode::UNAUTHORIZED,
        "the old cookie opens nothing"
    );
}

#[tokio::test]
async fn passwords_cannot_be_tried_without_end() {
    let app = TestApp::start_with(&[("DATAPULSE_RATE_LIMITS", "on")]);
    let body = json!({"email": "nobody@example.org", "password": "a wrong password"});
    let mut refused = None;
    for _ in 0..40 {
        let answer = app
            .request(Method::POST, "/api/auth/login")
            .json(&body)
            .send()
            .await
            .expect("an answer");
        assert!(
            answer.headers()["ratelimit-policy"]
                .to_str()
                .is_ok_and(|policy| policy.contains("q=20"))
        );
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    let refused = refused.expect("the limit is reached");
    assert!(
        refused.headers()["retry-after"]
            .to_str()
            .is_ok_and(|seconds| seconds.parse::<u64>().is_ok())
    );
    assert_eq!(
        app.page("/healthz", None).await.0,
        StatusCode::OK,
        "nothing else is limited"
    );
}

#[tokio::test]
async fn another_site_cannot_act_with_the_cookie() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let cookie = app.cookie(&ada).await;
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ] {
        let request = app
            .request(Method::POST, "/api/dashboards")
            .header("cookie", &cookie)
            .header(header, value);
        let answer = request
            .json(&json!({"name": "x"}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{header}: {value}");
    }
    // Nothing that is no credential here makes the cookie one that another site may use.
    for (path, header, value) in [
        ("/api/dashboards?key=x", "accept", "*/*"),
        ("/api/auth/logout?key=", "accept", "*/*"),
        ("/settings/account/name?a=b&key=dpw_x", "accept", "*/*"),
        ("/settings/account/name", "x-write-key", "dpw_x"),
        ("/settings/account/name", "authorization", "Basic eDp5"),
        ("/api/dashboards", "authorization", "Basic eDp5"),
    ] {
        let request = app
            .request(Method::POST, path)
            .header("cookie", &cookie)
            .header("sec-fetch-site", "same-site")
            .header(header, value);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body("name=x");
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {header}: {value}");
    }
    // A token is one, whatever the letters of its scheme, and whoever sends it.
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let request = app
            .request(Method::POST, "/api/dashboards")
            .header("authorization", format!("{scheme} {}", ada.token))
            .header("sec-fetch-site", "cross-site");
        let answer = request
            .json(&json!({"name": "x"}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED, "{scheme}");
    }
    let own = app
        .request(Method::POST, "/api/dashboards")
        .header("cookie", &cookie)
        .header("sec-fetch-site", "same-origin");
    assert_eq!(
        own.json(&json!({"name": "x"}))
            .send()
            .await
            .expect("an answer")
            .status(),
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn what_is_no_address_has_no_account_and_is_not_invited() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    for email in ["<script>@x.de", "\"<b>\"@x.de", "Ada <ada@x.de>", "a@<b>.de"] {
        let body = json!({"email": email, "password": PASSWORD, "name": "Ada"});
        let asked = app.request(Method::POST, "/api/auth/register").json(&body);
        let (status, told) = read(asked.send().await.expect("an answer")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{email}: {told}");
        assert_eq!(fields(&told), [("email".to_owned(), "invalid".to_owned())]);
        let path = format!("/api/organizations/{}/invitations", ada.organization);
        let (status, told) = app
            .post(&ada, &path, json!({"email": email, "role": "viewer"}))
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{email}: {told}");
    }
}
