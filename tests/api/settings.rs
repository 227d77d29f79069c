//! The settings pages as a browser without script uses them.

use reqwest::{Method, StatusCode};
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
        .request(Method::GET, "/")
        .header("cookie", &viewer)
        .send()
        .await;
    assert_eq!(answer.expect("an answer").headers()["location"], "/start");
    let (status, page) = app.page("/start", Some(&viewer)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Create an organization"), "{page}");
    for (password, leads_to) in [
        ("not theirs", "/start?problem=current_password"),
        (PASSWORD, "/login?done=deleted"),
    ] {
        let answer = app
            .form(
                "/settings/account/delete",
                &[("current", password), ("code", "")],
                Some(&viewer),
            )
            .await;
        assert_eq!(
            answer.headers()["location"],
            leads_to,
            "who belongs nowhere may go"
        );
    }

    let owner = app.cookie(&company.owner).await;
    let nameless = app.form("/organizations", &[("name", " ")], Some(&owner)).await;
    assert_eq!(nameless.headers()["location"], "/start?problem=name");
    let (_, page) = app.page("/start?problem=name", Some(&owner)).await;
    assert!(page.contains("Give the organization a name"), "{page}");
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
        "/settings/organization?problem=retyped",
        "the name must be typed"
    );
    assert_eq!(delete("Second Ltd").await, "/");
    let (status, page) = app.page("/settings/organization", Some(&both)).await;
    assert_eq!(status, StatusCode::OK, "the choice of what is gone is forgotten");
    assert!(!page.contains("Second Ltd"), "{page}");
}

#[tokio::test]
async fn an_account_is_deleted_once_what_it_owns_alone_is_handed_over() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let owner = app.cookie(&company.owner).await;
    let (own, heir) = (
        company.user_id(&app, &company.owner).await,
        company.user_id(&app, &company.admin).await,
    );
    let send = async |path: &str, name: &str, value: &str| {
        let answer = app.form(path, &[(name, value)], Some(&owner)).await;
        answer.headers()["location"].to_str().expect("ASCII").to_owned()
    };
    let delete = async |password: &str| send("/settings/account/delete", "current", password).await;
    let (_, page) = app.page("/settings/account", Some(&owner)).await;
    assert!(page.contains("Nobody else owns:"), "{page}");
    assert_eq!(delete(PASSWORD).await, "/settings/account?problem=owns_alone");
    let body = json!({"password": PASSWORD});
    let (status, problem) = app
        .post(&company.owner, "/api/auth/me/delete", body.clone())
        .await;
    let (_, organization) = app
        .get(
            &company.owner,
            &format!("/api/organizations/{}", company.owner.organization),
        )
        .await;
    let name = organization["name"].as_str().expect("a name");
    let detail = problem["detail"].as_str().expect("a detail");
    assert!(
        status == StatusCode::CONFLICT && detail.contains(name),
        "{problem}"
    );

    let (_, dashboard) = app
        .post(&company.owner, "/api/dashboards", json!({"name": "Kept"}))
        .await;
    assert_eq!(
        send("/settings/members/transfer", "user", &heir).await,
        "/settings/members?done=transferred"
    );
    assert_eq!(
        send("/settings/members/transfer", "user", &own).await,
        "/settings/members?problem=forbidden",
        "an admin hands nothing over"
    );
    assert_eq!(
        delete("not hers").await,
        "/settings/account?problem=current_password"
    );
    assert_eq!(delete(PASSWORD).await, "/login?done=deleted");
    let (_, page) = app.page("/login?done=deleted", None).await;
    assert!(page.contains("Your account is deleted."), "{page}");
    assert_eq!(
        app.page("/settings/account", Some(&owner)).await.0,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        app.post(&company.owner, "/api/auth/me/delete", body).await.0,
        StatusCode::UNAUTHORIZED
    );
    let again = app
        .form(
            "/login",
            &[("email", &company.owner.email), ("password", PASSWORD)],
            None,
        )
        .await;
    assert!(crate::app::session_cookie(&again).is_none());

    let path = format!("/api/dashboards/{}", dashboard["id"].as_str().expect("an id"));
    assert_eq!(app.get(&company.admin, &path).await.0, StatusCode::OK);
    let (_, members) = app
        .get(
            &company.admin,
            &format!("/api/organizations/{}/members", company.admin.organization),
        )
        .await;
    assert!(!members.to_string().contains(&own), "{members}");
    let heir = app.cookie(&company.admin).await;
    let (_, record) = app.page("/settings/audit", Some(&heir)).await;
    assert!(
        record.contains("user.deleted") && record.contains("organization.transferred"),
        "{record}"
    );
}

