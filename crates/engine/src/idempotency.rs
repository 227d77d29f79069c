//! Requests that are sent again, under the same `Idempotency-Key`: the first one is done, the others get its answer
//! (draft-ietf-httpapi-idempotency-key-header).

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::caller::{Caller, Who};
use crate::clock::Clock;
use crate::db::{Db, Tx, from_db, sql, to_db};
use crate::error::Error;
use crate::random::Random;
use crate::sealing::{Place, Secrets, Vault};

const REMEMBERED: Duration = Duration::from_hours(24);
/// No request takes as long: whoever was to answer is gone.
const LONGEST: Duration = Duration::from_mins(3);
const LONGEST_KEY: usize = 255;

/// An answer as it is given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// The status.
    pub status: u16,
    /// Names and values of the headers that belong to it.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What becomes of a request.
#[derive(Debug)]
pub enum Turn {
    /// It is the first: it is done, and then kept or released.
    First(Ticket),
    /// It was done before.
    Again(KeptAnswer),
}

/// The first request of its key.
#[derive(Clone, Debug)]
pub struct Ticket {
    caller: String,
    key: String,
    turn: Uuid,
}

#[derive(sqlx::FromRow)]
struct Row {
    fingerprint: Vec<u8>,
    turn: Uuid,
    began_at: DateTime<Utc>,
    answer_sealed: Option<Vec<u8>>,
}

/// Remembers requests for a day.
#[derive(Clone, Debug)]
pub struct Idempotency {
    db: Db,
    clock: Clock,
    random: Random,
    vault: Vault,
}

impl Idempotency {
    /// Works on `db`; answers lie sealed in it.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, random: Random, vault: Vault) -> Self {
        Self {
            db,
            clock,
            random,
            vault,
        }
    }

    /// Whether this is the first request of `caller` under `key`. What tells it apart from others is in `fingerprint`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a key that is no key, or belongs to another request; [`Error::Conflict`] while the first one is
    /// under way.
    pub async fn begin(&self, caller: &Caller, key: &str, fingerprint: &[u8]) -> Result<Turn, Error> {
        if key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = "Use 1 to 255 visible ASCII characters, such as a UUID.";
            return Err(Error::invalid("Idempotency-Key", "invalid", message));
        }
        let now = self.clock.now();
        let ticket = Ticket {
            caller: name(caller),
            key: key.to_owned(),
            turn: self.random.id(now),
        };
        let mut tx = self.db.begin().await?;
        if write_down(&mut tx, &ticket, fingerprint, now).await? {
            tx.commit().await?;
            return Ok(Turn::First(ticket));
        }
        let row = read(&mut tx, &ticket).await?;
        if row.fingerprint != fingerprint {
            let message = "This key belongs to another request. Use a new one for each.";
            return Err(Error::invalid("Idempotency-Key", "reused", message));
        }
        if let Some(sealed) = row.answer_sealed {
            let answer = self.vault.unseal(place(row.turn), &sealed)?;
            return rmp_serde::from_slice(&answer)
                .map(Turn::Again)
                .map_err(Error::internal);
        }
        let is_abandoned = from_db(row.began_at)
            .saturating_add(LONGEST)
            .is_ok_and(|end| end <= now);
        if !is_abandoned || !take_over(&mut tx, &ticket, row.turn, now).await? {
            let message = "A request with this key is under way. Wait a moment, then send it again.";
            return Err(Error::Conflict(message.to_owned()));
        }
        tx.commit().await?;
        Ok(Turn::First(ticket))
    }

    /// Keeps the answer to a first request.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn keep(&self, ticket: &Ticket, answer: &KeptAnswer) -> Result<(), Error> {
        let answer = rmp_serde::to_vec(answer).map_err(Error::internal)?;
        let sealed = self.vault.seal(place(ticket.turn), &answer)?;
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE idempotency SET answer_sealed = $3 WHERE caller = $1 AND key = $2 AND turn = $4",
            ticket.caller.as_str(),
            ticket.key.as_str(),
            sealed,
            ticket.turn,
        )?;
        tx.commit().await
    }

    /// Forgets a first request that came to nothing, so that the next one is the first.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn release(&self, ticket: &Ticket) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "DELETE FROM idempotency WHERE caller = $1 AND key = $2 AND turn = $3",
            ticket.caller.as_str(),
            ticket.key.as_str(),
            ticket.turn,
        )?;
        tx.commit().await
    }
}

/// Whether nobody was there before; what is older than a day is nobody.
async fn write_down(tx: &mut Tx, ticket: &Ticket, fingerprint: &[u8], now: Timestamp) -> Result<bool, Error> {
    let a_day_ago = now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
    sql!(
        tx,
        run,
        "DELETE FROM idempotency WHERE began_at <= $1",
        to_db(a_day_ago)
    )?;
    let written = sql!(
        tx,
        run,
        "INSERT INTO idempotency (caller, key, fingerprint, turn, began_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (caller, key) DO NOTHING",
        ticket.caller.as_str(),
        ticket.key.as_str(),
        fingerprint,
        ticket.turn,
        to_db(now),
    )?;
    Ok(written > 0)
}

async fn read(tx: &mut Tx, ticket: &Ticket) -> Result<Row, Error> {
    let row = sql!(
        tx,
        optional as Row,
        "SELECT fingerprint, turn, began_at, answer_sealed FROM idempotency WHERE caller = $1 AND key = $2",
        ticket.caller.as_str(),
        ticket.key.as_str(),
    )?;
    // It was released between two statements.
    row.ok_or_else(|| Error::Conflict("A request with this key has just failed. Send it again.".to_owned()))
}

async fn take_over(tx: &mut Tx, ticket: &Ticket, from: Uuid, now: Timestamp) -> Result<bool, Error> {
    let taken = sql!(
        tx,
        run,
        "UPDATE idempotency SET turn = $4, began_at = $5 WHERE caller = $1 AND key = $2 AND turn = $3",
        ticket.caller.as_str(),
        ticket.key.as_str(),
        from,
        ticket.turn,
        to_db(now),
    )?;
    Ok(taken > 0)
}

fn name(caller: &Caller) -> String {
    let org = caller.org();
    match caller.who() {
        Who::Member { user, .. } | Who::Guest { user, .. } => format!("{org} user:{user}"),
        Who::Key { key, .. } | Who::Personal { key, .. } => format!("{org} key:{key}"),
        Who::Link { dashboard } => format!("{org} link:{dashboard}"),
        Who::Site => format!("{org} site"),
        Who::Operator => format!("{org} operator"),
    }
}

const fn place(turn: Uuid) -> Place {
    Secrets::Answers.place(turn)
}
