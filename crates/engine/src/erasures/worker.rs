//! Does what was asked for, one after another, until it is done.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jiff::SignedDuration;
use model::Timestamp;
use model::erasure::ErasureKind;
use model::ids::{ErasureId, OrgId};
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::logs::{Logs, Others, TELL_EVERY};
use super::{Erasures, New, digest, ids, known_kind, order};
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{Tx, sql, to_db};
use crate::error::Error;
use crate::ingest::Ingest;
use crate::query::{Catalogue, Queries};
use crate::store::{Cell, Erasure, EventStore, Statement};
use crate::usage::Usages;

/// How often the database is asked for something to do; what this process is asked for is done at once.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often organizations are looked at for events that they keep no longer.
const RETENTION_EVERY: Duration = Duration::from_secs(2);
/// The same organization, unless it keeps events for another time now.
const SAME_EVERY: Duration = Duration::from_mins(10);
/// For so long whoever works on something is believed to, and how often it says so again.
const CLAIM: SignedDuration = SignedDuration::from_secs(60);
const CLAIM_AGAIN: Duration = Duration::from_secs(15);
/// Until then whoever still had the key of a deleted organization has noticed.
const AFTER_DELETION: SignedDuration = SignedDuration::from_secs(5);
/// How long to wait for the store to take what is in the log.
const DRAIN: Duration = Duration::from_mins(1);
const LAST_PAUSE: SignedDuration = SignedDuration::from_mins(10);
const DAY: i64 = 24 * 60 * 60;

/// The worker of one process.
pub(crate) struct Worker {
    pub(crate) erasures: Erasures,
    pub(crate) store: EventStore,
    pub(crate) ingest: Ingest,
    pub(crate) queries: Queries,
    pub(crate) catalogue: Catalogue,
    pub(crate) usages: Usages,
    pub(crate) logs: Logs,
}

/// Something to do.
struct Job {
    id: ErasureId,
    org: OrgId,
    kind: ErasureKind,
    subject: Option<String>,
    before: Option<Timestamp>,
    requested_at: Timestamp,
    attempts: i64,
}

/// What came of it.
struct Done {
    events: u64,
    ids: Vec<String>,
    note: Option<String>,
}

/// When organizations were last looked at, and for how many days they kept events then.
type Looked = HashMap<OrgId, (i64, Instant)>;

impl Worker {
    /// Works until it is told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let work = async {
            let mut looked = Looked::new();
            let mut retention_due = Instant::now();
            loop {
                if Instant::now() >= retention_due {
                    retention_due = Instant::now() + RETENTION_EVERY;
                    if let Err(error) = self.order_what_is_kept_no_longer(&mut looked).await {
                        tracing::warn!(%error, "nobody knows yet which events are kept no longer");
                    }
                }
                match self.claim().await {
                    Ok(Some(job)) => self.attempt(job).await,
                    Ok(None) => self.pause().await,
                    Err(error) => {
                        tracing::warn!(%error, "what is to be erased could not be looked for");
                        tokio::time::sleep(LOOK_EVERY).await;
                    }
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = work => {}
            () = self.tell_the_others() => {}
        }
    }

    /// Where this process is not the only one that brings events, it says how far it is.
    async fn tell_the_others(&self) {
        if !self.store.has_several_writers() {
            return std::future::pending().await;
        }
        loop {
            if let Err(error) = self.logs.tell().await {
                tracing::debug!(%error, "other processes do not know how far this one is");
            }
            tokio::time::sleep(TELL_EVERY).await;
        }
    }

