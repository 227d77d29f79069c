//! From the log to the store, alone in the background: in batches, in order for each organization, again after a
//! failure; and the log is trimmed once the store and the index of ids hold on disk what was in it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::ids::OrgId;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::backlog::Next;
use super::codec;
use super::committer::{Chain, Command};
use super::log::{LogReader, Record, Span};
use super::shared::Shared;
use crate::error::Error;
use crate::store::{Appended, EventStore};

const TRIM_EVERY: Duration = Duration::from_secs(1);
/// A store whose organization was quiet for so long is asked to settle.
const SETTLES_AFTER: Duration = Duration::from_mins(1);

/// The mover of records from the log to the store.
pub(super) struct Drainer {
    pub(super) path: PathBuf,
    pub(super) shared: Arc<Shared>,
    pub(super) store: EventStore,
    /// Where the store works: a connection that it opens belongs to the runtime that opened it.
    home: Handle,
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) stop: CancellationToken,
    reader: Option<LogReader>,
    /// The last position that each organization's store is known to hold.
    positions: HashMap<OrgId, u64>,
    /// What the store has and the log still holds.
    stored: HashMap<OrgId, Held>,
    next_trim: Instant,
}

/// Records of one organization that are stored and not removed yet.
struct Held {
    span: Span,
    /// When the last of them was stored.
    since: Instant,
}

impl Drainer {
    pub(super) fn new(
        path: PathBuf,
        shared: Arc<Shared>,
        store: EventStore,
        commands: mpsc::Sender<Command>,
        stop: CancellationToken,
    ) -> Self {
        let (positions, stored, next_trim) = (HashMap::new(), HashMap::new(), Instant::now());
        Self {
            path,
            shared,
            store,
            home: Handle::current(),
            commands,
            stop,
            reader: None,
            positions,
            stored,
            next_trim,
        }
    }

    /// Works until it is told to stop.
    pub(super) async fn run(mut self) {
        while !self.stop.is_cancelled() {
            if !self.stored.is_empty() && Instant::now() >= self.next_trim {
                self.trim().await;
            }
            match self.shared.next() {
                Next::Store(span) => self.store(span).await,
                Next::WaitUntil(due) => self.wait(Some(due)).await,
                Next::Idle => self.wait(None).await,
            }
        }
        self.trim().await;
        if let Some(reader) = self.reader.take()
            && let Err(error) = reader.close().await
        {
            tracing::warn!(%error, "the event log did not close");
        }
    }

    async fn wait(&self, due: Option<Instant>) {
        let trim = (!self.stored.is_empty()).then_some(self.next_trim);
        let until = [due, trim].into_iter().flatten().min();
        let pause = async {
            match until {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.shared.arrivals.notified() => {}
            () = pause => {}
        }
    }

    async fn store(&mut self, span: Span) {
        let traced = tracing::debug_span!("drain", records = Empty, events = Empty);
        match self.move_to_store(span).instrument(traced).await {
            Ok(()) => {
                self.shared.stored(span);
                self.hold(span);
            }
            Err(error) => {
                tracing::error!(org = %span.org, error = %Chain(&error), "events wait in the log: they could not be stored");
                self.reader = None;
                self.positions.remove(&span.org);
                self.shared.failed(span);
            }
        }
    }

    async fn move_to_store(&mut self, span: Span) -> Result<(), Error> {
        let stored = self.position(span.org).await?;
        // A store that lost its journal is behind what it once had.
        let first = span.first.min(stored + 1);
        let records = self.read(Span { first, ..span }).await?;
        let mut damaged = Vec::new();
        let mut batches = Vec::with_capacity(records.len());
        for record in records
            .into_iter()
            .filter(|record| record.header.position > stored)
        {
            let position = record.header.position;
            match events_of(&record) {
                Some(events) => batches.push(Appended { position, events }),
                None => damaged.push(position),
            }
        }
        if let Some(last) = batches.last().map(|batch| batch.position) {
            let events: usize = batches.iter().map(|batch| batch.events.len()).sum();
            let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            tracing::Span::current()
                .record("records", number(batches.len()))
                .record("events", number(events));
            let store = self.store.clone();
            self.at_home(async move { store.append(span.org, batches).await })
                .await?;
            self.positions.insert(span.org, last);
        }
        if damaged.is_empty() {
            Ok(())
        } else {
            self.quarantine(damaged).await
        }
    }

    async fn position(&mut self, org: OrgId) -> Result<u64, Error> {
        if let Some(position) = self.positions.get(&org) {
            return Ok(*position);
        }
        let store = self.store.clone();
        let position = self
            .at_home(async move { store.stored_from_log(org).await })
            .await?;
        self.positions.insert(org, position);
        Ok(position)
    }

    async fn at_home<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.home
            .spawn(work.in_current_span())
            .await
            .map_err(Error::internal)?
    }

