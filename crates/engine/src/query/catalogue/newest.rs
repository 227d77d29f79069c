//! The newest events that meet a condition, found without reading all of them.

use super::Look;
use crate::error::Error;
use crate::query::sql::Sql;
use crate::store::Param;

/// Stretches at the end of the events that are searched: the first, in multiples of what is wanted, and the growth.
const FIRST_STRETCH: i64 = 4;
const GROWTH: i64 = 8;

/// Some of the newest events.
pub(super) struct Newest {
    /// What follows `FROM`.
    pub(super) events: Sql,
    /// Whether older events were left out.
    pub(super) sampled: bool,
}

/// At most `most` of the newest events for which `condition` holds: the last stored where the store can tell what came
/// last, otherwise those that happened last.
pub(super) async fn find(look: &Look<'_>, condition: &Sql, most: i64) -> Result<Newest, Error> {
    let Some(column) = look.dialect.arrival() else {
        let first = limited(condition.clone(), "", most + 1);
        let found = count(look, first).await?;
        return Ok(Newest {
            events: limited(condition.clone(), " ORDER BY ts DESC", most),
            sampled: found > most,
        });
    };
    let end = look.names.end();
    let mut stretch = most * FIRST_STRETCH;
    loop {
        let from = (end - stretch).max(0);
        let condition = Sql::new(&format!("{column} >= "))
            .bind(Param::Int(from))
            .text(" AND ")
            .add(condition.clone());
        let found = count(look, all(condition.clone())).await?;
        if found >= most || from == 0 {
            let events = if found > most {
                limited(condition, &format!(" ORDER BY {column} DESC"), most)
            } else {
                all(condition)
            };
            return Ok(Newest {
                events,
                sampled: found > most || from > 0,
            });
        }
        stretch = stretch.saturating_mul(GROWTH);
    }
}

fn all(condition: Sql) -> Sql {
    Sql::new("(SELECT * FROM events WHERE ")
        .add(condition)
        .text(") AS newest")
}

fn limited(condition: Sql, order: &str, most: i64) -> Sql {
    Sql::new("(SELECT * FROM events WHERE ")
        .add(condition)
        .text(&format!("{order} LIMIT {most}) AS newest"))
}

async fn count(look: &Look<'_>, events: Sql) -> Result<i64, Error> {
    let frame = look.fetch(Sql::new("SELECT count(*) FROM ").add(events)).await?;
    let count = frame.rows.first().and_then(|row| row.first()?.int());
    Ok(count.unwrap_or_default())
}
