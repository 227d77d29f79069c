use model::answer::EventsAnswer;
use serde_json::Value;

use super::{Column, Table};

/// What a list of whole events shows of each.
const WHOLE: [(&str, &str); 5] = [
    ("Time", "timestamp"),
    ("Event", "name"),
    ("User", "user_id"),
    ("Visitor", "anonymous_id"),
    ("Properties", "properties"),
];

/// A row for every event.
pub(super) fn table(events: &EventsAnswer) -> Table {
    let titles: Vec<&str> = match &events.columns {
        Some(columns) => columns.iter().map(|column| title(column)).collect(),
        None => WHOLE.map(|(title, _)| title).to_vec(),
    };
    let cell = |row: &Value, column: usize| -> Value {
        let found = match &events.columns {
            Some(_) => row.get(column),
            None => row.get(WHOLE[column].1),
        };
        found.cloned().unwrap_or(Value::Null)
    };
    let cells: Vec<Vec<Value>> = events
        .rows
        .iter()
        .map(|row| (0..titles.len()).map(|column| cell(row, column)).collect())
        .collect();
    let is_figure = |column: usize| {
        let mut values = cells
            .iter()
            .map(|row| &row[column])
            .filter(|value| !value.is_null())
            .peekable();
        values.peek().is_some() && values.all(Value::is_number)
    };
    let columns = titles.iter().enumerate().map(|(column, title)| Column {
        title: (*title).to_owned(),
        is_figure: is_figure(column),
    });
    Table {
        columns: columns.collect(),
        rows: cells.iter().map(|row| row.iter().map(words).collect()).collect(),
        total: None,
    }
}

fn title(column: &str) -> &str {
    match column {
        "$timestamp" => "Time",
        "$name" => "Event",
        "$user_id" => "User",
        "$anonymous_id" => "Visitor",
        "$session_id" => "Session",
        "$path" => "Path",
        key => key,
    }
}

/// Text as it is, nothing as a dash, the rest as JSON.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
