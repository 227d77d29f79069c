use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Meta;

/// The events themselves, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventsAnswer {
    /// What each row tells; absent where rows are whole events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// A list of values in the order of `columns`, or an event as an object.
    pub rows: Vec<Value>,
    /// When each row's event happened, on the clocks of the question's time zone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub local: Vec<DateTime>,
    /// Asks for the events before these; none on the last page.
    pub next_cursor: Option<String>,
    /// How it came about.
    pub meta: Meta,
}

impl EventsAnswer {
    pub(super) fn size(&self) -> usize {
        self.rows.iter().map(size_of_value).sum()
    }
}

pub(super) fn size_of_value(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size_of_value).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| 32 + key.len() + size_of_value(value))
            .sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    size_of::<Value>() + inside
}
