//! The event store: where events are kept, on the machine itself or on a server, behind one set of verbs.
//!
//! # Users and visitors
//!
//! A user is `user_id`, or the `anonymous_id` until an event carries both. Every store keeps a table
//! `links (anonymous_id, user_id, ts)` beside the events, with no key, to which the append's own transaction adds the
//! batch's least `(ts, user_id)` of each visitor where the table has no link of that visitor that is as little or less.
//! It may hold several links of a visitor: the least by `(ts, user_id)` counts, text compared byte by byte. Questions
//! join it (see `Source::events` in `query/source.rs`) only where [`EventStore::has_links`] says that there are any.
//! A file from before has no such table: attaching makes it and fills it from the events once.

mod at;
mod clickhouse;
mod dialect;
mod document;
mod duckdb;
mod erase;
mod frame;
mod kept_at;
mod kinds;
mod links;
mod looks;
mod per_org;
mod postgres;
mod selected;
mod shape;
mod touched;
mod turns;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::event::Event;
use model::ids::OrgId;
use uuid::Uuid;

use self::clickhouse::ClickHouse;
use self::duckdb::DuckDb;
use self::postgres::Postgres;
use crate::clock::Clock;
use crate::error::Error;
use crate::figures::{Durations, Timed};
use crate::live::Hub;
pub use at::{EventsAt, ServerAddress};
pub(crate) use clickhouse::is_plain;
pub(crate) use dialect::Dialect;
pub use erase::Erasure;
pub use frame::{Cell, Frame, MOST_ROWS, Param, Statement};
pub(crate) use frame::{TakesRows, event_of};
use kept_at::KeptAt;
pub use kinds::{KindSet, Kinds};
use looks::Looks;
pub(crate) use selected::SelectedColumn;
pub(crate) use shape::Shape;
pub(crate) use touched::Touched;
use touched::{Told, TouchedHours};
use turns::Turns;

/// How long a question may take unless somebody says otherwise.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Events as the ingest log hands them over, with the log position that they end at.
#[derive(Clone, Debug)]
pub struct Appended {
    /// Grows from batch to batch of one log; what is at or below its stored position is already there.
    pub position: u64,
    /// The events of the batch.
    pub events: Vec<Event>,
}

/// Stores events and answers statements about them; clones share everything.
#[derive(Clone)]
pub struct EventStore {
    at: EventsAt,
    backend: Backend,
    /// The log that appends come from, where it has a name.
    log: Option<Uuid>,
    touched: Arc<TouchedHours>,
    looks: Arc<Looks>,
    /// They hold for everything up to the position that was read before them.
    shapes: Arc<KeptAt<Shape>>,
    turns: Arc<Turns>,
    listeners: Arc<Hub>,
    timed: Arc<Timed>,
}

/// How far an organization's events are stored, which hours they came into, and how often some were erased.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) position: u64,
    /// What was read before it grew may hold events that are erased.
    pub(crate) erasures: u64,
    pub(crate) touched: Arc<Touched>,
}

/// What keeps the events. The choices are closed, so this is no trait.
#[derive(Clone)]
enum Backend {
    DuckDb(DuckDb),
    Postgres(Postgres),
    ClickHouse(ClickHouse),
}

impl EventStore {
    /// Opens the store at `at`; what is not there yet is made.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when its server does not answer, [`Error::Internal`] when it cannot be used.
    pub async fn open(at: &EventsAt, clock: Clock) -> Result<Self, Error> {
        Self::open_with_limit(at, clock, TIME_LIMIT).await
    }

    /// As [`EventStore::open`], with another limit on the time of one question.
    ///
    /// # Errors
    /// As [`EventStore::open`].
    pub async fn open_with_limit(at: &EventsAt, clock: Clock, time_limit: Duration) -> Result<Self, Error> {
        let backend = match at {
            EventsAt::DuckDb(folder) => Backend::DuckDb(DuckDb::open(folder, clock, time_limit).await?),
            EventsAt::Postgres(address) => {
                Backend::Postgres(Postgres::open(address, clock, time_limit).await?)
            }
            EventsAt::ClickHouse(address) => {
                Backend::ClickHouse(ClickHouse::open(address, time_limit).await?)
            }
        };
        Ok(Self {
            at: at.clone(),
            backend,
            log: None,
            touched: Arc::default(),
            looks: Arc::new(Looks::new(time_limit)),
            shapes: Arc::default(),
            turns: Arc::new(Turns::new(time_limit)),
            listeners: Arc::default(),
            timed: Arc::default(),
        })
    }

