use model::answer::{EventsAnswer, SqlAnswer};
use serde_json::Value;

use super::harmless;

const WHOLE: [&str; 7] = [
    "id",
    "name",
    "timestamp",
    "user_id",
    "anonymous_id",
    "session_id",
    "properties",
];

/// One row for each event; what is neither text nor number is JSON.
pub(super) fn records(events: &EventsAnswer) -> Vec<Vec<String>> {
    let head = match &events.columns {
        Some(columns) => columns.iter().map(|column| harmless(column)).collect(),
        None => WHOLE.map(str::to_owned).to_vec(),
    };
    let row = |row: &Value| match &events.columns {
        Some(columns) => (0..columns.len()).map(|column| words(row.get(column))).collect(),
        None => WHOLE.map(|field| words(row.get(field))).to_vec(),
    };
    std::iter::once(head).chain(events.rows.iter().map(row)).collect()
}

/// One row for each row of the answer.
pub(super) fn of_sql(answer: &SqlAnswer) -> Vec<Vec<String>> {
    let head = answer
        .columns
        .iter()
        .map(|column| harmless(&column.name))
        .collect();
    let width = answer.columns.len();
    let row = |row: &Value| (0..width).map(|column| words(row.get(column))).collect();
    std::iter::once(head).chain(answer.rows.iter().map(row)).collect()
}

fn words(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => harmless(text),
        Some(other) => other.to_string(),
    }
}
