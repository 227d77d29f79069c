//! Questions: compiled to statements, fetched from the store, shaped into answers, kept for the next who asks.

pub mod buckets;
mod compare;
mod compile;
mod dialect;
mod filter;
mod kept;
mod shape;
mod sql;
mod trend;
mod window;

use std::sync::Arc;

use model::answer::Answer;
use model::ids::OrgId;
use model::query::Query;

use crate::clock::Clock;
use crate::error::Error;
use crate::store::EventStore;
use buckets::Calendar;
use kept::Kept;

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
        match query {
            Query::Trend(trend) => self.trend(org, calendar, trend).await.map(Answer::Trend),
        }
    }
}
