//! The logs of all processes that bring events to one store: what is erased must not come back from one of them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jiff::SignedDuration;
use model::Timestamp;
use uuid::Uuid;

use crate::clock::Clock;
use crate::db::{Db, sql, to_db};
use crate::error::Error;
use crate::ingest::Ingest;

/// How often a process says how far it is.
pub(super) const TELL_EVERY: Duration = Duration::from_secs(2);
/// A process that was silent for longer is not running.
const SILENT_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// What this process knows of itself and of the others.
#[derive(Clone)]
pub(crate) struct Logs {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) ingest: Ingest,
    /// The name of this process's own log.
    pub(crate) log: Uuid,
}

/// How far the others are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Others {
    /// Running, and with events that may be older than was asked for.
    pub(super) behind: u64,
    /// Not running, with events in their logs.
    pub(super) away: u64,
}

impl Logs {
    /// Says how far this process is.
    pub(super) async fn tell(&self) -> Result<(), Error> {
        self.write_down(false).await
    }

    /// Says that this process ends: nobody waits for one that left nothing in its log.
    pub(crate) async fn tell_end(&self) -> Result<(), Error> {
        self.write_down(true).await
    }

    async fn write_down(&self, is_end: bool) -> Result<(), Error> {
        let now = self.clock.now();
        // An event is counted here before its sender hears that it was taken.
        let status = self.ingest.status();
        let is_empty = status.pending_events == 0;
        let seen = (!(is_end && is_empty)).then(|| to_db(now));
        let stored_to = if is_empty {
            now
        } else {
            let age = SignedDuration::try_from(status.oldest_age).unwrap_or(SignedDuration::MAX);
            now.checked_sub(age).unwrap_or(Timestamp::UNIX_EPOCH)
        };
        let pending = i64::try_from(status.pending_events).unwrap_or(i64::MAX);
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE usage_logs SET seen_at = $2, stored_to = $3, pending = $4 WHERE id = $1",
            self.log,
            seen,
            to_db(stored_to),
            pending,
        )?;
        tx.commit().await
    }

    /// How far the others are with what they took up to `time`.
    pub(super) async fn others(&self, time: Timestamp) -> Result<Others, Error> {
        let rows = sql!(
            self.db,
            all as (DateTime<Utc>, i64),
            "SELECT seen_at, pending FROM usage_logs WHERE id <> $1 AND seen_at IS NOT NULL AND stored_to <= $2",
            self.log,
            to_db(time),
        )?;
        let silent_before = to_db(self.clock.now() - SILENT_AFTER);
        let mut others = Others::default();
        for (seen_at, pending) in rows {
            if seen_at >= silent_before {
                others.behind += 1;
            } else if pending > 0 {
                others.away += 1;
            }
        }
        Ok(others)
    }
}
