//! The durable ingest log: one SQLite file of checksummed records, synced at every commit.
//!
//! One connection writes, another reads beside it. Positions only ever grow, across restarts and even when a log was
//! lost: each start begins past the clock, so that no store takes a new record for one that it already has.

use std::path::{Path, PathBuf};
use std::time::Duration;

use model::Timestamp;
use model::ids::OrgId;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};
use uuid::Uuid;

const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS batches (
        position INTEGER PRIMARY KEY, org BLOB NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL,
        crc INTEGER NOT NULL, body BLOB NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS quarantine (
        position INTEGER PRIMARY KEY, org BLOB NOT NULL, at INTEGER NOT NULL, count INTEGER NOT NULL,
        crc INTEGER NOT NULL, body BLOB NOT NULL) STRICT",
];
/// Pages of 4 KiB that gather beside the file before they are moved into it.
const CHECKPOINT_PAGES: &str = "20000";
/// A record costs more than its events.
const RECORD_BYTES: usize = 100;

/// One record before it is written.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) org: OrgId,
    pub(super) count: usize,
    pub(super) body: Vec<u8>,
}

impl Draft {
    /// A record without events yet.
    pub(super) const fn new(org: OrgId) -> Self {
        Self {
            org,
            count: 0,
            body: Vec::new(),
        }
    }
}

/// What is known of a record without its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) position: u64,
    pub(super) org: OrgId,
    pub(super) at: Timestamp,
    pub(super) count: usize,
    pub(super) bytes: usize,
}

/// A record as it was read: its events, or nothing where the checksum does not fit.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) header: Header,
    pub(super) body: Option<Vec<u8>>,
}

/// A run of one organization's records that the store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) org: OrgId,
    pub(super) first: u64,
    pub(super) last: u64,
}

/// The writing half of the log.
pub(super) struct LogWriter {
    path: PathBuf,
    connection: SqliteConnection,
    last: u64,
}

impl LogWriter {
    /// Opens the log, which hands out positions after `floor`.
    pub(super) async fn open(path: &Path, floor: u64) -> sqlx::Result<Self> {
        let mut connection = connect(path).await?;
        for statement in SCHEMA {
            sqlx::query(statement).execute(&mut connection).await?;
        }
        let last = last_position(&mut connection).await?.max(floor);
        Ok(Self {
            path: path.to_owned(),
            connection,
            last,
        })
    }

