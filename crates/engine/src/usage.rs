//! Events a month of every organization, counted exactly, and what its plan allows.
//!
//! Every process counts what its own log takes and writes that down about once a second, together with the position of the log that
//! it reaches to: nothing is counted twice and nothing is lost, whatever breaks in between. What a process knows of the
//! others is about two seconds old, so an organization may send a little more than its plan allows, and the count says so.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::Timestamp;
use model::ids::OrgId;
use model::language::{Language, within};
use model::mail::LetterKind;
use model::role::Action;
use model::usage::{MonthUsage, Quotas, Usage, month_name, percent};
use moka::sync::Cache;
use serde_json::json;
use tokio::sync::Mutex as AsyncMutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::db::{Db, Tx, sql};
use crate::error::Error;
use crate::ingest::{Counted, Month, Unwritten, identity, month_of};
use crate::mail::{Due, Letter, Mailer, Posted, Used};
use crate::organizations::Organizations;
use crate::random::Random;

const WRITE_EVERY: Duration = Duration::from_secs(1);
/// How old what is known of an organization's month may be.
const KNOWN_FOR: Duration = Duration::from_secs(2);
const MOST_KNOWN: u64 = 10_000;
/// Percent of a plan's events at which its organization is told.
const TOLD_AT: [u64; 2] = [80, 100];
const MONTHS_SHOWN: i64 = 12;
/// How long it is worth telling that a step was reached.
const NEWS_FOR: Duration = Duration::from_hours(3 * 24);

/// What organizations use. Cheap to clone.
#[derive(Clone)]
pub struct Usages(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    random: Random,
    organizations: Organizations,
    mailer: Mailer,
    public_url: String,
    quotas: Quotas,
    log: Uuid,
    counted: Arc<Counted>,
    known: Cache<(OrgId, Month), Known>,
    /// Dropped and not written down yet.
    dropped: Mutex<HashMap<(OrgId, Month), u64>>,
    /// What was to be written down when nobody heard whether it was.
    doubtful: AsyncMutex<Option<Unwritten>>,
}

/// What is written down of an organization's month, and what its plan allows.
#[derive(Clone, Copy, Debug)]
struct Known {
    events: u64,
    limit: Option<u64>,
}

/// How many organizations are near the end of what their plan allows this month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NearTheEnd {
    /// At 80 % or more, and not at 100 %.
    pub near: u64,
    /// At 100 % or more.
    pub over: u64,
}

/// The name of a log among those that count, and up to which position it is counted.
pub(crate) async fn counted_before(
    db: &Db,
    dir: &Path,
    (clock, random): (&Clock, &Random),
) -> Result<(Uuid, u64), Error> {
    let id = identity(dir, clock, random)?;
    let mut tx = db.begin().await?;
    sql!(
        tx,
        run,
        "INSERT INTO usage_logs (id, position) VALUES ($1, 0) ON CONFLICT (id) DO NOTHING",
        id,
    )?;
    tx.commit().await?;
    Ok((id, position(db, id).await?))
}

async fn position(db: &Db, log: Uuid) -> Result<u64, Error> {
    let (position,) = sql!(
        db,
        one as (i64,),
        "SELECT position FROM usage_logs WHERE id = $1",
        log,
    )?;
    Ok(position.unsigned_abs())
}

/// What [`Usages`] is made of.
pub(crate) struct Parts {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) organizations: Organizations,
    pub(crate) mailer: Mailer,
    pub(crate) public_url: String,
    pub(crate) quotas: Quotas,
    pub(crate) log: Uuid,
    pub(crate) counted: Arc<Counted>,
}

