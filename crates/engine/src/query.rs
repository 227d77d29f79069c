//! Questions: compiled to statements, fetched from the store, shaped into answers, kept for the next who asks.

mod asked;
pub mod buckets;
mod by_bucket;
mod catalogue;
mod cohort;
mod compare;
mod compile;
mod dialect;
mod events;
mod explained;
mod export;
mod filter;
mod funnel;
#[cfg(fuzzing)]
pub mod fuzzing;
mod journeys;
mod kept;
mod lifecycle;
mod partial;
mod paths;
mod pattern;
mod people;
mod retention;
mod revenue;
mod running;
mod select;
mod sessions;
mod shape;
mod source;
mod sql;
mod stickiness;
mod together;
mod trail;
mod trend;
mod user_properties;
mod window;

use std::num::NonZero;
use std::sync::Arc;

use futures_util::FutureExt as _;
use model::Timestamp;
use model::answer::Answer;
use model::ids::OrgId;
use model::query::Query;
use model::rates::Rates;
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::clock::Clock;
use crate::error::Error;
use crate::figures::CacheFigures;
use crate::redis::Redis;
use crate::store::{EventStore, Kinds, Version};
use asked::{Asked, Looking};
use buckets::{Buckets, Calendar};
pub use catalogue::{Catalogue, ValuesAsked};
pub(crate) use cohort::unknown_segment;
pub use explained::Explained;
pub use export::{After, Export};
pub use kept::ROOM;
use kept::{Beside, Kept, Key};
use trail::Trail;

/// Answers questions; clones share the answers they keep.
#[derive(Clone, Debug)]
pub struct Queries {
    store: EventStore,
    clock: Clock,
    room: u64,
    kept: Arc<Kept>,
    rates: Arc<Rates>,
    portion: u32,
}

impl Queries {
    /// Answers from `store`; `clock` says where "the last 30 days" end.
    #[must_use]
    pub fn new(store: EventStore, clock: Clock) -> Self {
        Self::within(ROOM, store, clock)
    }

    /// As [`Queries::new`], keeping about so many bytes.
    #[must_use]
    pub fn within(room: u64, store: EventStore, clock: Clock) -> Self {
        Self {
            store,
            clock,
            room,
            kept: Arc::new(Kept::within(room, &Beside::Nowhere)),
            rates: Arc::default(),
            portion: funnel::PORTION,
        }
    }

    /// The same, which also keeps its answers in a Redis and finds those of other processes there.
    #[must_use]
    pub fn beside(self, redis: Redis) -> Self {
        let beside = Beside::redis(redis, self.store.at());
        let kept = Arc::new(Kept::within(self.room, &beside));
        Self { kept, ..self }
    }

    /// The same, where a funnel lists the users of about so many events at once; each portion is one more reading.
    #[must_use]
    pub fn in_portions_of(self, events: NonZero<u32>) -> Self {
        Self {
            portion: events.get(),
            ..self
        }
    }

    /// The same, with the operator's table of rates for revenue.
    #[must_use]
    pub fn with_rates(self, rates: Rates) -> Self {
        let rates = Arc::new(rates);
        Self { rates, ..self }
    }