    async fn pause(&self) {
        tokio::select! {
            () = self.erasures.wake.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }

    /// Takes the oldest request that nobody works on.
    async fn claim(&self) -> Result<Option<Job>, Error> {
        let now = self.erasures.clock.now();
        let mut tx = self.erasures.db.begin().await?;
        let row = sql!(
            tx,
            optional as (Uuid, Uuid, String, Option<String>, Option<DateTime<Utc>>, DateTime<Utc>, i64),
            "UPDATE erasures SET claimed_until = $2, attempts = attempts + 1, note = NULL
             WHERE finished_at IS NULL AND (claimed_until IS NULL OR claimed_until < $1) AND id = (
                SELECT id FROM erasures WHERE finished_at IS NULL AND (claimed_until IS NULL OR claimed_until < $1)
                    AND (kind <> 'organization' OR requested_at < $3)
                ORDER BY requested_at, id LIMIT 1)
             RETURNING id, org_id, kind, subject, before_at, requested_at, attempts",
            to_db(now),
            to_db(now + CLAIM),
            to_db(now - AFTER_DELETION),
        )?;
        tx.commit().await?;
        let Some((id, org, kind, subject, before, requested_at, attempts)) = row else {
            return Ok(None);
        };
        Ok(Some(Job {
            id: ErasureId::new(id),
            org: OrgId::new(org),
            kind: known_kind(&kind)?,
            subject,
            before: crate::db::from_db_option(before),
            requested_at: crate::db::from_db(requested_at),
            attempts,
        }))
    }

    async fn attempt(&self, job: Job) {
        let outcome = tokio::select! {
            outcome = self.carry_out(&job) => outcome,
            () = self.keep_claimed(job.id) => return,
        };
        let ended = match outcome {
            Ok(done) => self.finish(&job, done).await,
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::error!(org = %job.org, erasure = %job.id, error = %crate::ingest::Chain(&error), "events could not be erased yet");
            if let Err(error) = self.put_off(&job, &error).await {
                tracing::warn!(%error, "nobody could be told so");
            }
        }
    }

    async fn keep_claimed(&self, id: ErasureId) {
        loop {
            tokio::time::sleep(CLAIM_AGAIN).await;
            if let Err(error) = self.claim_again(id).await {
                tracing::debug!(%error, "somebody else may begin the same erasure");
            }
        }
    }

    async fn claim_again(&self, id: ErasureId) -> Result<(), Error> {
        let mut tx = self.erasures.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE erasures SET claimed_until = $2 WHERE id = $1 AND finished_at IS NULL",
            id.uuid(),
            to_db(self.erasures.clock.now() + CLAIM),
        )?;
        tx.commit().await
    }

    async fn carry_out(&self, job: &Job) -> Result<Done, Error> {
        // Everything that was accepted before is in the store then, and nothing of it only in the log.
        tokio::time::timeout(DRAIN, self.ingest.drained())
            .await
            .map_err(|_| Error::Unavailable {
                what: "The event store",
                retry_after: DRAIN,
            })??;
        let away = self.others_stored(job.requested_at).await?;
        let (erasure, ids) = match (job.kind, &job.subject, job.before) {
            (ErasureKind::Person, Some(subject), _) => {
                let ids = ids::of_person(&self.erasures.db, &self.store, job.org, subject).await?;
                let ids: Vec<String> = ids.into_iter().collect();
                (Erasure::Person(ids.clone()), ids)
            }
            (ErasureKind::Retention, _, Some(before)) => (Erasure::Before(before), Vec::new()),
            (ErasureKind::Organization, ..) => (Erasure::Everything, Vec::new()),
            (ErasureKind::Person | ErasureKind::Retention, ..) => {
                return Err(Error::internal("nobody said what is to be erased"));
            }
        };
        let events = self.store.forget(job.org, &erasure).await?;
        // The log would bring back what the store lost; so it lets go of what the store holds for good.
        if job.kind != ErasureKind::Organization && !self.store.is_settled(job.org) {
            self.store.settle(job.org).await?;
        }
        self.usages.write().await?;
        self.ingest.let_go(job.org).await?;
        if job.kind == ErasureKind::Person {
            self.queries.forget_all();
            self.catalogue.forget_all();
        }
        let aside = self.store.damaged_files_of(job.org);
        Ok(Done {
            events,
            ids,
            note: note(aside, away),
        })
    }

