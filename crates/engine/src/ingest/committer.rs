//! The one writer of the log: takes everything that is queued, leaves out what has arrived before, writes the rest in
//! one transaction, and then says yes to all of it.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::ids::OrgId;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::codec;
use super::intake::{Key, Rows, key};
use super::log::{Draft, Header, LogReader, LogWriter, Record, Span};
use super::shared::Shared;
use crate::clock::Clock;
use crate::error::Error;

const MOST_GROUP_BYTES: usize = 8 * 1024 * 1024;
/// SQLite's extended code of a failed sync: what was written before it may be lost, and nobody can tell.
const FAILED_SYNC: &str = "1034";

/// Events that wait to be logged.
pub(super) struct Submission {
    pub(super) org: OrgId,
    pub(super) rows: Rows,
    /// How many of them had arrived before.
    pub(super) reply: oneshot::Sender<Result<usize, Error>>,
    /// Its share of the queue's bytes.
    pub(super) _room: OwnedSemaphorePermit,
}

/// What the committer is asked to do.
pub(super) enum Command {
    Append(Submission),
    /// Remove what is stored; answers whether it was done.
    Trim(Vec<Span>, oneshot::Sender<bool>),
    /// Set damaged records aside; answers whether it was done.
    Quarantine(Vec<u64>, oneshot::Sender<bool>),
    /// Answers, once everything before it is dealt with, with the last position of a log that can be written.
    Barrier(oneshot::Sender<Result<u64, Error>>),
}

/// The log cannot take it now.
pub(super) fn unavailable(seconds: u64) -> Error {
    Error::Unavailable {
        what: "The event log",
        retry_after: Duration::from_secs(seconds),
    }
}

/// The writer of the log and of the index of ids.
pub(super) struct Committer {
    log: LogWriter,
    path: PathBuf,
    shared: Arc<Shared>,
    clock: Clock,
    /// The last record that the backlog has heard of.
    known: u64,
    health: Health,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    /// A write failed: see what reached the disk before the next one.
    Doubtful,
    /// A sync failed: nothing is promised until a new start has read what is really there.
    Lost,
}

/// A group that was checked for duplicates.
#[derive(Default)]
struct Selection {
    drafts: HashMap<OrgId, Draft>,
    keys: HashSet<Key>,
    duplicates: Vec<usize>,
}

impl Committer {
    /// Opens the log, and takes in what an earlier run left in it.
    pub(super) async fn open(path: PathBuf, shared: Arc<Shared>, clock: Clock) -> Result<Self, Error> {
        let covered = shared.seen.covered().map_err(Error::internal)?;
        let floor = u64::try_from(clock.now().as_microsecond())
            .unwrap_or(0)
            .max(covered);
        let log = LogWriter::open(&path, floor).await.map_err(Error::internal)?;
        let mut committer = Self {
            log,
            path,
            shared,
            clock,
            known: 0,
            health: Health::Good,
        };
        committer.adopt().await?;
        Ok(committer)
    }

