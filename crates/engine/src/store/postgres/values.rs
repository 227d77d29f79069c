//! What is bound to a statement, and what comes back from it.

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgArguments, PgRow, PgValueRef};
use sqlx::query::Query;
use sqlx::{Postgres, Row, TypeInfo, ValueRef};

use super::document::without_nul;
use crate::store::{Cell, Param, Statement};

/// The text with `$1`, `$2` … for its question marks. No statement of ours has one anywhere else; those that people wrote
/// have no parameters.
pub(super) fn numbered(statement: &Statement) -> String {
    if statement.params.is_empty() {
        return statement.text.clone();
    }
    let mut parts = statement.text.split('?');
    let mut numbered = parts.next().unwrap_or_default().to_owned();
    for (number, part) in (1..).zip(parts) {
        numbered.push('$');
        numbered.push_str(&i32::to_string(&number));
        numbered.push_str(part);
    }
    numbered
}

pub(super) fn bound<'q>(
    query: Query<'q, Postgres, PgArguments>,
    param: &Param,
) -> Query<'q, Postgres, PgArguments> {
    match param {
        Param::Int(value) => query.bind(*value),
        Param::Number(value) => query.bind(*value),
        Param::Text(text) => query.bind(without_nul(text)),
        Param::Time(micros) => query.bind(time(*micros)),
    }
}

fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

pub(super) fn row(row: &PgRow) -> Vec<Cell> {
    (0..row.len()).map(|column| cell(row, column)).collect()
}

/// The types that compiled statements select; anything else is a mistake of ours and reads as NULL.
fn cell(row: &PgRow, column: usize) -> Cell {
    let Ok(value) = row.try_get_raw(column) else {
        return Cell::Null;
    };
    if value.is_null() {
        return Cell::Null;
    }
    let kind = value.type_info().name().to_owned();
    read(row, column, &value, &kind).unwrap_or(Cell::Null)
}

fn read(row: &PgRow, column: usize, value: &PgValueRef<'_>, kind: &str) -> Result<Cell, sqlx::Error> {
    Ok(match kind {
        "BOOL" => Cell::Int(row.try_get::<bool, _>(column)?.into()),
        "INT2" => Cell::Int(row.try_get::<i16, _>(column)?.into()),
        "INT4" => Cell::Int(row.try_get::<i32, _>(column)?.into()),
        "INT8" => Cell::Int(row.try_get(column)?),
        "FLOAT4" => Cell::Number(row.try_get::<f32, _>(column)?.into()),
        "FLOAT8" => Cell::Number(row.try_get(column)?),
        "TIMESTAMPTZ" => Cell::Int(row.try_get::<DateTime<Utc>, _>(column)?.timestamp_micros()),
        "NUMERIC" => value.as_bytes().map_or(Cell::Null, numeric),
        "INT8[]" => Cell::Ints(row.try_get(column)?),
        "TEXT[]" | "VARCHAR[]" => Cell::Texts(row.try_get(column)?),
        "TEXT" | "VARCHAR" => Cell::Text(row.try_get(column)?),
        _ => Cell::Null,
    })
}

/// PostgreSQL's exact numbers: what sums of whole numbers become. Four decimal digits in each group, big end first.
fn numeric(bytes: &[u8]) -> Cell {
    let mut words = bytes
        .chunks_exact(2)
        .map(|word| i16::from_be_bytes([word[0], word[1]]));
    let (Some(groups), Some(weight), Some(sign)) = (words.next(), words.next(), words.next()) else {
        return Cell::Null;
    };
    let digits: Vec<i64> = words.skip(1).map(i64::from).collect();
    if digits.len() != usize::try_from(groups).unwrap_or(usize::MAX) || !matches!(sign, 0 | 0x4000) {
        return Cell::Null;
    }
    let is_negative = sign == 0x4000;
    let is_whole = i64::from(groups) <= i64::from(weight) + 1;
    if is_whole && weight < 4 {
        let mut whole = digits.iter().fold(0_i64, |whole, group| whole * 10_000 + group);
        for _ in i64::from(groups)..=i64::from(weight) {
            whole *= 10_000;
        }
        return Cell::Int(if is_negative { -whole } else { whole });
    }
    let sign = if is_negative { "-" } else { "" };
    let groups_text: String = digits
        .iter()
        .fold(String::new(), |text, group| format!("{text}{group:04}"));
    let exponent = (i64::from(weight) + 1 - i64::from(groups)) * 4;
    let text = format!("{sign}0{groups_text}e{exponent}");
    text.parse().map_or(Cell::Null, Cell::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[i16]) -> Cell {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        numeric(&bytes)
    }

    #[test]
    fn exact_numbers_become_whole_ones_or_the_nearest() {
        assert_eq!(of(&[0, 0, 0, 0]), Cell::Int(0));
        assert_eq!(of(&[1, 0, 0x4000, 0, 42]), Cell::Int(-42));
        assert_eq!(of(&[2, 1, 0, 0, 1, 2345]), Cell::Int(12_345));
        assert_eq!(
            of(&[1, 1, 0, 0, 3]),
            Cell::Int(30_000),
            "groups of zeros are not sent"
        );
        assert_eq!(of(&[2, 0, 0, 2, 1, 5000]), Cell::Number(1.5));
        assert_eq!(of(&[1, -1, 0, 4, 25]), Cell::Number(0.0025));
    }

    #[test]
    fn question_marks_get_numbers() {
        let statement = |params: usize| Statement::new("a = ? AND b IN (?, ?)", vec![Param::Int(0); params]);
        assert_eq!(numbered(&statement(3)), "a = $1 AND b IN ($2, $3)");
        assert_eq!(
            numbered(&statement(0)),
            statement(0).text,
            "text of a person's own"
        );
    }
}
