//! Questions: compiled to statements, fetched from the store, shaped into answers, kept for the next who asks.

mod asked;
pub mod buckets;
mod compare;
mod compile;
mod dialect;
mod filter;
mod kept;
mod shape;
mod source;
mod sql;
mod trend;
mod window;

use std::sync::Arc;

use model::answer::Answer;
use model::ids::OrgId;
use model::query::Query;

use crate::clock::Clock;
use crate::error::Error;
use crate::store::{EventStore, Kinds};
use asked::Asked;
use buckets::{Buckets, Calendar};
use kept::{Kept, Key};

/// Answers questions; clones share the answers they keep.
#[derive(Clone, Debug)]
pub struct Queries {
    store: EventStore,
    clock: Clock,
    kept: Arc<Kept>,
}

impl Queries {
    /// Answers from `store`; `clock` says where "the last 30 days" end.
    #[must_use]
    pub fn new(store: EventStore, clock: Clock) -> Self {
        Self {
            store,
            clock,
            kept: Arc::default(),
        }
    }

    /// The answer to `query` for one organization.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a question that cannot be answered, [`Error::TimedOut`] for one that takes too long,
    /// otherwise as [`EventStore::fetch`].
    pub async fn run(&self, org: OrgId, calendar: &Calendar, query: &Query) -> Result<Answer, Error> {
        let started = self.clock.now();
        let buckets = buckets::resolve(query.timeframe(), calendar, started)?;
        let position = self.store.position(org).await?;
        let question = serde_json::to_string(query).map_err(Error::internal)?;
        let key = Key::new(org, position, question, &buckets);
        let kept = self.kept.get(&key);
        let cached = kept.is_some();
        let mut answer = match kept {
            Some(answer) => answer,
            None => self.fresh_answer(org, query, &buckets).await?,
        };
        if !cached {
            self.kept.keep(key, &answer);
        }
        let elapsed = self.clock.now().duration_since(started).as_millis();
        let meta = answer.meta_mut();
        meta.elapsed_ms = u64::try_from(elapsed).unwrap_or(0);
        meta.cached = cached;
        Ok(answer)
    }

    async fn fresh_answer(&self, org: OrgId, query: &Query, buckets: &Buckets) -> Result<Answer, Error> {
        self.check_patterns(query).await?;
        let kinds = self.store.kinds(org).await?;
        let has_links = self.store.has_links(org).await?;
        let asked = Asked::new(&self.store, org, &kinds, has_links, buckets);
        let answer = answer(&asked, query).await;
        // Events with new kinds of values or the first link may have come between the look at them and the answer.
        if self.store.kinds(org).await? == kinds && self.store.has_links(org).await? == has_links {
            return answer;
        }
        let unknown = Kinds::unknown();
        self::answer(&Asked::new(&self.store, org, &unknown, true, buckets), query).await
    }

    /// Asks the store itself, so that nothing is accepted here and refused there.
    async fn check_patterns(&self, query: &Query) -> Result<(), Error> {
        for (field, filter) in query.filters() {
            for pattern in filter::patterns(filter) {
                if let Some(fault) = self.store.pattern_fault(pattern).await? {
                    let message = format!("This regular expression cannot be read: {fault}.");
                    return Err(Error::invalid(
                        format!("{field}.value"),
                        "invalid_pattern",
                        message,
                    ));
                }
            }
        }
        Ok(())
    }
}

/// One kind of question, one module.
async fn answer(asked: &Asked<'_>, query: &Query) -> Result<Answer, Error> {
    match query {
        Query::Trend(trend) => trend::answer(asked, trend).await.map(Answer::Trend),
    }
}
