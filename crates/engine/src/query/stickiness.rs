//! Users by how often they are active.

use model::answer::{ActiveUsers, Meta, StickinessAnswer};
use model::query::ActivityQuery;

use super::asked::Asked;
use super::sql::Sql;
use crate::error::Error;
use crate::store::{Cell, Statement};

/// The answer to a question about stickiness.
pub(super) async fn answer(asked: &Asked<'_>, stickiness: &ActivityQuery) -> Result<StickinessAnswer, Error> {
    let buckets = asked.buckets;
    let frames = asked.fetch(vec![statement(asked, stickiness)]).await?;
    let mut users = vec![0; buckets.window.starts.len()];
    let mut events = 0;
    for row in frames.iter().flat_map(|frame| &frame.rows) {
        let [intervals, counted, read] = row.as_slice() else {
            continue;
        };
        events += whole(read);
        let position = usize::try_from(whole(intervals))
            .ok()
            .and_then(|count| count.checked_sub(1));
        if let Some(slot) = position.and_then(|position| users.get_mut(position)) {
            *slot = whole(counted);
        }
    }
    Ok(StickinessAnswer {
        interval: buckets.interval,
        timezone: buckets.timezone.clone(),
        histogram: (1..)
            .zip(users)
            .map(|(intervals, users)| ActiveUsers { intervals, users })
            .collect(),
        meta: Meta::fresh(events),
    })
}

fn whole(cell: &Cell) -> u64 {
    cell.int()
        .and_then(|value| u64::try_from(value).ok())
        .unwrap_or(0)
}

/// Its rows are: a number of buckets, the users active in so many, their events.
fn statement(asked: &Asked<'_>, stickiness: &ActivityQuery) -> Statement {
    let (source, window, spec) = (asked.source, &asked.buckets.window, stickiness.spec());
    Sql::new("WITH marked AS (SELECT ")
        .add(source.person())
        .text(" AS p, ")
        .add(source.dialect.bucket(window))
        .text(" AS b FROM ")
        .add(source.events())
        .text(" WHERE ")
        .add(source.conditions(window, spec.event.as_deref(), &spec.filter))
        .text(
            "), seen AS (SELECT p, b, count(*) AS n FROM marked WHERE p IS NOT NULL GROUP BY p, b),
             people AS (SELECT p, count(*) AS k, sum(n) AS n FROM seen GROUP BY p)
             SELECT k, count(*), CAST(sum(n) AS BIGINT) FROM people GROUP BY k",
        )
        .into_statement()
}
