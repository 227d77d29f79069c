use serde::{Deserialize, Serialize};

use super::{LastUnit, Range, Timeframe, check};
use crate::problem::FieldError;

/// Longest statement, in characters.
pub const MAX_SQL_CHARS: usize = 20_000;
/// Most rows of an answer.
pub const MAX_SQL_ROWS: usize = 10_000;
const DEFAULT_ROWS: usize = 1_000;

/// A SELECT of one's own over the organization's table `events`, as the question is on the wire. [`SqlQuery::parse`]
/// checks it; the engine reads the statement itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SqlSpec {
    /// One SELECT in the dialect of the event store; `:from` and `:to` stand for the edges of `range`.
    pub sql: String,
    /// Most rows of the answer, 1 to 10,000.
    #[serde(default = "default_limit")]
    pub limit: usize,
    /// What `:from` and `:to` are; the last 30 days when absent.
    #[serde(default = "default_range")]
    pub range: Range,
    /// IANA time zone of the range's days; the organization's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

const fn default_limit() -> usize {
    DEFAULT_ROWS
}

const fn default_range() -> Range {
    Range::Last {
        count: 30,
        unit: LastUnit::Day,
    }
}

/// A checked question in SQL.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlQuery(SqlSpec);

impl SqlQuery {
    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(spec: SqlSpec) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        check::range(&spec.range, &mut errors);
        if spec.sql.trim().is_empty() {
            let message = "Write a SELECT over the table `events`.";
            errors.push(FieldError::new("sql", "required", message));
        } else if spec.sql.chars().count() > MAX_SQL_CHARS {
            let message = format!("Use at most {MAX_SQL_CHARS} characters.");
            errors.push(FieldError::new("sql", "too_long", message));
        } else if spec.sql.contains('\0') {
            let message = "The statement holds the character U+0000. Remove it.";
            errors.push(FieldError::new("sql", "invalid", message));
        }
        if !(1..=MAX_SQL_ROWS).contains(&spec.limit) {
            let message = format!("Ask for 1 to {MAX_SQL_ROWS} rows.");
            errors.push(FieldError::new("limit", "out_of_range", message));
        }
        if errors.is_empty() {
            Ok(Self(spec))
        } else {
            Err(errors)
        }
    }

    /// The question as it was asked.
    #[must_use]
    pub fn spec(&self) -> &SqlSpec {
        &self.0
    }

    /// See [`super::Query::timeframe`].
    #[must_use]
    pub fn timeframe(&self) -> Timeframe<'_> {
        Timeframe::of(&self.0.range, self.0.timezone.as_deref())
    }

    /// See [`super::Query::within`]. A filter does not reach inside the statement.
    #[must_use]
    pub fn within(&self, range: Option<&Range>) -> Self {
        let mut narrowed = self.clone();
        if let Some(range) = range {
            narrowed.0.range = range.clone();
        }
        narrowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;

    fn error(fields: &str) -> (String, String) {
        let json = format!(r#"{{"kind":"sql"{fields}}}"#);
        let first = Query::parse(&json).expect_err(&json).remove(0);
        (first.field, first.code)
    }

    #[test]
    fn wrong_fields_are_named() {
        let long = format!(r#","sql":"SELECT {}""#, "1".repeat(MAX_SQL_CHARS));
        for (fields, field, code) in [
            ("", "sql", "required"),
            (r#","sql":" ""#, "sql", "required"),
            (r#","sql":"SELECT '\u0000'""#, "sql", "invalid"),
            (long.as_str(), "sql", "too_long"),
            (r#","sql":"SELECT 1","limit":0"#, "limit", "out_of_range"),
            (r#","sql":"SELECT 1","limit":10001"#, "limit", "out_of_range"),
            (r#","sql":"SELECT 1","filter":{}"#, "filter", "unknown_field"),
            (
                r#","sql":"SELECT 1","range":{"from":"2026-02-02","to":"2026-02-01"}"#,
                "range.to",
                "before_start",
            ),
        ] {
            assert_eq!(error(fields), (field.to_owned(), code.to_owned()), "{fields}");
        }
    }

    #[test]
    fn a_dashboard_s_range_takes_the_place_of_its_own() {
        let query = Query::parse(r#"{"kind":"sql","sql":"SELECT 1"}"#).expect("it is valid");
        assert_eq!(query.range(), &default_range());
        let week = Range::Last {
            count: 7,
            unit: LastUnit::Day,
        };
        assert_eq!(query.within(Some(&week), None).range(), &week);
    }
}
