use duckdb::ToSql;
use duckdb::types::{ToSqlOutput, Value, ValueRef};

/// SQL with its parameters, in order; the organization's table is called `events`.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text; a `?` for each parameter.
    pub text: String,
    /// What the question marks stand for.
    pub params: Vec<Param>,
}

/// A value that is bound to a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// A whole number.
    Int(i64),
    /// Any finite number.
    Number(f64),
    /// Text.
    Text(String),
    /// An instant: microseconds since 1970, UTC.
    Time(i64),
}

/// Rows of cells, as a statement selected them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// One figure or text of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// SQL's NULL.
    Null,
    /// A whole number or a truth value.
    Int(i64),
    /// Any other number.
    Number(f64),
    /// Text.
    Text(String),
}

impl Cell {
    /// The whole number, where it is one.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The finite number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "figures of an answer are f64, exact up to 2^53"
            )]
            Self::Int(value) => Some(*value as f64),
            Self::Number(value) => Some(*value).filter(|value| value.is_finite()),
            Self::Null | Self::Text(_) => None,
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

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
pub(crate) fn cell(value: ValueRef<'_>) -> Cell {
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
        ValueRef::Text(bytes) => Cell::Text(String::from_utf8_lossy(bytes).into_owned()),
        _ => Cell::Null,
    }
}
