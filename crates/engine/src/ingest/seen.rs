//! Which ids have arrived within the last seven days: an LSM tree a day, so that a look costs the same at any size
//! and forgetting a day is dropping a folder.
//!
//! The log is the truth. Writes here follow its commits, each with the log position that it covers, and a record of
//! the log is trimmed only after what covers it was synced; so a start replays the rest and nothing is forgotten.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use fjall::compaction::Leveled;
use fjall::config::{
    BloomConstructionPolicy, CompressionPolicy, FilterPolicy, FilterPolicyEntry, PartitioningPolicy,
    PinningPolicy,
};
use fjall::{CompressionType, Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use model::Timestamp;

use super::intake::Key;

/// Whole days that an id is remembered after the day it arrived.
const DAYS: i64 = 7;
const COVERED: &str = "covered";
const MEMTABLE_BYTES: u64 = 8 * 1024 * 1024;
/// Compaction holds a hash of every key of the table that it writes, and the growing list of them is copied to grow.
const TABLE_BYTES: u64 = 16 * 1024 * 1024;
/// A look finds nothing as a rule, and what says so are filters, which are small.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;
const JOURNAL_BYTES: u64 = 64 * 1024 * 1024;

/// The index of ids that have arrived.
pub(super) struct Seen {
    dir: PathBuf,
    open: RwLock<Option<Trees>>,
}

struct Trees {
    database: Database,
    meta: Keyspace,
    /// The newest first.
    days: Vec<(i64, Keyspace)>,
}

/// The day of an arrival, as days since 1970.
fn day_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(24 * 60 * 60)
}

impl Seen {
    /// Opens the index in `dir`.
    pub(super) fn open(dir: &Path) -> fjall::Result<Self> {
        Ok(Self {
            dir: dir.to_owned(),
            open: RwLock::new(Some(Trees::open(dir)?)),
        })
    }

    /// Closes and opens it again: an index that once failed to write refuses everything after.
    pub(super) fn reopen(&self) -> fjall::Result<()> {
        self.close();
        let open = Trees::open(&self.dir)?;
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Some(open);
        Ok(())
    }

    /// Lets go of its files.
    pub(super) fn close(&self) {
        let open = self.open.write().unwrap_or_else(PoisonError::into_inner).take();
        drop(open);
    }

    fn with<T>(&self, ask: impl FnOnce(&Trees) -> fjall::Result<T>) -> fjall::Result<T> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        ask(open.as_ref().ok_or(fjall::Error::Poisoned)?)
    }

    /// Whether `key` has arrived.
    pub(super) fn contains(&self, key: Key) -> fjall::Result<bool> {
        self.with(|open| open.contains(key))
    }

    /// The log position up to which every id is here.
    pub(super) fn covered(&self) -> fjall::Result<u64> {
        self.with(Trees::covered)
    }

    /// Remembers ids that arrived at `at`; together they cover the log up to `position`.
    pub(super) fn record(&self, at: Timestamp, keys: &[Key], position: u64) -> fjall::Result<()> {
        self.turn(at)?;
        self.with(|open| open.record(day_of(at), keys, position))
    }

    /// Syncs what was recorded to disk.
    pub(super) fn persist(&self) -> fjall::Result<()> {
        self.with(|open| open.database.persist(PersistMode::SyncAll))
    }

    /// Starts the day of `at` if it is not there yet, and forgets those that are over.
    pub(super) fn turn(&self, at: Timestamp) -> fjall::Result<()> {
        let day = day_of(at);
        if self.with(|open| Ok(open.days.iter().any(|(known, _)| *known == day)))? {
            return Ok(());
        }
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.as_mut().ok_or(fjall::Error::Poisoned)?.roll(day)
    }
}

impl Trees {
    fn open(dir: &Path) -> fjall::Result<Self> {
        let database = Database::builder(dir)
            .cache_size(CACHE_BYTES)
            .max_journaling_size(JOURNAL_BYTES)
            .worker_threads(1)
            .open()?;
        let meta = database.keyspace("meta", options)?;
        let mut days = Vec::new();
        for name in database.list_keyspace_names() {
            if let Some(day) = name.strip_prefix("day-").and_then(|day| day.parse().ok()) {
                days.push((day, database.keyspace(&name, options)?));
            }
        }
        days.sort_by_key(|(day, _)| std::cmp::Reverse(*day));
        Ok(Self { database, meta, days })
    }

    fn contains(&self, key: Key) -> fjall::Result<bool> {
        for (_, ids) in &self.days {
            if ids.contains_key(key.to_be_bytes())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn covered(&self) -> fjall::Result<u64> {
        let value = self.meta.get(COVERED)?;
        Ok(value
            .and_then(|bytes| Some(u64::from_be_bytes(*bytes.first_chunk()?)))
            .unwrap_or(0))
    }

    fn record(&self, day: i64, keys: &[Key], position: u64) -> fjall::Result<()> {
        let mut batch = self.database.batch();
        if let Some((_, ids)) = self.days.iter().find(|(known, _)| *known == day) {
            for key in keys {
                batch.insert(ids, key.to_be_bytes(), []);
            }
        }
        batch.insert(&self.meta, COVERED, position.to_be_bytes());
        batch.commit()
    }

    fn roll(&mut self, day: i64) -> fjall::Result<()> {
        self.days
            .push((day, self.database.keyspace(&format!("day-{day}"), options)?));
        self.days.sort_by_key(|(known, _)| std::cmp::Reverse(*known));
        while let Some((_, over)) = self.days.pop_if(|(known, _)| *known < day - DAYS) {
            self.database.delete_keyspace(over)?;
        }
        Ok(())
    }
}

/// Ids are random bytes that nothing compresses, and nearly every look is for one that is not there.
///
/// Filters of the first two levels stay in memory; further down, filters and indexes are cut into parts. A whole one of a
/// large table does not stay in the cache, so that from some two million ids on every look would read and check megabytes.
fn options() -> KeyspaceCreateOptions {
    let bloom = FilterPolicyEntry::Bloom(BloomConstructionPolicy::BitsPerKey(12.0));
    KeyspaceCreateOptions::default()
        .max_memtable_size(MEMTABLE_BYTES)
        .compaction_strategy(Arc::new(Leveled::default().with_table_target_size(TABLE_BYTES)))
        .expect_point_read_hits(false)
        .filter_policy(FilterPolicy::all(bloom))
        .filter_block_pinning_policy(PinningPolicy::new([true, true, false]))
        .filter_block_partitioning_policy(PartitioningPolicy::new([false, false, true]))
        .index_block_partitioning_policy(PartitioningPolicy::new([false, false, true]))
        .data_block_compression_policy(CompressionPolicy::all(CompressionType::None))
}
