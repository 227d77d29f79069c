//! The event store: one DuckDB instance, one database file for each organization, attached when it is needed.
//!
//! # Users and visitors
//!
//! A user is `user_id`, or the `anonymous_id` until an event carries both. Every store keeps a table
//! `links (anonymous_id, user_id, ts)` beside the events, with no key, to which the append's own transaction adds the
//! batch's least `(ts, user_id)` of each visitor where the table has no link of that visitor that is as little or less.
//! It may hold several links of a visitor: the least by `(ts, user_id)` counts, text compared byte by byte. Questions
//! join it (see `Source::events` in `query/source.rs`) only where [`EventStore::has_links`] says that there are any.
//! A file from before has no such table: attaching makes it and fills it from the events once.

mod attached;
mod fault;
mod frame;
mod instance;
mod kinds;
mod links;
mod reader;
mod touched;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::event::Event;
use model::ids::OrgId;
use tokio::sync::{OwnedRwLockReadGuard, RwLock, Semaphore};

use crate::clock::Clock;
use crate::error::Error;
use fault::Fault;
pub use frame::{Cell, Frame, Param, Statement};
use instance::Instance;
pub use kinds::{KindSet, Kinds};
pub(crate) use touched::Touched;
use touched::TouchedHours;
use writer::Writer;

/// How long a question may take unless somebody says otherwise.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Events as the ingest log hands them over, with the log position that they end at.
#[derive(Clone, Debug)]
pub struct Appended {
    /// Grows from batch to batch; what is at or below the stored position is already there.
    pub position: u64,
    /// The events of the batch.
    pub events: Vec<Event>,
}

/// Stores events and answers statements about them; clones share everything.
#[derive(Clone)]
pub struct EventStore {
    home: Arc<Home>,
    writer: Writer,
    touched: Arc<TouchedHours>,
}

/// What the writer thread and the readers share.
struct Home {
    dir: PathBuf,
    clock: Clock,
    /// Held for reading by everyone who uses the instance, for writing by whoever opens or closes it.
    instance: Arc<RwLock<Option<Instance>>>,
    readers: Arc<Semaphore>,
    time_limit: Duration,
}

type Open = OwnedRwLockReadGuard<Option<Instance>, Instance>;

impl EventStore {
    /// Opens the store whose files are in `dir`, which is made when it is not there.
    ///
    /// # Errors
    /// [`Error::Internal`] when the folder or DuckDB cannot be used.
    pub async fn open(dir: &Path, clock: Clock) -> Result<Self, Error> {
        Self::open_with_limit(dir, clock, TIME_LIMIT).await
    }

    /// As [`EventStore::open`], with another limit on the time of one question.
    ///
    /// # Errors
    /// As [`EventStore::open`].
    pub async fn open_with_limit(dir: &Path, clock: Clock, time_limit: Duration) -> Result<Self, Error> {
        let home = Arc::new(Home {
            dir: dir.to_owned(),
            clock,
            instance: Arc::new(RwLock::new(None)),
            readers: Arc::new(Semaphore::new(reader::concurrent_questions())),
            time_limit,
        });
        home.reopen().await?;
        let writer = Writer::start().map_err(Error::internal)?;
        Ok(Self {
            home,
            writer,
            touched: Arc::default(),
        })
    }

    /// Stores batches of one organization's events in one transaction, together with the position of the last.
    ///
    /// Batches at or below the position that is already stored are skipped, so handing them over again adds nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store is closed, [`Error::Internal`] otherwise; nothing was stored then.
    pub async fn append(&self, org: OrgId, batches: Vec<Appended>) -> Result<(), Error> {
        self.touched.record(org, &batches);
        self.writer.append(&self.home, org, batches).await
    }

    /// Which hours got events, as far as this process knows: complete for whoever read `position` before.
    ///
    /// This memory is enough while one process appends. A store that several processes append to needs a table beside
    /// it, `touched(org_id, hour, position)`, written in the transaction that stores the events: for each hour (UTC,
    /// whole hours since 1970) with an event in the batch, the position of the batch. A question then adds the rows
    /// with a position greater than the last it has seen to this memory before it looks at what was kept.
    pub(crate) fn touched(&self, org: OrgId, position: u64) -> Arc<Touched> {
        self.touched.seen_from(org, position)
    }