#[tokio::test]
async fn the_record_is_filtered_by_who_what_and_when() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let admin = company.user_id(&app, &company.admin).await;
    for member in [&company.owner, &company.admin] {
        app.post(member, "/api/dashboards", json!({"name": "x"})).await;
    }
    let org = &company.owner.organization;
    let actions = async |filter: &str| {
        let path = format!("/api/organizations/{org}/audit?{filter}");
        let (status, page) = app.get(&company.owner, &path).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let items = page["items"].as_array().expect("a list").clone();
        let of = |item: &serde_json::Value| {
            let part = |name: &str| item[name].as_str().expect("text").to_owned();
            (part("actor"), part("action"))
        };
        items.iter().map(of).collect::<Vec<_>>()
    };
    let by_admin = format!("user:{admin}");
    let theirs = actions(&format!("actor={by_admin}&action=dashboard")).await;
    assert_eq!(theirs, [(by_admin.clone(), "dashboard.created".to_owned())]);
    assert!(actions("action=dash").await.is_empty(), "no part of a word");
    assert!(actions("actor=user").await.len() > 2, "everybody who is a user");
    assert!(actions("to=2001-01-01").await.is_empty());
    assert_eq!(actions("from=2001-01-01").await, actions("").await);
    let (status, problem) = app
        .get(
            &company.owner,
            &format!("/api/organizations/{org}/audit?from=yesterday"),
        )
        .await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("from"))
    );

    let owner = app.cookie(&company.owner).await;
    let page = async |filter: &str| {
        let (status, page) = app.page(&format!("/settings/audit?{filter}"), Some(&owner)).await;
        assert_eq!(status, StatusCode::OK);
        page
    };
    let theirs = page(&format!("actor={by_admin}&action=dashboard.created&from=&to=")).await;
    assert_eq!(theirs.matches("<th scope=\"row\">").count(), 1, "{theirs}");
    assert!(theirs.contains("Clear filters"), "{theirs}");
    let nothing = page("to=2001-01-01").await;
    assert!(nothing.contains("Nothing was changed that fits."), "{nothing}");
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

