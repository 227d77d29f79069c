//! Request bodies: bounded, JSON, and refused with the name of the field.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use engine::Error;
use model::event::MAX_BODY_BYTES;
use model::problem::read_json;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::problem::Refusal;

/// Most bytes of a JSON body that is not events.
const MAX_JSON_BYTES: usize = 1024 * 1024;

/// A JSON body that was read into `T`; an error names the field, and unknown fields are errors where `T` says so.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let bytes = collect(request.into_body(), MAX_JSON_BYTES).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| not_json("it is not UTF-8"))?;
        parse(text).map(Self)
    }
}

/// The decoded body of a request that sends events.
pub struct EventsBody(pub Bytes);

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
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| not_json(&error.to_string()))?;
    read_json(text).map_err(|error| Error::from(error).into())
}

fn not_json(why: &str) -> Refusal {
    Error::invalid("", "not_json", format!("The body is not JSON: {why}.")).into()
}

async fn collect(body: Body, most: usize) -> Result<Bytes, Refusal> {
    to_bytes(body, most).await.map_err(|error| {
        if is_length_limit(&error) {
            let message = format!("The body is larger than {} MiB. Send less at once.", most / (1024 * 1024));
            return Error::invalid("", "body_too_large", message).into();
        }
        Error::invalid("", "not_json", "The body could not be read to its end. Check its Content-Encoding.").into()
    })
}

fn is_length_limit(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut source = Some(error);
    while let Some(error) = source {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        source = error.source();
    }
    false
}
