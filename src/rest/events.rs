//! `POST /api/analytics/events`: events in, a report for each that was not taken.

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use engine::ingest::{Batch, BodyFormat};
use model::event::Receipt;
use serde::Deserialize;

use crate::body::EventsBody;
use crate::client;
use crate::identity::Sending;
use crate::problem::Answered;
use crate::rest::parameters;
use crate::taking::Taking;

/// `?dry_run=1`, and the key where the header cannot be set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendQuery {
    #[serde(default)]
    dry_run: Option<String>,
    #[serde(default, rename = "key")]
    _key: Option<String>,
}

/// `POST /api/analytics/events`: 202 once what was accepted is on disk.
pub(crate) async fn send(
    taking: Taking,
    Sending(caller): Sending,
    client::From(client): client::From,
    query: Result<Query<SendQuery>, QueryRejection>,
    headers: HeaderMap,
    EventsBody(body): EventsBody,
) -> Answered<(StatusCode, Json<Receipt>)> {
    let dry_run = parameters(query)?
        .dry_run
        .is_some_and(|word| !matches!(word.as_str(), "" | "0" | "false"));
    let batch = Batch::read(&body, format(&headers))?;
    let receipt = taking.take_counted(&caller, batch, &client, dry_run).await?;
    Ok((StatusCode::ACCEPTED, Json(receipt)))
}

fn format(headers: &HeaderMap) -> BodyFormat {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if content_type.starts_with("application/x-ndjson") {
        BodyFormat::Ndjson
    } else {
        BodyFormat::Json
    }
}
