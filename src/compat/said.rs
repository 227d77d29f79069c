//! Words that all dialects share: how their JSON becomes the fields of a draft.

use std::borrow::Cow;

use model::Timestamp;
use model::event::{Draft, MAX_ID_CHARS, MAX_NAME_CHARS};
use serde_json::{Map, Value};
use url::Url;

/// An object of JSON.
pub(crate) type Object = Map<String, Value>;

/// A draft that is being put together.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) user_id: Option<String>,
    pub(crate) anonymous_id: Option<String>,
    pub(crate) session_id: Option<String>,
    pub(crate) properties: Object,
}

impl Said {
    /// Sets a property that is not there yet and that says something.
    pub(crate) fn put(&mut self, key: &str, value: Option<Value>) {
        let value = value.filter(|value| !value.is_null() && value.as_str() != Some(""));
        if let Some(value) = value {
            self.properties.entry(key).or_insert(value);
        }
    }

    /// Adds host and path of `$url`.
    pub(crate) fn add_page(&mut self) {
        let Some(page) = text(&self.properties, "$url").and_then(|url| Url::parse(url).ok()) else {
            return;
        };
        self.put("$host", page.host_str().map(Value::from));
        self.put("$path", Some(page.path().into()));
    }

    /// The draft, with ids and name cut to what fits.
    pub(crate) fn draft(self) -> Draft<'static> {
        let id = |text: Option<String>| text.map(|text| Cow::Owned(fitting(&text, MAX_ID_CHARS)));
        Draft {
            name: Cow::Owned(fitting(&self.name, MAX_NAME_CHARS)),
            id: id(self.id),
            timestamp: self.timestamp.map(|at| Cow::Owned(at.to_string())),
            user_id: id(self.user_id),
            anonymous_id: id(self.anonymous_id),
            session_id: id(self.session_id),
            properties: Some(Cow::Owned(Value::Object(self.properties).to_string())),
        }
    }
}

/// At most `most` characters, none of them a control character, no blanks around.
fn fitting(text: &str, most: usize) -> String {
    let clean: String = text.chars().filter(|letter| !letter.is_control()).collect();
    clean.trim().chars().take(most).collect()
}

/// An id: a text, or a number as its text; `None` where it says nothing.
pub(crate) fn id(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A text that is not empty.
pub(crate) fn text<'v>(object: &'v Object, key: &str) -> Option<&'v str> {
    object.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// The object under `key`, or the one whose text is there; an empty one where there is none.
pub(crate) fn object(from: &mut Object, key: &str) -> Object {
    match from.remove(key) {
        Some(Value::Object(object)) => object,
        Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
        _ => Object::new(),
    }
}

/// An instant: ISO 8601 with or without an offset, or seconds or milliseconds since 1970.
pub(crate) fn instant(value: Option<&Value>) -> Option<Timestamp> {
    match value? {
        Value::String(text) => {
            let text = text.trim();
            let without_offset = || {
                let civil: jiff::civil::DateTime = text.parse().ok()?;
                civil
                    .to_zoned(jiff::tz::TimeZone::UTC)
                    .ok()
                    .map(|zoned| zoned.timestamp())
            };
            text.parse()
                .ok()
                .or_else(without_offset)
                .or_else(|| since_1970(text.parse().ok()?))
        }
        Value::Number(number) => since_1970(number.as_f64()?),
        _ => None,
    }
}

/// Seconds up to the year 5138, milliseconds beyond.
fn since_1970(number: f64) -> Option<Timestamp> {
    let seconds = if number.abs() < 1e11 { number } else { number / 1e3 };
    let duration = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::from_duration(duration).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instants_in_every_spelling() {
        let expected: Timestamp = "2026-01-02T03:04:05Z".parse().expect("an instant");
        for value in [
            json!("2026-01-02T03:04:05Z"),
            json!("2026-01-02T04:04:05+01:00"),
            json!("2026-01-02T03:04:05"),
            json!("2026-01-02 03:04:05"),
            json!(1_767_323_045),
            json!(1_767_323_045_000_i64),
            json!("1767323045"),
        ] {
            assert_eq!(instant(Some(&value)), Some(expected), "{value}");
        }
        assert_eq!(instant(Some(&json!("yesterday"))), None);
    }

    #[test]
    fn ids_are_cut_and_cleaned() {
        let said = Said {
            name: " a\u{0}b ".to_owned(),
            user_id: Some("ü".repeat(300)),
            ..Said::default()
        };
        let draft = said.draft();
        assert_eq!(draft.name, "ab");
        assert_eq!(draft.user_id.map(|id| id.chars().count()), Some(200));
    }
}
