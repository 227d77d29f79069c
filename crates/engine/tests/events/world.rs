//! A store in a folder of its own, with a clock that stands still.

use engine::Clock;
use engine::Error;
use engine::query::Queries;
use engine::query::buckets::Calendar;
use engine::store::{Appended, EventStore};
use model::Timestamp;
use model::account::WeekStart;
use model::answer::{Answer, TrendAnswer};
use model::event::Event;
use model::ids::OrgId;
use model::query::Query;
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) clock: Clock,
    pub(crate) store: EventStore,
    pub(crate) queries: Queries,
}

impl World {
    pub(crate) async fn at(now: &str) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let clock = Clock::manual(time(now));
        let store = EventStore::open(folder.path(), clock.clone())
            .await
            .expect("the store opens");
        let queries = Queries::new(store.clone(), clock.clone());
        Self {
            folder,
            clock,
            store,
            queries,
        }
    }

    pub(crate) async fn append(&self, org: OrgId, position: u64, events: Vec<Event>) {
        self.store
            .append(org, vec![Appended { position, events }])
            .await
            .expect("it is stored");
    }

    pub(crate) async fn ask(&self, org: OrgId, question: &str) -> Result<TrendAnswer, Error> {
        self.ask_in(org, &utc(), question).await
    }

    pub(crate) async fn ask_in(
        &self,
        org: OrgId,
        calendar: &Calendar,
        question: &str,
    ) -> Result<TrendAnswer, Error> {
        match self.ask_any(org, calendar, question).await? {
            Answer::Trend(answer) => Ok(answer),
            other => panic!("{question} is no trend: {other:?}"),
        }
    }

    /// The answer to a question of any kind.
    pub(crate) async fn ask_any(
        &self,
        org: OrgId,
        calendar: &Calendar,
        question: &str,
    ) -> Result<Answer, Error> {
        let query = Query::parse(question).unwrap_or_else(|errors| panic!("{question}: {errors:?}"));
        self.queries.run(org, calendar, &query).await
    }

    pub(crate) async fn answer(&self, org: OrgId, question: &str) -> TrendAnswer {
        self.ask(org, question)
            .await
            .unwrap_or_else(|error| panic!("{question}: {error:?}"))
    }
}

pub(crate) fn utc() -> Calendar {
    Calendar {
        timezone: "UTC".to_owned(),
        week_start: WeekStart::Monday,
    }
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().expect("a constant")
}

pub(crate) fn org(number: u128) -> OrgId {
    OrgId::new(Uuid::from_u128(number))
}

/// An event from its JSON text.
pub(crate) fn event(json: &str) -> Event {
    let fresh_id = || "fresh".to_owned();
    Event::parse(json, time("2030-01-01T00:00:00Z"), fresh_id)
        .unwrap_or_else(|error| panic!("{json}: {error:?}"))
        .event
}

/// The field that a question was refused for.
pub(crate) fn refused(outcome: Result<TrendAnswer, Error>) -> (String, String) {
    fields(outcome)
}

/// As [`refused`], of any answer.
pub(crate) fn fields<A: std::fmt::Debug>(outcome: Result<A, Error>) -> (String, String) {
    match outcome {
        Err(Error::Invalid(errors)) => (errors[0].field.clone(), errors[0].code.clone()),
        other => panic!("it should have been refused: {other:?}"),
    }
}
