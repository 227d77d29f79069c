//! Events on their way in: raw, then valid, then durable, then stored; it never turns back, and a crash between two
//! steps repeats a step and loses nothing.

mod backlog;
mod body;
mod codec;
mod committer;
mod counted;
mod drain;
#[cfg(fuzzing)]
pub mod fuzzing;
mod identity;
mod intake;
mod log;
mod look;
mod seen;
mod shared;

use std::collections::HashSet;
use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use model::event::Receipt;
use model::ids::OrgId;
use model::role::Action;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use body::{Batch, BodyFormat};
pub use look::{LogLook, look_at_log};

use crate::caller::Caller;
use crate::clock::Clock;
use crate::enrich::Enrichment;
use crate::error::Error;
use crate::live::{self, Hub};
use crate::random::Random;
use crate::store::EventStore;
use backlog::Backlog;
pub(crate) use committer::Chain;
use committer::{Command, Committer, Submission, unavailable};
pub(crate) use counted::{Counted, Month, Unwritten, month_of};
use drain::Drainer;
pub(crate) use identity::identity;
use intake::Rows;
pub(crate) use intake::{Intake, key as id_key};
use log::Span;
use seen::Seen;
use shared::Shared;

/// The log grows to this size while the store is down; beyond it the answer is "later".
const MOST_LOG_BYTES: usize = 1024 * 1024 * 1024;
/// Bytes of events that may wait for the log.
const QUEUE_BYTES: usize = 64 * 1024 * 1024;
const QUEUE_COMMANDS: usize = 4096;
/// How long `close` waits for the store; what is left is stored after the next start.
const LAST_DRAIN: Duration = Duration::from_secs(5);
const CHECK_PATIENCE: Duration = Duration::from_secs(2);

/// The way in for events.
#[derive(Clone)]
pub struct Ingest(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    clock: Clock,
    random: Random,
    room: Arc<Semaphore>,
    most_log_bytes: usize,
    closing: AtomicBool,
    running: Mutex<Option<Running>>,
    listeners: Arc<Hub>,
}

/// The background work; dropping it ends the work without waiting for it.
struct Running {
    commands: mpsc::Sender<Command>,
    stop: DropGuard,
    drainer: JoinHandle<()>,
    committer: JoinHandle<()>,
}

/// How full and how well the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogStatus {
    /// Events in the log that are not stored yet.
    pub pending_events: usize,
    /// The bytes that they take in the log.
    pub pending_bytes: usize,
    /// How long the oldest of them has been waiting.
    pub oldest_age: Duration,
    /// Records that were written since the start: what arrives together is one.
    pub records: u64,
    /// Damaged records that were set aside.
    pub quarantined: u64,
    /// Whether the log takes events.
    pub writable: bool,
}

impl Ingest {
    /// Opens the log and the index of ids in the folder `dir`, and starts to store what an earlier run left in the log.
    ///
    /// # Errors
    /// [`Error::Internal`] when the files cannot be opened.
    pub async fn open(dir: &Path, store: EventStore, clock: Clock, random: Random) -> Result<Self, Error> {
        Self::open_with_limit(dir, store, clock, random, MOST_LOG_BYTES).await
    }

    /// As [`Ingest::open`], with the size that the log may reach while the store is down.
    ///
    /// # Errors
    /// [`Error::Internal`] when the files cannot be opened.
    pub async fn open_with_limit(
        dir: &Path,
        store: EventStore,
        clock: Clock,
        random: Random,
        most_log_bytes: usize,
    ) -> Result<Self, Error> {
        let counted = Counted::after(None);
        Self::begin(dir, store, (clock, random), most_log_bytes, counted).await
    }

    /// As [`Ingest::open`], where somebody writes down how many events came after `counted`: the log keeps them until then.
    ///
    /// # Errors
    /// As [`Ingest::open`].
    pub(crate) async fn open_counting(
        dir: &Path,
        store: EventStore,
        clock: Clock,
        random: Random,
        counted: u64,
    ) -> Result<Self, Error> {
        let counted = Counted::after(Some(counted));
        Self::begin(dir, store, (clock, random), MOST_LOG_BYTES, counted).await
    }