    async fn read(&mut self, span: Span) -> Result<Vec<Record>, Error> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            None => self
                .reader
                .insert(LogReader::open(&self.path).await.map_err(Error::internal)?),
        };
        reader.read(span).await.map_err(Error::internal)
    }

    async fn quarantine(&self, positions: Vec<u64>) -> Result<(), Error> {
        tracing::error!(
            ?positions,
            "records of the event log are damaged; they are set aside"
        );
        let count = u64::try_from(positions.len()).unwrap_or(u64::MAX);
        if self.ask(|reply| Command::Quarantine(positions, reply)).await {
            self.shared.quarantined.fetch_add(count, Ordering::SeqCst);
            return Ok(());
        }
        Err(Error::internal("damaged records are still in the log"))
    }

    fn hold(&mut self, span: Span) {
        let since = Instant::now();
        let held = self.stored.entry(span.org).or_insert(Held { span, since });
        held.span.last = span.last;
        held.since = since;
    }

    /// Removes what is stored, as far as its ids and the store's own files are on disk elsewhere.
    async fn trim(&mut self) {
        self.next_trim = Instant::now() + TRIM_EVERY;
        self.settle_the_quiet().await;
        let covered = match self.synced_ids() {
            Ok(covered) => covered,
            Err(error) => {
                tracing::warn!(%error, "the log is not trimmed: the index of ids could not be synced");
                return;
            }
        };
        let spans: Vec<Span> = self
            .stored
            .values()
            .map(|held| held.span)
            .filter(|span| span.last <= covered && self.store.is_settled(span.org))
            .collect();
        let settled: Vec<OrgId> = spans.iter().map(|span| span.org).collect();
        if !spans.is_empty() && self.ask(|reply| Command::Trim(spans, reply)).await {
            self.stored.retain(|org, _| !settled.contains(org));
        }
    }

    /// A store with little to do would keep its journal for ever, and the log would keep the same events.
    async fn settle_the_quiet(&mut self) {
        let now = Instant::now();
        let store = &self.store;
        let quiet = self.stored.iter_mut().filter(|(org, held)| {
            now.duration_since(held.since) >= SETTLES_AFTER && !store.is_settled(**org)
        });
        let mut orgs = Vec::new();
        for (org, held) in quiet {
            held.since = now;
            orgs.push(*org);
        }
        for org in orgs {
            let store = self.store.clone();
            if let Err(error) = self.at_home(async move { store.settle(org).await }).await {
                tracing::debug!(%org, error = %Chain(&error), "the store settles later");
            }
        }
    }

    fn synced_ids(&self) -> fjall::Result<u64> {
        let covered = self.shared.seen.covered()?;
        self.shared.seen.persist()?;
        Ok(covered.min(self.shared.counted.written()))
    }

    async fn ask(&self, command: impl FnOnce(oneshot::Sender<bool>) -> Command) -> bool {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).await.is_ok() && answer.await.unwrap_or(false)
    }
}

fn events_of(record: &Record) -> Option<Vec<model::event::Event>> {
    codec::decode(record.body.as_deref()?, record.header.count).ok()
}
