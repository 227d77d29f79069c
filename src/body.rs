//! Request bodies: bounded, JSON, and refused with the name of the field.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use bytes::BytesMut;
use engine::Error;
use http_body_util::BodyExt;
use model::event::MAX_BODY_BYTES;
use model::problem::read_json;
use serde::de::{DeserializeOwned, IgnoredAny};
use tower_http::timeout::TimeoutError;

use crate::problem::Refusal;

/// Most bytes of a JSON body that is not events.
const MAX_JSON_BYTES: usize = 1024 * 1024;

/// A JSON body that was read into `T`; an error names the field, and unknown fields are errors where `T` says so.
pub(crate) struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let bytes = collect(request.into_body(), MAX_JSON_BYTES).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| not_json("it is not UTF-8"))?;
        if text.trim_start().starts_with('{') {
            return parse(text).map(Self);
        }
        // A list would be read as an object's fields in their order.
        parse::<IgnoredAny>(text)?;
        Err(Error::invalid("", "invalid", "Send a JSON object: `{…}`.").into())
    }
}

/// The decoded body of a request that sends events.
pub(crate) struct EventsBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for EventsBody {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        collect(request.into_body(), MAX_BODY_BYTES).await.map(Self)
    }
}

/// Reads JSON text: 400 where it is not JSON, 422 where it is JSON of another shape.
///
/// # Errors
/// [`Error::Invalid`], as a refusal.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    read_json(text).map_err(|error| Error::from(error).into())
}

fn not_json(why: &str) -> Refusal {
    Error::invalid("", "not_json", format!("The body is not JSON: {why}.")).into()
}

/// Bytes beyond the limit that are read and dropped, so that a sender hears the answer instead of a broken connection.
const DROPPED_BYTES: usize = 32 * 1024 * 1024;

/// Reads a body to its end.
///
/// # Errors
/// [`Error::Invalid`] with `body_too_large` beyond `most` bytes, `not_json` where it breaks off.
pub(crate) async fn collect(mut body: Body, most: usize) -> Result<Bytes, Refusal> {
    let mut kept = BytesMut::with_capacity(body.size_hint().lower().min(most as u64).try_into().unwrap_or(0));
    let mut dropped = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| unreadable(&error))?.into_data() else {
            continue;
        };
        if dropped == 0 && kept.len() + data.len() <= most {
            kept.extend_from_slice(&data);
            continue;
        }
        kept.clear();
        dropped += data.len();
        if dropped > DROPPED_BYTES {
            break;
        }
    }
    if dropped > 0 {
        let message = format!("The body is larger than {} KiB. Send less at once.", most / 1024);
        return Err(Error::invalid("", "body_too_large", message).into());
    }
    Ok(kept.freeze())
}

fn unreadable(error: &axum::Error) -> Refusal {
    let mut causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    if causes.any(<dyn std::error::Error>::is::<TimeoutError>) {
        return Error::invalid("", "too_slow", "The body stopped coming. Send it again.").into();
    }
    Error::invalid(
        "",
        "not_json",
        "The body could not be read to its end. Check its Content-Encoding.",
    )
    .into()
}
