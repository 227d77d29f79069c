//! How far users get: the store lists what each user did, and one pure function follows their steps.

mod attempts;
mod compile;
mod in_any_order;
mod people;
mod shape;
mod tally;

use model::answer::FunnelAnswer;
use model::query::FunnelQuery;

use super::asked::Asked;
use crate::error::Error;
use crate::store::{Cell, MOST_ROWS};
use compile::Compiler;
pub(super) use people::people;
use tally::Tally;

/// Most events whose users are listed at once unless somebody says otherwise, so that memory stays bounded.
pub(super) const PORTION: u32 = 8_000_000;
/// So many times more where nobody keeps the lists and nothing sorts them: each portion reads the events again.
const WORKED_OFF: u32 = 4;

/// The answer to a funnel.
pub(super) async fn answer(asked: &Asked<'_>, funnel: &FunnelQuery) -> Result<FunnelAnswer, Error> {
    let spec = funnel.spec();
    let compiler = Compiler::new(asked.source, spec, &asked.buckets.window);
    let is_worked_off = asked.source.dialect.hands_rows_on() && !compiler.layout().is_sorted;
    let at_once = asked
        .portion
        .saturating_mul(if is_worked_off { WORKED_OFF } else { 1 });
    let portions = portions(asked, &compiler, at_once).await?;
    let mut tally = Tally::new(&compiler, &asked.buckets.window);
    for portion in 0..portions {
        let users = compiler.users(portion, portions).of_at_most(most_users(at_once));
        tally = asked.work_off(users, tally).await?;
    }
    Ok(shape::answer(spec, asked.buckets, &tally))
}

/// A user did at least one of the events. Portions are only about alike, and events arrive between counting and listing.
fn most_users(portion: u32) -> usize {
    let events = usize::try_from(portion).unwrap_or(usize::MAX);
    events.saturating_mul(2).max(MOST_ROWS)
}

/// In how many portions the users are listed, of about so many events at once.
async fn portions(asked: &Asked<'_>, compiler: &Compiler<'_>, at_once: u32) -> Result<usize, Error> {
    let count = async |statement| {
        let frames = asked.fetch(vec![statement]).await?;
        let cell = frames
            .first()
            .and_then(|frame| frame.rows.first()?.first().and_then(Cell::int));
        Ok::<i64, Error>(cell.unwrap_or(0))
    };
    let at_once = i64::from(at_once);
    if asked.source.dialect.knows_its_count() && count(compiler.all_events()).await? <= at_once {
        return Ok(1);
    }
    let events = count(compiler.matching_events()).await?;
    Ok(usize::try_from(events / at_once).unwrap_or(0) + 1)
}
