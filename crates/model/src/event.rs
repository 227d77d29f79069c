//! Events: how raw JSON becomes an [`Event`], and what is refused on the way.

mod draft;
mod properties;
mod receipt;
mod text;

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use crate::problem::FieldError;
pub use draft::Draft;
pub use properties::{Carries, MAX_DEPTH, MAX_PROPERTIES};
pub use receipt::Receipt;

/// Most events in one request.
pub const MAX_EVENTS: usize = 2_500;
/// Most bytes of one event's JSON text.
pub const MAX_EVENT_BYTES: usize = 32 * 1024;
/// Most bytes of a decoded request body.
pub const MAX_BODY_BYTES: usize = 5 * 1024 * 1024;
/// Most characters of an event's name.
pub const MAX_NAME_CHARS: usize = 200;
/// Most characters of any id.
pub const MAX_ID_CHARS: usize = 200;
/// How far ahead of the server's clock an event may be.
pub const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Something that happened, checked: the only way to get one is [`Event::parse`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    id: String,
    name: String,
    timestamp: Timestamp,
    user_id: Option<String>,
    anonymous_id: Option<String>,
    session_id: Option<String>,
    properties: String,
}

/// A parsed event, and what had to be changed to accept it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The event.
    pub event: Event,
    /// A remark for the sender, for example about a clamped timestamp.
    pub warning: Option<FieldError>,
    /// What its properties hold for the server itself.
    pub carries: Carries,
}

/// The columns of a stored event, from which a store or the log rebuilds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventParts {
    /// See [`Event::id`].
    pub id: String,
    /// See [`Event::name`].
    pub name: String,
    /// See [`Event::timestamp`].
    pub timestamp: Timestamp,
    /// See [`Event::user_id`].
    pub user_id: Option<String>,
    /// See [`Event::anonymous_id`].
    pub anonymous_id: Option<String>,
    /// See [`Event::session_id`].
    pub session_id: Option<String>,
    /// See [`Event::properties`].
    pub properties: String,
}

impl Event {
    /// Parses one event's JSON text.
    ///
    /// `now` stands in for an absent timestamp and bounds one that lies ahead; `fresh_id` gives an id where there is none.
    ///
    /// # Errors
    /// A [`FieldError`] that names the field of the event and says what to change.
    pub fn parse(
        json: &str,
        now: Timestamp,
        fresh_id: impl FnOnce() -> String,
    ) -> Result<Parsed, FieldError> {
        Draft::read(json)?.check(now, fresh_id)
    }

    /// Puts an event back together from columns that [`Event::into_parts`] gave.
    #[must_use]
    pub fn from_parts(parts: EventParts) -> Self {
        let EventParts {
            id,
            name,
            timestamp,
            user_id,
            anonymous_id,
            session_id,
            properties,
        } = parts;
        Self {
            id,
            name,
            timestamp,
            user_id,
            anonymous_id,
            session_id,
            properties,
        }
    }

    /// The same event, at a time that the sender's clock would have told had it been right.
    #[must_use]
    pub fn moved_by(self, by: SignedDuration) -> Self {
        Self {
            timestamp: self.timestamp.checked_add(by).unwrap_or(self.timestamp),
            ..self
        }
    }

    /// Takes the event apart into its columns.
    #[must_use]
    pub fn into_parts(self) -> EventParts {
        let Self {
            id,
            name,
            timestamp,
            user_id,
            anonymous_id,
            session_id,
            properties,
        } = self;
        EventParts {
            id,
            name,
            timestamp,
            user_id,
            anonymous_id,
            session_id,
            properties,
        }
    }

    /// The id by which the event counts once in its organization; 1 to 200 characters.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What happened, for example `page_view`; 1 to 200 characters.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When it happened.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// Who did it, where that is known.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }

    /// The device or browser that did it.
    #[must_use]
    pub fn anonymous_id(&self) -> Option<&str> {
        self.anonymous_id.as_deref()
    }

    /// The visit it belongs to.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// The properties: the text of one JSON object.
    #[must_use]
    pub fn properties(&self) -> &str {
        &self.properties
    }
}

fn checked_name(name: &str) -> Result<String, FieldError> {
    checked_text("name", name, MAX_NAME_CHARS)
}

fn checked_id(field: &str, id: &str) -> Result<String, FieldError> {
    checked_text(field, id, MAX_ID_CHARS)
}

fn optional_id(field: &str, id: Option<Cow<'_, str>>) -> Result<Option<String>, FieldError> {
    match id {
        Some(id) if !id.is_empty() => checked_id(field, &id).map(Some),
        _ => Ok(None),
    }
}

