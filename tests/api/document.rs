//! Every operation that the OpenAPI document names: a field that it does not know is refused by name, and a change is in the
//! organization's record.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, read};
use crate::company::{Company, text};

const UNKNOWN: &str = "surely_unknown";

/// Operations that take fields which they do not know, and why.
const TAKE_ANY_FIELD: [(&str, &str); 1] = [
    // Other SDKs add fields with every version; what is not read is not kept.
    ("POST", "/compat/"),
];

/// Operations that write nothing into the record of the organization, and why.
const UNRECORDED: [(&str, &str, &str); 18] = [
    (
        "POST",
        "/api/analytics/events",
        "events are no change of settings; the log has them",
    ),
    ("POST", "/api/analytics/query", "a question"),
    ("POST", "/api/analytics/sql", "a question"),
    (
        "POST",
        "/api/auth/register",
        "is in the record of the new organization",
    ),
    (
        "POST",
        "/api/auth/refresh",
        "goes on with a session; only a second use is recorded",
    ),
    ("POST", "/api/auth/me/delete", "this password is wrong"),
    ("POST", "/api/auth/password/reset", "this link is none"),
    ("POST", "/api/auth/email/send", "a letter; confirming is recorded"),
    ("POST", "/api/auth/email/confirm", "this link is none"),
    (
        "POST",
        "/api/auth/totp",
        "turns nothing on yet; confirming is recorded",
    ),
    ("POST", "/api/auth/totp/confirm", "this code is wrong"),
    ("POST", "/api/auth/totp/recovery-codes", "this code is wrong"),
    ("POST", "/api/auth/totp/off", "this code is wrong"),
    ("PUT", "/api/dashboards/{id}/favourite", "a person's own mark"),
    ("DELETE", "/api/dashboards/{id}/favourite", "a person's own mark"),
    (
        "POST",
        "/api/organizations",
        "is in the record of the new organization",
    ),
    (
        "DELETE",
        "/api/organizations/{id}",
        "the record goes with it; the server's log tells it",
    ),
    (
        "POST",
        "/api/invitations/{token}/accept",
        "this invitation is for somebody else",
    ),
];

/// Operations after which a company is no longer what it was.
const UPSETTING: [(&str, &str); 3] = [
    ("POST", "/api/auth/logout"),
    ("POST", "/api/organizations/{id}/transfer"),
    ("DELETE", "/api/organizations/{id}"),
];

/// An operation that changes something.
struct Operation {
    method: Method,
    path: String,
    takes_json: bool,
}

/// What the running server says of itself.
async fn operations(app: &TestApp) -> Vec<Operation> {
    let (status, document) = read(
        app.request(Method::GET, "/api/openapi.json")
            .send()
            .await
            .expect("an answer"),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["post", "put", "patch", "delete"] {
            let operation = &item[method];
            if operation.is_object() {
                let body = operation["requestBody"]["content"]["application/json"].is_object();
                found.push(Operation {
                    method: method.to_uppercase().parse().expect("a method"),
                    path: path.clone(),
                    takes_json: body,
                });
            }
        }
    }
    assert!(found.len() > 50, "the document was read: {}", found.len());
    found
}

