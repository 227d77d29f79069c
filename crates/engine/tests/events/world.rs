//! A store in a folder of its own, with a clock that stands still.

use std::num::NonZero;

use engine::Clock;
use engine::Error;
use engine::Redis;
use engine::query::Queries;
use engine::query::buckets::Calendar;
use engine::store::{Appended, EventStore, EventsAt};
use model::Timestamp;
use model::account::WeekStart;
use model::answer::{Answer, EventsAnswer, FunnelAnswer, PathsAnswer, TrendAnswer};
use model::event::Event;
use model::ids::OrgId;
use model::query::Query;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// The stores that a test can run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreKind {
    DuckDb,
    Postgres,
    ClickHouse,
}

tokio::task_local! {
    /// The store that the running test was made for.
    static STORE: StoreKind;
}

impl StoreKind {
    /// Runs a test whose [`World::at`] is on this store.
    pub(crate) async fn run(self, test: impl Future<Output = ()>) {
        STORE.scope(self, test).await;
    }

    /// As [`StoreKind::run`], for a test that has a runtime of its own.
    pub(crate) fn run_blocking(self, test: impl FnOnce()) {
        STORE.sync_scope(self, test);
    }

    /// A place that nobody else uses; files are in `folder`.
    async fn fresh_place(self, folder: &TempDir) -> EventsAt {
        match self {
            Self::DuckDb => EventsAt::DuckDb(folder.path().to_owned()),
            Self::Postgres => {
                let url = fresh_postgres_database().await;
                url.parse().expect("an address")
            }
            Self::ClickHouse => fresh_clickhouse_database().parse().expect("an address"),
        }
    }
}

/// Makes a test of each function for every store; after `blocking`, of functions that are not async.
macro_rules! on_every_store {
    ($($name:ident),* $(,)? $(; blocking $($blocking:ident),+ $(,)?)?) => {
        $crate::world::on_every_store!(@on duckdb, DuckDb; $($name)*; $($($blocking)+)?);
        $crate::world::on_every_store!(@on postgres, Postgres; $($name)*; $($($blocking)+)?);
        $crate::world::on_every_store!(@on clickhouse, ClickHouse; $($name)*; $($($blocking)+)?);
    };
    (@on $module:ident, $kind:ident; $($name:ident)*; $($blocking:ident)*) => {
        mod $module {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                $crate::world::StoreKind::$kind.run(super::$name()).await;
            })*
            $(#[test]
            fn $blocking() {
                $crate::world::StoreKind::$kind.run_blocking(super::$blocking);
            })*
        }
    };
}
pub(crate) use on_every_store;

/// As [`on_every_store`], of what is true where several processes share a store.
macro_rules! on_every_server {
    ($($name:ident),* $(,)? $(; blocking $($blocking:ident),+ $(,)?)?) => {
        mod on_servers {
            use super::*;
            $crate::world::on_every_store!(@on postgres, Postgres; $($name)*; $($($blocking)+)?);
            $crate::world::on_every_store!(@on clickhouse, ClickHouse; $($name)*; $($($blocking)+)?);
        }
    };
}
pub(crate) use on_every_server;

/// How many random questions a test asks on its store: ClickHouse needs tens of milliseconds to read each statement, so it
/// gets a quarter.
pub(crate) fn cases(many: u32) -> u32 {
    match STORE.try_with(|kind| *kind) {
        Ok(StoreKind::ClickHouse) => many / 4,
        _ => many,
    }
}

/// What the tests' operator says of currencies.
pub(crate) const RATES: &str = "EUR=1,USD=0.5,JPY=0.00625";

/// So few that most funnels of the tests take several portions.
const FEW_EVENTS: NonZero<u32> = NonZero::new(150).unwrap();

pub(crate) struct World {
    pub(crate) folder: TempDir,
    /// Where its events are.
    pub(crate) at: EventsAt,
    pub(crate) clock: Clock,
    pub(crate) store: EventStore,
    pub(crate) queries: Queries,
}

impl World {
    /// On the store that the test runs for, or DuckDB, where the time is `now`.
    pub(crate) async fn at(now: &str) -> Self {
        let kind = STORE.try_with(|kind| *kind).unwrap_or(StoreKind::DuckDb);
        Self::on(kind, now).await
    }

    pub(crate) async fn on(kind: StoreKind, now: &str) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let at = kind.fresh_place(&folder).await;
        Self::opened(at, folder, Clock::manual(time(now))).await
    }

    /// The same store and clock for another process, which keeps answers of its own.
    pub(crate) async fn another_process(&self) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        Self::opened(self.at.clone(), folder, self.clock.clone()).await
    }

    /// The same, whose answers also lie in a Redis.
    pub(crate) fn beside(self, redis: Redis) -> Self {
        Self {
            queries: self.queries.beside(redis),
            ..self
        }
    }

    async fn opened(at: EventsAt, folder: TempDir, clock: Clock) -> Self {
        let store = EventStore::open(&at, clock.clone())
            .await
            .expect("the store opens");
        let queries = Queries::new(store.clone(), clock.clone())
            .with_rates(RATES.parse().expect("a table"))
            .in_portions_of(FEW_EVENTS);
        Self {
            folder,
            at,
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
            Answer::Sessions(answer) | Answer::Trend(answer) => Ok(answer),
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

    pub(crate) async fn funnel(&self, org: OrgId, question: &str) -> FunnelAnswer {
        match self.ask_any(org, &utc(), question).await {
            Ok(Answer::Funnel(answer)) => answer,
            other => panic!("{question} is no funnel: {other:?}"),
        }
    }

    pub(crate) async fn paths(&self, org: OrgId, question: &str) -> PathsAnswer {
        match self.ask_any(org, &utc(), question).await {
            Ok(Answer::Paths(answer)) => answer,
            other => panic!("{question}: {other:?}"),
        }
    }

    pub(crate) async fn rows(&self, org: OrgId, question: &str) -> Result<EventsAnswer, Error> {
        match self.ask_any(org, &utc(), question).await? {
            Answer::Events(answer) => Ok(answer),
            other => panic!("{question}: {other:?}"),
        }
    }

    pub(crate) async fn answer(&self, org: OrgId, question: &str) -> TrendAnswer {
        self.ask(org, question)
            .await
            .unwrap_or_else(|error| panic!("{question}: {error:?}"))
    }
}

async fn fresh_postgres_database() -> String {
    #[expect(clippy::disallowed_methods, reason = "a test's only setting")]
    let server = std::env::var("DATAPULSE_TEST_POSTGRES_URL").expect(
        "set DATAPULSE_TEST_POSTGRES_URL to a PostgreSQL where databases may be made; `make test` starts one",
    );
    let name = format!("events_{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server)
        .await
        .expect("the PostgreSQL of the tests answers");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .expect("a database is made");
    let (address, _) = server.rsplit_once('/').expect("the address ends in a database");
    format!("{address}/{name}")
}

/// The store makes it when it is opened.
fn fresh_clickhouse_database() -> String {
    #[expect(clippy::disallowed_methods, reason = "a test's only setting")]
    let server = std::env::var("DATAPULSE_TEST_CLICKHOUSE_URL").expect(
        "set DATAPULSE_TEST_CLICKHOUSE_URL to a ClickHouse where databases may be made; `make test` starts one",
    );
    let (address, _) = server.rsplit_once('/').expect("the address ends in a database");
    format!("{address}/events_{}", Uuid::new_v4().simple())
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
