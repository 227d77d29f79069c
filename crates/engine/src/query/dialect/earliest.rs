//! What was true first.

use super::Dialect;

impl Dialect {
    /// Aggregates the text column `value` to that of the row with the least instant `at`, among the rows where
    /// `condition` holds; of several at the same instant the least text, and NULL only if all of those are NULL.
    pub(in crate::query) fn earliest(self, value: &str, at: &str, condition: &str) -> String {
        match self {
            // Within a row of values NULL is the greatest.
            Self::DuckDb => {
                format!("(min(CASE WHEN {condition} THEN {{'at': {at}, 'value': {value}}} END)).value")
            }
            Self::Postgres => {
                format!(
                    "(array_agg({value} ORDER BY {at}, {value} NULLS LAST) FILTER (WHERE {condition}))[1]"
                )
            }
            Self::ClickHouse => {
                format!(
                    "tupleElement(min(CASE WHEN {condition} THEN ({at}, isNull({value}), {value}) END), 3)"
                )
            }
        }
    }
}
