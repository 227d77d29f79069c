//! `PostHog`: `posthog-js`, `posthog-node`, `posthog` for Python and their siblings, at `/compat/posthog`.

mod translate;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::Error;
use engine::ingest::Batch;
use model::Timestamp;
use model::event::Draft;
use serde::Deserialize;
use serde_json::{Value, json};

use super::said::{Object, instant};
use super::wire;
use crate::client;
use crate::problem::Answered;
use crate::taking::Taking;
use translate::{Body as Sent, translate};

/// Most bytes of a body.
const MOST: usize = 20 * 1024 * 1024;

/// What the SDK puts into the address.
#[derive(Deserialize)]
pub(crate) struct Parameters {
    /// Milliseconds since 1970 at which the browser sent it.
    #[serde(rename = "_")]
    sent_at: Option<String>,
}

/// `POST /e`, `/batch` and their kin.
pub(crate) async fn capture(
    taking: Taking,
    client::From(client): client::From,
    parameters: Result<Query<Parameters>, axum::extract::rejection::QueryRejection>,
    body: Body,
) -> Answered<Response> {
    let Sent {
        key,
        events,
        sent_at,
        is_old,
    } = Sent::read(wire::json(body, MOST).await?);
    let caller = match taking.engine.auth().by_key(&key).await {
        Err(Error::Unauthenticated(_)) => return Ok(unknown_key()),
        caller => caller?,
    };
    let in_address = || {
        let word = parameters.ok()?.0.sent_at?;
        instant(Some(&Value::String(word)))
    };
    let sent_at: Option<Timestamp> = sent_at.or_else(in_address).filter(|_| !is_old);
    let by_their_clock = sent_at.unwrap_or_else(|| taking.engine.clock().now());
    let drafts = events
        .into_iter()
        .filter_map(|event| translate(event, Some(by_their_clock)))
        .collect();
    let batch = Batch::of_drafts(drafts, sent_at);
    taking.take(&caller, batch, &client).await?;
    Ok(Json(json!({"status": "Ok"})).into_response())
}

/// An event of an export as ours.
///
/// # Errors
/// A sentence that says what is missing.
pub(crate) fn exported(event: Object) -> Result<Draft<'static>, String> {
    translate(event, None).ok_or_else(|| "`event` or `distinct_id` is missing.".to_owned())
}

/// Recordings: answered, and not kept.
pub(crate) async fn dropped(body: Body) -> Answered<Json<Value>> {
    crate::body::collect(body, MOST).await?;
    Ok(Json(json!({"status": "Ok"})))
}

/// `POST /flags` and the older `/decide`: there are no flags.
pub(crate) async fn flags(body: Body) -> Answered<Json<Value>> {
    crate::body::collect(body, MOST).await?;
    Ok(Json(json!({
        "featureFlags": {},
        "featureFlagPayloads": {},
        "flags": {},
        "errorsWhileComputingFlags": false,
        "isAuthenticated": false,
        "supportedCompression": ["gzip-js", "base64"],
        "sessionRecording": false,
        "siteApps": [],
        "toolbarParams": {},
    })))
}

/// `GET /array/{token}/config`: what the browser's SDK may do.
pub(crate) async fn config(Path(token): Path<String>) -> Json<Value> {
    Json(settings(&token))
}

/// `GET /array/{token}/config.js`: the same as a script.
pub(crate) async fn config_script(Path(token): Path<String>) -> Response {
    let config = json!({"config": settings(&token), "siteApps": []});
    let token = Value::String(token);
    let script = format!(
        "(function(){{window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{{}};\
         window._POSTHOG_REMOTE_CONFIG[{token}]={config};}})();"
    );
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], script).into_response()
}

fn settings(token: &str) -> Value {
    json!({
        "token": token,
        "analytics": {"endpoint": "/i/v0/e/"},
        "hasFeatureFlags": false,
        "supportedCompression": ["gzip-js", "base64"],
        "sessionRecording": false,
        "autocapture_opt_out": false,
        "autocaptureExceptions": false,
        "captureDeadClicks": false,
        "capturePerformance": false,
        "elementsChainAsString": true,
        "defaultIdentifiedOnly": true,
        "heatmaps": false,
        "surveys": false,
        "siteApps": [],
        "toolbarParams": {},
    })
}

fn unknown_key() -> Response {
    let body = json!({
        "type": "authentication_error",
        "code": "invalid_api_key",
        "detail": "Project API key invalid. Use a write key: you make one under Settings, API keys.",
    });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}
