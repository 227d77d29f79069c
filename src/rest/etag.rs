//! Strong entity tags: the version of a dashboard, a widget or a segment in quotes.

use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::Error;
use headers::{HeaderMapExt, IfNoneMatch};

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

/// Answers 304 instead of what the caller has already, by the tags of `If-None-Match` (RFC 9110, section 13.1.2).
pub(crate) async fn not_modified(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = reads.then(|| request.headers().typed_get::<IfNoneMatch>());
    let Some(known) = known.flatten() else {
        return next.run(request).await;
    };
    let response = next.run(request).await;
    let tag = response.headers().typed_get::<headers::ETag>();
    let is_known = tag.is_some_and(|tag| !known.precondition_passes(&tag));
    if !is_known || response.status() != StatusCode::OK {
        return response;
    }
    let mut headers = response.into_parts().0.headers;
    headers.remove(CONTENT_TYPE);
    (StatusCode::NOT_MODIFIED, headers).into_response()
}
