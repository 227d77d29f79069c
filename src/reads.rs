//! Which language whoever asks reads.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use model::language::Language;

use crate::cookie::Cookies;

/// What the person chose, or else what their browser likes best of those there are; English for programs that name none.
pub(crate) struct Reads(pub Language);

impl Reads {
    /// The same, of headers.
    pub(crate) fn of(headers: &HeaderMap) -> Language {
        app::language_of(headers, Cookies::language(headers))
    }
}

impl<S: Sync> FromRequestParts<S> for Reads {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(Self::of(&parts.headers)))
    }
}
