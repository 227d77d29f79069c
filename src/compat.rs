//! The ways in for SDKs that people already use, unchanged but for their host: each dialect under `/compat/<name>`.
//!
//! A dialect is translated into [`Draft`](model::event::Draft)s; from there on everything is as for our own events. Rules
//! that hold for all of them: JSON is read whatever the content type says, gzip is known by its first bytes, and nobody is
//! made to send again what will never be taken.

pub(crate) mod said;
mod wire;
mod wrapping;

mod plausible;
pub(crate) mod posthog;
pub(crate) mod segment;
mod umami;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::limits::limit_addresses;
use crate::problem::{plain, respond};
use crate::state::AppState;
use crate::taking::tell_what_was_dropped;

/// Says that nothing was kept, and why.
pub(crate) const DROPPED: HeaderName = HeaderName::from_static("x-datapulse-dropped");

/// Every dialect; no cookie counts here, so any site may send.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let any_site = CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([DROPPED]);
    Router::new()
        .merge(segment_routes())
        .merge(posthog_routes())
        .route("/compat/plausible/api/event", post(plausible::event))
        .route("/compat/umami/api/send", post(umami::send))
        .route("/compat/umami/api/batch", post(umami::batch))
        .route("/compat/{*rest}", any(nothing_here))
        .route_layer(from_fn(tell_what_was_dropped))
        .route_layer(from_fn_with_state(state.clone(), limit_addresses))
        .layer(DefaultBodyLimit::disable())
        .layer(map_response(with_body))
        .layer(any_site)
}

fn segment_routes() -> Router<AppState> {
    Router::new()
        .route("/compat/segment/v1/batch", post(segment::batch))
        .route("/compat/segment/v1/b", post(segment::batch))
        .route("/compat/segment/v1/{call}", post(segment::call))
        .route(
            "/compat/segment/v1/projects/{key}/settings",
            get(segment::settings),
        )
}

fn posthog_routes() -> Router<AppState> {
    Router::new()
        .route("/compat/posthog/e", post(posthog::capture))
        .route("/compat/posthog/e/", post(posthog::capture))
        .route("/compat/posthog/capture", post(posthog::capture))
        .route("/compat/posthog/capture/", post(posthog::capture))
        .route("/compat/posthog/track", post(posthog::capture))
        .route("/compat/posthog/track/", post(posthog::capture))
        .route("/compat/posthog/engage", post(posthog::capture))
        .route("/compat/posthog/engage/", post(posthog::capture))
        .route("/compat/posthog/i/v0/e", post(posthog::capture))
        .route("/compat/posthog/i/v0/e/", post(posthog::capture))
        .route("/compat/posthog/batch", post(posthog::capture))
        .route("/compat/posthog/batch/", post(posthog::capture))
        .route("/compat/posthog/flags", post(posthog::flags))
        .route("/compat/posthog/flags/", post(posthog::flags))
        .route("/compat/posthog/decide", post(posthog::flags))
        .route("/compat/posthog/decide/", post(posthog::flags))
        .route("/compat/posthog/s", post(posthog::dropped))
        .route("/compat/posthog/s/", post(posthog::dropped))
        .route("/compat/posthog/array/{token}/config", get(posthog::config))
        .route(
            "/compat/posthog/array/{token}/config.js",
            get(posthog::config_script),
        )
}

async fn nothing_here() -> Response {
    let detail = "DataPulse does not answer this call of the SDK.";
    respond(&plain(StatusCode::NOT_FOUND, "not-found", detail))
}

/// SDKs read JSON from every answer, also from those that the router makes.
async fn with_body(response: Response) -> Response {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let detail = "This address does not take that method.";
        return respond(&plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            detail,
        ))
        .into_response();
    }
    response
}