    /// Waits until every running process has stored what it took before `time`; answers how many that do not run have
    /// something left.
    async fn others_stored(&self, time: Timestamp) -> Result<u64, Error> {
        if !self.store.has_several_writers() {
            return Ok(0);
        }
        let begun = Instant::now();
        loop {
            let Others { behind, away } = self.logs.others(time).await?;
            if behind == 0 {
                return Ok(away);
            }
            if begun.elapsed() > DRAIN {
                return Err(Error::Unavailable {
                    what: "The log of another process",
                    retry_after: DRAIN,
                });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Writes down that it is done, together with what the database itself knows of the person.
    async fn finish(&self, job: &Job, done: Done) -> Result<(), Error> {
        let erasures = &self.erasures;
        let now = erasures.clock.now();
        let events = i64::try_from(done.events).unwrap_or(i64::MAX);
        let subject = job.subject.as_ref().map(|subject| digest(job.org, subject));
        let mut tx = erasures.db.begin().await?;
        for id in &done.ids {
            forget_profile(&mut tx, job.org, id).await?;
        }
        sql!(
            tx,
            run,
            "UPDATE erasures SET finished_at = $2, events = $3, subject = $4, note = $5, claimed_until = NULL WHERE id = $1",
            job.id.uuid(),
            to_db(now),
            events,
            subject.as_deref(),
            done.note,
        )?;
        let action = match job.kind {
            ErasureKind::Person => Some("person.forgotten"),
            ErasureKind::Retention => Some("events.expired"),
            // Its record is gone with it.
            ErasureKind::Organization => None,
        };
        if let Some(action) = action {
            let change = Change::by(&Caller::operator(job.org), action, format!("erasure:{}", job.id))
                .with(json!({ "person": subject, "before": job.before, "events": done.events }));
            audit::record(&mut tx, &erasures.random, now, change).await?;
        }
        tx.commit().await?;
        tracing::info!(org = %job.org, erasure = %job.id, kind = job.kind.as_str(), events, "events were erased");
        Ok(())
    }

    async fn put_off(&self, job: &Job, error: &Error) -> Result<(), Error> {
        let note = match error {
            Error::Internal(_) => "It did not work; the server's log says why. It is tried again.".to_owned(),
            other => format!("{other}. It is tried again."),
        };
        let pause = SignedDuration::from_secs(5)
            .saturating_mul(i32::try_from(job.attempts).unwrap_or(i32::MAX))
            .min(LAST_PAUSE);
        let mut tx = self.erasures.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE erasures SET claimed_until = $2, note = $3 WHERE id = $1",
            job.id.uuid(),
            to_db(self.erasures.clock.now() + pause),
            note,
        )?;
        tx.commit().await
    }

    async fn order_what_is_kept_no_longer(&self, looked: &mut Looked) -> Result<(), Error> {
        let rows = sql!(
            self.erasures.db,
            all as (Uuid, i64),
            "SELECT id, retention_days FROM organizations WHERE retention_days IS NOT NULL ORDER BY id",
        )?;
        for (org, days) in rows {
            let org = OrgId::new(org);
            let is_due = |(known, at): &(i64, Instant)| *known != days || at.elapsed() >= SAME_EVERY;
            if looked.get(&org).is_none_or(is_due) {
                self.order_retention(org, days).await?;
                looked.insert(org, (days, Instant::now()));
            }
        }
        Ok(())
    }

    /// Whole days of UTC: an event is kept for the days that were said and the rest of the last one.
    async fn order_retention(&self, org: OrgId, days: i64) -> Result<(), Error> {
        let now = self.erasures.clock.now();
        let today = now.as_second().div_euclid(DAY);
        let before = Timestamp::from_second((today - days) * DAY).map_err(Error::internal)?;
        if !self.has_events_before(org, before).await? {
            return Ok(());
        }
        let mut tx = self.erasures.db.begin().await?;
        let open = sql!(
            tx,
            optional as (Uuid,),
            "SELECT id FROM erasures WHERE org_id = $1 AND kind = 'retention' AND finished_at IS NULL LIMIT 1",
            org.uuid(),
        )?;
        if open.is_none() {
            let new = New {
                id: ErasureId::new(self.erasures.random.id(now)),
                org,
                kind: ErasureKind::Retention,
                subject: None,
                before: Some(before),
                actor: "operator",
            };
            order(&mut tx, now, &new).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn has_events_before(&self, org: OrgId, time: Timestamp) -> Result<bool, Error> {
        let text = format!("SELECT min({}) FROM events", self.store.dialect().micros());
        let frame = self.store.fetch(org, Statement::new(text, Vec::new())).await?;
        let earliest = frame.rows.first().and_then(|row| row.first().and_then(Cell::int));
        Ok(earliest.is_some_and(|earliest| earliest < time.as_microsecond()))
    }
}

/// What somebody should look at although it is done.
fn note(damaged_files: usize, logs_away: u64) -> Option<String> {
    let aside = (damaged_files > 0).then(|| {
        format!(
            "{damaged_files} damaged files of this organization were set aside earlier (*.damaged-*). Delete them: they may \
             hold events that are erased."
        )
    });
    let away = (logs_away > 0).then(|| {
        format!(
            "{logs_away} processes that do not run now left events in their logs. Ask once more when they have run: some of \
             these events may be there."
        )
    });
    let notes: Vec<String> = aside.into_iter().chain(away).collect();
    (!notes.is_empty()).then(|| notes.join(" "))
}

async fn forget_profile(tx: &mut Tx, org: OrgId, id: &str) -> Result<(), Error> {
    sql!(
        tx,
        run,
        "DELETE FROM profiles WHERE org_id = $1 AND kind = 'user' AND id = $2",
        org.uuid(),
        id,
    )?;
    sql!(
        tx,
        run,
        "DELETE FROM profile_ids WHERE org_id = $1 AND (other_id = $2 OR user_id = $2)",
        org.uuid(),
        id,
    )?;
    Ok(())
}
