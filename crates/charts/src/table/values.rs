//! Tables of values of whatever type.

use serde_json::Value;

use super::{Column, Table};

/// Each row is a list of values in the order of the titles; what is missing is nothing.
pub(super) fn table(titles: Vec<String>, rows: &[Value]) -> Table {
    let is_figure = |column: usize| {
        let mut values = rows
            .iter()
            .filter_map(|row| row.get(column))
            .filter(|value| !value.is_null())
            .peekable();
        values.peek().is_some() && values.all(Value::is_number)
    };
    let width = titles.len();
    let columns = titles.into_iter().enumerate().map(|(column, title)| Column {
        is_figure: is_figure(column),
        title,
    });
    let words_of = |row: &Value| (0..width).map(|column| words(row.get(column))).collect();
    Table {
        columns: columns.collect(),
        rows: rows.iter().map(words_of).collect(),
        total: None,
    }
}

/// Text as it is, nothing as a dash, the rest as JSON.
fn words(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
