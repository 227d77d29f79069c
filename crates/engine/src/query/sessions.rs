//! Figures of sessions over time. A session is one user's events without a gap of 30 minutes or more.

mod compile;
mod shape;

use model::answer::{Meta, TrendAnswer};
use model::query::SessionsQuery;

use super::asked::Asked;
use crate::error::Error;
use crate::store::Statement;

/// The answer to a question for sessions.
pub(super) async fn answer(asked: &Asked<'_>, sessions: &SessionsQuery) -> Result<TrendAnswer, Error> {
    let measures = &sessions.spec().measures;
    let asks_for_figures = measures.iter().any(|measure| !measure.is_an_end());
    let ends = measures.iter().copied().filter(|measure| measure.is_an_end());
    let mut statements: Vec<Statement> = Vec::new();
    if asks_for_figures {
        statements.push(compile::figures(asked, sessions));
    }
    statements.extend(ends.map(|end| compile::ends(asked, sessions, end)));
    let frames = asked.fetch(statements).await?;
    let mut frames = frames.iter();
    let figures = asks_for_figures.then(|| frames.next()).flatten();
    let shaped = shape::series(sessions, asked.buckets.window.starts.len(), figures, frames);
    let buckets = asked.buckets;
    Ok(TrendAnswer {
        buckets: buckets.window.starts.clone(),
        local: buckets.local.clone(),
        interval: buckets.interval,
        timezone: buckets.timezone.clone(),
        open_from: buckets.open_from,
        property: None,
        series: shaped.series,
        previous: None,
        meta: Meta::fresh(shaped.events),
    })
}
