//! What questions about the order of events need beyond plain SQL.

use super::{Dialect, clickhouse};
use crate::query::sql::Sql;

impl Dialect {
    /// The instant of an event as microseconds since 1970: a whole number of 64 bits.
    pub(crate) fn micros(self) -> &'static str {
        match self {
            Self::DuckDb => "epoch_us(ts)",
            Self::Postgres => "CAST(extract(epoch FROM ts) * 1000000 AS bigint)",
            Self::ClickHouse => "toUnixTimestamp64Micro(ts)",
        }
    }

    /// How often a whole number goes into another, rounded down.
    pub(crate) fn quotient(self, number: &str, by: i64) -> String {
        match self {
            Self::DuckDb | Self::ClickHouse => format!("CAST(floor({number} / {by}) AS BIGINT)"),
            Self::Postgres => format!("CAST(floor(CAST({number} AS numeric) / {by}) AS bigint)"),
        }
    }

    /// The value of a group's row with the least `order` among the rows whose value is not NULL.
    pub(in crate::query) fn first_value(self, value: &str, order: &str) -> String {
        match self {
            Self::DuckDb => format!("arg_min({value}, {order})"),
            Self::Postgres => {
                format!("(array_agg({value} ORDER BY {order}) FILTER (WHERE {value} IS NOT NULL))[1]")
            }
            Self::ClickHouse => format!("argMin({value}, {order})"),
        }
    }

    /// As [`Dialect::first_value`] with the greatest `order`.
    pub(in crate::query) fn last_value(self, value: &str, order: &str) -> String {
        match self {
            Self::DuckDb => format!("arg_max({value}, {order})"),
            Self::Postgres => {
                format!("(array_agg({value} ORDER BY {order} DESC) FILTER (WHERE {value} IS NOT NULL))[1]")
            }
            Self::ClickHouse => format!("argMax({value}, {order})"),
        }
    }

    /// Of the row before in a window's order, the value of a column; NULL where there is none. The window follows.
    pub(in crate::query) fn before(self, column: &str) -> String {
        match self {
            Self::DuckDb | Self::Postgres => format!("lag({column})"),
            // Of a column that is never NULL it would give zero or empty text.
            Self::ClickHouse => format!("lag(toNullable({column}))"),
        }
    }

    /// As [`Dialect::before`] of the row after.
    pub(in crate::query) fn after(self, column: &str) -> String {
        match self {
            Self::DuckDb | Self::Postgres => format!("lead({column})"),
            Self::ClickHouse => format!("lead(toNullable({column}))"),
        }
    }

    /// The value at a path as JSON text, of whatever type; NULL where there is none.
    pub(in crate::query) fn as_json(self, path: &[String]) -> Sql {
        match self {
            Self::DuckDb => Sql::new("CAST(CAST(")
                .add(self.extracted(path))
                .text(" AS JSON) AS VARCHAR)"),
            Self::Postgres => Sql::new("CAST(").add(self.extracted(path)).text(" AS text)"),
            Self::ClickHouse => clickhouse::as_json(path),
        }
    }

    /// All properties of an event as JSON text: an object.
    pub(crate) fn properties_as_json(self) -> &'static str {
        match self {
            Self::DuckDb => "CAST(CAST(properties AS JSON) AS VARCHAR)",
            Self::Postgres => "CAST(properties AS text)",
            Self::ClickHouse => "document",
        }
    }

    /// A column of any type as JSON text; NULL where it is NULL.
    pub(in crate::query) fn any_as_json(self, column: &str) -> String {
        match self {
            Self::DuckDb => format!("CAST(to_json({column}) AS VARCHAR)"),
            Self::Postgres => format!("CAST(to_json({column}) AS text)"),
            Self::ClickHouse => format!("toJSONString({column})"),
        }
    }
}
