//! Ways in for `cargo fuzz`, compiled for it alone: what must hold whatever somebody asks.

use std::path::PathBuf;
use std::time::Duration;

use model::Timestamp;
use model::account::WeekStart;
use model::event::Event;
use model::ids::OrgId;
use model::query::Query;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::asked::{Asked, Looking};
use super::buckets::Calendar;
use super::select::confined_apart;
use super::source::Source;
use super::trail::Trail;
use super::{Queries, buckets_of, cohort};
use crate::clock::Clock;
use crate::error::Error;
use crate::store::{Appended, Dialect, EventStore, EventsAt, Kinds};

const ALL: [Dialect; 3] = [Dialect::DuckDb, Dialect::Postgres, Dialect::ClickHouse];
const LONGEST: Duration = Duration::from_secs(2);
const EVENTS: [&str; 5] = [
    r#"{"name":"page_view","user_id":"u1","anonymous_id":"a1","session_id":"s","properties":{"$path":"/","n":1}}"#,
    r#"{"name":"page_view","anonymous_id":"a1","properties":{"$path":"/a'b","n":"1","list":[1,null,{"a":2}]}}"#,
    r#"{"name":"purchase","user_id":"u1","properties":{"revenue":12.5,"currency":"EUR","n":-1e308,"a":{"b":true}}}"#,
    r#"{"name":"käse\"","user_id":"u2","properties":{"":"","\u0000":null,"n":true}}"#,
    r#"{"name":"page_view","user_id":"u2","timestamp":"1815-01-01T00:00:00Z","properties":{}}"#,
];

/// Asks a store with a few events of every kind.
pub struct Asker {
    runtime: Runtime,
    store: EventStore,
    queries: Queries,
    org: OrgId,
    calendar: Calendar,
}

impl Asker {
    /// With its store in an empty folder.
    ///
    /// # Panics
    /// Where it cannot be made.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let now: Timestamp = "2026-01-02T03:04:05Z".parse().expect("an instant");
        let clock = Clock::manual(now);
        let org = OrgId::new(Uuid::from_u128(1));
        let event = |text: &&str| {
            let parsed = Event::parse(text, now, || "fresh".to_owned());
            parsed.expect("it is an event").event
        };
        let batch = Appended {
            position: 1,
            events: EVENTS.iter().map(event).collect(),
        };
        let store = runtime.block_on(async {
            let at = EventsAt::DuckDb(folder);
            let store = EventStore::open_with_limit(&at, clock.clone(), LONGEST)
                .await
                .expect("the store opens");
            store.append(org, vec![batch]).await.expect("it is stored");
            store
        });
        Self {
            queries: Queries::new(store.clone(), clock),
            calendar: Calendar {
                timezone: "Europe/Berlin".to_owned(),
                week_start: WeekStart::Monday,
            },
            runtime,
            store,
            org,
        }
    }

    /// Answers a question here, and compiles it for every store.
    ///
    /// # Panics
    /// Where it becomes a fault of ours, or another question when it is written and read again.
    pub fn question(&self, bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        let Ok(query) = Query::parse(text) else { return };
        let written = serde_json::to_string(&query).expect("a question is JSON");
        let again = Query::parse(&written).unwrap_or_else(|error| panic!("{written}: {error:?}"));
        assert_eq!(again, query, "{written}");
        self.ask(&query);
        for dialect in ALL {
            for has_links in [true, false] {
                // The statements are made, and then not understood by the store that is there.
                let _ = self.runtime.block_on(self.compile(&query, dialect, has_links));
            }
        }
    }

    /// Reads a person's SQL for every store, and lets it run here.
    ///
    /// # Panics
    /// Where it becomes a fault of ours.
    pub fn sql(&self, bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return;
        };
        let asked = serde_json::json!({ "kind": "sql", "sql": text, "range": {"last": "7d"} });
        let Ok(query) = Query::parse(&asked.to_string()) else {
            return;
        };
        for dialect in ALL {
            let window = buckets_of(
                &query,
                &self.calendar,
                "2026-01-02T03:04:05Z".parse().expect("an instant"),
            )
            .expect("a week")
            .window;
            let confined = confined_apart(text.to_owned(), dialect, window);
            assert_no_fault(self.runtime.block_on(confined), text);
        }
        self.ask(&query);
    }

    fn ask(&self, query: &Query) {
        let asked = self.queries.run(self.org, &self.calendar, query);
        if let Some(answer) = assert_no_fault(self.runtime.block_on(asked), query) {
            serde_json::to_string(&answer).expect("an answer is JSON");
        }
    }

    async fn compile(&self, query: &Query, dialect: Dialect, has_links: bool) -> Result<(), Error> {
        let now: Timestamp = "2026-01-02T03:04:05Z".parse().expect("an instant");
        let query = cohort::settled(query, &self.calendar, now)?;
        let buckets = buckets_of(&query, &self.calendar, now)?;
        let (trail, kinds) = (Trail::default(), Kinds::unknown());
        let user_properties = query.user_properties();
        let looking = Looking {
            store: &self.store,
            org: self.org,
            position: 1,
            erasures: 0,
            buckets: &buckets,
            kept: &self.queries.kept.buckets,
            touched: None,
            trail: &trail,
            rates: &self.queries.rates,
            portion: self.queries.portion,
        };
        let source = Source {
            dialect,
            kinds: &kinds,
            has_links,
            user_properties: &user_properties,
        };
        Box::pin(super::answer(&Asked { looking, source }, &query))
            .await
            .map(drop)
    }
}

fn assert_no_fault<T>(result: Result<T, Error>, asked: impl std::fmt::Debug) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(Error::Invalid(_) | Error::TimedOut(_)) => None,
        Err(other) => panic!("{asked:?}: {other:?}"),
    }
}