    async fn begin(
        dir: &Path,
        store: EventStore,
        (clock, random): (Clock, Random),
        most_log_bytes: usize,
        counted: Counted,
    ) -> Result<Self, Error> {
        std::fs::create_dir_all(dir).map_err(Error::internal)?;
        let seen = Seen::open(&dir.join("ids")).map_err(Error::internal)?;
        let shared = Arc::new(Shared::new(seen, counted, Backlog::new(store.most_at_once())));
        let path = dir.join("ingest.sqlite3");
        let committer = Committer::open(path.clone(), Arc::clone(&shared), clock.clone()).await?;
        let (commands, queue) = mpsc::channel(QUEUE_COMMANDS);
        let stop = CancellationToken::new();
        let listeners = store.listeners();
        let store = store.for_log(identity(dir, &clock, &random)?);
        let drainer = Drainer::new(path, Arc::clone(&shared), store, commands.clone(), stop.clone());
        let running = Running {
            commands,
            stop: stop.drop_guard(),
            drainer: background("ingest-drain", drainer.run())?,
            committer: background("ingest-log", committer.run(queue))?,
        };
        let room = Arc::new(Semaphore::new(QUEUE_BYTES));
        let running = Mutex::new(Some(running));
        let closing = AtomicBool::new(false);
        Ok(Self(Arc::new(Inner {
            shared,
            clock,
            random,
            room,
            most_log_bytes,
            closing,
            running,
            listeners,
        })))
    }

    /// Takes the events of one request as they are. What the receipt counts as accepted is on disk; with `dry_run` nothing
    /// is kept and the receipt says what it would have said.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] with the code `not_json`, `body_too_large` or `too_many_events` for a body
    /// that cannot be taken apart; [`Error::Unavailable`] while the log cannot take it.
    pub async fn accept(
        &self,
        caller: &Caller,
        body: &[u8],
        format: BodyFormat,
        dry_run: bool,
    ) -> Result<Receipt, Error> {
        let intake = self.read(caller, Batch::read(body, format)?, &Enrichment::none())?;
        self.keep(caller.org(), intake, dry_run).await
    }

