//! A person's own SELECT, confined to the organization's events.

mod allowed;
mod confined;

use jiff::civil::DateTime;
use model::answer::{Meta, SqlAnswer, SqlColumn, SqlType};
use model::query::SqlQuery;
use serde_json::Value;

use super::asked::Asked;
use super::events::json_of;
use super::sql::Sql;
use crate::error::Error;
use crate::store::{Cell, Dialect, SelectedColumn};
pub(super) use confined::confined_apart;

/// Most columns of an answer.
const MOST_COLUMNS: usize = 200;

/// The answer to a question in SQL.
pub(super) async fn answer(asked: &Asked<'_>, query: &SqlQuery) -> Result<SqlAnswer, Error> {
    let (spec, dialect) = (query.spec(), asked.source.dialect);
    let text = confined_apart(spec.sql.clone(), dialect, asked.buckets.window.clone()).await?;
    let columns = columns(asked.columns_of(&text).await?)?;
    let statement = as_json(&text, columns.len(), spec.limit, dialect).into_statement();
    let mut frame = asked.select(statement).await?;
    let truncated = frame.rows.len() > spec.limit;
    frame.rows.truncate(spec.limit);
    let row = |cells: &Vec<Cell>| {
        let values = columns.iter().zip(cells);
        values.map(|(column, cell)| value(column.kind, cell)).collect()
    };
    Ok(SqlAnswer {
        rows: frame.rows.iter().map(row).collect(),
        truncated,
        meta: Meta::fresh(frame.rows.len() as u64),
        columns,
    })
}

fn columns(selected: Vec<SelectedColumn>) -> Result<Vec<SqlColumn>, Error> {
    if selected.len() > MOST_COLUMNS {
        let message = format!(
            "This selects {} columns; select at most {MOST_COLUMNS}.",
            selected.len()
        );
        return Err(Error::invalid("sql", "too_many_columns", message));
    }
    let column = |selected: SelectedColumn| SqlColumn {
        kind: kind_of(&selected.type_name),
        name: selected.name,
    };
    Ok(selected.into_iter().map(column).collect())
}

/// Every value as JSON text, so that a type of any store comes out as one of ours; one row more than is told says
/// whether there are more.
fn as_json(text: &str, width: usize, limit: usize, dialect: Dialect) -> Sql {
    let names: Vec<String> = (0..width).map(|column| format!("c{column}")).collect();
    let values: Vec<String> = names.iter().map(|name| dialect.any_as_json(name)).collect();
    let names = names.join(", ");
    Sql::new(&format!(
        "SELECT {} FROM ({text}) AS selected({names}) LIMIT {}",
        values.join(", "),
        limit + 1
    ))
}

/// What a store's word for a type means.
fn kind_of(type_name: &str) -> SqlType {
    let lower = type_name.to_ascii_lowercase();
    let name = lower
        .trim_start_matches("nullable(")
        .trim_start_matches("lowcardinality(");
    let is_one_of = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    // An array is never what its elements are.
    if name.contains('[') || is_one_of(&["array", "list", "map", "struct", "tuple", "json", "variant"]) {
        SqlType::Json
    } else if is_one_of(&["timestamp", "datetime"]) {
        SqlType::Time
    } else if is_one_of(&["date"]) {
        SqlType::Date
    } else if is_one_of(&["bool"]) {
        SqlType::Boolean
    } else if is_one_of(&[
        "int",
        "uint",
        "bigint",
        "ubigint",
        "hugeint",
        "uhugeint",
        "smallint",
        "usmallint",
        "tinyint",
        "utinyint",
        "uinteger",
        "decimal",
        "numeric",
        "float",
        "double",
        "real",
    ]) && !name.starts_with("interval")
    {
        SqlType::Number
    } else {
        SqlType::Text
    }
}

fn value(kind: SqlType, cell: &Cell) -> Value {
    let value = json_of(cell);
    match (kind, value) {
        (SqlType::Time, Value::String(text)) => Value::from(instant(&text).unwrap_or(text)),
        // What JSON has no number for.
        (SqlType::Number, Value::String(_)) => Value::Null,
        (_, value) => value,
    }
}

/// A store's way of writing an instant as RFC 3339 in UTC.
fn instant(text: &str) -> Option<String> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.to_string());
    }
    let civil: DateTime = text.parse().ok()?;
    let instant = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(instant.timestamp().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_every_store_are_told_alike() {
        for (name, kind) in [
            ("BIGINT", SqlType::Number),
            ("DECIMAL(18,3)", SqlType::Number),
            ("INT8", SqlType::Number),
            ("Nullable(UInt64)", SqlType::Number),
            ("INTERVAL", SqlType::Text),
            ("VARCHAR", SqlType::Text),
            ("BOOLEAN", SqlType::Boolean),
            ("TIMESTAMPTZ", SqlType::Time),
            ("TIMESTAMP WITH TIME ZONE", SqlType::Time),
            ("DateTime64(6, 'UTC')", SqlType::Time),
            ("DATE", SqlType::Date),
            ("VARIANT", SqlType::Json),
            ("BIGINT[]", SqlType::Json),
            ("Array(Int64)", SqlType::Json),
        ] {
            assert_eq!(kind_of(name), kind, "{name}");
        }
    }

    #[test]
    fn instants_are_written_in_one_way() {
        for text in [
            "2026-05-04 10:00:00",
            "2026-05-04 10:00:00.000000",
            "2026-05-04T10:00:00+00:00",
            "2026-05-04T12:00:00+02:00",
        ] {
            assert_eq!(instant(text).as_deref(), Some("2026-05-04T10:00:00Z"), "{text}");
        }
        assert_eq!(instant("yesterday"), None);
    }
}
