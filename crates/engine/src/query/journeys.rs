//! A user's events one after another, and where one session ends and the next begins.

use super::asked::Asked;
use super::dialect::Dialect;
use super::sql::Sql;
use crate::store::Param;

/// A session ends after this long without an event: 30 minutes, in microseconds.
const GAP: i64 = 30 * 60 * 1_000_000;

/// A stage of a statement, to be chained to others after `WITH`.
pub(super) fn stage(name: &str, body: Sql) -> Sql {
    Sql::new(name).text(" AS (").add(body).text(")")
}

/// As [`stage`], for one that several others read: ClickHouse would make its rows anew for each.
pub(super) fn kept_stage(name: &str, body: Sql) -> Sql {
    Sql::new(name).text(" AS MATERIALIZED (").add(body).text(")")
}

/// `WITH` these stages, the last of which is followed by `then`.
pub(super) fn staged(stages: Vec<Sql>, then: Sql) -> Sql {
    Sql::new("WITH ").add(Sql::join(stages, ", ")).text(" ").add(then)
}

/// The events of the question's window that somebody did: their user `u`, their instant `t`, and `columns`.
pub(super) fn events<'f>(
    asked: &Asked<'_>,
    columns: Sql,
    filters: impl IntoIterator<Item = &'f model::query::Filter>,
) -> Sql {
    let source = asked.source;
    Sql::new("SELECT ")
        .add(source.person())
        .text(" AS u, ")
        .text(source.dialect.micros())
        .text(" AS t")
        .add(columns)
        .text(" FROM ")
        .add(source.events())
        .text(" WHERE ")
        .add(source.conditions(&asked.buckets.window, None, filters))
        .text(" AND ")
        .add(source.person())
        .text(" IS NOT NULL")
}

/// Whether a session begins with an event of the window `o`, which orders each user's events: 1 or 0.
pub(super) fn begins(dialect: Dialect) -> Sql {
    Sql::new(&format!("CASE WHEN t - {} OVER o < ", dialect.before("t")))
        .bind(Param::Int(GAP))
        .text(" THEN 0 ELSE 1 END")
}

/// Whether a session begins with an event whose predecessor's instant is `before`: a condition.
pub(super) fn begins_after(before: &str) -> Sql {
    Sql::new(&format!("({before} IS NULL OR t - {before} >= "))
        .bind(Param::Int(GAP))
        .text(")")
}

/// Which of its user's sessions a row belongs to, from rows with their number `n` and `begins`.
pub(super) const SESSION: &str =
    "count(CASE WHEN begins = 1 THEN 1 END) OVER (PARTITION BY u ORDER BY n ROWS UNBOUNDED PRECEDING)";