    /// Reads, checks and enriches the events of one request; nothing is kept yet.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub(crate) fn read(
        &self,
        caller: &Caller,
        batch: Batch<'_>,
        enrichment: &Enrichment,
    ) -> Result<Intake, Error> {
        caller.must(Action::SendEvents)?;
        let now = self.0.clock.now();
        Ok(intake::read(batch, caller.org(), now, &self.0.random, enrichment))
    }

    /// Keeps what was read: it is on disk when this ends well.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while the log cannot take it.
    pub(crate) async fn keep(&self, org: OrgId, intake: Intake, dry_run: bool) -> Result<Receipt, Error> {
        let Intake {
            rows,
            mut receipt,
            texts,
            ..
        } = intake;
        if dry_run {
            receipt.events = shown(&rows);
        }
        receipt.duplicates = match () {
            () if rows.ends.is_empty() => 0,
            () if dry_run => self.repeated(&rows)?,
            () => self.log(org, rows).await?,
        };
        receipt.accepted -= receipt.duplicates;
        if !dry_run
            && self.0.listeners.has_listeners(org)
            && let Some(news) = live::refusals(&texts, &receipt)
        {
            self.0.listeners.announce(org, news);
        }
        Ok(receipt)
    }

    /// Waits until everything that was accepted so far is in the store.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the log is closed or cannot be written.
    pub async fn drained(&self) -> Result<(), Error> {
        let position = self.barrier().await?;
        self.0.shared.stored_up_to(position).await;
        Ok(())
    }

    /// How many events were accepted and are not written down.
    pub(crate) fn counted(&self) -> Arc<Counted> {
        Arc::clone(&self.0.shared.counted)
    }

    /// Takes everything of an organization that the store holds out of the log, which would bring it back should the store
    /// lose it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the log is closed or cannot be written.
    pub(crate) async fn let_go(&self, org: OrgId) -> Result<(), Error> {
        let position = self.barrier().await?;
        self.0.shared.stored_up_to(position).await;
        // What the index of ids does not hold on disk, it takes from the log after a crash.
        let covered = self.0.shared.seen.covered().map_err(Error::internal)?;
        self.0.shared.seen.persist().map_err(Error::internal)?;
        let last = position.min(covered).min(self.0.shared.counted.written());
        let span = Span { org, first: 0, last };
        let (reply, answer) = oneshot::channel();
        self.commands()?
            .send(Command::Trim(vec![span], reply))
            .await
            .map_err(|_| unavailable(5))?;
        if answer.await.unwrap_or(false) {
            Ok(())
        } else {
            Err(unavailable(5))
        }
    }

    /// Whether events can be accepted now, and are on their way to the store.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when not.
    pub async fn check(&self) -> Result<(), Error> {
        self.has_space()?;
        // What it panicked over, the log says; a new start stores what is left.
        let is_stuck = |running: &Running| running.drainer.is_finished();
        if self.running().as_ref().is_some_and(is_stuck) {
            return Err(unavailable(60));
        }
        tokio::time::timeout(CHECK_PATIENCE, self.barrier())
            .await
            .map_err(|_| unavailable(2))??;
        Ok(())
    }

    /// Waits until a sync of the log fails. From then on nobody knows what is on disk: the program should end, and read
    /// what is really there when it starts again.
    pub async fn lost(&self) {
        self.0.shared.lost.cancelled().await;
    }

    /// How full and how well the log is.
    #[must_use]
    pub fn status(&self) -> LogStatus {
        let backlog = self.0.shared.backlog();
        let age = backlog.oldest().map_or(Duration::ZERO, |at| {
            Duration::try_from(self.0.clock.now().duration_since(at)).unwrap_or(Duration::ZERO)
        });
        LogStatus {
            pending_events: backlog.events(),
            pending_bytes: backlog.bytes(),
            oldest_age: age,
            records: self.0.shared.records.load(Ordering::SeqCst),
            quarantined: self.0.shared.quarantined.load(Ordering::SeqCst),
            writable: self.0.shared.writable.load(Ordering::SeqCst)
                && backlog.bytes() < self.0.most_log_bytes,
        }
    }

    /// Stops accepting, stores what was accepted as far as a few seconds allow, and lets go of the files. What the
    /// store did not take is in the log and is stored after the next start.
    ///
    /// # Errors
    /// [`Error::Internal`] when the background work ended in a panic.
    pub async fn close(&self) -> Result<(), Error> {
        if self.0.closing.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        if !matches!(tokio::time::timeout(LAST_DRAIN, self.drained()).await, Ok(Ok(()))) {
            tracing::warn!("some events wait in the log until the next start");
        }
        let running = self.running().take();
        let Some(Running {
            commands,
            stop,
            drainer,
            committer,
        }) = running
        else {
            return Ok(());
        };
        drop(stop);
        joined(drainer).await?;
        drop(commands);
        joined(committer).await?;
        self.0.shared.seen.close();
        Ok(())
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.0.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commands(&self) -> Result<mpsc::Sender<Command>, Error> {
        self.running()
            .as_ref()
            .map(|running| running.commands.clone())
            .ok_or_else(|| unavailable(5))
    }

    /// Hands rows to the committer and waits for its yes; answers how many of them had arrived before.
    async fn log(&self, org: OrgId, rows: Rows) -> Result<usize, Error> {
        if self.0.closing.load(Ordering::SeqCst) {
            return Err(unavailable(5));
        }
        self.has_space()?;
        let bytes = u32::try_from(rows.bytes.len()).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.0.room)
            .try_acquire_many_owned(bytes)
            .map_err(|_| unavailable(1))?;
        let (reply, answer) = oneshot::channel();
        let submission = Submission {
            org,
            rows,
            reply,
            _room: room,
        };
        self.commands()?
            .try_send(Command::Append(submission))
            .map_err(|_| unavailable(1))?;
        answer.await.unwrap_or_else(|_| Err(unavailable(5)))
    }

    fn has_space(&self) -> Result<(), Error> {
        let is_full = self.0.shared.backlog().bytes() >= self.0.most_log_bytes;
        if is_full { Err(unavailable(10)) } else { Ok(()) }
    }

    /// How many of the rows have arrived before, here or further up in the same request.
    fn repeated(&self, rows: &Rows) -> Result<usize, Error> {
        let mut keys = HashSet::new();
        let mut repeated = 0;
        for key in rows.iter().filter_map(|(_, key)| key) {
            let arrived = !keys.insert(key) || self.0.shared.seen.contains(key).map_err(Error::internal)?;
            repeated += usize::from(arrived);
        }
        Ok(repeated)
    }

    async fn barrier(&self) -> Result<u64, Error> {
        let (reply, answer) = oneshot::channel();
        self.commands()?
            .send(Command::Barrier(reply))
            .await
            .map_err(|_| unavailable(5))?;
        answer.await.unwrap_or_else(|_| Err(unavailable(5)))
    }
}

