//! What pages ask the server, `/api/fn/…`, without a page: each function is listed here, takes nothing by GET, nothing from
//! another site, and nothing from nobody but what is said to be for everybody.

use std::collections::BTreeSet;

// The program's own functions are registered by linking them.
use app as _;
use leptos::server_fn::axum::server_fn_paths;
use reqwest::header::COOKIE;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::company::Company;

const NOBODY_HAS_IT: &str = "0197a5c0-0000-7000-8000-000000000000";

/// Functions that nobody has to sign in for, and what they answer then.
const FOR_EVERYBODY: [(&str, u16); 2] = [
    // Says that nobody is signed in.
    ("current_session", 200),
    // The token is the credential; this one is none.
    ("look_at_invitation", 404),
];

/// Each function with arguments that are in order.
fn functions(dashboard: &str) -> Vec<(&'static str, Value)> {
    let id = NOBODY_HAS_IT;
    let question =
        json!({"kind": "trend", "series": [{"event": "visit", "measure": "count"}], "range": {"last": "7d"}});
    let widget = json!({"type": "stat", "title": "Visits", "config": {"query": question}});
    vec![
        // First: another one may change the version.
        (
            "replace_dashboard",
            json!({"id": dashboard, "spec": {"name": "Renamed"}, "version": 1}),
        ),
        ("ask", json!({"query": question})),
        ("change_sites", json!({"id": id, "origins": []})),
        ("create_dashboard", json!({"name": "x"})),
        (
            "create_key",
            json!({"wanted": {"name": "x", "kind": "write", "scopes": [], "origins": []}}),
        ),
        (
            "create_segment",
            json!({"spec": {"name": "x", "filter": {"property": "plan", "op": "exists"}}}),
        ),
        ("create_share", json!({"dashboard": dashboard, "request": {}})),
        ("create_widget", json!({"dashboard": dashboard, "spec": widget})),
        ("current_session", json!({})),
        ("dashboard_page", json!({"id": dashboard, "view": {}})),
        ("dashboard_names", json!({})),
        ("dashboards", json!({})),
        ("delete_widget", json!({"id": id})),
        ("event_names", json!({})),
        ("explain", json!({"query": question})),
        ("event_properties", json!({"event": null})),
        ("get_dashboard", json!({"id": dashboard})),
        ("get_widget", json!({"id": id})),
        ("keys", json!({})),
        (
            "list_changes",
            json!({"asked": {"filter": {"actor": "key", "action": null, "from": null, "to": null}, "cursor": null}}),
        ),
        ("list_links", json!({"cursor": null})),
        ("list_people", json!({})),
        ("list_segments", json!({})),
        (
            "list_users",
            json!({"question": null, "search": "a", "events": false, "cursor": null}),
        ),
        ("live_now", json!({})),
        ("look_at_account", json!({})),
        ("look_at_invitation", json!({"token": "x"})),
        ("markdown", json!({"text": "**x**"})),
        (
            "place_widgets",
            json!({"dashboard": dashboard, "places": {"widgets": [
                {"id": id, "position": {"x": 0, "y": 0}, "size": {"w": 4, "h": 4}},
            ]}}),
        ),
        ("property_values", json!({"event": null, "property": "plan"})),
        ("replace_widget", json!({"id": id, "spec": widget, "version": 1})),
        ("revoke_key", json!({"id": id})),
        ("revoke_share", json!({"id": id})),
        ("rotate_share", json!({"id": id})),
        ("shares", json!({"dashboard": dashboard})),
        ("segment_names", json!({})),
        ("show_data", json!({})),
        (
            "update_organization",
            json!({"name": "Renamed", "timezone": "UTC", "week_start": "monday"}),
        ),
        ("user_page", json!({"id": "ada", "cursor": null})),
        ("widget_seen", json!({"id": id, "view": {}})),
    ]
}

fn path(function: &str) -> String {
    format!("/api/fn/{function}")
}

async fn post(app: &TestApp, function: &str, arguments: &Value, headers: &[(&str, &str)]) -> StatusCode {
    let mut request = app.request(Method::POST, &path(function)).json(arguments);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("the server answers").status()
}

#[test]
fn every_function_is_listed() {
    let registered: BTreeSet<String> = server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let listed: BTreeSet<String> = functions(NOBODY_HAS_IT)
        .iter()
        .map(|(name, _)| path(name))
        .collect();
    assert!(registered.len() > 25, "they are linked: {registered:?}");
    let missing: Vec<_> = registered.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&registered).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "not listed: {missing:?}; no function: {gone:?}"
    );
    assert!(
        server_fn_paths().all(|(_, method)| method == Method::POST),
        "a function that answers GET can be asked by any link"
    );
}

#[tokio::test]
async fn functions_need_a_session_and_a_page_of_ours() {
    let app = TestApp::start();
    let company = Company::found(&app, "functions").await;
    let cookie = app.cookie(&company.owner).await;
    let audit = format!(
        "/api/organizations/{}/audit?limit=200",
        company.owner.organization
    );
    let before = app.get(&company.owner, &audit).await;
    let functions = functions(&company.dashboard);
    let mut wrong = Vec::new();
    for (function, arguments) in &functions {
        let mut expect = |what: &str, status: StatusCode, expected: u16| {
            if status.as_u16() != expected {
                wrong.push(format!("{function}, {what}: {status} instead of {expected}"));
            }
        };
        let got = app.request(Method::GET, &path(function)).header(COOKIE, &cookie);
        expect("by GET", got.send().await.expect("an answer").status(), 405);
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://elsewhere.example"),
            ("origin", "null"),
        ] {
            let headers = [("cookie", cookie.as_str()), (header, value)];
            expect(value, post(&app, function, arguments, &headers).await, 403);
        }
        let open = FOR_EVERYBODY.iter().find(|(name, _)| name == function);
        let nobody = open.map_or(401, |(_, status)| *status);
        expect("by nobody", post(&app, function, arguments, &[]).await, nobody);
        let stale = [("cookie", "datapulse=bm9ib2R5")];
        expect(
            "with a made-up cookie",
            post(&app, function, arguments, &stale).await,
            nobody,
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(app.get(&company.owner, &audit).await, before, "nothing changed");
}

/// So that the refusals above are for who asks, not for what was asked; and whoever sends nonsense is told so.
#[tokio::test]
async fn functions_answer_those_who_may_ask() {
    let app = TestApp::start();
    let company = Company::found(&app, "asking").await;
    let cookie = app.cookie(&company.owner).await;
    let own = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let mut wrong = Vec::new();
    for (function, arguments) in &functions(&company.dashboard) {
        let status = post(&app, function, arguments, &own).await;
        let names_nothing =
            arguments.to_string().contains(NOBODY_HAS_IT) || *function == "look_at_invitation";
        let expected = if names_nothing { 404 } else { 200 };
        if status.as_u16() != expected {
            wrong.push(format!("{function}: {status} instead of {expected}"));
        }
        for headers in [&own[..], &[]] {
            let status = post(&app, function, &json!([1]), headers).await;
            if !status.is_client_error() {
                wrong.push(format!("{function}, with nonsense: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
