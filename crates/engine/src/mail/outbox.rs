//! Letters that are due, in the database: written in the transaction that makes them due, sent by whichever process comes
//! first, and tried again until they are taken, refused, or of no use any more.

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::Timestamp;
use uuid::Uuid;

use super::letters::{Due, Letter};
use crate::clock::Clock;
use crate::db::{Db, Tx, sql, to_db};
use crate::error::Error;
use crate::random::Random;
use crate::sealing::{Secrets, Vault};

/// How long nobody else tries a letter that somebody tries. Longer than a try may take.
const CLAIMED_FOR: Duration = Duration::from_mins(2);
/// How long to wait after each try that failed; afterwards as after the last of them.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_mins(30),
    Duration::from_hours(2),
];
/// Tries of one letter at most.
const MOST_TRIES: i64 = 100;
/// How long it is told that a letter did not arrive.
const TOLD_FOR: Duration = Duration::from_hours(30 * 24);

/// The letters of a database.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    db: Db,
    clock: Clock,
    random: Random,
    vault: Vault,
}

/// A letter that is this process's to send, for a while.
pub(super) struct Claimed {
    pub(super) id: Uuid,
    claim: Uuid,
    tries: i64,
    pub(super) letter: Letter,
}

/// Why a letter was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Nobody answered, or not well: another try may help.
    Away,
    /// The mail server does not want it.
    Refused,
}

impl Reason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Refused => "refused",
        }
    }
}

/// How many letters are not where they belong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Due, and not taken by a mail server yet.
    pub waiting: u64,
    /// Of the last 30 days, given up.
    pub failed: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    tries: i64,
    letter_sealed: Vec<u8>,
}

impl Outbox {
    pub(crate) const fn new(db: Db, clock: Clock, random: Random, vault: Vault) -> Self {
        Self {
            db,
            clock,
            random,
            vault,
        }
    }

    /// Writes a letter down; it is due once the transaction is committed.
    pub(super) async fn write(&self, tx: &mut Tx, due: &Due) -> Result<(), Error> {
        let now = self.clock.now();
        let id = self.random.id(now);
        let text = serde_json::to_vec(&due.letter).map_err(Error::internal)?;
        let sealed = self.vault.seal(Secrets::Letters.place(id), &text)?;
        sql!(
            tx,
            run,
            "INSERT INTO mail_outbox
                 (id, kind, about, org_id, user_id, recipient, letter_sealed, created_at, expires_at, try_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8)",
            id,
            due.kind.as_str(),
            due.about,
            due.org,
            due.user,
            due.letter.to.as_str(),
            sealed,
            to_db(now),
            to_db(due.good_until),
        )?;
        Ok(())
    }

    /// Takes a letter that is due, so that no other process does; `None` where none is.
    pub(super) async fn claim(&self) -> Result<Option<Claimed>, Error> {
        if !self.is_any_due().await? {
            return Ok(None);
        }
        let now = self.clock.now();
        let claim = self.random.id(now);
        let mut tx = self.db.begin().await?;
        // Two processes that choose the same row: the second waits for the first, looks again and finds it moved on.
        let row = sql!(
            tx,
            optional as Row,
            "UPDATE mail_outbox SET try_at = $2, claim = $3, tries = tries + 1
             WHERE failed_at IS NULL AND try_at <= $1 AND expires_at > $1 AND id = (
                 SELECT id FROM mail_outbox WHERE failed_at IS NULL AND try_at <= $1 AND expires_at > $1
                 ORDER BY try_at, id LIMIT 1)
             RETURNING id, tries, letter_sealed",
            to_db(now),
            to_db(now.saturating_add(CLAIMED_FOR).unwrap_or(Timestamp::MAX)),
            claim,
        )?;
        tx.commit().await?;
        let Some(Row {
            id,
            tries,
            letter_sealed,
        }) = row
        else {
            return Ok(None);
        };
        let text = self.vault.unseal(Secrets::Letters.place(id), &letter_sealed)?;
        let letter = serde_json::from_slice(&text).map_err(Error::internal)?;
        Ok(Some(Claimed {
            id,
            claim,
            tries,
            letter,
        }))
    }

