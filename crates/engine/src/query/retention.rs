//! Who came back.

mod compile;
mod shape;

use model::Timestamp;
use model::answer::{Meta, RetentionAnswer};
use model::query::RetentionQuery;

use super::asked::Asked;
use super::people::Part;
use crate::error::Error;
use crate::store::Statement;
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

/// The users of a cell: when their cohort began, where one is meant; the value of the breakdown, where one is meant; and
/// in which interval after it they came back. Of each, what the question looks at.
pub(super) fn people(
    asked: &Asked<'_>,
    retention: &RetentionQuery,
    (start, value, period): (Option<Timestamp>, Option<&str>, usize),
    part: &Part,
) -> Result<Statement, Error> {
    let buckets = asked.buckets;
    let cohort = match start {
        None => None,
        Some(start) => {
            let found = buckets.window.starts.iter().position(|begin| *begin == start);
            let message = "This cohort is no longer in the range. Open the dashboard again.";
            Some(found.ok_or_else(|| Error::invalid("place.start", "no_cohort", message))?)
        }
    };
    let compiler = Compiler {
        source: asked.source,
        spec: retention.spec(),
        range: &buckets.window,
        all: &buckets.with_those_after(),
    };
    Ok(compiler.people_of(cohort, value, period, part))
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