    /// Works until nobody can ask any more.
    pub(super) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        while let Some(first) = commands.recv().await {
            let (mut group, mut bytes, mut next) = (Vec::new(), 0, Some(first));
            while let Some(Command::Append(submission)) = next {
                bytes += submission.rows.bytes.len();
                group.push(submission);
                next = if bytes < MOST_GROUP_BYTES {
                    commands.try_recv().ok()
                } else {
                    None
                };
            }
            if !group.is_empty() {
                self.commit(group).await;
            }
            if let Some(command) = next {
                self.keep_house(command).await;
            }
        }
        if let Err(error) = self.log.close().await {
            tracing::warn!(%error, "the event log did not close");
        }
    }

    async fn commit(&mut self, group: Vec<Submission>) {
        match self.write(&group).await {
            Ok(duplicates) => {
                for (submission, duplicates) in group.into_iter().zip(duplicates) {
                    // Whoever asked may have gone; the events are kept all the same.
                    let _ = submission.reply.send(Ok(duplicates));
                }
            }
            Err(error) => {
                tracing::error!(error = %Chain(&error), "events could not be logged");
                for submission in group {
                    let _ = submission.reply.send(Err(unavailable(2)));
                }
            }
        }
    }

    /// Puts the group on disk and says how many of each submission had arrived before.
    async fn write(&mut self, group: &[Submission]) -> Result<Vec<usize>, Error> {
        self.heal().await?;
        let now = self.clock.now();
        let Selection {
            drafts,
            keys,
            duplicates,
        } = match self.select(group) {
            Ok(selection) => selection,
            Err(error) => return Err(self.doubt(Health::Doubtful, error)),
        };
        if drafts.is_empty() {
            return Ok(duplicates);
        }
        match self.log.append(now, drafts.into_values().collect()).await {
            Ok(headers) => self.register(&headers, &keys.into_iter().collect::<Vec<_>>()),
            Err(error) => {
                let health = if is_failed_sync(&error) {
                    Health::Lost
                } else {
                    Health::Doubtful
                };
                return Err(self.doubt(health, error));
            }
        }
        Ok(duplicates)
    }

    fn select(&self, group: &[Submission]) -> fjall::Result<Selection> {
        let mut selection = Selection::default();
        self.shared.seen.turn(self.clock.now())?;
        for submission in group {
            let mut duplicates = 0;
            let draft = selection
                .drafts
                .entry(submission.org)
                .or_insert_with(|| Draft::new(submission.org));
            for (bytes, key) in submission.rows.iter() {
                if let Some(key) = key
                    && (!selection.keys.insert(key) || self.shared.seen.contains(key)?)
                {
                    duplicates += 1;
                    continue;
                }
                draft.count += 1;
                draft.body.extend_from_slice(bytes);
            }
            selection.duplicates.push(duplicates);
        }
        selection.drafts.retain(|_, draft| draft.count > 0);
        Ok(selection)
    }

    /// The records are on disk: remember their ids, and tell the drainer.
    fn register(&mut self, headers: &[Header], keys: &[Key]) {
        let Some(last) = headers.last() else { return };
        self.known = last.position;
        if let Err(error) = self.shared.seen.record(last.at, keys, last.position) {
            // The ids are in the log, from where they are taken before anything else is accepted.
            let error = self.doubt(Health::Doubtful, error);
            tracing::error!(error = %Chain(&error), "the index of ids could not be written");
        }
        self.shared.logged(headers);
    }

    fn doubt(&mut self, health: Health, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.health = health;
        if health == Health::Lost {
            self.shared.lost.cancel();
        }
        self.shared.writable.store(false, Ordering::SeqCst);
        Error::internal(error)
    }

    /// After a failed write: start over from what is on disk.
    async fn heal(&mut self) -> Result<(), Error> {
        match self.health {
            Health::Good => return Ok(()),
            Health::Lost => return Err(unavailable(60)),
            Health::Doubtful => {}
        }
        self.log.reconnect().await.map_err(Error::internal)?;
        self.shared.seen.reopen().map_err(Error::internal)?;
        self.adopt().await?;
        self.health = Health::Good;
        self.shared.writable.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Takes in records that the backlog or the index of ids has not heard of.
    async fn adopt(&mut self) -> Result<(), Error> {
        let mut reader = LogReader::open(&self.path).await.map_err(Error::internal)?;
        let covered = self.shared.seen.covered().map_err(Error::internal)?;
        for header in reader.headers_after(covered).await.map_err(Error::internal)? {
            let span = Span {
                org: header.org,
                first: header.position,
                last: header.position,
            };
            let keys: Vec<Key> = reader
                .read(span)
                .await
                .map_err(Error::internal)?
                .iter()
                .flat_map(keys_of)
                .collect();
            self.shared
                .seen
                .record(header.at, &keys, header.position)
                .map_err(Error::internal)?;
        }
        let unknown = reader.headers_after(self.known).await.map_err(Error::internal)?;
        self.known = unknown.last().map_or(self.known, |header| header.position);
        self.shared.logged(&unknown);
        let quarantined = reader.quarantined().await.map_err(Error::internal)?;
        self.shared.quarantined.store(quarantined, Ordering::SeqCst);
        reader.close().await.map_err(Error::internal)
    }

    async fn keep_house(&mut self, command: Command) {
        match command {
            Command::Append(submission) => self.commit(vec![submission]).await,
            Command::Trim(spans, reply) => {
                let done = self.log.trim(&spans).await;
                let _ = reply.send(noted(done, "stored records could not be removed from the log"));
            }
            Command::Quarantine(positions, reply) => {
                let done = self.log.quarantine(&positions).await;
                let _ = reply.send(noted(done, "damaged records could not be set aside"));
            }
            Command::Barrier(reply) => {
                let healed = self.heal().await;
                let _ = reply.send(healed.map(|()| self.log.last()));
            }
        }
    }
}

fn noted(done: sqlx::Result<()>, complaint: &'static str) -> bool {
    match done {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "{complaint}");
            false
        }
    }
}

fn is_failed_sync(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == FAILED_SYNC)
}

fn keys_of(record: &Record) -> Vec<Key> {
    let events = record
        .body
        .as_deref()
        .and_then(|body| codec::decode(body, record.header.count).ok());
    events
        .unwrap_or_default()
        .iter()
        .map(|event| key(record.header.org, event.id()))
        .collect()
}

/// An error with what caused it.
pub(crate) struct Chain<'e>(pub(crate) &'e (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
