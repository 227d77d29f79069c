//! Signing in at another server: a real provider, and a browser that follows its redirects and fills in its forms.

use std::collections::BTreeMap;

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::json;
use tempfile::TempDir;

use crate::app::{PASSWORD, TestApp, read, script, session_cookie};
use crate::mail::MailServer;
use crate::two_factor::{app_of, codes};

/// What people type; requests to it go to the server under test.
const PUBLIC_URL: &str = "http://stats.test";

/// A real provider; it ends with the value.
struct Provider {
    folder: TempDir,
    url: String,
}

impl Provider {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let back = format!("{PUBLIC_URL}/login/oidc/callback");
        let url = script("oidc.sh", &["start", &folder.path().to_string_lossy(), &back]);
        Self { folder, url }
    }

    fn app(&self, more: &[(&str, &str)]) -> TestApp {
        let mut settings = vec![
            ("DATAPULSE_PUBLIC_URL", PUBLIC_URL),
            ("DATAPULSE_OIDC_ISSUER", self.url.as_str()),
            ("DATAPULSE_OIDC_CLIENT_ID", "datapulse"),
            ("DATAPULSE_OIDC_CLIENT_SECRET", "a word between servers"),
            ("DATAPULSE_OIDC_NAME", "Example Works"),
        ];
        settings.extend(more);
        TestApp::start_with(&settings)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        script("oidc.sh", &["stop", &self.folder.path().to_string_lossy()]);
    }
}