impl Usages {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            db,
            clock,
            random,
            organizations,
            mailer,
            public_url,
            quotas,
            log,
            counted,
        } = parts;
        Self(Arc::new(Inner {
            db,
            clock,
            random,
            organizations,
            mailer,
            public_url,
            quotas,
            log,
            counted,
            known: Cache::builder()
                .max_capacity(MOST_KNOWN)
                .time_to_live(KNOWN_FOR)
                .build(),
            dropped: Mutex::default(),
            doubtful: AsyncMutex::default(),
        }))
    }

    /// Writes down what was counted, until it is told to stop.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(WRITE_EVERY) => {}
            }
            if let Err(error) = self.write().await {
                tracing::warn!(%error, "the count of events is written down later");
            }
        }
    }

    /// Writes down what was counted so far.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub(crate) async fn write(&self) -> Result<(), Error> {
        let mut doubtful = self.0.doubtful.lock().await;
        if let Some(what) = doubtful.take() {
            match position(&self.0.db, self.0.log).await {
                Ok(position) if position >= what.up_to => self.0.counted.wrote(&what),
                Ok(_) => {}
                Err(error) => {
                    *doubtful = Some(what);
                    return Err(error);
                }
            }
        }
        let what = self.0.counted.unwritten();
        if !what.events.is_empty() {
            *doubtful = Some(what.clone());
            let written = self.write_down(&what).await?;
            self.0.counted.wrote(&what);
            for (month, known) in written {
                self.0.known.insert(month, known);
            }
            *doubtful = None;
        }
        drop(doubtful);
        self.write_dropped().await
    }

    async fn write_down(&self, what: &Unwritten) -> Result<Vec<((OrgId, Month), Known)>, Error> {
        let mut written = Vec::with_capacity(what.events.len());
        let mut posted = Vec::new();
        let mut tx = self.0.db.begin().await?;
        let mut orgs: Vec<(&(OrgId, Month), &u64)> = what.events.iter().collect();
        // In one order, so that two processes never wait for one another.
        orgs.sort();
        for ((org, month), events) in orgs {
            let events = i64::try_from(*events).unwrap_or(i64::MAX);
            let row = sql!(
                tx,
                optional as (i64, i64, String),
                "INSERT INTO usage_months (org_id, month, events) SELECT id, $2, $3 FROM organizations WHERE id = $1
                 ON CONFLICT (org_id, month) DO UPDATE SET events = usage_months.events + excluded.events
                 RETURNING events, warned, (SELECT plan FROM organizations WHERE id = $1)",
                org.uuid(),
                month,
                events,
            )?;
            let Some((events, warned, plan)) = row else {
                continue;
            };
            let known = Known {
                events: events.unsigned_abs(),
                limit: self.0.quotas.of(&plan),
            };
            let used = self
                .warn(&mut tx, (*org, *month), known, warned.unsigned_abs())
                .await?;
            if let Some(used) = used {
                posted.extend(self.post_letters(&mut tx, *org, used).await?);
            }
            written.push(((*org, *month), known));
        }
        let moved = sql!(
            tx,
            run,
            "UPDATE usage_logs SET position = $2 WHERE id = $1 AND position < $2",
            self.0.log,
            i64::try_from(what.up_to).unwrap_or(i64::MAX),
        )?;
        if moved == 0 {
            return Err(Error::internal("somebody else counts the events of this log"));
        }
        tx.commit().await?;
        for posted in posted {
            self.0.mailer.go(posted);
        }
        Ok(written)
    }

    /// Letters to the organization's owners and admins. Where no mail server is set, its record and its page say the same.
    async fn post_letters(&self, tx: &mut Tx, org: OrgId, used: Used) -> Result<Vec<Posted>, Error> {
        if !self.0.mailer.is_set() {
            return Ok(Vec::new());
        }
        let rows = sql!(
            tx,
            all as (String, Option<String>, String),
            "SELECT u.email, u.language, o.name FROM org_members m
             JOIN users u ON u.id = m.user_id JOIN organizations o ON o.id = m.org_id
             WHERE m.org_id = $1 AND m.role IN ('owner', 'admin') AND u.disabled_at IS NULL ORDER BY u.email_key",
            org.uuid(),
        )?;
        let link = format!("{}/settings/data", self.0.public_url.trim_end_matches('/'));
        let news_until = self.0.clock.now().saturating_add(NEWS_FOR);
        let good_until = news_until.unwrap_or(Timestamp::MAX);
        let mut posted = Vec::with_capacity(rows.len());
        for (email, language, organization) in rows {
            let language = language.and_then(|tag| Language::known(&tag)).unwrap_or_default();
            let letter = || Letter::quota(&email, &organization, &used, link.clone());
            let due = Due {
                letter: within(language, letter),
                kind: LetterKind::Quota,
                about: org.uuid(),
                org: Some(org.uuid()),
                user: None,
                good_until,
            };
            posted.push(self.0.mailer.post(tx, due).await?);
        }
        Ok(posted)
    }

    /// Tells the organization, in its record, once for each step; the step that was reached just now.
    async fn warn(
        &self,
        tx: &mut Tx,
        (org, month): (OrgId, Month),
        known: Known,
        warned: u64,
    ) -> Result<Option<Used>, Error> {
        let Some(limit) = known.limit else { return Ok(None) };
        let used = percent(known.events, limit);
        let Some(step) = TOLD_AT.into_iter().rfind(|step| used >= *step && *step > warned) else {
            return Ok(None);
        };
        sql!(
            tx,
            run,
            "UPDATE usage_months SET warned = $3 WHERE org_id = $1 AND month = $2",
            org.uuid(),
            month,
            i64::try_from(step).unwrap_or(100),
        )?;
        let change = Change::by(
            &Caller::operator(org),
            "quota.reached",
            format!("organization:{org}"),
        )
        .with(json!({ "percent": step, "events": known.events, "limit": limit, "month": month_name(month) }));
        audit::record(tx, &self.0.random, self.0.clock.now(), change).await?;
        tracing::warn!(%org, percent = step, "an organization has used so much of its plan's events");
        Ok(Some(Used {
            percent: step,
            events: known.events,
            limit,
        }))
    }

    async fn write_dropped(&self) -> Result<(), Error> {
        let dropped = std::mem::take(&mut *self.0.dropped.lock().unwrap_or_else(PoisonError::into_inner));
        if dropped.is_empty() {
            return Ok(());
        }
        let mut tx = self.0.db.begin().await?;
        for ((org, month), events) in dropped {
            sql!(
                tx,
                run,
                "UPDATE usage_months SET dropped = dropped + $3 WHERE org_id = $1 AND month = $2",
                org.uuid(),
                month,
                i64::try_from(events).unwrap_or(i64::MAX),
            )?;
        }
        tx.commit().await
    }

    /// Whether the organization has used up what its plan allows this month; then `events` more are dropped, and counted as
    /// such.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub(crate) async fn drops(&self, org: OrgId, events: usize) -> Result<bool, Error> {
        if self.0.quotas.is_empty() {
            return Ok(false);
        }
        let month = month_of(self.0.clock.now());
        let known = self.known(org, month).await?;
        let Some(limit) = known.limit else {
            return Ok(false);
        };
        let is_over = known.events + self.0.counted.unwritten_of(org, month) >= limit;
        if is_over {
            let mut dropped = self.0.dropped.lock().unwrap_or_else(PoisonError::into_inner);
            *dropped.entry((org, month)).or_default() += u64::try_from(events).unwrap_or(u64::MAX);
        }
        Ok(is_over)
    }

    async fn known(&self, org: OrgId, month: Month) -> Result<Known, Error> {
        if let Some(known) = self.0.known.get(&(org, month)) {
            return Ok(known);
        }
        let (plan, events) = sql!(
            self.0.db,
            optional as (String, i64),
            "SELECT o.plan, coalesce(u.events, 0) FROM organizations o
             LEFT JOIN usage_months u ON u.org_id = o.id AND u.month = $2 WHERE o.id = $1",
            org.uuid(),
            month,
        )?
        .ok_or(Error::NotFound)?;
        let known = Known {
            events: events.unsigned_abs(),
            limit: self.0.quotas.of(&plan),
        };
        self.0.known.insert((org, month), known);
        Ok(known)
    }

    /// What an organization used, this month and in the months before.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn of(&self, caller: &Caller, org: OrgId) -> Result<Usage, Error> {
        let caller = self.0.organizations.within(caller, org).await?;
        caller.must(Action::Read)?;
        let plan = self.0.organizations.get(&caller, org).await?.plan;
        let month = month_of(self.0.clock.now());
        let rows = sql!(
            self.0.db,
            all as (i64, i64, i64),
            "SELECT month, events, dropped FROM usage_months WHERE org_id = $1 AND month > $2 ORDER BY month DESC",
            org.uuid(),
            month - MONTHS_SHOWN,
        )?;
        let mut months: Vec<(Month, MonthUsage)> = rows
            .into_iter()
            .map(|(month, events, dropped)| {
                let usage = MonthUsage {
                    month: month_name(month),
                    events: events.unsigned_abs() + self.0.counted.unwritten_of(org, month),
                    dropped: dropped.unsigned_abs(),
                };
                (month, usage)
            })
            .collect();
        let current = match months.first() {
            Some((newest, _)) if *newest == month => months.remove(0).1,
            _ => MonthUsage {
                month: month_name(month),
                events: self.0.counted.unwritten_of(org, month),
                dropped: 0,
            },
        };
        let limit = self.0.quotas.of(&plan);
        Ok(Usage {
            plan,
            limit,
            percent: limit.map(|limit| percent(current.events, limit)),
            current,
            earlier: months.into_iter().map(|(_, usage)| usage).collect(),
        })
    }

    /// How many organizations are near the end: for whoever operates this machine.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn near_the_end(&self) -> Result<NearTheEnd, Error> {
        let (near, over) = sql!(
            self.0.db,
            one as (i64, i64),
            "SELECT count(CASE WHEN warned = 80 THEN 1 END), count(CASE WHEN warned >= 100 THEN 1 END)
             FROM usage_months WHERE month = $1",
            month_of(self.0.clock.now()),
        )?;
        Ok(NearTheEnd {
            near: near.unsigned_abs(),
            over: over.unsigned_abs(),
        })
    }
}

impl std::fmt::Debug for Usages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Usages")
            .field("quotas", &self.0.quotas)
            .finish_non_exhaustive()
    }
}
