use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Meta;
use super::events::size_of_value;

/// What a SELECT of one's own gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SqlAnswer {
    /// The columns, from the left.
    pub columns: Vec<SqlColumn>,
    /// Each a list of values in the order of `columns`; times as RFC 3339 in UTC.
    pub rows: Vec<Value>,
    /// Whether there would have been more rows than were asked for.
    pub truncated: bool,
    /// How it came about; `rows_read` counts the rows of the answer.
    pub meta: Meta,
}

/// A column of an answer in SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlColumn {
    /// Its name; names may repeat.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: SqlType,
}

/// What the values of a column are, whatever the store calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SqlType {
    /// Numbers.
    Number,
    /// Text.
    Text,
    /// `true` and `false`.
    Boolean,
    /// Instants.
    Time,
    /// Days of the calendar.
    Date,
    /// Anything else: lists, objects, properties as they were sent.
    Json,
}

impl SqlAnswer {
    pub(super) fn size(&self) -> usize {
        let columns: usize = self.columns.iter().map(|column| 40 + column.name.len()).sum();
        columns + self.rows.iter().map(size_of_value).sum::<usize>()
    }
}