    /// What is kept in memory, by what it is.
    pub(crate) async fn cache_figures(&self) -> [(&'static str, CacheFigures); 2] {
        [
            ("answers", self.kept.answers.figures().await),
            ("buckets", self.kept.buckets.figures()),
        ]
    }

    /// Keeps no answer in memory any more: some of them hold events that were erased.
    pub(crate) fn forget_all(&self) {
        self.kept.answers.forget_all();
        self.kept.buckets.forget_all();
    }

    /// The answer to `query` for one organization.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a question that cannot be answered, [`Error::TimedOut`] for one that takes too long,
    /// otherwise as [`EventStore::fetch`].
    pub async fn run(&self, org: OrgId, calendar: &Calendar, query: &Query) -> Result<Answer, Error> {
        let span = tracing::debug_span!("question", kind = query.kind(), cached = Empty);
        // Boxed: futures around it would otherwise know of everything in it.
        let answered = self.answered(org, calendar, query).boxed();
        answered.instrument(span).await
    }

    async fn answered(&self, org: OrgId, calendar: &Calendar, query: &Query) -> Result<Answer, Error> {
        let started = self.clock.now();
        let query = cohort::settled(query, calendar, started)?;
        let buckets = buckets_of(&query, calendar, started)?;
        // Before anything is read: what is kept of it holds at least what was stored up to here.
        let Version {
            position,
            erasures,
            touched,
        } = self.store.version(org).await?;
        let question = serde_json::to_string(query.as_ref()).map_err(Error::internal)?;
        // Other processes may have been given other rates; and what is erased is in no answer after.
        let question = format!("{question} {} {erasures}", self.rates);
        let key = Key::new(org, position, question, &buckets);
        let trail = Trail::default();
        let looking = Looking {
            store: &self.store,
            org,
            position,
            erasures,
            buckets: &buckets,
            kept: &self.kept.buckets,
            touched: Some(&touched),
            trail: &trail,
            rates: &self.rates,
            portion: self.portion,
        };
        let mut answer = self
            .kept
            .answers
            .get_or_ask(key, self.fresh_answer(looking, &query))
            .await?;
        let elapsed = self.clock.now().duration_since(started).as_millis();
        let meta = answer.meta_mut();
        meta.elapsed_ms = u64::try_from(elapsed).unwrap_or(0);
        meta.cached = trail.is_empty();
        meta.cached_share = trail.kept_share();
        tracing::Span::current().record("cached", meta.cached);
        Ok(answer)
    }

    /// The answer without anything that was kept, and the statements that it took.
    ///
    /// # Errors
    /// As [`Queries::run`].
    pub async fn explain(
        &self,
        org: OrgId,
        calendar: &Calendar,
        query: &Query,
    ) -> Result<(Answer, Vec<Explained>), Error> {
        let started = self.clock.now();
        let query = cohort::settled(query, calendar, started)?;
        let buckets = buckets_of(&query, calendar, started)?;
        let trail = Trail::default();
        let looking = Looking {
            store: &self.store,
            org,
            position: self.store.position(org).await?,
            erasures: 0,
            buckets: &buckets,
            kept: &self.kept.buckets,
            touched: None,
            trail: &trail,
            rates: &self.rates,
            portion: self.portion,
        };
        let mut answer = self.fresh_answer(looking, &query).await?;
        let elapsed = self.clock.now().duration_since(started).as_millis();
        answer.meta_mut().elapsed_ms = u64::try_from(elapsed).unwrap_or(0);
        let statements = trail.into_statements().into_iter();
        Ok((answer, statements.map(Explained::from).collect()))
    }

    async fn fresh_answer(&self, looking: Looking<'_>, query: &Query) -> Result<Answer, Error> {
        let user_properties = user_properties::named_in(query)?;
        self.check_patterns(query).await?;
        let shape = self.store.shape(looking.org, looking.position).await?;
        let asked = Asked::new(looking, &shape.kinds, shape.has_links, &user_properties);
        let answer = Box::pin(answer(&asked, query)).await;
        // Events with new kinds of values or the first link may have come between the look at them and the answer.
        let position = self.store.position(looking.org).await?;
        if self.store.shape(looking.org, position).await? == shape {
            return answer;
        }
        let unknown = Kinds::unknown();
        let anew = Looking {
            touched: None,
            ..looking
        };
        let asked = Asked::new(anew, &unknown, true, &user_properties);
        Box::pin(self::answer(&asked, query)).await
    }

    /// Every pattern is one that means the same everywhere, and the store is asked whether it can use it.
    async fn check_patterns(&self, query: &Query) -> Result<(), Error> {
        for (field, filter) in query.filters() {
            for pattern in filter::patterns(filter) {
                let fault = match pattern::portable(pattern) {
                    Ok(portable) => self.store.pattern_fault(portable).await?,
                    Err(fault) => Some(fault),
                };
                if let Some(fault) = fault {
                    let message = format!("This regular expression cannot be used: {fault}.");
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

fn buckets_of(query: &Query, calendar: &Calendar, now: Timestamp) -> Result<Buckets, Error> {
    buckets::resolve(query.timeframe(), calendar, now)?.reaching(query.reach(), calendar, now)
}

/// One kind of question, one module.
async fn answer(asked: &Asked<'_>, query: &Query) -> Result<Answer, Error> {
    match query {
        Query::Funnel(funnel) => funnel::answer(asked, funnel).await.map(Answer::Funnel),
        Query::Lifecycle(lifecycle) => lifecycle::answer(asked, lifecycle).await.map(Answer::Lifecycle),
        Query::Retention(retention) => retention::answer(asked, retention).await.map(Answer::Retention),
        Query::Sql(sql) => select::answer(asked, sql).await.map(Answer::Sql),
        Query::Stickiness(stickiness) => stickiness::answer(asked, stickiness)
            .await
            .map(Answer::Stickiness),
        Query::Events(events) => events::answer(asked, events).await.map(Answer::Events),
        Query::Paths(paths) => paths::answer(asked, paths).await.map(Answer::Paths),
        Query::Sessions(sessions) => sessions::answer(asked, sessions).await.map(Answer::Sessions),
        Query::Trend(trend) => trend::answer(asked, trend).await.map(Answer::Trend),
    }
}