/// What events would become, for a dry run.
fn shown(rows: &Rows) -> Vec<serde_json::Value> {
    const MOST_SHOWN: usize = 100;
    let events = codec::decode(&rows.bytes, rows.ends.len()).unwrap_or_default();
    let texts = events.iter().take(MOST_SHOWN).map(live::written);
    texts
        .filter_map(|text| serde_json::from_str(&text).ok())
        .collect()
}

impl std::fmt::Debug for Ingest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Ingest").field(&self.status()).finish()
    }
}

/// A thread of its own with its own small runtime: hashing, encoding and syncing keep no request waiting.
fn background(name: &str, work: impl Future<Output = ()> + Send + 'static) -> Result<JoinHandle<()>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(Error::internal)?;
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread
        .spawn(move || runtime.block_on(work))
        .map_err(Error::internal)
}

async fn joined(thread: JoinHandle<()>) -> Result<(), Error> {
    let ended = tokio::task::spawn_blocking(move || thread.join())
        .await
        .map_err(Error::internal)?;
    ended.map_err(|_| Error::internal("a background thread of the event log panicked"))
}

#[cfg(test)]
mod tests {
    use model::account::KeyKind;
    use model::ids::{DashboardId, KeyId};
    use model::origins::Origins;
    use model::scope::Scopes;
    use uuid::Uuid;

    use super::*;
    use crate::caller::Who;
    use crate::store::EventsAt;

    #[tokio::test]
    async fn only_those_who_may_send_events_can() {
        let dir = tempfile::tempdir().expect("a scratch folder");
        let store = EventStore::open(&EventsAt::DuckDb(dir.path().join("events")), Clock::System)
            .await
            .expect("the store opens");
        let ingest = Ingest::open(dir.path(), store, Clock::System, Random::seeded(1))
            .await
            .expect("the log opens");
        let sent_by = async |who| {
            let caller = Caller::new(OrgId::new(Uuid::nil()), who);
            ingest
                .accept(&caller, br#"{"name":"a"}"#, BodyFormat::Json, false)
                .await
        };
        let link = Who::Link {
            dashboard: DashboardId::new(Uuid::nil()),
        };
        assert!(matches!(sent_by(link).await, Err(Error::Forbidden)));
        let key = Who::Key {
            key: KeyId::new(Uuid::nil()),
            kind: KeyKind::Write,
            scopes: Scopes::ALL,
            origins: Origins::default(),
        };
        assert_eq!(sent_by(key).await.expect("it is taken").accepted, 1);
        ingest.close().await.expect("it closes");
    }
}
