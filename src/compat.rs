//! The ways in for SDKs that people already use, unchanged but for their host: each dialect under `/compat/<name>`.
//!
//! A dialect is translated into [`Draft`](model::event::Draft)s; from there on everything is as for our own events. Rules
//! that hold for all of them: JSON is read whatever the content type says, gzip is known by its first bytes, and nobody is
//! made to send again what will never be taken.

pub(crate) mod said;
mod wire;

mod plausible;
pub(crate) mod posthog;
pub(crate) mod segment;
mod umami;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::problem::{plain, respond};
use crate::state::AppState;

/// Every dialect; no cookie counts here, so any site may send.
pub(crate) fn routes() -> Router<AppState> {
    let any_site = CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request());
    let dialects = Router::new()
        .nest("/segment", segment_routes())
        .nest("/posthog", posthog_routes())
        .route("/plausible/api/event", post(plausible::event))
        .route("/umami/api/send", post(umami::send))
        .route("/umami/api/batch", post(umami::batch))
        .fallback(nothing_here)
        .layer(DefaultBodyLimit::disable())
        .layer(map_response(with_body))
        .layer(any_site);
    Router::new().nest("/compat", dialects)
}

fn segment_routes() -> Router<AppState> {
    Router::new()
        .route("/v1/batch", post(segment::batch))
        .route("/v1/b", post(segment::batch))
        .route("/v1/{call}", post(segment::call))
        .route("/v1/projects/{key}/settings", get(segment::settings))
}

fn posthog_routes() -> Router<AppState> {
    let mut routes = Router::new();
    for path in ["/e", "/capture", "/track", "/engage", "/i/v0/e", "/batch"] {
        routes = routes
            .route(path, post(posthog::capture))
            .route(&format!("{path}/"), post(posthog::capture));
    }
    for path in ["/flags", "/decide"] {
        routes = routes
            .route(path, post(posthog::flags))
            .route(&format!("{path}/"), post(posthog::flags));
    }
    routes
        .route("/s", post(posthog::dropped))
        .route("/s/", post(posthog::dropped))
        .route("/array/{token}/config", get(posthog::config))
        .route("/array/{token}/config.js", get(posthog::config_script))
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