/// A browser at the provider: keeps its cookies, follows its redirects, and fills in its forms.
struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new(app: &TestApp) -> Self {
        let (client, cookies) = (app.client.clone(), BTreeMap::new());
        Self { client, cookies }
    }

    async fn ask(&mut self, method: Method, url: &str, form: Option<String>) -> Response {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let mut request = self
            .client
            .request(method, url)
            .header("cookie", cookies.collect::<Vec<_>>().join("; "));
        if let Some(form) = form {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form);
        }
        let answer = request.send().await.expect("the provider answers");
        for line in answer.headers().get_all("set-cookie") {
            let pair = line.to_str().expect("ASCII").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Signs in as `name` from the provider's page on, and gives the address that leads back.
    async fn sign_in(&mut self, page: &str, name: &str) -> String {
        let origin = page.split("/auth").next().expect("an address").to_owned();
        let (mut url, mut form) = (page.to_owned(), None);
        for _ in 0..12 {
            let method = if form.is_some() { Method::POST } else { Method::GET };
            let answer = self.ask(method, &url, form.take()).await;
            if let Some(location) = answer.headers().get("location") {
                let location = location.to_str().expect("ASCII").to_owned();
                if location.starts_with(PUBLIC_URL) {
                    return location;
                }
                url = if location.starts_with('/') {
                    format!("{origin}{location}")
                } else {
                    location
                };
                continue;
            }
            let text = answer.text().await.expect("text");
            let action = text
                .split("action=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            url = String::from(action.unwrap_or_else(|| panic!("a form: {text}")));
            let fields = if text.contains("value=\"login\"") {
                vec![("prompt", "login"), ("login", name), ("password", "x")]
            } else {
                vec![("prompt", "consent")]
            };
            form = Some(serde_urlencoded::to_string(fields).expect("plain text"));
        }
        panic!("the provider never sent {name} back");
    }
}

fn cookie_of(answer: &Response) -> String {
    let line = answer.headers()["set-cookie"].to_str().expect("ASCII");
    line.split(';').next().expect("a pair").to_owned()
}

/// The page that a form leads to, without a redirect: a policy for forms would hold for that too.
fn page_of(answer: &Response) -> String {
    assert_eq!(answer.status(), StatusCode::OK);
    let refresh = answer.headers()["refresh"].to_str().expect("ASCII");
    refresh.strip_prefix("0; url=").expect("an address").to_owned()
}

fn location(answer: &Response) -> String {
    answer.headers()["location"].to_str().expect("ASCII").to_owned()
}

async fn back(app: &TestApp, url: &str, cookie: &str) -> Response {
    let path = url.strip_prefix(PUBLIC_URL).expect("an address of ours");
    let request = app.request(Method::GET, path).header("cookie", cookie);
    request.send().await.expect("an answer")
}

/// All the way, as `name`: what the callback answers.
async fn sign_in(app: &TestApp, name: &str) -> Response {
    let begun = app.form("/login/oidc", &[("next", "/live")], None).await;
    let url = Browser::new(app).sign_in(&page_of(&begun), name).await;
    back(app, &url, &cookie_of(&begun)).await
}

async fn who(app: &TestApp, cookie: &str) -> serde_json::Value {
    let request = app.request(Method::GET, "/api/auth/me").header("cookie", cookie);
    read(request.send().await.expect("an answer")).await.1
}

#[tokio::test]
async fn somebody_new_gets_an_account_and_comes_back_to_it() {
    let provider = Provider::start();
    let app = provider.app(&[]);
    assert!(app.page("/login", None).await.1.contains("Example Works"));
    let signed_in = sign_in(&app, "grace").await;
    assert_eq!(location(&signed_in), "/live");
    let me = who(&app, &session_cookie(&signed_in).expect("a session")).await;
    assert_eq!(me["user"]["email"], "grace@example.org");
    assert_eq!(
        (&me["email_confirmed"], &me["organizations"][0]["role"]),
        (&json!(true), &json!("owner"))
    );
    let again = sign_in(&app, "grace").await;
    let same = who(&app, &session_cookie(&again).expect("a session")).await;
    assert_eq!(same["user"]["id"], me["user"]["id"]);
}

#[tokio::test]
async fn the_page_asks_with_state_nonce_and_a_challenge_and_what_comes_back_works_once_in_that_browser() {
    let provider = Provider::start();
    let app = provider.app(&[]);
    let begun = app.form("/login/oidc", &[], None).await;
    let page = page_of(&begun);
    for part in [
        "response_type=code",
        "state=",
        "nonce=",
        "code_challenge=",
        "code_challenge_method=S256",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let cookie = cookie_of(&begun);
    assert!(
        begun.headers()["set-cookie"]
            .to_str()
            .is_ok_and(|line| line.contains("HttpOnly"))
    );
    let url = Browser::new(&app).sign_in(&page, "grace").await;
    let elsewhere = back(&app, &url, "").await;
    assert_eq!(location(&elsewhere), "/login?problem=oidc", "in another browser");
    let other = app.form("/login/oidc", &[], None).await;
    let mixed = back(&app, &url, &cookie_of(&other)).await;
    assert_eq!(location(&mixed), "/login?problem=oidc", "with another state");
    let forged = url.replace("code=", "code=x");
    assert_eq!(
        location(&back(&app, &forged, &cookie).await),
        "/login?problem=oidc",
        "a code of nobody"
    );
    assert_eq!(
        location(&back(&app, &url, &cookie).await),
        "/login?problem=oidc",
        "its state was used up"
    );
}

#[tokio::test]
async fn an_account_with_the_same_address_is_connected_only_where_both_know_the_address() {
    let provider = Provider::start();
    let mail = MailServer::start();
    let app = provider.app(&[("DATAPULSE_SMTP_URL", &mail.url)]);
    let ada = app.member("ada").await;
    let refused = sign_in(&app, "ada").await;
    assert_eq!(
        location(&refused),
        "/login?problem=oidc_unconfirmed",
        "anybody may have made that account"
    );
    assert!(session_cookie(&refused).is_none());

    let token = mail.confirmation("ada@example.org").await;
    app.form("/confirm", &[("token", &token)], None).await;
    let signed_in = sign_in(&app, "ada").await;
    let me = who(&app, &session_cookie(&signed_in).expect("a session")).await;
    assert_eq!(me["organizations"][0]["id"], ada.organization.as_str());

    let unverified = sign_in(&app, "unverified").await;
    assert_eq!(location(&unverified), "/login?problem=oidc_email");
}

#[tokio::test]
async fn somebody_signed_in_connects_their_account_and_nobody_else_s() {
    let provider = Provider::start();
    let app = provider.app(&[]);
    let (ada, bob) = (app.member("ada").await, app.member("bob").await);
    let connect = async |member: &crate::app::Member| {
        let cookie = app.cookie(member).await;
        let begun = app.form("/settings/account/connect", &[], Some(&cookie)).await;
        let url = Browser::new(&app)
            .sign_in(&page_of(&begun), "unverified-ada")
            .await;
        location(&back(&app, &url, &cookie_of(&begun)).await)
    };
    assert_eq!(connect(&ada).await, "/settings/account?done=connected");
    assert_eq!(connect(&ada).await, "/settings/account?done=connected", "again");
    assert_eq!(connect(&bob).await, "/login?problem=oidc_taken");
    let signed_in = sign_in(&app, "unverified-ada").await;
    let me = who(&app, &session_cookie(&signed_in).expect("a session")).await;
    assert_eq!(me["user"]["email"], "ada@example.org");
    let closed = app.run_on_its_data(&["user", "disable", "ada@example.org"], "");
    assert!(closed.status.success());
    let refused = sign_in(&app, "unverified-ada").await;
    assert!(session_cookie(&refused).is_none() && location(&refused).starts_with("/login?problem="));
}

#[tokio::test]
async fn a_second_factor_is_asked_for_too() {
    let provider = Provider::start();
    let app = provider.app(&[]);
    let ada = app.member("ada").await;
    let cookie = app.cookie(&ada).await;
    let begun = app.form("/settings/account/connect", &[], Some(&cookie)).await;
    let url = Browser::new(&app).sign_in(&page_of(&begun), "ada").await;
    assert_eq!(
        location(&back(&app, &url, &cookie_of(&begun)).await),
        "/settings/account?done=connected"
    );
    let (_, setup) = app
        .post(&ada, "/api/auth/totp", json!({"password": PASSWORD}))
        .await;
    let [first, second] = codes(&app_of(setup["secret"].as_str().expect("a key")));
    let (status, _) = app
        .post(&ada, "/api/auth/totp/confirm", json!({"code": first}))
        .await;
    assert_eq!(status, StatusCode::OK);
    let asked = sign_in(&app, "ada").await;
    assert_eq!(location(&asked), "/login/code?next=%2Flive");
    assert!(session_cookie(&asked).is_none());
    let form = [("code", second.as_str()), ("next", "/live")];
    let signed_in = app.form("/login/code", &form, Some(&cookie_of(&asked))).await;
    assert_eq!(location(&signed_in), "/live");
}

#[tokio::test]
async fn closed_registration_stays_closed() {
    let provider = Provider::start();
    let app = provider.app(&[("DATAPULSE_REGISTRATION", "closed")]);
    assert_eq!(location(&sign_in(&app, "grace").await), "/login?problem=closed");
}

#[tokio::test]
async fn a_provider_that_is_away_leaves_the_password() {
    let provider = Provider::start();
    let app = provider.app(&[]);
    let ada = app.member("ada").await;
    drop(provider);
    let begun = app.form("/login/oidc", &[], None).await;
    assert_eq!(location(&begun), "/login?problem=oidc_away");
    app.cookie(&ada).await;
}