#[tokio::test]
async fn a_key_is_made_and_revoked_by_plain_forms_and_told_once() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let cookie = app.cookie(&ada).await;
    let fields = [
        ("name", "Nightly <b>"),
        ("kind", "secret"),
        ("scope", "analytics:read"),
        ("scope", "sql:read"),
    ];
    let answer = app.form("/settings/keys/create", &fields, Some(&cookie)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(
        !answer.headers().contains_key("set-cookie"),
        "the key is in no cookie"
    );
    let page = answer.text().await.expect("text");
    let key = page
        .split("<code>")
        .nth(1)
        .and_then(|rest| rest.split('<').next());
    let key = key.expect("the key").to_owned();
    assert!(key.starts_with("dps_") && !page.contains("Nightly <b>"), "{page}");

    let keys = format!("/api/organizations/{}/keys", ada.organization);
    let (_, listed) = app.get(&ada, &keys).await;
    let made = &listed["items"][0];
    assert_eq!(made["scopes"], json!(["analytics:read", "sql:read"]), "{listed}");
    let (_, page) = app.page("/settings/keys", Some(&cookie)).await;
    assert!(!page.contains(&key), "it is told once");
    assert!(
        page.contains("look at dashboards, ask and export, ask in SQL"),
        "{page}"
    );

    let with_key = async |method, path: &str| {
        let request = app
            .request(method, path)
            .bearer_auth(&key)
            .json(&json!({"name": "x"}));
        request.send().await.expect("an answer").status()
    };
    assert_eq!(with_key(Method::GET, "/api/dashboards").await, StatusCode::OK);
    assert_eq!(
        with_key(Method::POST, "/api/dashboards").await,
        StatusCode::FORBIDDEN
    );

    let id = made["id"].as_str().expect("an id");
    let answer = app
        .form("/settings/keys/revoke", &[("key", id)], Some(&cookie))
        .await;
    assert_eq!(answer.headers()["location"], "/settings/keys?done=revoked");
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_eq!(
        with_key(Method::GET, "/api/dashboards").await,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn what_a_key_cannot_be_is_said_and_makes_none() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let cookie = app.cookie(&ada).await;
    for (fields, leads_to) in [
        (
            &[("name", " "), ("kind", "write")][..],
            "/settings/keys?problem=name&name=+",
        ),
        (
            &[("name", "x"), ("kind", "secret"), ("scope", "organization:write")][..],
            "/settings/keys?problem=scopes&name=x",
        ),
        (
            &[("name", "x"), ("kind", "secret"), ("scope", "all")][..],
            "/settings/keys?problem=kind",
        ),
        (&[("name", "x")][..], "/settings/keys?problem=kind"),
    ] {
        let answer = app.form("/settings/keys/create", fields, Some(&cookie)).await;
        assert_eq!(answer.headers()["location"], leads_to, "{fields:?}");
    }
    let (_, page) = app
        .page("/settings/keys?problem=scopes&name=Nightly", Some(&cookie))
        .await;
    assert!(
        page.contains("Only a personal key manages the organization.") && page.contains("value=\"Nightly\""),
        "{page}"
    );
    let keys = format!("/api/organizations/{}/keys", ada.organization);
    let (_, listed) = app.get(&ada, &keys).await;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
}

#[tokio::test]
async fn a_viewer_has_keys_of_their_own_and_sees_no_others() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let viewer = app.cookie(&company.viewer).await;
    let owner = app.cookie(&company.owner).await;
    let (status, page) = app.page("/settings/keys", Some(&viewer)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("value=\"personal\"") && !page.contains("value=\"secret\""),
        "only their own kind is offered: {page}"
    );
    let fields = [("name", "Theirs"), ("kind", "secret")];
    let answer = app.form("/settings/keys/create", &fields, Some(&viewer)).await;
    assert_eq!(answer.headers()["location"], "/settings/keys?problem=forbidden");

    let mut ids = Vec::new();
    for (cookie, member) in [(&viewer, &company.viewer), (&owner, &company.owner)] {
        let fields = [
            ("name", "Mine"),
            ("kind", "personal"),
            ("scope", "analytics:read"),
        ];
        let answer = app.form("/settings/keys/create", &fields, Some(cookie)).await;
        let page = answer.text().await.expect("text");
        assert!(page.contains("<code>dpp_"), "{page}");
        let (_, own) = app.get(member, "/api/auth/keys").await;
        assert_eq!(own["items"].as_array().map(Vec::len), Some(1), "{own}");
        ids.push(own["items"][0]["id"].as_str().expect("an id").to_owned());
    }
    let (_, page) = app.page("/settings/keys", Some(&viewer)).await;
    assert_eq!(
        page.matches("action=\"/settings/keys/revoke\"").count(),
        1,
        "{page}"
    );
    let (_, page) = app.page("/settings/keys", Some(&owner)).await;
    assert!(
        page.contains("another member&#x27;s") || page.contains("another member's"),
        "{page}"
    );

    let revoke = async |key: &str| {
        let answer = app
            .form("/settings/keys/revoke", &[("key", key)], Some(&viewer))
            .await;
        answer.headers()["location"].to_str().expect("ASCII").to_owned()
    };
    assert_eq!(
        revoke(&ids[1]).await,
        "/settings/keys?problem=gone",
        "the owner's"
    );
    assert_eq!(revoke(&ids[0]).await, "/settings/keys?done=revoked");
    let (_, own) = app.get(&company.owner, "/api/auth/keys").await;
    assert_eq!(own["items"].as_array().map(Vec::len), Some(1), "{own}");
}

