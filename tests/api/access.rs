//! `docs/access.md`, row by row and caller by caller, against the running program; and another organization's ids in every
//! place that takes one.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::company::{Company, last_part, text};

const TABLE: &str = include_str!("../../docs/access.md");
const ROUTERS: [&str; 2] = [
    include_str!("../../src/router.rs"),
    include_str!("../../src/compat.rs"),
];

/// Routes after which a company is no longer what it was: each gets one of its own.
const UPSETTING: [(&str, &str); 4] = [
    ("POST", "/api/auth/logout"),
    ("POST", "/logout"),
    ("POST", "/api/organizations/{id}/transfer"),
    ("DELETE", "/api/organizations/{id}"),
];

/// Who calls, in the order of the table's columns.
const CALLERS: [&str; 8] = [
    "nobody",
    "write key",
    "share",
    "stranger",
    "viewer",
    "editor",
    "admin",
    "owner",
];

struct Row {
    method: Method,
    path: String,
    /// A dash in the table is looked at elsewhere.
    expected: Vec<Option<u16>>,
}

fn rows() -> Vec<Row> {
    let lines = TABLE
        .lines()
        .filter(|line| line.starts_with("| ") && !line.contains("method"));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let status = |cell: &&str| (*cell != "–").then(|| cell.parse().expect("a status"));
            let expected: Vec<Option<u16>> = cells[2..].iter().map(status).collect();
            assert_eq!(expected.len(), CALLERS.len(), "{line}");
            Row {
                method: cells[0].parse().expect("a method"),
                path: cells[1].to_owned(),
                expected,
            }
        })
        .collect()
}

/// Every method and path that the sources of the routers name.
fn routes() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let calls = ROUTERS
        .into_iter()
        .flat_map(|router| router.split(".route(").skip(1));
    for call in calls {
        let path = call.split('"').nth(1).expect("a path").to_owned();
        let handlers = call.split_once(',').map(|(_, rest)| rest).unwrap_or_default();
        let end = handlers.find("\n        .").unwrap_or(handlers.len());
        let end = handlers[..end].find(".layer(").unwrap_or(end);
        for method in ["get", "post", "put", "patch", "delete"] {
            let call = format!("{method}(");
            for (at, _) in handlers[..end].match_indices(&call) {
                let before = handlers[..at].chars().next_back();
                if before.is_none_or(|before| matches!(before, ' ' | '.')) {
                    found.insert((method.to_uppercase(), path.clone()));
                }
            }
        }
    }
    found
}

#[test]
fn every_route_has_a_row() {
    let listed: BTreeSet<_> = rows()
        .into_iter()
        .map(|row| (row.method.to_string(), row.path))
        .collect();
    let routes = routes();
    assert!(routes.len() > 60, "the router is read: {routes:?}");
    let missing: Vec<_> = routes.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&routes).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "without a row in docs/access.md: {missing:?}; rows without a route: {gone:?}"
    );
}

