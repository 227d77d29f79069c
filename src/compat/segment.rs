//! Segment: `@segment/analytics-node`, `@segment/analytics-next` and their siblings, at `/compat/segment`.

mod translate;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Error;
use engine::enrich::Client;
use engine::ingest::Batch;
use model::event::{Draft, MAX_EVENTS};
use serde_json::{Value, json};

use super::said::{Object, instant};
use super::wire;
use crate::client;
use crate::problem::{Answered, plain, respond};
use crate::state::AppState;
use crate::taking::Taking;
use translate::{Kind, merged, translate};

/// Most bytes of one call.
const MOST_CALL: usize = 32 * 1024;
/// Most bytes of a batch.
const MOST_BATCH: usize = 500 * 1024;

/// `POST /v1/track` and its kin: one message.
pub(crate) async fn call(
    taking: Taking,
    client::From(client): client::From,
    Path(call): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answered<Response> {
    let Some(kind) = Kind::of_call(&call) else {
        return Ok(wrong(StatusCode::NOT_FOUND, "There is no such call."));
    };
    let message = match object(body, MOST_CALL).await {
        Ok(message) => message,
        Err(why) => return Ok(wrong(StatusCode::BAD_REQUEST, &why)),
    };
    let key = key(&headers, &message);
    let sent_at = instant(message.get("sentAt"));
    match translate(kind, message) {
        Ok(draft) => taken(&taking, &key, vec![draft], sent_at, &client).await,
        Err(why) => Ok(wrong(StatusCode::BAD_REQUEST, &why)),
    }
}

/// `POST /v1/batch`: many messages; one that is wrong costs none of the others.
pub(crate) async fn batch(
    taking: Taking,
    client::From(client): client::From,
    headers: HeaderMap,
    body: Body,
) -> Answered<Response> {
    let mut outer = match object(body, MOST_BATCH).await {
        Ok(outer) => outer,
        Err(why) => return Ok(wrong(StatusCode::BAD_REQUEST, &why)),
    };
    let Some(Value::Array(messages)) = outer.remove("batch") else {
        return Ok(wrong(
            StatusCode::BAD_REQUEST,
            "`batch` must be a list of messages.",
        ));
    };
    if messages.len() > MAX_EVENTS {
        let why = format!("A batch may have at most {MAX_EVENTS} messages.");
        return Ok(wrong(StatusCode::BAD_REQUEST, &why));
    }
    let first_key = messages
        .first()
        .and_then(|message| message.get("writeKey"))
        .cloned();
    if let Some(key) = first_key {
        outer.entry("writeKey").or_insert(key);
    }
    let key = key(&headers, &outer);
    let sent_at = instant(outer.get("sentAt")).or_else(|| instant(messages.first()?.get("sentAt")));
    let drafts = messages.into_iter().filter_map(|message| {
        let message = merged(message, &outer)?;
        let kind = Kind::of_type(&message)?;
        translate(kind, message).ok()
    });
    taken(&taking, &key, drafts.collect(), sent_at, &client).await
}

/// `GET /v1/projects/{key}/settings`: where the browser's SDK sends to.
pub(crate) async fn settings(
    State(state): State<AppState>,
    Path(key): Path<String>,
) -> Answered<Json<Value>> {
    state.engine.auth().by_key(&key).await?;
    let (protocol, host) = state
        .site
        .public_url
        .split_once("://")
        .unwrap_or(("https", &state.site.public_url));
    Ok(Json(json!({
        "integrations": {"Segment.io": {
            "apiKey": key,
            "apiHost": format!("{host}/compat/segment/v1"),
            "protocol": protocol,
            "unbundledIntegrations": [],
            "addBundledMetadata": true,
            "maybeBundledConfigIds": {},
            "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
        }},
        "plan": {"track": {"__default": {"enabled": true, "integrations": {}}}},
        "edgeFunction": {},
        "analyticsNextEnabled": true,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": false,
        "remotePlugins": [],
    })))
}

/// Segment answers 400 alike to what is too large and to what is no JSON.
async fn object(body: Body, most: usize) -> Result<Object, String> {
    match wire::json(body, most).await {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(format!(
            "The body must be a JSON object of at most {} KiB.",
            most / 1024
        )),
    }
}

/// A message of an export as an event.
///
/// # Errors
/// A sentence that says what is missing.
pub(crate) fn exported(message: Object) -> Result<Draft<'static>, String> {
    let kind =
        Kind::of_type(&message).ok_or("`type` must be track, identify, page, screen, group or alias.")?;
    translate(kind, message)
}

fn key(headers: &HeaderMap, body: &Object) -> String {
    let in_body = || body.get("writeKey").and_then(Value::as_str).map(str::to_owned);
    wire::basic_user(headers).or_else(in_body).unwrap_or_default()
}

async fn taken(
    taking: &Taking,
    key: &str,
    drafts: Vec<Draft<'static>>,
    sent_at: Option<model::Timestamp>,
    client: &Client,
) -> Answered<Response> {
    let caller = match taking.engine.auth().by_key(key).await {
        Err(Error::Unauthenticated(_)) => return Ok(wrong(StatusCode::UNAUTHORIZED, "Unknown write key.")),
        caller => caller?,
    };
    taking
        .take(&caller, Batch::of_drafts(drafts, sent_at), client)
        .await?;
    Ok(Json(json!({"success": true})).into_response())
}

fn wrong(status: StatusCode, why: &str) -> Response {
    respond(&plain(status, "invalid", why))
}
