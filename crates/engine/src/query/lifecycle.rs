//! Users by what became of them from bucket to bucket.

use model::answer::{AnswerSeries, LifecycleAnswer, Meta};
use model::query::ActivityQuery;

use super::asked::Asked;
use super::buckets::Buckets;
use super::dialect::Dialect;
use super::sql::Sql;
use crate::error::Error;
use crate::store::{Frame, Param, Statement};

const STATES: usize = LifecycleAnswer::STATES.len();
/// The state that somebody is in for not being there.
const DORMANT: usize = STATES - 1;

/// The answer to a question about the lifecycle.
pub(super) async fn answer(asked: &Asked<'_>, lifecycle: &ActivityQuery) -> Result<LifecycleAnswer, Error> {
    let buckets = asked.buckets;
    let frames = asked.fetch(vec![statement(asked, lifecycle)]).await?;
    let frame = frames.into_iter().next().unwrap_or_default();
    let figures = figures(&frame, buckets);
    let series = (0..STATES).map(|state| AnswerSeries {
        position: state,
        label: LifecycleAnswer::STATES[state].to_owned(),
        breakdown: None,
        values: figures.values[state].clone(),
        total: figures.totals[state],
    });
    Ok(LifecycleAnswer {
        buckets: buckets.window.starts.clone(),
        local: buckets.local.clone(),
        interval: buckets.interval,
        timezone: buckets.timezone.clone(),
        open_from: buckets.open_from,
        series: series.collect(),
        meta: Meta::fresh(figures.events),
    })
}

/// Its rows are: bucket, new, returning, resurrecting users, users that leave after it, events. The bucket before the
/// range is 0, the first of the range 1; NULL stands for the whole range, in which each user counts once.
fn statement(asked: &Asked<'_>, lifecycle: &ActivityQuery) -> Statement {
    let (source, spec) = (asked.source, lifecycle.spec());
    let range = &asked.buckets.window;
    let all = asked.buckets.with_those_before();
    let first_of_range = range.starts.first().copied().unwrap_or(range.from);
    let counts = if first_of_range < range.from {
        // What lies in the first bucket but before the range makes nobody active, and somebody known.
        Sql::new("CASE WHEN ts >= ")
            .bind(Param::Time(first_of_range.as_microsecond()))
            .text(" AND ts < ")
            .bind(Param::Time(range.from.as_microsecond()))
            .text(" THEN 0 ELSE 1 END")
    } else {
        Sql::new("1")
    };
    Sql::new("WITH marked AS (SELECT ")
        .add(source.person())
        .text(" AS p, CASE WHEN ts < ")
        .bind(Param::Time(all.from.as_microsecond()))
        .text(" THEN -1 ELSE ")
        .add(source.dialect.bucket(&all))
        .text(" END AS b, ")
        .add(counts)
        .text(" AS a FROM ")
        .add(source.events())
        .text(" WHERE ")
        .add(source.conditions_before(range.to, spec.event.as_deref(), &spec.filter))
        .text(&states(source.dialect, last_begun(asked.buckets)))
        .into_statement()
}

/// The position, counted from the bucket before the range, of the last bucket that has begun.
fn last_begun(buckets: &Buckets) -> usize {
    buckets.beyond.begun
}

/// `f` is the bucket in which a user was first seen, `e` and `l` are the active buckets before and after `b`.
fn states(dialect: Dialect, last_begun: usize) -> String {
    let (before, after) = (dialect.before("b"), dialect.after("b"));
    let sums =
        "CAST(sum(n) AS BIGINT), CAST(sum(k) AS BIGINT), CAST(sum(r) AS BIGINT), CAST(sum(d) AS BIGINT)";
    format!(
        "), seen AS (SELECT p, b, max(a) AS a, count(*) AS n FROM marked WHERE p IS NOT NULL GROUP BY p, b),
         known AS (SELECT p, b, a, min(b) OVER (PARTITION BY p) AS f FROM seen),
         active AS (SELECT p, b, f, {before} OVER (PARTITION BY p ORDER BY b) AS e,
            {after} OVER (PARTITION BY p ORDER BY b) AS l FROM known WHERE a = 1),
         states AS (SELECT p, b,
            CASE WHEN b >= 1 AND b = f THEN 1 ELSE 0 END AS n,
            CASE WHEN b >= 1 AND e = b - 1 THEN 1 ELSE 0 END AS k,
            CASE WHEN b >= 1 AND b > f AND (e IS NULL OR e < b - 1) THEN 1 ELSE 0 END AS r,
            CASE WHEN b >= 0 AND b < {last_begun} AND (l IS NULL OR l > b + 1) THEN 1 ELSE 0 END AS d FROM active),
         people AS (SELECT max(n) AS n, max(k) AS k, max(r) AS r, max(d) AS d FROM states GROUP BY p)
         SELECT b, {sums}, 0 FROM states GROUP BY b
         UNION ALL SELECT NULL, {sums}, (SELECT CAST(sum(n) AS BIGINT) FROM seen) FROM people"
    )
}

struct Figures {
    values: [Vec<Option<f64>>; STATES],
    totals: [Option<f64>; STATES],
    events: u64,
}

fn figures(frame: &Frame, buckets: &Buckets) -> Figures {
    let count = buckets.window.starts.len();
    let mut values = [const { Vec::new() }; STATES];
    for (state, values) in values.iter_mut().enumerate() {
        // Nobody stays away from a bucket that has not begun.
        let known = if state == DORMANT {
            buckets.beyond.begun
        } else {
            count
        };
        values.extend((0..count).map(|position| (position < known).then_some(0.0)));
    }
    let mut totals = [Some(0.0); STATES];
    let mut events = 0;
    for row in &frame.rows {
        let [bucket, states @ .., read] = row.as_slice() else {
            continue;
        };
        let Some(bucket) = bucket.int() else {
            events += read.int().and_then(|read| u64::try_from(read).ok()).unwrap_or(0);
            for (total, users) in totals.iter_mut().zip(states) {
                *total = users.number().or(Some(0.0));
            }
            continue;
        };
        for (state, users) in states.iter().enumerate().take(STATES) {
            // Who leaves after a bucket is dormant in the next; position 0 of the rows lies before the range.
            let position = if state == DORMANT { bucket } else { bucket - 1 };
            let slot = usize::try_from(position)
                .ok()
                .and_then(|position| values[state].get_mut(position));
            if let Some(slot) = slot.filter(|slot| slot.is_some()) {
                *slot = users.number();
            }
        }
    }
    Figures {
        values,
        totals,
        events,
    }
}
