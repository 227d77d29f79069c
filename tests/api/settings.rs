//! The settings pages as a browser without script uses them.

use reqwest::StatusCode;
use serde_json::json;

use crate::app::{PASSWORD, TestApp};
use crate::company::Company;

#[tokio::test]
async fn members_are_invited_promoted_and_removed_by_plain_forms() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let owner = app.cookie(&company.owner).await;
    let (status, page) = app.page("/settings/members", Some(&owner)).await;
    assert_eq!(status, StatusCode::OK);
    for member in [&company.owner, &company.admin, &company.viewer] {
        assert!(page.contains(&member.email), "{page}");
    }

    let fields = [("email", "guest@example.org"), ("role", "editor")];
    let answer = app.form("/settings/members/invite", &fields, Some(&owner)).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let told = answer.headers()["set-cookie"].to_str().expect("ASCII").to_owned();
    assert!(
        told.starts_with("invitation=http") && told.contains("HttpOnly"),
        "{told}"
    );
    let told = told.split(';').next().expect("a pair").to_owned();
    let (_, page) = app
        .page("/settings/members", Some(&format!("{owner}; {told}")))
        .await;
    let link = told.trim_start_matches("invitation=").to_owned();
    assert!(
        page.contains(&link) && page.contains("guest@example.org"),
        "{page}"
    );

    let path = link
        .strip_prefix(&app.url)
        .expect("it begins with the public address");
    let (status, page) = app.page(path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("Create an account") && page.contains("acme"),
        "{page}"
    );
    let token = path.rsplit('/').next().expect("a token");
    let fields = [
        ("name", "Guest"),
        ("email", "guest@example.org"),
        ("password", PASSWORD),
        ("invitation", token),
    ];
    let answer = app.form("/register", &fields, None).await;
    let guest = crate::app::session_cookie(&answer).expect("the guest is signed in");
    let (_, page) = app.page("/settings/members", Some(&guest)).await;
    assert!(
        page.contains(&company.owner.email),
        "the guest is a member: {page}"
    );
    assert!(
        !page.contains("/settings/members/invite"),
        "and an editor invites nobody"
    );

    let user = company.user_id(&app, &company.viewer).await;
    let fields = [("user", user.as_str()), ("role", "editor")];
    let answer = app.form("/settings/members/role", &fields, Some(&owner)).await;
    assert_eq!(answer.headers()["location"], "/settings/members?done=role");
    let answer = app.form("/settings/members/role", &fields, Some(&guest)).await;
    assert_eq!(
        answer.headers()["location"],
        "/settings/members?problem=forbidden"
    );
    let (_, page) = app
        .page("/settings/members?problem=forbidden", Some(&guest))
        .await;
    assert!(page.contains("Your role does not allow this."), "{page}");
    let answer = app
        .form(
            "/settings/members/remove",
            &[("user", user.as_str())],
            Some(&owner),
        )
        .await;
    assert_eq!(answer.headers()["location"], "/settings/members?done=removed");
}

#[tokio::test]
async fn a_password_is_changed_and_other_sessions_end() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (here, there) = (app.cookie(&ada).await, app.cookie(&ada).await);
    let (_, page) = app.page("/settings/account", Some(&here)).await;
    assert!(
        page.contains("(this one)") && page.matches("/settings/account/end-session").count() == 2,
        "{page}"
    );
    let change = async |current: &str, new: &str| {
        let fields = [("current", current), ("new", new)];
        let answer = app.form("/settings/account/password", &fields, Some(&here)).await;
        answer.headers()["location"].to_str().expect("ASCII").to_owned()
    };
    let page = "/settings/account";
    assert_eq!(
        change("not hers", "another horse").await,
        format!("{page}?problem=current_password")
    );
    assert_eq!(
        change(PASSWORD, "short").await,
        format!("{page}?problem=new_password")
    );
    assert_eq!(
        change(PASSWORD, "another horse").await,
        format!("{page}?done=password")
    );
    assert_eq!(app.page(page, Some(&here)).await.0, StatusCode::OK);
    assert_eq!(app.page(page, Some(&there)).await.0, StatusCode::SEE_OTHER);
    assert_eq!(app.get(&ada, "/api/auth/me").await.0, StatusCode::UNAUTHORIZED);
    let old = app
        .form("/login", &[("email", &ada.email), ("password", PASSWORD)], None)
        .await;
    assert!(crate::app::session_cookie(&old).is_none());
}

#[tokio::test]
async fn an_organization_is_left_made_chosen_and_deleted() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let viewer = app.cookie(&company.viewer).await;
    let user = company.user_id(&app, &company.viewer).await;
    let answer = app
        .form(
            "/settings/members/remove",
            &[("user", user.as_str())],
            Some(&viewer),
        )
        .await;
    assert_eq!(answer.headers()["location"], "/");
    let answer = app
        .request(reqwest::Method::GET, "/")
        .header("cookie", &viewer)
        .send()
        .await;
    assert_eq!(answer.expect("an answer").headers()["location"], "/start");
    let (status, page) = app.page("/start", Some(&viewer)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Create an organization"), "{page}");

    let owner = app.cookie(&company.owner).await;
    let answer = app
        .form("/organizations", &[("name", "Second Ltd")], Some(&owner))
        .await;
    let chosen = answer.headers()["set-cookie"].to_str().expect("ASCII");
    let both = format!("{owner}; {}", chosen.split(';').next().expect("a pair"));
    let (_, page) = app.page("/settings/organization", Some(&both)).await;
    assert!(page.contains("Second Ltd"), "{page}");
    let delete = async |name: &str| {
        let answer = app
            .form("/settings/organization/delete", &[("name", name)], Some(&both))
            .await;
        answer.headers()["location"].to_str().expect("ASCII").to_owned()
    };
    assert_eq!(
        delete("Second").await,
        "/settings/organization?problem=name",
        "the name must be typed"
    );
    assert!(delete("Second Ltd").await.starts_with('/'));
    let (status, page) = app.page("/settings/organization", Some(&both)).await;
    assert_eq!(status, StatusCode::OK, "the choice of what is gone is forgotten");
    assert!(!page.contains("Second Ltd"), "{page}");
}

#[tokio::test]
async fn the_record_names_members_and_goes_on_page_by_page() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    for _ in 0..60 {
        app.post(&company.owner, "/api/dashboards", json!({"name": "x"}))
            .await;
    }
    let owner = app.cookie(&company.owner).await;
    let (_, page) = app.page("/settings/audit", Some(&owner)).await;
    assert!(
        page.contains("dashboard.created") && page.contains("Earlier changes"),
        "{page}"
    );
    let next = page
        .split("/settings/audit?after=")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a link");
    let (_, page) = app
        .page(&format!("/settings/audit?after={next}"), Some(&owner))
        .await;
    assert!(page.contains("user.registered"), "{page}");
    let viewer = app.cookie(&company.viewer).await;
    let (status, _) = app.page("/settings/audit", Some(&viewer)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}
