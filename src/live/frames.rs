//! What goes over a socket, in both directions: JSON in text frames.

use std::collections::BTreeMap;

use axum::extract::ws::{Message, Utf8Bytes};
use engine::Error;
use model::ids::DashboardId;
use model::problem::{FieldError, read_json};
use model::query::{Compare, Filter, Property, Range};
use serde::{Deserialize, Serialize};

const MOST_ID_CHARS: usize = 64;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClientFrame {
    /// Wants to hear of something.
    Subscribe(Box<Subscribe>),
    /// Does not want to any more.
    Unsubscribe(String),
}

/// What a client wants to hear of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subscribe {
    /// The client's own name for it; every frame about it carries that.
    pub(super) id: String,
    pub(super) topic: Topic,
    /// For [`Topic::Dashboard`].
    #[serde(default)]
    pub(super) dashboard_id: Option<DashboardId>,
    /// For [`Topic::Dashboard`]: instead of the saved range.
    #[serde(default)]
    pub(super) range: Option<Range>,
    /// For [`Topic::Dashboard`]: instead of what the widgets compare with.
    #[serde(default)]
    pub(super) compare: Option<Compare>,
    /// For [`Topic::Dashboard`]: by what the widgets tell their figures apart instead.
    #[serde(default)]
    pub(super) breakdown: Option<Property>,
    /// For [`Topic::Dashboard`]: what is chosen for its variables.
    #[serde(default)]
    pub(super) variables: BTreeMap<String, String>,
    /// Which events count.
    #[serde(default)]
    pub(super) filter: Option<Filter>,
    /// For [`Topic::Events`]: also what was refused, changed or sent twice, with the reason.
    #[serde(default)]
    pub(super) refused: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Topic {
    Dashboard,
    Events,
}

impl ClientFrame {
    pub(super) fn read(text: &str) -> Result<Self, FieldError> {
        let frame: Self = read_json(text)?;
        let id = match &frame {
            Self::Subscribe(subscribe) => &subscribe.id,
            Self::Unsubscribe(id) => id,
        };
        if id.is_empty() || id.chars().count() > MOST_ID_CHARS {
            let message = format!("Use an `id` of 1 to {MOST_ID_CHARS} characters.");
            return Err(FieldError::new("subscribe.id", "invalid", message));
        }
        Ok(frame)
    }
}

/// `{"id":…,"type":…,` followed by the inside of an object that is JSON already.
pub(super) fn frame(id: &str, kind: &str, inside: &str) -> Message {
    let id = serde_json::to_string(id).unwrap_or_default();
    let mut text = String::with_capacity(id.len() + inside.len() + 32);
    text.push_str("{\"id\":");
    text.push_str(&id);
    text.push_str(",\"type\":\"");
    text.push_str(kind);
    text.push('"');
    if !inside.is_empty() {
        text.push(',');
        text.push_str(inside);
    }
    text.push('}');
    Message::Text(Utf8Bytes::from(text))
}

/// A sign of life, for clients that cannot see the protocol's own.
pub(super) fn ping() -> Message {
    Message::Text(Utf8Bytes::from_static("{\"type\":\"ping\"}"))
}

#[derive(Serialize)]
struct ErrorFrame<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'e str>,
    #[serde(rename = "type")]
    kind: &'static str,
    code: &'e str,
    message: &'e str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'e [FieldError],
}

/// Why a client does not get what it asked for.
pub(super) fn error(id: Option<&str>, error: &Error) -> Message {
    let nothing = Vec::new();
    let (code, message, errors) = match error {
        Error::Invalid(errors) => {
            let message = errors
                .first()
                .map_or("This is not valid.", |error| error.message.as_str());
            ("invalid", message.to_owned(), errors)
        }
        Error::NotFound => (
            "not_found",
            "There is nothing here, or it is not yours.".to_owned(),
            &nothing,
        ),
        Error::Forbidden => (
            "forbidden",
            "Your role or key does not allow this.".to_owned(),
            &nothing,
        ),
        Error::TooMany { .. } => (
            "too_many",
            "Too much is watched at the moment. Try again later.".to_owned(),
            &nothing,
        ),
        Error::Internal(source) => {
            tracing::error!(error = %source, "a subscription failed");
            (
                "internal",
                "Something went wrong on our side.".to_owned(),
                &nothing,
            )
        }
        other => ("unavailable", other.to_string(), &nothing),
    };
    let frame = ErrorFrame {
        id,
        kind: "error",
        code,
        message: &message,
        errors,
    };
    Message::Text(serde_json::to_string(&frame).unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_may_say() {
        for (text, field) in [
            (r#"{"subscribe":{"id":"","topic":"events"}}"#, "subscribe.id"),
            (r#"{"subscribe":{"id":"1","topic":"weather"}}"#, "subscribe.topic"),
            (
                r#"{"subscribe":{"id":"1","topic":"events","color":1}}"#,
                "subscribe.color",
            ),
            ("{", ""),
        ] {
            assert_eq!(ClientFrame::read(text).expect_err(text).field, field, "{text}");
        }
        assert!(ClientFrame::read(r#"{"unsubscribe":"1"}"#).is_ok());
    }

    #[test]
    fn an_id_is_quoted() {
        let Message::Text(text) = frame("a\"b", "event", "\"skipped\":3") else {
            panic!("a text frame");
        };
        assert_eq!(text.as_str(), r#"{"id":"a\"b","type":"event","skipped":3}"#);
    }
}
