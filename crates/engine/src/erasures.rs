//! What is to be erased for good: people who are to be forgotten, what an organization keeps no longer, and what is left of
//! organizations that were deleted.
//!
//! A request is a row of the database and therefore outlives the process; the `worker` does the work, again after a failure,
//! until it is done. It begins within a second, and `DUE_AFTER` is by when it is promised.

mod ids;
mod logs;
mod worker;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jiff::SignedDuration;
use model::Timestamp;
use model::erasure::{Erasure, ErasureKind, ErasureState, ForgetRequest};
use model::ids::{ErasureId, OrgId};
use model::role::Action;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::db::{Db, Page, PageRequest, Tx, after, from_db, from_db_option, sql, to_db};
use crate::error::Error;
use crate::organizations::Organizations;
use crate::random::Random;
pub(crate) use logs::Logs;
pub(crate) use worker::Worker;

/// By when what was asked for is done, unless the store is away for longer.
const DUE_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Requests to erase.
#[derive(Clone, Debug)]
pub struct Erasures {
    db: Db,
    clock: Clock,
    random: Random,
    organizations: Organizations,
    /// Something is to be done.
    wake: Arc<Notify>,
}

/// How many requests are open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenErasures {
    /// Not done yet.
    pub open: u64,
    /// Not done by the time that was promised.
    pub overdue: u64,
}

impl Erasures {
    /// Works on `db`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, random: Random, organizations: Organizations) -> Self {
        Self {
            db,
            clock,
            random,
            organizations,
            wake: Arc::default(),
        }
    }

    /// Asks for a person to be forgotten: every event of theirs, by any id that they were ever known by, and their profile.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn forget(
        &self,
        caller: &Caller,
        org: OrgId,
        request: &ForgetRequest,
    ) -> Result<Erasure, Error> {
        let caller = self.organizations.within(caller, org).await?;
        caller.must(Action::ManageOrganization)?;
        let subject = request.checked()?;
        // The command line names any organization.
        self.organizations.get(&caller, org).await?;
        let now = self.clock.now();
        let id = ErasureId::new(self.random.id(now));
        let change = Change::by(&caller, "person.forget_requested", format!("erasure:{id}"))
            .with(json!({ "person": digest(org, subject) }));
        let mut tx = self.db.begin().await?;
        let new = New {
            id,
            org,
            kind: ErasureKind::Person,
            subject: Some(subject),
            before: None,
            actor: change.actor(),
        };
        order(&mut tx, now, &new).await?;
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await?;
        self.wake.notify_one();
        self.get(&caller, org, id).await
    }

    /// One request of an organization.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn get(&self, caller: &Caller, org: OrgId, id: ErasureId) -> Result<Erasure, Error> {
        let caller = self.organizations.within(caller, org).await?;
        caller.must(Action::ManageOrganization)?;
        let row = sql!(
            self.db,
            optional as Row,
            "SELECT id, kind, subject, before_at, requested_at, due_at, finished_at, events, claimed_until, note
             FROM erasures WHERE org_id = $1 AND id = $2",
            org.uuid(),
            id.uuid(),
        )?;
        row.ok_or(Error::NotFound)?.erasure(self.clock.now())
    }

    /// The requests of an organization, the newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`] on a wrong page request.
    pub async fn list(
        &self,
        caller: &Caller,
        org: OrgId,
        request: &PageRequest,
    ) -> Result<Page<Erasure>, Error> {
        let caller = self.organizations.within(caller, org).await?;
        caller.must(Action::ManageOrganization)?;
        let slice = after(request)?;
        let rows = sql!(
            self.db,
            all as Row,
            "SELECT id, kind, subject, before_at, requested_at, due_at, finished_at, events, claimed_until, note
             FROM erasures WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            org.uuid(),
            slice.below,
            slice.rows(),
        )?;
        let now = self.clock.now();
        let erasures: Vec<Erasure> = rows
            .into_iter()
            .map(|row| row.erasure(now))
            .collect::<Result<_, _>>()?;
        Ok(slice.page(erasures, |erasure| erasure.id.uuid()))
    }

    /// How many requests are open, of all organizations: for whoever operates this machine.
    ///
    /// # Errors
    /// [`Error::Internal`], [`Error::Unavailable`].
    pub async fn open(&self) -> Result<OpenErasures, Error> {
        let (open, overdue) = sql!(
            self.db,
            one as (i64, i64),
            "SELECT count(*), count(CASE WHEN due_at < $1 THEN 1 END) FROM erasures WHERE finished_at IS NULL",
            to_db(self.clock.now()),
        )?;
        Ok(OpenErasures {
            open: open.unsigned_abs(),
            overdue: overdue.unsigned_abs(),
        })
    }
}

/// A request before it is written down.
pub(crate) struct New<'n> {
    pub(crate) id: ErasureId,
    pub(crate) org: OrgId,
    pub(crate) kind: ErasureKind,
    pub(crate) subject: Option<&'n str>,
    pub(crate) before: Option<Timestamp>,
    pub(crate) actor: &'n str,
}

/// Writes down what is to be erased, in the transaction of whatever makes it so.
pub(crate) async fn order(tx: &mut Tx, now: Timestamp, new: &New<'_>) -> Result<(), Error> {
    sql!(
        tx,
        run,
        "INSERT INTO erasures (id, org_id, kind, subject, before_at, actor, requested_at, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id.uuid(),
        new.org.uuid(),
        new.kind.as_str(),
        new.subject,
        new.before.map(to_db),
        new.actor,
        to_db(now),
        to_db(now + DUE_AFTER),
    )?;
    Ok(())
}

/// What stands for a person in records that outlive them.
fn digest(org: OrgId, subject: &str) -> String {
    let digest = Sha256::new()
        .chain_update(org.uuid().as_bytes())
        .chain_update(subject.as_bytes())
        .finalize();
    let (beginning, _) = digest.split_first_chunk().expect("a SHA-256 has 32 bytes");
    format!("sha256:{:016x}", u64::from_be_bytes(*beginning))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    subject: Option<String>,
    before_at: Option<DateTime<Utc>>,
    requested_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    events: i64,
    claimed_until: Option<DateTime<Utc>>,
    note: Option<String>,
}

impl Row {
    fn erasure(self, now: Timestamp) -> Result<Erasure, Error> {
        let is_claimed = self.claimed_until.map(from_db).is_some_and(|until| until > now);
        let state = match self.finished_at {
            Some(_) => ErasureState::Done,
            // After a failure the next attempt is claimed for later.
            None if is_claimed && self.note.is_none() => ErasureState::Running,
            None => ErasureState::Waiting,
        };
        Ok(Erasure {
            id: ErasureId::new(self.id),
            kind: known_kind(&self.kind)?,
            subject: self.subject,
            before: from_db_option(self.before_at),
            state,
            requested_at: from_db(self.requested_at),
            due_at: from_db(self.due_at),
            finished_at: from_db_option(self.finished_at),
            events: self.events.unsigned_abs(),
            note: self.note,
        })
    }
}

fn known_kind(word: &str) -> Result<ErasureKind, Error> {
    ErasureKind::parse(word).ok_or_else(|| Error::internal(format!("there is no kind of erasure `{word}`")))
}
