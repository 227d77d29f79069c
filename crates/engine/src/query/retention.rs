//! Who came back.

mod compile;
mod shape;

use model::answer::{Meta, RetentionAnswer};
use model::query::RetentionQuery;

use super::asked::Asked;
use crate::error::Error;
use compile::Compiler;

/// Most cohorts of one answer, and most figures.
const MAX_COHORTS: usize = 1_000;
const MAX_FIGURES: usize = 500_000;

/// The answer to a question about retention.
pub(super) async fn answer(asked: &Asked<'_>, retention: &RetentionQuery) -> Result<RetentionAnswer, Error> {
    let spec = retention.spec();
    let buckets = asked.buckets;
    let cohorts = buckets.window.starts.len();
    check_size(cohorts, retention)?;
    let compiler = Compiler {
        source: asked.source,
        spec,
        range: &buckets.window,
        all: &buckets.with_those_after(),
    };
    let frames = asked.fetch(vec![compiler.statement()]).await?;
    let rows = frames.iter().flat_map(|frame| &frame.rows);
    let shaped = shape::cohorts(rows, buckets, spec);
    let average = (0..=spec.periods)
        .map(|k| RetentionAnswer::share(&shaped.cohorts, k))
        .collect();
    Ok(RetentionAnswer {
        interval: buckets.interval,
        timezone: buckets.timezone.clone(),
        open_from: buckets.beyond.open_from,
        cohorts: shaped.cohorts,
        average,
        meta: Meta::fresh(shaped.events),
    })
}

fn check_size(cohorts: usize, retention: &RetentionQuery) -> Result<(), Error> {
    let spec = retention.spec();
    if cohorts > MAX_COHORTS {
        let interval = spec.interval.as_str();
        let message = format!(
            "By {interval} this range has more than {MAX_COHORTS} cohorts. Use a longer interval or a shorter range."
        );
        return Err(Error::invalid("interval", "too_many_cohorts", message));
    }
    let lines = spec.breakdown.as_ref().map_or(1, |breakdown| breakdown.limit + 1);
    if cohorts * lines * (spec.periods + 1) > MAX_FIGURES {
        let message =
            "This breakdown has too many figures. Use a smaller limit, fewer periods or a shorter range.";
        return Err(Error::invalid("breakdown.limit", "too_many_figures", message));
    }
    Ok(())
}
