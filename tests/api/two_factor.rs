//! The second factor over HTTP: by forms alone, and by REST.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::app::{PASSWORD, TestApp, read, session_cookie};
use crate::company::text;

const FORM: [(&str, &str); 3] = [
    ("email", "ada@example.org"),
    ("password", PASSWORD),
    ("next", "/live"),
];

pub(crate) fn app_of(secret: &str) -> Totp {
    let secret = Secret::try_from_base32(secret).expect("base32");
    Builder::new().with_secret(secret).build().expect("an app")
}

/// Codes are good for the step before and the next one too: two in a row without waiting, whenever a step begins.
pub(crate) fn codes(app: &Totp) -> [String; 2] {
    let now = std::process::Command::new("date")
        .arg("+%s")
        .output()
        .expect("date runs");
    let now: u64 = String::from_utf8_lossy(&now.stdout)
        .trim()
        .parse()
        .expect("seconds");
    [now, now + 30].map(|at| app.generate(at).to_string())
}

async fn log_in(app: &TestApp, totp: Option<&str>) -> (StatusCode, Value) {
    let mut body = json!({"email": "ada@example.org", "password": PASSWORD});
    if let Some(totp) = totp {
        body["totp"] = json!(totp);
    }
    let request = app.request(Method::POST, "/api/auth/login").json(&body);
    read(request.send().await.expect("an answer")).await
}

#[tokio::test]
async fn rest_takes_the_code_with_the_password() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (status, setup) = app
        .post(&ada, "/api/auth/totp", json!({"password": PASSWORD}))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{setup}");
    assert!(text(&setup["qr_svg"]).starts_with("<svg"));
    let [first, second] = codes(&app_of(&text(&setup["secret"])));
    let (status, on) = app
        .post(&ada, "/api/auth/totp/confirm", json!({"code": first}))
        .await;
    assert_eq!(
        (status, on["recovery_codes"].as_array().map(Vec::len)),
        (StatusCode::OK, Some(10)),
        "{on}"
    );
    assert_eq!(app.get(&ada, "/api/auth/me").await.1["two_factor"], json!(true));

    let (status, problem) = log_in(&app, None).await;
    assert_eq!(
        (status, &problem["type"]),
        (StatusCode::UNAUTHORIZED, &json!("/problems/code-needed"))
    );
    assert_eq!(problem["errors"][0]["code"], "required");
    let (status, problem) = log_in(&app, Some("000000")).await;
    assert_eq!(
        (status, &problem["errors"][0]["code"]),
        (StatusCode::UNAUTHORIZED, &json!("wrong"))
    );
    assert_eq!(log_in(&app, Some(&second)).await.0, StatusCode::OK);
    assert_eq!(
        log_in(&app, Some(&second)).await.0,
        StatusCode::UNAUTHORIZED,
        "used"
    );
    let recovery = text(&on["recovery_codes"][0]);
    assert_eq!(log_in(&app, Some(&recovery)).await.0, StatusCode::OK);
    let (status, _) = app
        .post(
            &ada,
            "/api/auth/totp/off",
            json!({"code": text(&on["recovery_codes"][1])}),
        )
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(log_in(&app, None).await.0, StatusCode::OK);
}

