//! `/healthz` and `/readyz`: for whoever keeps the program running.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::Engine;
use serde::Serialize;

/// The process is alive.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// What is ready, and what is not.
#[derive(Serialize)]
struct Report {
    ready: bool,
    checks: Vec<engine::Check>,
}

/// Everything that is needed works; 503 names what does not.
pub(crate) async fn readyz(State(engine): State<Engine>) -> Response {
    let checks = engine.readiness().await;
    let ready = checks.iter().all(|check| check.ok);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Report { ready, checks })).into_response()
}
