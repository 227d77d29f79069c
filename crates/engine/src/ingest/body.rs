//! From the bytes of a request to the texts of its events, parsed once and never copied.

use model::Timestamp;
use model::event::{Draft, MAX_BODY_BYTES, MAX_EVENTS};
use model::problem::read_json;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::error::Error;

/// How the events of a body are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFormat {
    /// One event, an array of events, or `{"events": […], "sent_at"?}`.
    Json,
    /// One event a line.
    Ndjson,
}

/// The events of one request, each still on its own to be read or checked.
#[derive(Clone, Debug, Default)]
pub struct Batch<'a> {
    pub(super) items: Vec<Item<'a>>,
    /// When the sender sent them, by its own clock.
    pub(super) sent_at: Option<Timestamp>,
}

/// One event of a request.
#[derive(Clone, Debug)]
pub(super) enum Item<'a> {
    /// The text of a JSON object.
    Json(&'a str),
    /// What another program's dialect was translated into.
    Draft(Draft<'a>),
}

impl<'a> Batch<'a> {
    /// Takes the body of a request apart.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the code `not_json`, `body_too_large` or `too_many_events` for a body that cannot be taken
    /// apart.
    pub fn read(body: &'a [u8], format: BodyFormat) -> Result<Self, Error> {
        let (items, sent_at) = items(body, format)?;
        Ok(Self {
            items: items.into_iter().map(Item::Json).collect(),
            sent_at,
        })
    }

    /// How many events there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Events that another program's dialect was translated into, and when they were sent by the sender's clock.
    #[must_use]
    pub fn of_drafts(drafts: Vec<Draft<'a>>, sent_at: Option<Timestamp>) -> Self {
        Self {
            items: drafts.into_iter().map(Item::Draft).collect(),
            sent_at,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
    #[serde(default)]
    sent_at: Option<Timestamp>,
}

impl<'a> Envelope<'a> {
    fn items(self) -> Items<'a> {
        (self.events.into_iter().map(RawValue::get).collect(), self.sent_at)
    }
}

#[derive(Deserialize)]
struct Probe {
    #[serde(default)]
    events: Option<IgnoredAny>,
}

/// The texts of events, in order, and when they were sent.
type Items<'a> = (Vec<&'a str>, Option<Timestamp>);

fn items(body: &[u8], format: BodyFormat) -> Result<Items<'_>, Error> {
    if body.len() > MAX_BODY_BYTES {
        let message = format!("A request may have at most {MAX_BODY_BYTES} bytes. Send smaller batches.");
        return Err(Error::invalid("", "body_too_large", message));
    }
    let text = std::str::from_utf8(body).map_err(|_| not_json("it is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (items, sent_at) = match format {
        BodyFormat::Json => json_items(text)?,
        BodyFormat::Ndjson => {
            let lines = text.lines().map(str::trim);
            (lines.filter(|line| !line.is_empty()).collect(), None)
        }
    };
    if items.len() > MAX_EVENTS {
        let message = format!(
            "A request may have at most {MAX_EVENTS} events; this one has {}.",
            items.len()
        );
        return Err(Error::invalid("events", "too_many_events", message));
    }
    Ok((items, sent_at))
}

fn json_items(text: &str) -> Result<Items<'_>, Error> {
    match text.trim_start().as_bytes().first() {
        None => Err(not_json("it is empty")),
        Some(b'[') => {
            let raw: Vec<&RawValue> = serde_json::from_str(text).map_err(not_json)?;
            Ok((raw.into_iter().map(RawValue::get).collect(), None))
        }
        Some(b'{') => object_items(text),
        Some(_) => {
            let _: IgnoredAny = serde_json::from_str(text).map_err(not_json)?;
            Err(Error::invalid(
                "",
                "invalid",
                "Send one event, an array of events, or {\"events\": […]}.",
            ))
        }
    }
}

fn object_items(text: &str) -> Result<Items<'_>, Error> {
    if let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(text) {
        return Ok(envelope.items());
    }
    let _: IgnoredAny = serde_json::from_str(text).map_err(not_json)?;
    let is_event = serde_json::from_str::<Probe>(text).is_ok_and(|probe| probe.events.is_none());
    if is_event {
        return Ok((vec![text], None));
    }
    let envelope: Envelope<'_> = read_json(text)?;
    Ok(envelope.items())
}

fn not_json(reason: impl std::fmt::Display) -> Error {
    Error::invalid("", "not_json", format!("The body is not JSON: {reason}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Vec<&str> {
        items(text.as_bytes(), BodyFormat::Json)
            .expect("the body is valid")
            .0
    }

    fn refused(text: &[u8], format: BodyFormat) -> (String, String) {
        let Err(Error::Invalid(mut errors)) = items(text, format) else {
            panic!("the body must be refused")
        };
        let error = errors.remove(0);
        (error.field, error.code)
    }

    #[test]
    fn every_shape_gives_its_events() {
        let event = r#"{"name":"a"}"#;
        assert_eq!(json(event), [event]);
        assert_eq!(json(r#" [{"name":"a"}, 5] "#), [event, "5"]);
        assert_eq!(json(r#"{"events":[{"name":"a"}]}"#), [event]);
        assert_eq!(
            json(r#"{"sent_at":"2026-01-01T00:00:00Z","events":[{"name":"a"}]}"#),
            [event]
        );
        assert!(json("[]").is_empty());
    }

    #[test]
    fn lines_are_events_and_blank_lines_are_not() {
        let lines = items(b"{\"name\":\"a\"}\n\r\n  \n{broken\n", BodyFormat::Ndjson);
        assert_eq!(
            lines.expect("lines are judged one by one").0,
            [r#"{"name":"a"}"#, "{broken"]
        );
    }

    #[test]
    fn what_is_not_json_is_said_to_be_so() {
        for text in ["", "  ", "{", "[1,", "nope", r#"{"events":[}"#, "[] []"] {
            assert_eq!(refused(text.as_bytes(), BodyFormat::Json).1, "not_json", "{text}");
        }
        assert_eq!(refused(b"\xff\xfe", BodyFormat::Ndjson).1, "not_json");
    }

    #[test]
    fn wrong_envelopes_name_the_field() {
        let refused = |text: &str| refused(text.as_bytes(), BodyFormat::Json);
        assert_eq!(refused("5"), (String::new(), "invalid".to_owned()));
        assert_eq!(
            refused(r#"{"events":{}}"#),
            ("events".to_owned(), "invalid".to_owned())
        );
        assert_eq!(
            refused(r#"{"events":[],"colour":1}"#),
            ("colour".to_owned(), "unknown_field".to_owned())
        );
        assert_eq!(refused(r#"{"events":[],"sent_at":"noon"}"#).0, "sent_at");
    }

    #[test]
    fn limits_hold() {
        let most = format!("[{}]", vec!["{}"; MAX_EVENTS].join(","));
        assert_eq!(json(&most).len(), MAX_EVENTS);
        let more = format!("[{}]", vec!["{}"; MAX_EVENTS + 1].join(","));
        assert_eq!(refused(more.as_bytes(), BodyFormat::Json).1, "too_many_events");
        assert_eq!(
            refused("{}\n".repeat(MAX_EVENTS + 1).as_bytes(), BodyFormat::Ndjson).1,
            "too_many_events"
        );
        let large = vec![b' '; MAX_BODY_BYTES + 1];
        assert_eq!(refused(&large, BodyFormat::Json).1, "body_too_large");
    }
}
