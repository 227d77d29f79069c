//! The one place where an engine's error becomes an HTTP answer: RFC 9457 problem details.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::Error;
use model::problem::{FieldError, Problem};

/// An error on its way out of a handler.
#[derive(Debug)]
pub(crate) struct Refusal(Error);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// What a handler gives back.
pub(crate) type Answered<T> = Result<T, Refusal>;

impl Refusal {
    /// Whether the same request may succeed a moment later: nothing is said about who asked.
    pub(crate) const fn is_temporary(&self) -> bool {
        matches!(
            self.0,
            Error::TooMany { .. } | Error::Unavailable { .. } | Error::Internal(_)
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let retry_after = match &self.0 {
            Error::TooMany { retry_after } | Error::Unavailable { retry_after, .. } => {
                Some(retry_after.as_secs().max(1))
            }
            _ => None,
        };
        if let Error::Internal(source) = &self.0 {
            tracing::error!(error = %chain(source.as_ref()), "a request failed");
        }
        let is_unauthenticated = matches!(self.0, Error::Unauthenticated(_) | Error::CodeNeeded { .. });
        let mut response = respond(&problem(self.0));
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if is_unauthenticated {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Sends a problem.
pub(crate) fn respond(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, content_type, Json(problem)).into_response()
}

/// A problem of `status` without fields.
pub(crate) fn plain(status: StatusCode, kind: &str, detail: impl Into<String>) -> Problem {
    Problem {
        kind: format!("/problems/{kind}"),
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        detail: detail.into(),
        errors: Vec::new(),
    }
}

fn problem(error: Error) -> Problem {
    match error {
        Error::Invalid(errors) => invalid(errors),
        Error::NotFound => plain(
            StatusCode::NOT_FOUND,
            "not-found",
            "There is nothing here, or it is not yours.",
        ),
        Error::Conflict(detail) => plain(StatusCode::CONFLICT, "conflict", detail),
        Error::Changed => {
            let detail = "Someone changed this since you loaded it. Load it again, then repeat your change.";
            plain(StatusCode::PRECONDITION_FAILED, "changed", detail)
        }
        Error::Unauthenticated(detail) => plain(StatusCode::UNAUTHORIZED, "unauthenticated", detail),
        Error::CodeNeeded { was_wrong } => code_needed(was_wrong),
        Error::Forbidden => {
            let detail = "Your role or key does not allow this. Ask an admin of the organization.";
            plain(StatusCode::FORBIDDEN, "forbidden", detail)
        }
        Error::OtherSite => {
            let detail = "This key does not take events from this site. Add the site to the key under Settings, API keys.";
            plain(StatusCode::FORBIDDEN, "other-site", detail)
        }
        Error::Suspended => {
            let detail = "This organization is suspended. Ask whoever runs this server.";
            plain(StatusCode::FORBIDDEN, "suspended", detail)
        }
        Error::TooMany { .. } => plain(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many",
            "Too many requests. Wait a moment, then try again.",
        ),
        Error::TimedOut(detail) => plain(StatusCode::GATEWAY_TIMEOUT, "timed-out", detail),
        Error::Unavailable { what, .. } => {
            let detail = format!("{what} is not available right now. Try again in a moment.");
            plain(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
        }
        Error::Internal(_) => {
            let detail = "Something went wrong on our side. Try again; if it stays, tell the operator.";
            plain(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
        }
    }
}

fn code_needed(was_wrong: bool) -> Problem {
    let (code, detail) = if was_wrong {
        (
            "wrong",
            "That code is wrong, was used, or is over. Send the next one that the app shows, or a recovery code.",
        )
    } else {
        (
            "required",
            "This account asks for a code too. Send `totp`: what the authenticator app shows, or a recovery code.",
        )
    };
    Problem {
        errors: vec![FieldError::new("totp", code, detail)],
        ..plain(StatusCode::UNAUTHORIZED, "code-needed", detail)
    }
}

fn invalid(errors: Vec<FieldError>) -> Problem {
    let status = match errors.first().map(|error| error.code.as_str()) {
        Some("not_json") => StatusCode::BAD_REQUEST,
        Some("too_slow") => StatusCode::REQUEST_TIMEOUT,
        Some("body_too_large" | "too_many_events") => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let detail = match errors.as_slice() {
        [only] => only.message.clone(),
        many => format!("{} fields need another look.", many.len()),
    };
    Problem {
        errors,
        ..plain(status, "invalid", detail)
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