    async fn is_any_due(&self) -> Result<bool, Error> {
        let found = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT id FROM mail_outbox WHERE failed_at IS NULL AND try_at <= $1 AND expires_at > $1 LIMIT 1",
            to_db(self.clock.now()),
        )?;
        Ok(found.is_some())
    }

    /// Forgets a letter that was taken.
    pub(super) async fn sent(&self, claimed: &Claimed) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "DELETE FROM mail_outbox WHERE id = $1 AND claim = $2",
            claimed.id,
            claimed.claim,
        )?;
        tx.commit().await
    }

    /// Notes that a letter was not taken; whether it is tried again.
    pub(super) async fn failed(&self, claimed: &Claimed, reason: Reason, said: &str) -> Result<bool, Error> {
        let now = self.clock.now();
        let again = reason == Reason::Away && claimed.tries < MOST_TRIES;
        let mut tx = self.db.begin().await?;
        let next_try = now.saturating_add(pause(claimed.tries)).unwrap_or(Timestamp::MAX);
        sql!(
            tx,
            run,
            "UPDATE mail_outbox SET claim = NULL, reason = $3, said = $4, try_at = coalesce($5, try_at),
                 failed_at = $6, letter_sealed = CASE WHEN $6 IS NULL THEN letter_sealed END
             WHERE id = $1 AND claim = $2",
            claimed.id,
            claimed.claim,
            reason.as_str(),
            said,
            again.then(|| to_db(next_try)),
            (!again).then(|| to_db(now)),
        )?;
        tx.commit().await?;
        Ok(again)
    }

    /// Makes everything due that waits for its next try: whoever mends what is wrong with mail starts the program again.
    pub(super) async fn try_again_now(&self) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE mail_outbox SET try_at = $1 WHERE failed_at IS NULL AND claim IS NULL AND try_at > $1",
            to_db(self.clock.now()),
        )?;
        tx.commit().await
    }

    /// Gives up letters that are of no use any more, and forgets what was given up long ago.
    pub(super) async fn tidy(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let given_up = sql!(
            tx,
            run,
            "UPDATE mail_outbox SET failed_at = $1, claim = NULL, letter_sealed = NULL, reason = 'expired'
             WHERE failed_at IS NULL AND expires_at <= $1 AND try_at <= $1",
            to_db(now),
        )?;
        sql!(
            tx,
            run,
            "DELETE FROM mail_outbox WHERE failed_at < $1",
            told_since(now),
        )?;
        tx.commit().await?;
        if given_up > 0 {
            tracing::warn!(
                letters = given_up,
                "mail was given up: nobody took it before its links ended"
            );
        }
        Ok(())
    }

    /// What is not where it belongs.
    pub(super) async fn waiting(&self) -> Result<Waiting, Error> {
        waiting(&self.db, self.clock.now()).await
    }
}

/// What is not where it belongs, for whoever operates this machine.
///
/// # Errors
/// [`Error::Unavailable`], [`Error::Internal`].
pub async fn waiting(db: &Db, now: Timestamp) -> Result<Waiting, Error> {
    let (waiting, failed) = sql!(
        db,
        one as (i64, i64),
        "SELECT count(CASE WHEN failed_at IS NULL THEN 1 END), count(CASE WHEN failed_at >= $1 THEN 1 END)
         FROM mail_outbox",
        told_since(now),
    )?;
    Ok(Waiting {
        waiting: waiting.unsigned_abs(),
        failed: failed.unsigned_abs(),
    })
}

fn told_since(now: Timestamp) -> DateTime<Utc> {
    to_db(now.saturating_sub(TOLD_FOR).unwrap_or(Timestamp::MIN))
}

fn pause(tries: i64) -> Duration {
    let last = PAUSES.len() - 1;
    let before = tries.saturating_sub(1);
    PAUSES[usize::try_from(before).map_or(0, |before| before.min(last))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_then_stay() {
        let seconds = [1, 2, 3, 6, 7, 99].map(|tries| pause(tries).as_secs());
        assert_eq!(seconds, [5, 60, 300, 7_200, 7_200, 7_200]);
    }
}
