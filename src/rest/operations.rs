//! `/healthz` and `/readyz`: for whoever keeps the program running.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::{Check, Engine};
use serde::Serialize;

use crate::ending::Ending;

/// The process is alive.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// What is ready, and what is not.
#[derive(Serialize)]
struct Report {
    ready: bool,
    checks: Vec<Check>,
}

/// Everything that is required works; 503 names what does not.
///
/// `serving` is what fails first when the program is asked to end: whoever spreads requests over several sends no more here.
pub(crate) async fn readyz(State(engine): State<Engine>, State(ending): State<Ending>) -> Response {
    let mut checks = engine.readiness().await;
    checks.push(Check::new("serving", !ending.is_leaving()));
    let ready = checks.iter().all(|check| check.ok || !check.required);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Report { ready, checks })).into_response()
}