    /// The log position up to which the organization's events are stored; 0 when there are none.
    ///
    /// It grows with every append, so it also serves as the version of the organization's data.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn position(&self, org: OrgId) -> Result<u64, Error> {
        self.home
            .with_instance(move |instance| Ok(instance.attach(org)?.position()))
            .await
    }

    /// Which kinds of JSON values the organization's properties have ever held.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn kinds(&self, org: OrgId) -> Result<Arc<Kinds>, Error> {
        self.home
            .with_instance(move |instance| Ok(instance.attach(org)?.kinds()))
            .await
    }

    /// Whether any anonymous visitor of the organization turned out to be a user.
    ///
    /// It is true before the first event that says so can be seen, and stays true.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn has_links(&self, org: OrgId) -> Result<bool, Error> {
        self.home
            .with_instance(move |instance| Ok(instance.attach(org)?.links().any()))
            .await
    }

    /// The rows that a statement gives for one organization.
    ///
    /// The statement sees that organization's tables alone. Dropping the future stops it.
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
    /// As [`EventStore::fetch`]; the time limit holds for all of them together.
    pub async fn fetch_all(&self, org: OrgId, statements: Vec<Statement>) -> Result<Vec<Frame>, Error> {
        reader::fetch_all(&self.home, org, statements).await
    }

    /// What is wrong with a regular expression, in the store's own dialect of them; nothing when it can be used.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn pattern_fault(&self, pattern: String) -> Result<Option<String>, Error> {
        self.home
            .with_instance(move |instance| instance.pattern_fault(&pattern))
            .await
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// As [`EventStore::append`].
    pub async fn check(&self) -> Result<(), Error> {
        if !self.writer.is_running() {
            return Err(fault::closed());
        }
        self.home.with_instance(Instance::check).await
    }

    /// Finishes what is under way and closes every file; afterwards everything is [`Error::Unavailable`].
    ///
    /// # Errors
    /// [`Error::Internal`] when a file could not be closed.
    pub async fn close(&self) -> Result<(), Error> {
        let closing = self.home.instance.write().await.take();
        match closing {
            Some(instance) => blocking(move || instance.close()).await,
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for EventStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStore")
            .field("dir", &self.home.dir)
            .finish_non_exhaustive()
    }
}

impl Home {
    /// The open instance; nobody closes it while the guard lives.
    async fn open(&self) -> Result<Open, Error> {
        let guard = Arc::clone(&self.instance).read_owned().await;
        OwnedRwLockReadGuard::try_map(guard, Option::as_ref).map_err(|_| fault::closed())
    }

    /// Runs `work` on a thread that may block.
    async fn with_instance<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Instance) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Error> {
        let open = self.open().await?;
        let outcome = blocking(move || Ok::<_, Error>(work(&open))).await?;
        self.settle(outcome).await
    }

    /// Turns a fault into an error; a fault that broke the instance opens a new one first.
    async fn settle<T>(self: &Arc<Self>, outcome: Result<T, Fault>) -> Result<T, Error> {
        match outcome {
            Err(fault) if fault.broke_the_instance() => {
                tracing::error!(%fault, "the event store broke and is opened again");
                self.reopen_broken().await?;
                Err(fault.into())
            }
            other => other.map_err(Error::from),
        }
    }

    /// A FATAL error leaves the whole instance unusable: every handle is closed before a new one opens the files.
    async fn reopen_broken(&self) -> Result<(), Error> {
        let mut slot = self.instance.write().await;
        if slot.as_ref().is_none_or(|instance| instance.check().is_ok()) {
            return Ok(());
        }
        drop(slot.take());
        *slot = Some(self.instance().await?);
        Ok(())
    }

    async fn reopen(&self) -> Result<(), Error> {
        let mut slot = self.instance.write().await;
        *slot = Some(self.instance().await?);
        Ok(())
    }

    async fn instance(&self) -> Result<Instance, Error> {
        let (dir, clock) = (self.dir.clone(), self.clock.clone());
        blocking(move || Instance::open(&dir, clock)).await
    }
}

/// DuckDB blocks its thread, so it never runs on one that serves requests.
async fn blocking<T: Send + 'static, E: Into<Error> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)?
        .map_err(Into::into)
}
