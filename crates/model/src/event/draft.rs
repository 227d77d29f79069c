//! An event as its sender says it: read, not yet checked.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::text::Text;
use super::{
    Event, MAX_EVENT_BYTES, Parsed, checked_id, checked_name, checked_timestamp, optional_id, properties,
};
use crate::problem::{FieldError, read_json};

/// An event as its sender says it; [`Draft::check`] makes it an [`Event`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft<'a> {
    /// See [`Event::name`].
    pub name: Cow<'a, str>,
    /// See [`Event::id`].
    pub id: Option<Cow<'a, str>>,
    /// RFC 3339.
    pub timestamp: Option<Cow<'a, str>>,
    /// See [`Event::user_id`]; empty is none.
    pub user_id: Option<Cow<'a, str>>,
    /// See [`Event::anonymous_id`]; empty is none.
    pub anonymous_id: Option<Cow<'a, str>>,
    /// See [`Event::session_id`]; empty is none.
    pub session_id: Option<Cow<'a, str>>,
    /// The text of a JSON object, or of `null`.
    pub properties: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvent<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(default, borrow)]
    id: Option<Text<'a>>,
    #[serde(default, borrow)]
    timestamp: Option<Text<'a>>,
    #[serde(default, borrow)]
    user_id: Option<Text<'a>>,
    #[serde(default, borrow)]
    anonymous_id: Option<Text<'a>>,
    #[serde(default, borrow)]
    session_id: Option<Text<'a>>,
    #[serde(default, borrow)]
    properties: Option<&'a RawValue>,
}

impl<'a> From<RawEvent<'a>> for Draft<'a> {
    fn from(raw: RawEvent<'a>) -> Self {
        let text = |text: Option<Text<'a>>| text.map(|text| text.0);
        Self {
            name: raw.name.0,
            id: text(raw.id),
            timestamp: text(raw.timestamp),
            user_id: text(raw.user_id),
            anonymous_id: text(raw.anonymous_id),
            session_id: text(raw.session_id),
            properties: raw.properties.map(|raw| Cow::Borrowed(raw.get())),
        }
    }
}

impl<'a> Draft<'a> {
    /// Reads one event's JSON text.
    ///
    /// # Errors
    /// A [`FieldError`] that names the field of the event and says what to change.
    pub fn read(json: &'a str) -> Result<Self, FieldError> {
        if json.len() > MAX_EVENT_BYTES {
            return Err(too_large(json.len()));
        }
        read_event(json).map(Self::from)
    }

    /// Checks every field. `now` stands in for an absent timestamp and bounds one that lies ahead; `fresh_id` gives an
    /// id where there is none.
    ///
    /// # Errors
    /// As [`Draft::read`].
    pub fn check(self, now: Timestamp, fresh_id: impl FnOnce() -> String) -> Result<Parsed, FieldError> {
        let properties_bytes = self.properties.as_ref().map_or(0, |text| text.len());
        if properties_bytes > MAX_EVENT_BYTES {
            return Err(too_large(properties_bytes));
        }
        let name = checked_name(&self.name)?;
        let id = match self.id {
            Some(id) => checked_id("id", &id)?,
            None => fresh_id(),
        };
        let (timestamp, warning) = match self.timestamp {
            Some(text) => checked_timestamp(&text, now)?,
            None => (now, None),
        };
        let (properties, mut carries) = properties::checked(self.properties.as_deref())?;
        carries.profile |= matches!(name.as_str(), "$identify" | "$create_alias");
        let event = Event {
            id,
            name,
            timestamp,
            user_id: optional_id("user_id", self.user_id)?,
            anonymous_id: optional_id("anonymous_id", self.anonymous_id)?,
            session_id: optional_id("session_id", self.session_id)?,
            properties,
        };
        Ok(Parsed {
            event,
            warning,
            carries,
        })
    }
}

fn too_large(bytes: usize) -> FieldError {
    let message = format!("This event has {bytes} bytes; at most {MAX_EVENT_BYTES} fit.");
    FieldError::new("", "too_large", message)
}

/// Only an error pays for the way that knows the path of the field.
fn read_event(json: &str) -> Result<RawEvent<'_>, FieldError> {
    let is_object = json.trim_start().starts_with('{');
    if is_object && let Ok(raw) = serde_json::from_str(json) {
        return Ok(raw);
    }
    if let Err(error) = serde_json::from_str::<IgnoredAny>(json) {
        let message = format!("This is not JSON: {error}.");
        return Err(FieldError::new("", "not_json", message));
    }
    if !is_object {
        let message = "Each event must be a JSON object.";
        return Err(FieldError::new("", "invalid", message));
    }
    read_json(json)
}
