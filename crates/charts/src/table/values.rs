//! Tables of values of whatever type.

use model::format;
use serde_json::Value;

use super::{Column, Table};

/// Each row is a list of values in the order of the titles; what is missing is nothing. `figure` words the numbers.
pub(super) fn table(titles: Vec<String>, rows: &[Value], figure: impl Fn(f64) -> String) -> Table {
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
    let words_of = |row: &Value| {
        let values = (0..width).map(|column| row.get(column));
        values.map(|value| words(value, &figure)).collect()
    };
    Table {
        columns: columns.collect(),
        rows: rows.iter().map(words_of).collect(),
        total: None,
    }
}

/// Text as it is, nothing as a dash, lists and objects as JSON.
fn words(value: Option<&Value>, figure: impl Fn(f64) -> String) -> String {
    match value {
        None | Some(Value::Null) => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.as_f64().map_or_else(|| number.to_string(), figure),
        Some(other) => other.to_string(),
    }
}

/// A number without a unit: whole ones in groups of digits, others in full.
pub(super) fn in_full(number: f64) -> String {
    if number.fract() == 0.0 {
        format::exact(number)
    } else {
        number.to_string()
    }
}