#[tokio::test]
async fn the_organization_is_changed_by_a_plain_form() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let owner = app.cookie(&company.owner).await;
    let save = async |cookie: &str, fields: &[(&str, &str)]| {
        let answer = app
            .form("/settings/organization/save", fields, Some(cookie))
            .await;
        answer.headers()["location"].to_str().expect("ASCII").to_owned()
    };
    let fields = [
        ("name", "Acme & Sons"),
        ("timezone", "Asia/Tokyo"),
        ("week_start", "sunday"),
    ];
    assert_eq!(save(&owner, &fields).await, "/settings/organization?done=saved");
    let path = format!("/api/organizations/{}", company.owner.organization);
    let (_, organization) = app.get(&company.owner, &path).await;
    for (name, value) in fields {
        assert_eq!(organization[name], value, "{organization}");
    }

    let wrong = [
        ("name", "Acme"),
        ("timezone", "Mars/Olympus"),
        ("week_start", "monday"),
    ];
    let back = save(&owner, &wrong).await;
    assert!(
        back.starts_with("/settings/organization?problem=timezone&"),
        "{back}"
    );
    let (_, page) = app.page(&back, Some(&owner)).await;
    for said in [
        "There is no such time zone.",
        "value=\"Mars/Olympus\"",
        "value=\"Acme\"",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let viewer = app.cookie(&company.viewer).await;
    assert_eq!(
        save(&viewer, &fields).await,
        "/settings/organization?problem=forbidden"
    );
    let (_, after) = app.get(&company.owner, &path).await;
    assert_eq!(after, organization, "nothing else was changed");
}

#[tokio::test]
async fn people_change_their_own_name() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let viewer = app.cookie(&company.viewer).await;
    let rename = async |name: &str| {
        let answer = app
            .form("/settings/account/name", &[("name", name)], Some(&viewer))
            .await;
        answer.headers()["location"].to_str().expect("ASCII").to_owned()
    };
    assert_eq!(rename(" Ada\n").await, "/settings/account?done=renamed");
    assert_eq!(rename("  ").await, "/settings/account?problem=name");
    let (_, page) = app.page("/settings/account", Some(&viewer)).await;
    assert!(page.contains("value=\"Ada\""), "{page}");

    let change = async |body| {
        app.call(&company.viewer, Method::PATCH, "/api/auth/me", Some(body))
            .await
    };
    let (status, me) = change(json!({"name": "Ada Lovelace"})).await;
    assert_eq!(
        (status, &me["user"]["name"]),
        (StatusCode::OK, &json!("Ada Lovelace"))
    );
    let (status, me) = change(json!({})).await;
    assert_eq!(
        (status, &me["user"]["name"]),
        (StatusCode::OK, &json!("Ada Lovelace"))
    );
    for wrong in [
        json!({"name": ""}),
        json!({"name": "a".repeat(201)}),
        json!({"name": "a\u{7}b"}),
        json!({"email": "other@example.org"}),
    ] {
        assert_eq!(change(wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let members = format!("/api/organizations/{}/members", company.owner.organization);
    let (_, members) = app.get(&company.owner, &members).await;
    assert!(members.to_string().contains("\"Ada Lovelace\""), "{members}");

    let audit = format!("/api/organizations/{}/audit", company.owner.organization);
    let (_, record) = app.get(&company.owner, &audit).await;
    let names: Vec<_> = record["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|entry| entry["action"] == "user.renamed")
        .map(|entry| &entry["detail"]["name"])
        .collect();
    assert_eq!(names, ["Ada Lovelace", "Ada"], "one row for each change");

    let made = app
        .post(&company.viewer, "/api/auth/keys", json!({"name": "k"}))
        .await
        .1;
    let key = made["key"].as_str().expect("the key");
    let request = app.request(Method::PATCH, "/api/auth/me").bearer_auth(key);
    let refused = request.json(&json!({"name": "Robot"})).send().await;
    assert_eq!(refused.expect("an answer").status(), StatusCode::FORBIDDEN);
}