fn own_name(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

/// Where the objects of a body are, the body itself first; what events carry is theirs.
fn objects(body: &Value, at: &str, found: &mut Vec<String>) {
    match body {
        Value::Object(fields) => {
            found.push(at.to_owned());
            for (name, value) in fields.iter().filter(|(name, _)| *name != "properties") {
                objects(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                objects(item, &format!("{at}/{number}"), found);
            }
        }
        _ => {}
    }
}

/// Why an answer is none that refuses the field by its name; `None` where it does.
fn fault(operation: &Operation, status: StatusCode, told: &Value) -> Option<String> {
    if operation.path == "/api/analytics/events" && status == StatusCode::ACCEPTED {
        // Each event is answered for itself.
        let error = &told["errors"][0];
        let refused = told["rejected"] == 1 && error["field"] == UNKNOWN && error["code"] == "unknown_field";
        return (!refused).then(|| told.to_string());
    }
    let names_it = |error: &Value| {
        error["field"]
            .as_str()
            .is_some_and(|field| field.ends_with(UNKNOWN))
    };
    let refused = status == StatusCode::UNPROCESSABLE_ENTITY
        && told["errors"]
            .as_array()
            .is_some_and(|errors| errors.iter().any(names_it));
    (!refused).then(|| format!("{status} {told}"))
}

#[tokio::test]
async fn an_unknown_field_is_refused_by_name_at_any_depth() {
    let app = TestApp::start();
    let company = Company::found(&app, "unknown").await;
    let (mut tried, mut wrong) = (0, Vec::new());
    for operation in operations(&app)
        .await
        .iter()
        .filter(|operation| operation.takes_json)
    {
        let exempt = |(method, path): &(&str, &str)| {
            operation.method.as_str() == *method && operation.path.starts_with(path)
        };
        if TAKE_ANY_FIELD.iter().any(exempt) {
            continue;
        }
        let body = company.body(&app, &operation.method, &operation.path).await;
        let body = body.unwrap_or_else(|| json!({}));
        let mut places = Vec::new();
        objects(&body, "", &mut places);
        for place in places {
            let mut body = body.clone();
            body.pointer_mut(&place).expect("an object")[UNKNOWN] = json!(1);
            let address = company.address(&app, &operation.method, &operation.path).await;
            let (status, told) = app
                .call(&company.owner, operation.method.clone(), &address, Some(body))
                .await;
            tried += 1;
            if let Some(fault) = fault(operation, status, &told) {
                wrong.push(format!("{} at '{place}': {fault}", own_name(operation)));
            }
        }
    }
    assert!(tried > 40, "the document names bodies: {tried}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What `actor` did according to the record, the newest first.
async fn recorded(app: &TestApp, reader: &Member, org: &str, actor: &str) -> Vec<String> {
    let (status, page) = app
        .get(reader, &format!("/api/organizations/{org}/audit?limit=200"))
        .await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let items = page["items"].as_array().expect("a list").iter();
    items
        .filter(|entry| entry["actor"] == actor)
        .map(|entry| text(&entry["id"]))
        .collect()
}

#[tokio::test]
async fn every_change_is_in_the_record() {
    let app = TestApp::start();
    let lasting = Company::found(&app, "record").await;
    let mut unrecorded = BTreeMap::new();
    for operation in operations(&app).await {
        // Events in other dialects.
        if operation.path.starts_with("/compat/") {
            continue;
        }
        let known = (operation.method.as_str(), operation.path.as_str());
        let own = if UPSETTING.contains(&known) {
            Some(Company::found(&app, "upset").await)
        } else {
            None
        };
        let company = own.as_ref().unwrap_or(&lasting);
        let org = company.owner.organization.clone();
        let actor = format!("user:{}", company.user_id(&app, &company.owner).await);
        let body = company.body(&app, &operation.method, &operation.path).await;
        let address = company.address(&app, &operation.method, &operation.path).await;
        let before = recorded(&app, &company.admin, &org, &actor).await;
        let (status, told) = app
            .call(&company.owner, operation.method.clone(), &address, body)
            .await;
        if known == ("DELETE", "/api/organizations/{id}") {
            assert_eq!(status, StatusCode::NO_CONTENT, "{told}");
            unrecorded.insert(own_name(&operation), "the record is gone".to_owned());
            continue;
        }
        let mut after = recorded(&app, &company.admin, &org, &actor).await;
        // Recorded beside the request, so that its time tells nobody who has an account.
        if operation.path == "/api/auth/password/forgot" {
            for _ in 0..200 {
                if after.first() != before.first() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
                after = recorded(&app, &company.admin, &org, &actor).await;
            }
        }
        if after.first() == before.first() {
            unrecorded.insert(own_name(&operation), format!("{status} {told}"));
        }
    }
    for (method, path, _) in UNRECORDED {
        let known = unrecorded.remove(&format!("{method} {path}"));
        assert!(
            known.is_some(),
            "{method} {path} is recorded: it needs no exception"
        );
    }
    assert!(
        unrecorded.is_empty(),
        "changes that nobody can look up: {unrecorded:#?}"
    );
}
