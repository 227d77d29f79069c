//! Lists of what one user did.

use super::super::sql::Sql;
use super::{Dialect, clickhouse};
use crate::store::Param;

impl Dialect {
    /// Whether the value at a path is a list with this text in it; never NULL.
    pub(in super::super) fn lists(self, path: &[String], text: &str) -> Sql {
        let text = Param::Text(text.to_owned());
        match self {
            Self::DuckDb => Sql::new("coalesce(list_contains(TRY_CAST(")
                .add(self.as_json(path))
                .text("::JSON AS VARCHAR[]), ")
                .bind(text)
                .text("), FALSE)"),
            Self::Postgres => Sql::new("coalesce(")
                .add(self.extracted(path))
                .text(" @> jsonb_build_array(CAST(")
                .bind(text)
                .text(" AS text)), FALSE)"),
            Self::ClickHouse => Sql::new("has(")
                .add(clickhouse::texts(path))
                .text(", ")
                .bind(text)
                .text(")"),
        }
    }

    /// Whole microseconds from `start` (microseconds since 1970) to the event's `ts`: a 64-bit integer.
    pub(in super::super) fn micros_since(self, start: i64) -> Sql {
        match self {
            Self::DuckDb => Sql::new("(epoch_us(ts) - ").bind(Param::Int(start)).text(")"),
            Self::Postgres => Sql::new("(CAST(extract(epoch FROM ts) * 1000000 AS bigint) - CAST(")
                .bind(Param::Int(start))
                .text(" AS bigint))"),
            Self::ClickHouse => Sql::new("(toUnixTimestamp64Micro(ts) - ")
                .bind(Param::Int(start))
                .text(")"),
        }
    }

    /// Aggregates a column without NULLs to a list, in whatever order; several of one statement stay side by side.
    pub(in super::super) fn list(self, column: &str) -> String {
        match self {
            Self::DuckDb => format!("list({column})"),
            Self::Postgres => format!("array_agg({column})"),
            Self::ClickHouse => format!("groupArray({column})"),
        }
    }

    /// As [`Dialect::list`], in the order of a column of times and a column of text; text is compared byte by byte.
    pub(in super::super) fn list_in_order(self, column: &str, time: &str, text: &str) -> String {
        match self {
            Self::DuckDb => format!("list({column} ORDER BY {time}, {text})"),
            Self::Postgres => format!("array_agg({column} ORDER BY {time}, {text} COLLATE \"C\")"),
            Self::ClickHouse => {
                format!(
                    "arrayMap(one -> one.3, arraySort(one -> (one.1, one.2), groupArray(({time}, {text}, {column}))))"
                )
            }
        }
    }

    /// Whether a value of a text column is in one of so many portions of about one size.
    pub(in super::super) fn is_in_portion(self, column: &str, portion: usize, portions: usize) -> String {
        match self {
            Self::DuckDb => format!("hash({column}) % {portions} = {portion}"),
            Self::Postgres => format!("abs(hashtextextended({column}, 0) % {portions}) = {portion}"),
            Self::ClickHouse => format!("sipHash64({column}) % {portions} = {portion}"),
        }
    }

    /// Whether the store gives its rows one by one, so that a long answer is never in memory as a whole.
    pub(in super::super) const fn hands_rows_on(self) -> bool {
        match self {
            Self::DuckDb => true,
            Self::Postgres | Self::ClickHouse => false,
        }
    }

    /// Whether counting all events needs no look at them.
    pub(in super::super) const fn knows_its_count(self) -> bool {
        match self {
            Self::DuckDb => true,
            Self::Postgres | Self::ClickHouse => false,
        }
    }
}
