//! From the body that an SDK sends to JSON, and the key in its head.

use axum::body::Body;
use base64::Engine as _;
use serde_json::Value;

use super::wrapping::{BASE64, unwrapped};
use crate::body::collect;
use crate::problem::Refusal;

/// Reads a body of at most `most` bytes, before and after decompression, as JSON.
///
/// # Errors
/// [`Error::Invalid`](engine::Error::Invalid) with `body_too_large` or `not_json`.
pub(super) async fn json(body: Body, most: usize) -> Result<Value, Refusal> {
    let bytes = collect(body, most).await?;
    Ok(unwrapped(&bytes, most)?)
}

/// The user name of `Authorization: Basic …`.
pub(super) fn basic_user(headers: &axum::http::HeaderMap) -> Option<String> {
    let value = headers.get(axum::http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, word) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(BASE64.decode(word.trim()).ok()?).ok()?;
    let user = plain.split(':').next().unwrap_or_default();
    (!user.is_empty()).then(|| user.to_owned())
}