    /// The same store for what comes from the log called `log`: its positions are told from those of other logs where a store
    /// has several writers, which PostgreSQL may have.
    pub(crate) fn for_log(&self, log: Uuid) -> Self {
        Self {
            log: Some(log),
            ..self.clone()
        }
    }

    /// Whether other processes may bring events here too.
    pub(crate) fn has_several_writers(&self) -> bool {
        matches!(self.backend, Backend::Postgres(_))
    }

    /// How many events an append is best made of at most: a server works for each append, and a file inside the process
    /// takes memory for each event.
    pub(crate) fn most_at_once(&self) -> usize {
        match &self.backend {
            Backend::DuckDb(_) => 2_500,
            Backend::Postgres(_) | Backend::ClickHouse(_) => 20_000,
        }
    }

    /// Where the events are.
    pub(crate) fn at(&self) -> &EventsAt {
        &self.at
    }

    /// How statements for this store are written.
    pub(crate) fn dialect(&self) -> Dialect {
        match &self.backend {
            Backend::DuckDb(_) => Dialect::DuckDb,
            Backend::Postgres(_) => Dialect::Postgres,
            Backend::ClickHouse(_) => Dialect::ClickHouse,
        }
    }

    /// Who wants to hear of events once they are stored.
    pub(crate) fn listeners(&self) -> Arc<Hub> {
        Arc::clone(&self.listeners)
    }

    /// Stores batches of one organization's events, all or none, together with the position of the last; then announces
    /// them to whoever listens.
    ///
    /// Batches at or below the position that is already stored are skipped, so handing them over again adds nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store is closed, [`Error::Internal`] otherwise; nothing was stored then.
    pub async fn append(&self, org: OrgId, batches: Vec<Appended>) -> Result<(), Error> {
        let news = self.listeners.prepared(org, &batches);
        let began = Instant::now();
        let appended = match &self.backend {
            Backend::DuckDb(store) => {
                self.touched.record(org, &batches);
                store.append(org, batches).await
            }
            Backend::Postgres(store) => store.append(self.log, org, &batches).await,
            Backend::ClickHouse(store) => store.append(org, &batches).await,
        };
        self.timed.add("append", began.elapsed());
        appended?;
        if let Some(news) = news {
            self.listeners.announce(org, news);
        }
        Ok(())
    }

