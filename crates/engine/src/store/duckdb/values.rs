//! What is bound to a statement, and what comes back from it.

use duckdb::ToSql;
use duckdb::arrow::array::{AsArray, ListArray};
use duckdb::arrow::datatypes::Int64Type;
use duckdb::types::{ListType, ToSqlOutput, Value, ValueRef};

use crate::store::{Cell, Param};

impl ToSql for Param {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Int(value) => ToSqlOutput::Owned(Value::BigInt(*value)),
            Self::Number(value) => ToSqlOutput::Owned(Value::Double(*value)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Time(micros) => {
                ToSqlOutput::Owned(Value::Timestamp(duckdb::types::TimeUnit::Microsecond, *micros))
            }
        })
    }
}

/// The types that compiled statements select; anything else is a mistake of ours and reads as NULL.
pub(super) fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Boolean(value) => Cell::Int(i64::from(value)),
        ValueRef::TinyInt(value) => Cell::Int(value.into()),
        ValueRef::SmallInt(value) => Cell::Int(value.into()),
        ValueRef::Int(value) => Cell::Int(value.into()),
        ValueRef::BigInt(value) => Cell::Int(value),
        ValueRef::HugeInt(value) => i64::try_from(value).map_or(Cell::Null, Cell::Int),
        ValueRef::UTinyInt(value) => Cell::Int(value.into()),
        ValueRef::USmallInt(value) => Cell::Int(value.into()),
        ValueRef::UInt(value) => Cell::Int(value.into()),
        ValueRef::UBigInt(value) => i64::try_from(value).map_or(Cell::Null, Cell::Int),
        ValueRef::Float(value) => Cell::Number(value.into()),
        ValueRef::Double(value) => Cell::Number(value),
        ValueRef::Timestamp(unit, value) => Cell::Int(unit.to_micros(value)),
        ValueRef::List(ListType::Regular(lists), row) => list(lists, row),
        ValueRef::Text(bytes) => Cell::Text(String::from_utf8_lossy(bytes).into_owned()),
        _ => Cell::Null,
    }
}

/// One row's list out of a column of lists, without a look at each value's type.
fn list(lists: &ListArray, row: usize) -> Cell {
    let bound = |offset: i32| usize::try_from(offset).unwrap_or(0);
    let offsets = lists.value_offsets();
    let range = bound(offsets[row])..bound(offsets[row + 1]);
    if let Some(ints) = lists.values().as_primitive_opt::<Int64Type>() {
        return Cell::Ints(ints.values()[range].to_vec());
    }
    match lists.values().as_string_opt::<i32>() {
        Some(texts) => Cell::Texts(range.map(|at| texts.value(at).to_owned()).collect()),
        None => Cell::Null,
    }
}
