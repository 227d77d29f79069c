//! Plausible: its script and `plausible-tracker`, at `/compat/plausible`. A site is known by its domain.

mod translate;

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::Error;
use engine::enrich::Client;
use engine::ingest::Batch;
use serde_json::{Value, json};

use super::wire;
use crate::client;
use crate::problem::Answered;
use crate::taking::Taking;
use translate::translate;

const MOST_BYTES: usize = 256 * 1024;

/// `POST /api/event`: 202 for whatever is well-formed; `x-plausible-dropped` says that nobody keeps it.
pub(crate) async fn event(
    taking: Taking,
    client::From(client): client::From,
    body: Body,
) -> Answered<Response> {
    let Value::Object(body) = wire::json(body, MOST_BYTES).await? else {
        return Ok(wrong("body", "must be an object"));
    };
    let (domains, draft) = match translate(body) {
        Ok(translated) => translated,
        Err((field, why)) => return Ok(wrong(field, why)),
    };
    // Whoever calls, a browser or a server that passes its headers on: they are about the visitor.
    let client = Client {
        is_browser: true,
        ..client
    };
    let mut kept = 0;
    for domain in domains.split(',') {
        let caller = match taking.engine.auth().by_site(domain).await {
            Err(Error::Unauthenticated(_)) => continue,
            caller => caller?,
        };
        let batch = Batch::of_drafts(vec![draft.clone()], None);
        kept += taking.take(&caller, batch, &client).await?.accepted;
    }
    let mut answer = (StatusCode::ACCEPTED, "ok").into_response();
    if kept == 0 {
        let dropped = axum::http::HeaderValue::from_static("1");
        answer.headers_mut().insert("x-plausible-dropped", dropped);
    }
    Ok(answer)
}

fn wrong(field: &str, why: &str) -> Response {
    let body = json!({"errors": {field: [why]}});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
