//! How far users get: the store lists what each user did, and one pure function follows their steps.

mod attempts;
mod compile;
mod in_any_order;
mod shape;
mod tally;

use model::answer::FunnelAnswer;
use model::query::FunnelQuery;

use super::asked::Asked;
use crate::error::Error;
use crate::store::{Cell, Frame};
use compile::Compiler;
use tally::Tally;

/// Most events whose users are listed at once, so that memory stays bounded; small where tests run, so that they take
/// several portions.
const MOST_EVENTS: i64 = if cfg!(debug_assertions) { 150 } else { 8_000_000 };

/// The answer to a funnel.
pub(super) async fn answer(asked: &Asked<'_>, funnel: &FunnelQuery) -> Result<FunnelAnswer, Error> {
    let spec = funnel.spec();
    let compiler = Compiler::new(asked.source, spec, &asked.buckets.window);
    let portions = portions(asked, &compiler).await?;
    let mut tally = Tally::new(&compiler, &asked.buckets.window);
    for portion in 0..portions {
        let frames = asked.fetch(vec![compiler.users(portion, portions)]).await?;
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

async fn portions(asked: &Asked<'_>, compiler: &Compiler<'_>) -> Result<usize, Error> {
    let count = async |statement| {
        let frames = asked.fetch(vec![statement]).await?;
        let cell = frames
            .first()
            .and_then(|frame| frame.rows.first()?.first().and_then(Cell::int));
        Ok::<i64, Error>(cell.unwrap_or(0))
    };
    if asked.source.dialect.knows_its_count() && count(compiler.all_events()).await? <= MOST_EVENTS {
        return Ok(1);
    }
    let events = count(compiler.matching_events()).await?;
    Ok(usize::try_from(events / MOST_EVENTS).unwrap_or(0) + 1)
}