    /// The position with the hours that were touched up to it, whoever appended the events.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub(crate) async fn version(&self, org: OrgId) -> Result<Version, Error> {
        match &self.backend {
            Backend::DuckDb(store) => {
                let (position, erasures) = store.version(org).await?;
                Ok(Version {
                    position,
                    erasures,
                    touched: self.touched.seen_from(org, position),
                })
            }
            Backend::Postgres(store) => {
                self.shared_look(org, |after| store.touched_after(org, after))
                    .await
            }
            Backend::ClickHouse(store) => {
                self.shared_look(org, |after| store.touched_after(org, after))
                    .await
            }
        }
    }

    /// Asks a server for what is not known yet, once for all who want to know.
    async fn shared_look<F>(&self, org: OrgId, told_after: impl FnOnce(u64) -> F) -> Result<Version, Error>
    where
        F: Future<Output = Result<Told, Error>>,
    {
        let look = async {
            let told = told_after(self.touched.told_up_to(org)).await?;
            Ok(Version {
                position: told.position,
                erasures: told.erasures,
                touched: self.touched.learn(org, &told),
            })
        };
        self.looks.share(org, look).await
    }

    /// The version of the organization's data, which grows with every append; 0 when there is none. Where one log alone is
    /// stored, it is the position in that log.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn position(&self, org: OrgId) -> Result<u64, Error> {
        match &self.backend {
            Backend::DuckDb(store) => store.position(org).await,
            Backend::Postgres(store) => store.position(org).await,
            Backend::ClickHouse(store) => store.position(org).await,
        }
    }

    /// The position up to which the log of [`EventStore::for_log`] is stored.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub(crate) async fn stored_from_log(&self, org: OrgId) -> Result<u64, Error> {
        match &self.backend {
            Backend::Postgres(store) => store.stored_from(org, self.log).await,
            Backend::DuckDb(_) | Backend::ClickHouse(_) => self.position(org).await,
        }
    }

    /// What is true of all events that are stored up to `position`, which somebody read before: it may be true of later ones.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub(crate) async fn shape(&self, org: OrgId, position: u64) -> Result<Arc<Shape>, Error> {
        let is_kept = !matches!(self.backend, Backend::DuckDb(_));
        if let Some(shape) = self.shapes.at(org, position).filter(|_| is_kept) {
            return Ok(shape);
        }
        let shape = Arc::new(match &self.backend {
            // In memory, and ahead of the position while an append is under way.
            Backend::DuckDb(store) => store.shape(org).await?,
            Backend::Postgres(store) => store.shape(org).await?,
            Backend::ClickHouse(store) => store.shape(org).await?,
        });
        if is_kept {
            self.shapes.keep(org, position, &shape);
        }
        Ok(shape)
    }

    /// Whether everything of the organization's would survive the loss of a journal that the store keeps beside its files.
    ///
    /// Until it is so, the ingest log keeps what it handed over.
    pub(crate) fn is_settled(&self, org: OrgId) -> bool {
        match &self.backend {
            Backend::DuckDb(store) => store.is_settled(org),
            // A server's own journal is what makes its commits durable.
            Backend::Postgres(_) | Backend::ClickHouse(_) => true,
        }
    }

    /// Moves the organization's events out of the store's journal.
    ///
    /// # Errors
    /// As [`EventStore::append`]; also while somebody reads.
    pub(crate) async fn settle(&self, org: OrgId) -> Result<(), Error> {
        match &self.backend {
            Backend::DuckDb(store) => store.settle(org).await,
            Backend::Postgres(_) | Backend::ClickHouse(_) => Ok(()),
        }
    }

    /// Files that were found damaged and set aside, for a person to look at.
    pub(crate) async fn damaged_files(&self) -> usize {
        match &self.backend {
            Backend::DuckDb(store) => store.damaged_files().await,
            Backend::Postgres(_) | Backend::ClickHouse(_) => 0,
        }
    }

    /// As [`EventStore::damaged_files`], of one organization: nobody knows whose events are in them.
    pub(crate) fn damaged_files_of(&self, org: OrgId) -> usize {
        match &self.backend {
            Backend::DuckDb(store) => store.damaged_files_of(org),
            Backend::Postgres(_) | Backend::ClickHouse(_) => 0,
        }
    }

    /// Which kinds of JSON values the organization's properties have ever held.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn kinds(&self, org: OrgId) -> Result<Arc<Kinds>, Error> {
        let position = self.position(org).await?;
        Ok(Arc::clone(&self.shape(org, position).await?.kinds))
    }

    /// Whether any anonymous visitor of the organization turned out to be a user.
    ///
    /// It is true before the first event that says so can be seen, and stays true.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn has_links(&self, org: OrgId) -> Result<bool, Error> {
        let position = self.position(org).await?;
        Ok(self.shape(org, position).await?.has_links)
    }

    /// The rows that a statement gives for one organization.
    ///
    /// In the statement, `events` is that organization's events alone. Dropping the future stops it.
    ///
    /// # Errors
    /// [`Error::TimedOut`] past the time limit; otherwise as [`EventStore::append`].
    pub async fn fetch(&self, org: OrgId, statement: Statement) -> Result<Frame, Error> {
        let mut frames = self.fetch_all(org, vec![statement]).await?;
        Ok(frames.pop().unwrap_or_default())
    }

    /// As [`EventStore::fetch`] for several statements that all see the same events.
    ///
    /// # Errors
    /// As [`EventStore::fetch`]; the time limit holds for all of them together. [`Error::TooMany`] where too many
    /// questions of the organization wait already, [`Error::Invalid`] for more rows than an answer may have.
    pub async fn fetch_all(&self, org: OrgId, statements: Vec<Statement>) -> Result<Vec<Frame>, Error> {
        self.fetched(org, None, statements).await
    }

    /// As [`EventStore::fetch_all`], of the events up to `position`, which [`EventStore::version`] told, or of later ones as
    /// well: where a server would be asked for what can be seen once more, it is not.
    ///
    /// # Errors
    /// As [`EventStore::fetch_all`].
    pub(crate) async fn fetch_all_at(
        &self,
        org: OrgId,
        position: u64,
        statements: Vec<Statement>,
    ) -> Result<Vec<Frame>, Error> {
        self.fetched(org, Some(position), statements).await
    }

    /// Gives every row of a statement to `rows`, on a thread that may block: on DuckDB one after another as they are read,
    /// elsewhere when all are there. Of the events as for [`EventStore::fetch_all_at`].
    ///
    /// # Errors
    /// As [`EventStore::fetch_all`]; on DuckDB there is no limit to the rows.
    pub(crate) async fn work_off_at<R: TakesRows>(
        &self,
        org: OrgId,
        position: u64,
        statement: Statement,
        mut rows: R,
    ) -> Result<R, Error> {
        if let Backend::DuckDb(store) = &self.backend {
            return self.in_turn(org, store.work_off(org, statement, rows)).await;
        }
        let frames = self.fetch_all_at(org, position, vec![statement]).await?;
        let work_off = move || {
            let all = frames.into_iter().flat_map(|frame| frame.rows);
            all.for_each(|row| rows.take(row));
            rows
        };
        tokio::task::spawn_blocking(work_off)
            .await
            .map_err(Error::internal)
    }

    async fn fetched(
        &self,
        org: OrgId,
        position: Option<u64>,
        statements: Vec<Statement>,
    ) -> Result<Vec<Frame>, Error> {
        let fetch = async {
            match &self.backend {
                Backend::DuckDb(store) => store.fetch_all(org, statements).await,
                Backend::Postgres(store) => store.fetch_all(org, statements).await,
                Backend::ClickHouse(store) => store.fetch_all(org, position, &statements).await,
            }
        };
        self.in_turn(org, fetch).await
    }

    /// Reads when it is the organization's turn, and notes how long that took.
    async fn in_turn<T>(&self, org: OrgId, read: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let _turn = self.turns.take(org).await?;
        let began = Instant::now();
        let outcome = read.await;
        self.timed.add("read", began.elapsed());
        outcome
    }

    /// How long reading and appending took, each time since the start.
    pub(crate) fn durations(&self) -> BTreeMap<&'static str, Durations> {
        self.timed.now()
    }

    /// About how many bytes the events of all organizations take, with everything that is kept for them.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store's server does not answer.
    pub async fn bytes(&self) -> Result<u64, Error> {
        match &self.backend {
            Backend::DuckDb(store) => Ok(store.bytes().await),
            Backend::Postgres(store) => store.bytes().await,
            Backend::ClickHouse(store) => store.bytes().await,
        }
    }

    /// What is wrong with a regular expression, in the store's own dialect of them; nothing when it can be used.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn pattern_fault(&self, pattern: String) -> Result<Option<String>, Error> {
        match &self.backend {
            Backend::DuckDb(store) => store.pattern_fault(pattern).await,
            Backend::Postgres(store) => store.pattern_fault(&pattern).await,
            Backend::ClickHouse(store) => store.pattern_fault(&pattern).await,
        }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn check(&self) -> Result<(), Error> {
        match &self.backend {
            Backend::DuckDb(store) => store.check().await,
            Backend::Postgres(store) => store.check().await,
            Backend::ClickHouse(store) => store.check().await,
        }
    }

    /// Finishes what is under way and closes every file and connection; afterwards everything is [`Error::Unavailable`].
    ///
    /// # Errors
    /// [`Error::Internal`] when something could not be closed.
    pub async fn close(&self) -> Result<(), Error> {
        match &self.backend {
            Backend::DuckDb(store) => store.close().await,
            Backend::Postgres(store) => {
                store.close().await;
                Ok(())
            }
            Backend::ClickHouse(store) => {
                store.close().await;
                Ok(())
            }
        }
    }
}

impl std::fmt::Debug for EventStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStore")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

const fn closed() -> Error {
    Error::Unavailable {
        what: "the event store",
        retry_after: Duration::from_secs(5),
    }
}

fn timed_out(limit: Duration) -> Error {
    let limit = limit.as_secs_f64();
    Error::TimedOut(format!(
        "This question was stopped at its time limit of {limit} s. Ask about a shorter range or fewer values."
    ))
}
