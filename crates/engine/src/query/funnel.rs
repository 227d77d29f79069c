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
use crate::store::{Cell, Frame, MOST_ROWS};
use compile::Compiler;
pub(super) use people::people;
use tally::Tally;

/// Most events whose users are listed at once unless somebody says otherwise, so that memory stays bounded.
pub(super) const PORTION: u32 = 8_000_000;

/// The answer to a funnel.
pub(super) async fn answer(asked: &Asked<'_>, funnel: &FunnelQuery) -> Result<FunnelAnswer, Error> {
    let spec = funnel.spec();
    let compiler = Compiler::new(asked.source, spec, &asked.buckets.window);
    let portions = portions(asked, &compiler).await?;
    let mut tally = Tally::new(&compiler, &asked.buckets.window);
    for portion in 0..portions {
        let users = compiler
            .users(portion, portions)
            .of_at_most(most_users(asked.portion));
        let frames = asked.fetch(vec![users]).await?;
        tally = counted(tally, frames).await?;
    }
    Ok(shape::answer(spec, asked.buckets, &tally))
}

/// Following the steps of many users takes a while, so it is done where threads may block.
async fn counted(mut tally: Tally, frames: Vec<Frame>) -> Result<Tally, Error> {
    let count = move || {
        for frame in frames {
            tally.add(frame);
        }
        tally
    };
    tokio::task::spawn_blocking(count).await.map_err(Error::internal)
}

/// A user did at least one of the events. Portions are only about alike, and events arrive between counting and listing.
fn most_users(portion: u32) -> usize {
    let events = usize::try_from(portion).unwrap_or(usize::MAX);
    events.saturating_mul(2).max(MOST_ROWS)
}

async fn portions(asked: &Asked<'_>, compiler: &Compiler<'_>) -> Result<usize, Error> {
    let count = async |statement| {
        let frames = asked.fetch(vec![statement]).await?;
        let cell = frames
            .first()
            .and_then(|frame| frame.rows.first()?.first().and_then(Cell::int));
        Ok::<i64, Error>(cell.unwrap_or(0))
    };
    let portion = i64::from(asked.portion);
    if asked.source.dialect.knows_its_count() && count(compiler.all_events()).await? <= portion {
        return Ok(1);
    }
    let events = count(compiler.matching_events()).await?;
    Ok(usize::try_from(events / portion).unwrap_or(0) + 1)
}
