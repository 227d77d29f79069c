//! From a question for sessions to statements.
//!
//! Every statement leaves one row for each session (`s`): the instant `ts` of its first event, the value `v` that it is
//! told apart by, its number of `events` and its length in `micros`. Its sums for each bucket and value are what
//! leaves the store; rates and totals are made of those, because a session lies in one bucket alone.

use model::query::{Breakdown, SessionMeasure, SessionsQuery};

use crate::query::asked::Asked;
use crate::query::journeys::{SESSION, begins, begins_after, events, stage, staged};
use crate::query::sql::Sql;
use crate::store::{Param, Statement};

/// Whose rows are: rank (NULL for the rest), value, bucket, sessions, events, bounces, microseconds.
///
/// Only the first event of each session is sorted a second time: the row before the next one says how this one ended.
pub(super) fn figures(asked: &Asked<'_>, sessions: &SessionsQuery) -> Statement {
    let breakdown = sessions.spec().breakdown.as_ref();
    let (columns, value, order) = match breakdown {
        Some(breakdown) => (with_value(asked, breakdown), "v", "t, id"),
        None => (Sql::new(", ts"), "CAST(NULL AS VARCHAR) AS v", "t"),
    };
    let numbered = format!(
        "SELECT u, ts, t, {value}, row_number() OVER o AS n, {} OVER o AS before,
            count(*) OVER (PARTITION BY u ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS every,
            max(t) OVER (PARTITION BY u ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS latest
         FROM e WINDOW o AS (PARTITION BY u ORDER BY {order})",
        asked.source.dialect.before("t")
    );
    let first =
        Sql::new("SELECT u, ts, t, v, n, before, every, latest FROM o WHERE ").add(begins_after("before"));
    let stages = vec![
        stage("e", events(asked, columns, &sessions.spec().filter)),
        stage("o", Sql::new(&numbered)),
        stage("f", first),
        stage("l", Sql::new(LASTS)),
        stage("s", Sql::new(WHOLE)),
    ];
    told(asked, stages, breakdown.map_or(1, |breakdown| breakdown.limit))
}

/// What the next session of the same user says of this one; 0 where there is none.
const LASTS: &str = "SELECT ts, t, v, n, every, latest, lead(n, 1, 0) OVER o AS next_n,
    lead(before, 1, 0) OVER o AS next_before FROM f WINDOW o AS (PARTITION BY u ORDER BY n)";

const WHOLE: &str = "SELECT ts, v, CASE WHEN next_n = 0 THEN every + 1 ELSE next_n END - n AS events,
    CASE WHEN next_n = 0 THEN latest ELSE next_before END - t AS micros FROM l";

/// As [`figures`], told apart by the property's value on the first or last event that has it.
pub(super) fn ends(asked: &Asked<'_>, sessions: &SessionsQuery, end: SessionMeasure) -> Statement {
    let ends = sessions.ends();
    let dialect = asked.source.dialect;
    let value = match end {
        SessionMeasure::Exit => dialect.last_value("v", "n"),
        _ => dialect.first_value("v", "n"),
    };
    let ordered = Sql::new("SELECT u, ts, v, row_number() OVER o AS n, ")
        .add(begins(dialect))
        .text(" AS begins FROM e WINDOW o AS (PARTITION BY u ORDER BY t, id)");
    let sessions_of_all = format!("SELECT u, ts, v, n, {SESSION} AS j FROM o");
    let grouped =
        format!("SELECT min(ts) AS ts, {value} AS v, count(*) AS events, 0 AS micros FROM j GROUP BY u, j");
    let stages = vec![
        stage(
            "e",
            events(asked, with_value(asked, &ends), &sessions.spec().filter),
        ),
        stage("o", ordered),
        stage("j", Sql::new(&sessions_of_all)),
        stage("s", Sql::new(&grouped)),
    ];
    told(asked, stages, ends.limit)
}

fn with_value(asked: &Asked<'_>, breakdown: &Breakdown) -> Sql {
    Sql::new(", ts, id, ")
        .add(asked.source.text(&breakdown.property))
        .text(" AS v")
}

/// Sums for each bucket and value; the values with the most sessions are told apart.
fn told(asked: &Asked<'_>, mut stages: Vec<Sql>, limit: usize) -> Statement {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let placed = Sql::new("SELECT v, ")
        .add(asked.source.dialect.bucket(&asked.buckets.window))
        .text(" AS b, events, micros FROM s");
    stages.push(stage("p", placed));
    stages.push(stage("g", Sql::new(SUMS)));
    stages.push(stage("totals", Sql::new(TOTALS)));
    stages.push(stage("ranked", Sql::new(RANKED)));
    let rest = Sql::new(
        "SELECT r, v, b, sum(sessions), sum(events), sum(bounces), sum(micros) FROM (SELECT CASE WHEN r <= ",
    )
    .bind(Param::Int(limit))
    .text(" THEN r END AS r, CASE WHEN r <= ")
    .bind(Param::Int(limit))
    .text(" THEN v END AS v, b, sessions, events, bounces, micros FROM ranked) AS told GROUP BY r, v, b");
    staged(stages, rest).into_statement()
}

const SUMS: &str = "SELECT v, b, count(*) AS sessions, sum(events) AS events,
    count(CASE WHEN events = 1 THEN 1 END) AS bounces, sum(micros) AS micros FROM p GROUP BY v, b";

const TOTALS: &str =
    "SELECT v, b, sessions, events, bounces, micros, sum(sessions) OVER (PARTITION BY v) AS total FROM g";

const RANKED: &str = "SELECT v, b, sessions, events, bounces, micros,
    dense_rank() OVER (ORDER BY total DESC, v NULLS LAST) AS r FROM totals";
