//! `/api/openapi.json` and `/api/docs`: the API's own description, for programs and for people.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use leptos::nonce::Nonce;

use crate::{openapi, security};

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi::text);

/// `GET /api/openapi.json`
pub(crate) async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// `GET /api/docs`
pub(crate) async fn docs() -> Response {
    let nonce = Nonce::new();
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>DataPulse API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"icon\" href=\"/favicon.svg\"><link rel=\"stylesheet\" href=\"/api-docs/swagger-ui.css\"></head>\
         <body><div id=\"docs\"><p>The API's document is at <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p></div>\
         <script nonce=\"{nonce}\" src=\"/api-docs/swagger-ui-bundle.js\"></script>\
         <script nonce=\"{nonce}\" src=\"/api-docs/start.js\"></script></body></html>"
    );
    let policy = security::content_security_policy(Some(&nonce.to_string()));
    let policy = HeaderValue::from_str(&policy).expect("a policy is plain ASCII");
    let content_type = HeaderValue::from_static("text/html; charset=utf-8");
    (
        [(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, policy)],
        page,
    )
        .into_response()
}
