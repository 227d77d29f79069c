//! A SELECT, as it was typed.

use model::problem::FieldError;
use model::query::{MAX_SQL_ROWS, Query, SqlQuery, SqlSpec};

use super::typed::whole;
use super::{Checked, Shared};

/// What every store can answer, to begin with.
const BEGINNING: &str = "SELECT name, count(*) AS events
FROM events
WHERE ts >= :from AND ts < :to
GROUP BY name
ORDER BY events DESC";

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SqlDraft {
    pub(crate) text: String,
    pub(crate) limit: String,
}

impl SqlDraft {
    pub(super) fn new() -> Self {
        Self {
            text: BEGINNING.to_owned(),
            limit: "1000".to_owned(),
        }
    }

    pub(super) fn of(spec: &SqlSpec) -> Self {
        Self {
            text: spec.sql.clone(),
            limit: spec.limit.to_string(),
        }
    }

    pub(super) fn query(&self, shared: &Shared, errors: &mut Vec<FieldError>) -> Checked {
        let limit = whole(&self.limit, "limit", &(1..=MAX_SQL_ROWS), errors);
        let spec = SqlSpec {
            sql: self.text.clone(),
            limit: limit.unwrap_or(1),
            range: shared.range.clone(),
            timezone: shared.timezone.clone(),
        };
        SqlQuery::parse(spec).map(Query::Sql)
    }
}