#[tokio::test]
async fn forms_alone_turn_it_on_sign_in_and_turn_it_off() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let cookie = app.cookie(&ada).await;
    let page = "/settings/two-factor";
    let (_, account) = app.page("/settings/account", Some(&cookie)).await;
    assert!(account.contains(page), "{account}");
    let wrong = app
        .form("/settings/two-factor/begin", &[("password", "x")], Some(&cookie))
        .await;
    assert_eq!(
        wrong.headers()["location"],
        format!("{page}?problem=password").as_str()
    );
    app.form(
        "/settings/two-factor/begin",
        &[("password", PASSWORD)],
        Some(&cookie),
    )
    .await;
    let (_, shown) = app.page(page, Some(&cookie)).await;
    let secret = shown
        .split("<code>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("the key");
    assert!(shown.contains("<svg"), "{shown}");
    let [first, second] = codes(&app_of(secret));
    let on = app
        .form("/settings/two-factor/confirm", &[("code", &first)], Some(&cookie))
        .await;
    assert_eq!(
        (on.status(), &on.headers()["cache-control"]),
        (StatusCode::OK, &"no-store".parse().expect("ASCII"))
    );
    let told = on.text().await.expect("text");
    let recovery = told
        .split("<code>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("codes");
    assert_eq!(recovery.lines().count(), 10, "{told}");
    let (_, shown) = app.page(page, Some(&cookie)).await;
    assert!(
        !shown.contains(secret) && !shown.contains(recovery.lines().next().expect("a code")),
        "told once"
    );

    let cookie = in_two_steps(&app, &first, &second).await;
    let off = app
        .form(
            "/settings/two-factor/off",
            &[("code", recovery.lines().next().expect("a code"))],
            Some(&cookie),
        )
        .await;
    assert_eq!(off.headers()["location"], format!("{page}?done=off").as_str());
    let signed_in = app.form("/login", &FORM, None).await;
    assert_eq!(signed_in.headers()["location"], "/live");
}

/// Signs in with `right`, after a code that was used before; the session's cookie.
async fn in_two_steps(app: &TestApp, used: &str, right: &str) -> String {
    let asked = app.form("/login", &FORM, None).await;
    assert_eq!(asked.headers()["location"], "/login/code?next=%2Flive");
    assert!(
        session_cookie(&asked).is_none(),
        "the password alone opens nothing"
    );
    let challenge = asked.headers()["set-cookie"]
        .to_str()
        .expect("ASCII")
        .split(';')
        .next()
        .expect("a pair")
        .to_owned();
    let me = app
        .request(Method::GET, "/api/auth/me")
        .header("cookie", &challenge)
        .send()
        .await;
    assert_eq!(me.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    let (_, shown) = app.page("/login/code?next=%2Flive", Some(&challenge)).await;
    assert!(
        shown.contains("action=\"/login/code\"") && shown.contains("value=\"/live\""),
        "{shown}"
    );
    let wrong = app
        .form(
            "/login/code",
            &[("code", used), ("next", "/live")],
            Some(&challenge),
        )
        .await;
    assert_eq!(
        wrong.headers()["location"],
        "/login/code?problem=code&next=%2Flive"
    );
    let signed_in = app
        .form(
            "/login/code",
            &[("code", right), ("next", "/live")],
            Some(&challenge),
        )
        .await;
    assert_eq!(signed_in.headers()["location"], "/live");
    session_cookie(&signed_in).expect("a session")
}

#[tokio::test]
async fn rotated_master_keys_open_what_was_sealed_before_beside_the_running_server() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (_, setup) = app
        .post(&ada, "/api/auth/totp", json!({"password": PASSWORD}))
        .await;
    let [first, second] = codes(&app_of(&text(&setup["secret"])));
    app.post(&ada, "/api/auth/totp/confirm", json!({"code": first}))
        .await;
    let file = app.data.path().join("master.keys");
    let before = std::fs::read_to_string(&file).expect("the keys");
    let rotated = app.run_on_its_data(&["keys", "rotate"], "");
    let told = String::from_utf8_lossy(&rotated.stdout);
    assert!(
        rotated.status.success() && told.contains("2 secrets"),
        "{rotated:?}"
    );
    let after = std::fs::read_to_string(&file).expect("the keys");
    assert!(after.ends_with(&before) && after.lines().count() == 2);
    std::fs::write(&file, after.lines().next().expect("the new one")).expect("it can be written");
    assert_eq!(
        log_in(&app, Some(&second)).await.0,
        StatusCode::OK,
        "the new key alone opens it"
    );
    let ended = app.run_on_its_data(&["user", "end-two-factor", "ada@example.org"], "");
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(log_in(&app, None).await.0, StatusCode::OK);
}
