//! The span of each request: in the log with method, path and id; for a collector also with route and status.

use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tower_http::classify::ServerErrorsFailureClass;
use tower_http::trace::{DefaultOnFailure, DefaultOnResponse, MakeSpan, OnFailure, OnResponse};
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Makes the span of a request, and ends it with the head of the answer.
#[derive(Clone, Copy)]
pub(crate) struct Spans {
    collected: bool,
}

impl Spans {
    /// Whether somebody collects them.
    #[must_use]
    pub(crate) const fn new(collected: bool) -> Self {
        Self { collected }
    }
}

impl<B> MakeSpan<B> for Spans {
    /// The path alone: queries may hold keys and questions.
    fn make_span(&mut self, request: &Request<B>) -> Span {
        let id = request
            .headers()
            .get("x-request-id")
            .and_then(|id| id.to_str().ok())
            .unwrap_or_default();
        let (method, path) = (request.method(), without_secrets(request.uri().path()));
        if !self.collected {
            return tracing::info_span!("request", %method, path, id);
        }
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map(MatchedPath::as_str);
        let name = route.map_or_else(|| method.to_string(), |route| format!("{method} {route}"));
        let span = tracing::info_span!(
            "request",
            %method,
            path,
            id,
            otel.name = name,
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = %method,
            http.route = route,
            http.response.status_code = Empty,
            url.path = path,
        );
        continues(&span, request.headers());
        span
    }
}

/// A request may be a part of somebody else's: `traceparent` says so (W3C Trace Context).
fn continues(span: &Span, headers: &HeaderMap) {
    if !headers.contains_key("traceparent") {
        return;
    }
    let theirs = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Where nobody looks at this span, nobody misses its parent.
    let _ = span.set_parent(theirs);
}

impl<B> OnResponse<B> for Spans {
    fn on_response(self, response: &Response<B>, latency: Duration, span: &Span) {
        if self.collected {
            let status = response.status();
            span.record("http.response.status_code", i64::from(status.as_u16()));
            if status.is_server_error() {
                span.record("otel.status_code", "ERROR");
            }
        }
        DefaultOnResponse::new().on_response(response, latency, span);
    }
}

impl OnFailure<ServerErrorsFailureClass> for Spans {
    /// "Come later" is an answer and no fault: under full load a line for each would bury what matters. `/metrics` counts them.
    fn on_failure(&mut self, failure: ServerErrorsFailureClass, latency: Duration, span: &Span) {
        if matches!(
            failure,
            ServerErrorsFailureClass::StatusCode(StatusCode::SERVICE_UNAVAILABLE)
        ) {
            tracing::debug!(?latency, "asked to come later");
        } else {
            DefaultOnFailure::new().on_failure(failure, latency, span);
        }
    }
}

fn without_secrets(path: &str) -> &str {
    if path.starts_with("/s/") {
        "/s/…"
    } else if path.starts_with("/embed/") {
        "/embed/…"
    } else if path.starts_with("/reset/") || path.starts_with("/confirm/") {
        "/reset/…"
    } else if path.starts_with("/invitations/") || path.starts_with("/api/invitations/") {
        "/invitations/…"
    } else {
        path
    }
}