#[tokio::test]
async fn every_caller_gets_the_status_of_the_table() {
    let app = TestApp::start();
    let lasting = Company::found(&app, "lasting").await;
    let mut wrong = Vec::new();
    for (number, row) in rows().iter().enumerate() {
        let upsetting = UPSETTING.contains(&(row.method.as_str(), row.path.as_str()));
        let own = if upsetting {
            Some(Company::found(&app, &format!("upset{number}")).await)
        } else {
            None
        };
        let company = own.as_ref().unwrap_or(&lasting);
        for (caller, expected) in CALLERS.into_iter().zip(&row.expected) {
            let Some(expected) = expected else { continue };
            let status = call(&app, company, row, caller).await.as_u16();
            if status != *expected {
                wrong.push(format!(
                    "{} {} by {caller}: {status}, the table says {expected}",
                    row.method, row.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn call(app: &TestApp, company: &Company, row: &Row, caller: &str) -> StatusCode {
    let path = company.address(app, &row.method, &row.path).await;
    let mut request = app.request(row.method.clone(), &path);
    if let Some(token) = company.token(caller) {
        request = request.bearer_auth(token);
    }
    if caller == "stranger" && !row.path.contains('{') {
        request = request.header("x-organization", &company.owner.organization);
    }
    if row.path.starts_with("/api/") || row.path.starts_with("/compat/") {
        if let Some(body) = company.body(app, &row.method, &row.path).await {
            request = request.json(&body);
        }
    } else if row.method == Method::POST {
        request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form());
    }
    request.send().await.expect("the server answers").status()
}

/// Something in every field of every form, none of which exists.
fn form() -> String {
    let nobody = "0197a5c0-0000-7000-8000-000000000000";
    let mut fields = vec![("email", "x@example.org"), ("role", "viewer"), ("theme", "dark")];
    fields.extend([("wish", "hidden"), ("template", "web_traffic"), ("kind", "write")]);
    fields.extend(["password", "name", "token", "current", "new", "code"].map(|name| (name, "x")));
    fields.extend(
        [
            "user",
            "invitation",
            "session",
            "organization",
            "key",
            "segment",
            "share",
        ]
        .map(|name| (name, nobody)),
    );
    serde_urlencoded::to_string(fields).expect("plain text")
}

/// Everything that the members of a company can see of it.
async fn picture(app: &TestApp, company: &Company) -> String {
    let org = &company.owner.organization;
    let mut seen = String::new();
    for path in [
        format!("/api/organizations/{org}"),
        format!("/api/organizations/{org}/members"),
        format!("/api/organizations/{org}/invitations"),
        format!("/api/organizations/{org}/keys"),
        format!("/api/organizations/{org}/audit?limit=200"),
        "/api/auth/keys".to_owned(),
        "/api/dashboards?limit=200".to_owned(),
        "/api/segments?limit=200".to_owned(),
        "/api/shares?limit=200".to_owned(),
        format!("/api/dashboards/{}/widgets", company.dashboard),
        format!("/api/dashboards/{}/shares", company.dashboard),
        "/api/analytics/events/names".to_owned(),
    ] {
        let (status, body) = app.get(&company.owner, &path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        seen.extend([&path, " ", &body.to_string(), "\n"]);
    }
    seen
}

#[tokio::test]
async fn another_organization_s_ids_are_404_in_every_place_and_change_nothing() {
    let app = TestApp::start();
    let victim = Company::found(&app, "victim").await;
    let thief = Company::found(&app, "thief").await;
    let mut targets = Vec::new();
    for row in rows()
        .into_iter()
        .filter(|row| row.path.contains('{') && row.expected[3] == Some(404))
    {
        let address = victim.address(&app, &row.method, &row.path).await;
        let body = victim.body(&app, &row.method, &row.path).await;
        targets.push((row.method, address, body));
    }
    let segment = victim.segment(&app).await;
    let before = picture(&app, &victim).await;
    for (method, address, body) in &targets {
        for caller in [&thief.owner, &thief.admin] {
            let (status, told) = app.call(caller, method.clone(), address, body.clone()).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{method} {address}: {told}");
            let told = told.to_string();
            assert!(!told.contains("victim"), "{method} {address}: {told}");
        }
    }
    nested(&app, &victim, &thief, &segment).await;
    assert_eq!(picture(&app, &victim).await, before, "nothing changed");
}

/// Ids inside bodies, queries and headers, where the address itself is the thief's own.
async fn nested(app: &TestApp, victim: &Company, thief: &Company, segment: &str) {
    let own = &thief.owner.organization;
    let user = victim.user_id(app, &victim.viewer).await;
    let (status, _) = app
        .post(
            &thief.owner,
            &format!("/api/organizations/{own}/transfer"),
            json!({ "user_id": user }),
        )
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND, "transfer to a stranger");
    let question = json!({
        "kind": "trend", "series": [{"event": "visit", "measure": "count"}], "range": {"last": "7d"}, "filter": {"segment": segment},
    });
    let (status, told) = app
        .post(&thief.owner, "/api/analytics/query", question.clone())
        .await;
    let unknown = json!({"segment": "00000000-0000-7000-8000-000000000000"});
    let mut other = question;
    other["filter"] = unknown;
    let (same, nothing) = app.post(&thief.owner, "/api/analytics/query", other).await;
    assert_eq!(
        (status, told["errors"][0]["code"].clone()),
        (same, nothing["errors"][0]["code"].clone()),
        "somebody else's segment looks like none: {told}"
    );
    for path in [
        "/api/dashboards",
        "/api/segments",
        "/api/auth/me",
        "/api/analytics/events/names",
    ] {
        let asked = app.request(Method::GET, path).bearer_auth(&thief.owner.token);
        let answer = asked
            .header("x-organization", &victim.owner.organization)
            .send()
            .await;
        assert_eq!(
            answer.expect("an answer").status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    for path in ["/api/dashboards", "/api/segments", "/api/shares"] {
        let (status, page) = app
            .get(&thief.owner, &format!("{path}?cursor={}", victim.dashboard))
            .await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            !page.to_string().contains("victim"),
            "a cursor leads nowhere else: {page}"
        );
    }
    let key = victim.owner.write_key.as_str();
    let sent = app
        .request(
            Method::POST,
            &format!("/api/analytics/events?dry_run=1&key={key}"),
        )
        .bearer_auth(&thief.owner.token)
        .header("x-organization", own)
        .json(&json!({"name": "x"}));
    let (status, _) = crate::app::read(sent.send().await.expect("an answer")).await;
    assert_eq!(
        status,
        StatusCode::ACCEPTED,
        "a key says for whom; nothing else of the request does"
    );
}

#[tokio::test]
async fn a_demotion_holds_from_the_next_request() {
    let app = TestApp::start();
    let company = Company::found(&app, "c").await;
    let org = &company.owner.organization;
    let make = async || {
        app.post(&company.editor, "/api/dashboards", json!({"name": "x"}))
            .await
            .0
    };
    assert_eq!(make().await, StatusCode::CREATED);
    let user = company.user_id(&app, &company.editor).await;
    let member = format!("/api/organizations/{org}/members/{user}");
    let (status, changed) = app
        .call(
            &company.owner,
            Method::PATCH,
            &member,
            Some(json!({"role": "viewer"})),
        )
        .await;
    assert_eq!((status, &changed["role"]), (StatusCode::OK, &json!("viewer")));
    assert_eq!(make().await, StatusCode::FORBIDDEN);
    let (status, _) = app.call(&company.owner, Method::DELETE, &member, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        make().await,
        StatusCode::FORBIDDEN,
        "of no organization at all any more"
    );
    let (status, me) = app.get(&company.editor, "/api/auth/me").await;
    assert_eq!((status, &me["organizations"]), (StatusCode::OK, &json!([])));
}

#[tokio::test]
async fn registration_by_invitation_works_by_invitation() {
    let app = TestApp::start_with(&[("DATAPULSE_REGISTRATION", "invite")]);
    let made = app.run_on_its_data(
        &["user", "add", "ada@example.org", "--organization", "Engines"],
        "correct horse battery\n",
    );
    assert!(made.status.success(), "{made:?}");
    let body = json!({"email": "ada@example.org", "password": crate::app::PASSWORD});
    let (_, ada) = send(&app, "/api/auth/login", body, None).await;
    let (token, org) = (text(&ada["access_token"]), text(&ada["organization"]["id"]));
    let register = |invitation: Option<String>| json!({"email": "bob@example.org", "password": crate::app::PASSWORD, "name": "Bob", "invitation": invitation});
    let (status, problem) = send(&app, "/api/auth/register", register(None), None).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{problem}");

    let invite = json!({"email": "bob@example.org", "role": "editor"});
    let path = format!("/api/organizations/{org}/invitations");
    let (status, made) = send(&app, &path, invite, Some(&token)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let invitation = last_part(&made["url"]);
    let (status, told) = crate::app::read(
        app.request(Method::GET, &format!("/api/invitations/{invitation}"))
            .send()
            .await
            .expect("an answer"),
    )
    .await;
    assert_eq!(
        (status, &told["organization"]),
        (StatusCode::OK, &json!("Engines"))
    );
    let (status, bob) = send(
        &app,
        "/api/auth/register",
        register(Some(invitation.clone())),
        None,
    )
    .await;
    assert_eq!(
        (status, text(&bob["organization"]["id"])),
        (StatusCode::CREATED, org)
    );
    let (status, _) = send(&app, "/api/auth/register", register(Some(invitation)), None).await;
    assert_eq!(status, StatusCode::CONFLICT, "the address is taken now");

    // Whoever owns an organization may invite anybody: an editor makes none, or invitations would be for everybody.
    let new = json!({"name": "Open house"});
    let bobs = text(&bob["access_token"]);
    let (status, problem) = send(&app, "/api/organizations", new.clone(), Some(&bobs)).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{problem}");
    let (status, made) = send(&app, "/api/organizations", new, Some(&token)).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
}

async fn send(app: &TestApp, path: &str, body: Value, token: Option<&str>) -> (StatusCode, Value) {
    let mut request = app.request(Method::POST, path).json(&body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    crate::app::read(request.send().await.expect("the server answers")).await
}