    /// Writes the drafts in one transaction, which is on disk when this returns.
    pub(super) async fn append(&mut self, at: Timestamp, drafts: Vec<Draft>) -> sqlx::Result<Vec<Header>> {
        let mut headers = Vec::with_capacity(drafts.len());
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        for (position, draft) in (self.last + 1..).zip(drafts) {
            let header = Header {
                position,
                org: draft.org,
                at,
                count: draft.count,
                bytes: draft.body.len() + RECORD_BYTES,
            };
            sqlx::query(
                "INSERT INTO batches (position, org, at, count, crc, body) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(signed(position))
            .bind(header.org.uuid())
            .bind(at.as_microsecond())
            .bind(count_column(header.count))
            .bind(i64::from(checksum(&header, &draft.body)))
            .bind(draft.body)
            .execute(&mut *transaction)
            .await?;
            headers.push(header);
        }
        transaction.commit().await?;
        self.last = headers.last().map_or(self.last, |header| header.position);
        Ok(headers)
    }

    /// Removes records that the store holds.
    pub(super) async fn trim(&mut self, spans: &[Span]) -> sqlx::Result<()> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        for span in spans {
            sqlx::query("DELETE FROM batches WHERE position BETWEEN ? AND ? AND org = ?")
                .bind(signed(span.first))
                .bind(signed(span.last))
                .bind(span.org.uuid())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// Sets damaged records aside, for a person to look at.
    pub(super) async fn quarantine(&mut self, positions: &[u64]) -> sqlx::Result<()> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        for &position in positions {
            sqlx::query("INSERT OR REPLACE INTO quarantine SELECT * FROM batches WHERE position = ?")
                .bind(signed(position))
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM batches WHERE position = ?")
                .bind(signed(position))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// Connects anew after a failed commit, of which nobody knows whether it reached the disk.
    pub(super) async fn reconnect(&mut self) -> sqlx::Result<()> {
        self.connection = connect(&self.path).await?;
        self.last = last_position(&mut self.connection).await?.max(self.last);
        Ok(())
    }

    /// The last position that was handed out.
    pub(super) const fn last(&self) -> u64 {
        self.last
    }

    /// Moves everything into the one file and lets go of it.
    pub(super) async fn close(self) -> sqlx::Result<()> {
        self.connection.close().await
    }
}

/// The reading half of the log.
pub(super) struct LogReader(SqliteConnection);

impl LogReader {
    /// Opens a log that a writer has opened before.
    pub(super) async fn open(path: &Path) -> sqlx::Result<Self> {
        connect(path).await.map(Self)
    }

    /// What is known of all records after `position`, in order.
    pub(super) async fn headers_after(&mut self, position: u64) -> sqlx::Result<Vec<Header>> {
        let rows = sqlx::query(
            "SELECT position, org, at, count, length(body) FROM batches WHERE position > ? ORDER BY position",
        )
        .bind(signed(position))
        .fetch_all(&mut self.0)
        .await?;
        rows.iter()
            .map(|row| header(row, row.try_get::<i64, _>(4)?))
            .collect()
    }

    /// The records of `org` from `first` to `last`, in order.
    pub(super) async fn read(&mut self, span: Span) -> sqlx::Result<Vec<Record>> {
        let rows = sqlx::query(
            "SELECT position, org, at, count, crc, body FROM batches
             WHERE position BETWEEN ? AND ? AND org = ? ORDER BY position",
        )
        .bind(signed(span.first))
        .bind(signed(span.last))
        .bind(span.org.uuid())
        .fetch_all(&mut self.0)
        .await?;
        rows.iter().map(record).collect()
    }

    /// How many records were set aside.
    pub(super) async fn quarantined(&mut self) -> sqlx::Result<u64> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM quarantine")
            .fetch_one(&mut self.0)
            .await?;
        Ok(count.unsigned_abs())
    }

    /// Lets go of the file.
    pub(super) async fn close(self) -> sqlx::Result<()> {
        self.0.close().await
    }
}

async fn connect(path: &Path) -> sqlx::Result<SqliteConnection> {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .disable_statement_logging()
        .connect()
        .await
}

async fn last_position(connection: &mut SqliteConnection) -> sqlx::Result<u64> {
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT max(position) FROM (SELECT max(position) AS position FROM batches
                            UNION ALL SELECT max(position) FROM quarantine)",
    )
    .fetch_one(connection)
    .await?;
    Ok(last.map_or(0, i64::unsigned_abs))
}

fn record(row: &SqliteRow) -> sqlx::Result<Record> {
    let crc: i64 = row.try_get(4)?;
    let body: Vec<u8> = row.try_get(5)?;
    let header = header(row, i64::try_from(body.len()).unwrap_or(i64::MAX))?;
    let fits = i64::from(checksum(&header, &body)) == crc;
    Ok(Record {
        header,
        body: fits.then_some(body),
    })
}

fn header(row: &SqliteRow, bytes: i64) -> sqlx::Result<Header> {
    let org: Uuid = row.try_get(1)?;
    Ok(Header {
        position: row.try_get::<i64, _>(0)?.unsigned_abs(),
        org: OrgId::new(org),
        at: Timestamp::from_microsecond(row.try_get(2)?).unwrap_or(Timestamp::UNIX_EPOCH),
        count: usize::try_from(row.try_get::<i64, _>(3)?).unwrap_or(0),
        bytes: usize::try_from(bytes).unwrap_or(0) + RECORD_BYTES,
    })
}

fn checksum(header: &Header, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header.org.uuid().as_bytes());
    hasher.update(&header.at.as_microsecond().to_le_bytes());
    hasher.update(&count_column(header.count).to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}

fn count_column(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Positions count microseconds since 1970 and up: they fit for another 290,000 years.
fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