fn checked_text(field: &str, text: &str, most: usize) -> Result<String, FieldError> {
    if text.trim().is_empty() {
        return Err(FieldError::new(
            field,
            "required",
            format!("`{field}` must not be empty."),
        ));
    }
    if text.len() > most && text.chars().count() > most {
        return Err(FieldError::new(
            field,
            "too_long",
            format!("`{field}` may have at most {most} characters."),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(FieldError::new(
            field,
            "invalid",
            format!("`{field}` must not hold control characters."),
        ));
    }
    Ok(text.to_owned())
}

fn checked_timestamp(text: &str, now: Timestamp) -> Result<(Timestamp, Option<FieldError>), FieldError> {
    let timestamp: Timestamp = text.parse().map_err(|_| {
        let message = "Write `timestamp` as RFC 3339, for example 2015-05-17T10:05:03Z.";
        FieldError::new("timestamp", "invalid", message)
    })?;
    let whole_micros = Timestamp::from_microsecond(timestamp.as_microsecond()).unwrap_or(timestamp);
    if timestamp.duration_since(now) > MAX_AHEAD {
        let message = "This lies more than 24 hours ahead and was set to the time of arrival.";
        return Ok((now, Some(FieldError::new("timestamp", "clamped", message))));
    }
    Ok((whole_micros, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().expect("a constant")
    }

    fn parse(json: &str) -> Result<Parsed, FieldError> {
        Event::parse(json, now(), || "fresh".to_owned())
    }

    fn refused(json: &str) -> (String, String) {
        let error = parse(json).expect_err("the event is wrong");
        (error.field, error.code)
    }

    #[test]
    fn a_full_event_keeps_everything() {
        let json = r#"{"name":"purchase","id":"e1","timestamp":"2015-05-17T10:05:03Z","user_id":"u",
            "anonymous_id":"a","session_id":"s","properties":{"amount": 12.5, "items":[1,2]}}"#;
        let event = parse(json).expect("it is valid").event;
        assert_eq!(event.properties(), r#"{"amount": 12.5, "items":[1,2]}"#);
        assert_eq!(event.timestamp().to_string(), "2015-05-17T10:05:03Z");
        assert_eq!(Event::from_parts(event.clone().into_parts()), event);
    }

    #[test]
    fn absent_fields_have_defaults() {
        let event = parse(r#"{"name":"x"}"#).expect("it is valid").event;
        assert_eq!(
            (event.id(), event.timestamp(), event.properties()),
            ("fresh", now(), "{}")
        );
    }

    #[test]
    fn a_future_timestamp_is_clamped_and_warned() {
        let parsed = parse(r#"{"name":"x","timestamp":"2026-01-02T00:00:01Z"}"#).expect("it is accepted");
        assert_eq!(parsed.event.timestamp(), now());
        assert_eq!(parsed.warning.expect("a remark").code, "clamped");
        let near = parse(r#"{"name":"x","timestamp":"2026-01-02T00:00:00Z"}"#).expect("it is accepted");
        assert_eq!(near.warning, None);
    }

    #[test]
    fn wrong_events_name_the_field() {
        let long = "n".repeat(201);
        let cases = [
            (r#"{"id":"1"}"#.to_owned(), "name", "required"),
            (r#"{"name":""}"#.to_owned(), "name", "required"),
            (format!(r#"{{"name":"{long}"}}"#), "name", "too_long"),
            (r#"{"name":5}"#.to_owned(), "name", "invalid"),
            (r#"{"name":5"#.to_owned(), "", "not_json"),
            (r#"["name"]"#.to_owned(), "", "invalid"),
            (
                r#"{"name":"x","colour":"red"}"#.to_owned(),
                "colour",
                "unknown_field",
            ),
            (
                r#"{"name":"x","timestamp":"yesterday"}"#.to_owned(),
                "timestamp",
                "invalid",
            ),
            (
                r#"{"name":"x","properties":[]}"#.to_owned(),
                "properties",
                "invalid",
            ),
            (
                r#"{"name":"x","properties":{"a":1e999}}"#.to_owned(),
                "properties",
                "invalid",
            ),
        ];
        for (json, field, code) in cases {
            assert_eq!(refused(&json), (field.to_owned(), code.to_owned()), "{json}");
        }
    }

    #[test]
    fn deep_wide_and_large_properties_are_refused() {
        let deep = format!(
            r#"{{"name":"x","properties":{{"a":{}1{}}}}}"#,
            "[".repeat(40),
            "]".repeat(40)
        );
        assert_eq!(refused(&deep).1, "too_deep");
        let keys: Vec<String> = (0..101).map(|n| format!(r#""k{n}":{n}"#)).collect();
        assert_eq!(
            refused(&format!(r#"{{"name":"x","properties":{{{}}}}}"#, keys.join(","))).1,
            "too_many"
        );
        let large = format!(
            r#"{{"name":"x","properties":{{"a":"{}"}}}}"#,
            "x".repeat(MAX_EVENT_BYTES)
        );
        assert_eq!(refused(&large).1, "too_large");
    }

    #[test]
    fn of_a_repeated_key_the_last_one_counts() {
        let parsed =
            parse(r#"{"name":"x","properties":{"a":1,"b":{"c":1,"c":2},"a":3}}"#).expect("it is accepted");
        assert_eq!(parsed.event.properties(), r#"{"a":3,"b":{"c":2}}"#);
    }
}
