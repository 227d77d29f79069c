//! What is made says where it is: every call of the document that answers 201.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{TestApp, read};
use crate::company::Company;

const TABLE: &str = include_str!("../../docs/access.md");

/// What these make has no address of its own.
const WITHOUT: [&str; 2] = ["/api/auth/register", "/api/auth/totp"];

/// The methods that the table of routes has for an address.
fn methods(address: &str) -> Vec<&'static str> {
    let parts: Vec<&str> = address.split('/').collect();
    let fits = |path: &str| {
        let path: Vec<&str> = path.split('/').collect();
        path.len() == parts.len()
            && path
                .iter()
                .zip(&parts)
                .all(|(known, part)| known.starts_with('{') || known == part)
    };
    let rows = TABLE.lines().filter(|line| line.starts_with("| "));
    let cells = rows.map(|line| {
        line.trim_matches('|')
            .split('|')
            .map(str::trim)
            .collect::<Vec<_>>()
    });
    cells
        .filter(|cells| fits(cells[1]))
        .map(|cells| cells[0])
        .collect()
}

#[tokio::test]
async fn what_is_made_says_where_it_is() {
    let app = TestApp::start();
    let company = Company::found(&app, "acme").await;
    let asked = app.request(Method::GET, "/api/openapi.json").send().await;
    let (_, document) = read(asked.expect("an answer")).await;
    let paths = document["paths"].as_object().expect("paths");
    let makes = |item: &Value| item["post"]["responses"]["201"].is_object();
    let mut looked_at = 0;
    for (path, item) in paths.iter().filter(|(_, item)| makes(item)) {
        let is_told = item["post"]["responses"]["201"]["headers"]["Location"].is_object();
        assert_eq!(
            is_told,
            !WITHOUT.contains(&path.as_str()),
            "{path} in the document"
        );
        // The invitation is for somebody else: taking one is looked at elsewhere.
        if path.contains("/accept") {
            continue;
        }
        let address = company.address(&app, &Method::POST, path).await;
        let body = company.body(&app, &Method::POST, path).await.unwrap_or_default();
        let request = app
            .request(Method::POST, &address)
            .bearer_auth(&company.owner.token);
        let answer = request.json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::CREATED, "{path}");
        let location = answer.headers().get("location").cloned();
        assert_eq!(location.is_some(), is_told, "{path}");
        let Some(location) = location else { continue };
        let location = location.to_str().expect("ASCII");
        let known = methods(location);
        assert!(!known.is_empty(), "{path} leads to {location}, which is no route");
        let method = if known.contains(&"GET") {
            Method::GET
        } else {
            Method::DELETE
        };
        let (status, told) = app.call(&company.owner, method.clone(), location, None).await;
        assert!(
            status.is_success(),
            "{method} {location} of {path}: {status} {told}"
        );
        looked_at += 1;
    }
    assert!(looked_at >= 12, "{looked_at}");
}
