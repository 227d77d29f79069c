use serde::{Deserialize, Serialize};

use super::{Filter, LastUnit, Property, Range, Timeframe, check};
use crate::problem::FieldError;

/// Most events of one page.
pub const MAX_EVENTS: usize = 1_000;
/// Most columns of an event list.
pub const MAX_COLUMNS: usize = 50;
const DEFAULT_EVENTS: usize = 100;

/// The events themselves, newest first, as the question is on the wire. [`EventsQuery::parse`] checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsSpec {
    /// The event's name; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// What is told of each event; the whole event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<Property>>,
    /// How many events a page holds, 1 to 1,000.
    #[serde(default = "default_limit")]
    pub limit: usize,
    /// The `next_cursor` of the page before; the first page when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Over which time.
    pub range: Range,
    /// IANA time zone of the range's days; the organization's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Which events are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

const fn default_limit() -> usize {
    DEFAULT_EVENTS
}

impl EventsSpec {
    /// Any event of the last 30 days.
    #[must_use]
    pub fn last_30_days() -> Self {
        Self {
            event: None,
            columns: None,
            limit: DEFAULT_EVENTS,
            cursor: None,
            range: Range::Last {
                count: 30,
                unit: LastUnit::Day,
            },
            timezone: None,
            filter: None,
        }
    }
}

/// A checked question for events.
#[derive(Clone, Debug, PartialEq)]
pub struct EventsQuery(EventsSpec);

impl EventsQuery {
    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(spec: EventsSpec) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        check::range(&spec.range, &mut errors);
        if !(1..=MAX_EVENTS).contains(&spec.limit) {
            let message = format!("Ask for 1 to {MAX_EVENTS} events and use `next_cursor` for more.");
            errors.push(FieldError::new("limit", "out_of_range", message));
        }
        match spec.columns.as_deref() {
            Some([]) => {
                let message = "Name at least one column, or leave `columns` out for whole events.";
                errors.push(FieldError::new("columns", "required", message));
            }
            Some(columns) if columns.len() > MAX_COLUMNS => {
                let message = format!("Use at most {MAX_COLUMNS} columns.");
                errors.push(FieldError::new("columns", "too_many", message));
            }
            _ => {}
        }
        if errors.is_empty() {
            Ok(Self(spec))
        } else {
            Err(errors)
        }
    }

    /// The question as it was asked.
    #[must_use]
    pub fn spec(&self) -> &EventsSpec {
        &self.0
    }

    /// See [`super::Query::timeframe`].
    #[must_use]
    pub fn timeframe(&self) -> Timeframe<'_> {
        Timeframe::of(&self.0.range, self.0.timezone.as_deref())
    }

    /// See [`super::Query::filters`].
    #[must_use]
    pub fn filters(&self) -> Vec<(String, &Filter)> {
        let all = self.0.filter.iter();
        all.map(|filter| ("filter".to_owned(), filter)).collect()
    }

    /// See [`super::Query::within`].
    #[must_use]
    pub fn within(&self, range: Option<&Range>, filter: Option<&Filter>) -> Self {
        let mut narrowed = self.clone();
        if let Some(range) = range {
            narrowed.0.range = range.clone();
        }
        narrowed.0.filter = Filter::both(narrowed.0.filter.as_ref(), filter);
        narrowed
    }
}

#[cfg(test)]
mod tests {
    use crate::query::Query;

    fn error(more: &str) -> (String, String) {
        let json = format!(r#"{{"kind":"events","range":{{"last":"7d"}}{more}}}"#);
        let first = Query::parse(&json).expect_err(&json).remove(0);
        (first.field, first.code)
    }

    #[test]
    fn wrong_fields_are_named() {
        for (more, field, code) in [
            (r#","limit":0"#, "limit", "out_of_range"),
            (r#","limit":1001"#, "limit", "out_of_range"),
            (r#","limit":-1"#, "limit", "invalid"),
            (r#","columns":[]"#, "columns", "required"),
            (r#","columns":["a..b"]"#, "columns[0]", "invalid"),
            (r#","column":[]"#, "column", "unknown_field"),
            (r#","interval":"day""#, "interval", "unknown_field"),
        ] {
            assert_eq!(error(more), (field.to_owned(), code.to_owned()), "{more}");
        }
        let many = vec!["\"a\""; 51].join(",");
        assert_eq!(error(&format!(r#","columns":[{many}]"#)).1, "too_many");
    }

    #[test]
    fn it_survives_a_round_trip() {
        let json = r#"{"columns":["$name","a.b"],"cursor":"x","event":"e","kind":"events","limit":7,"range":{"last":"7d"},"timezone":"UTC"}"#;
        let query = Query::parse(json).expect("it is valid");
        assert_eq!(serde_json::to_string(&query).expect("it serializes"), json);
    }
}
