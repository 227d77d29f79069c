//! Strong entity tags: the version of a dashboard or widget in quotes.

use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use engine::Error;

use crate::problem::Refusal;

/// The version that the caller means to change: none without `If-Match` or with `*`.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Refusal> {
    let Some(value) = headers.get(IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|digits| digits.parse().ok());
    version.map(Some).ok_or_else(|| Error::Changed.into())
}

/// Sends `body` with the tag of `version`.
pub(crate) fn tagged(version: i64, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    let tag = HeaderValue::from_str(&format!("\"{version}\"")).expect("digits in quotes are plain ASCII");
    response.headers_mut().insert(ETAG, tag);
    response
}
