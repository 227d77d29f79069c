//! Who reads the answer: in which language, by which clock.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use model::language::Reader;

use crate::cookie::Cookies;

/// What the person chose, or else what their browser likes best; English with 24 hours for programs that name nothing.
pub(crate) struct Reads(pub Reader);

impl Reads {
    /// The same, of headers.
    pub(crate) fn of(headers: &HeaderMap) -> Reader {
        app::reader_of(headers, Cookies::language(headers), Cookies::clock(headers))
    }
}

impl<S: Sync> FromRequestParts<S> for Reads {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(Self::of(&parts.headers)))
    }
}
