//! Who changed what, and when: one row for every change, written in the change's own transaction, never altered.

use chrono::{DateTime, Utc};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Timestamp;
pub use model::audit::{Entry, EntryFilter};
use model::ids::{OrgId, UserId};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::caller::{Caller, Who};
use crate::db::{Db, Page, PageRequest, Tx, after, from_db, sql, to_db};
use crate::error::Error;
use crate::query::buckets::start_of_day;
use crate::random::Random;

/// A change that is being made.
pub(crate) struct Change {
    org: OrgId,
    actor: String,
    action: &'static str,
    target: String,
    detail: Value,
}

impl Change {
    pub(crate) fn by(caller: &Caller, action: &'static str, target: impl Into<String>) -> Self {
        let actor = match caller.who() {
            Who::Member { user, .. } | Who::Guest { user, .. } => format!("user:{user}"),
            Who::Key { key, .. } | Who::Personal { key, .. } => format!("key:{key}"),
            Who::Link { dashboard } => format!("link:{dashboard}"),
            Who::Site => "site".to_owned(),
            Who::Operator => "operator".to_owned(),
        };
        Self {
            org: caller.org(),
            actor,
            action,
            target: target.into(),
            detail: Value::Object(serde_json::Map::new()),
        }
    }

    pub(crate) fn by_user(user: UserId, org: OrgId, action: &'static str, target: impl Into<String>) -> Self {
        let detail = Value::Object(serde_json::Map::new());
        Self {
            org,
            actor: format!("user:{user}"),
            action,
            target: target.into(),
            detail,
        }
    }

    /// Who makes it.
    pub(crate) fn actor(&self) -> &str {
        &self.actor
    }

    pub(crate) fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

/// Writes down a change in the transaction that makes it.
pub(crate) async fn record(tx: &mut Tx, random: &Random, at: Timestamp, change: Change) -> Result<(), Error> {
    sql!(
        tx,
        run,
        "INSERT INTO audit (id, org_id, actor, action, target, detail, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        random.id(at),
        change.org.uuid(),
        change.actor,
        change.action,
        change.target,
        Json(change.detail),
        to_db(at),
    )?;
    Ok(())
}

/// The changes of an organization that a filter lets pass, newest first; days are those of `zone`.
pub(crate) async fn entries(
    db: &Db,
    org: OrgId,
    zone: &TimeZone,
    filter: &EntryFilter,
    request: &PageRequest,
) -> Result<Page<Entry>, Error> {
    let slice = after(request)?;
    let begin = |field: &str, text: &Option<String>, days: i64| match text {
        None => Ok(None),
        Some(text) => day_begins(field, text, days, zone).map(|at| Some(to_db(at))),
    };
    let rows = sql!(
        db,
        all as Row,
        "SELECT id, actor, action, target, detail, at FROM audit
         WHERE org_id = $1 AND id < $2
             AND ($4 IS NULL OR actor = $4 OR substr(actor, 1, length($4) + 1) = $4 || ':')
             AND ($5 IS NULL OR action = $5 OR substr(action, 1, length($5) + 1) = $5 || '.')
             AND ($6 IS NULL OR at >= $6) AND ($7 IS NULL OR at < $7)
         ORDER BY id DESC LIMIT $3",
        org.uuid(),
        slice.below,
        slice.rows(),
        filter.actor.as_deref(),
        filter.action.as_deref(),
        begin("from", &filter.from, 0)?,
        begin("to", &filter.to, 1)?,
    )?;
    Ok(
        slice.page(rows.into_iter().map(Row::entry).collect(), |entry: &Entry| {
            entry.id
        }),
    )
}

/// What was ever done in an organization, in order.
pub(crate) async fn actions(db: &Db, org: OrgId) -> Result<Vec<String>, Error> {
    let rows = sql!(
        db,
        all as (String,),
        "SELECT DISTINCT action FROM audit WHERE org_id = $1 ORDER BY action",
        org.uuid(),
    )?;
    Ok(rows.into_iter().map(|(action,)| action).collect())
}

/// When the day begins that is so many days after the one in `text`.
fn day_begins(field: &str, text: &str, days: i64, zone: &TimeZone) -> Result<Timestamp, Error> {
    let begins = text
        .parse::<Date>()
        .and_then(|day| day.checked_add(days.days()))
        .and_then(|day| start_of_day(day, zone));
    begins.map_err(|_| Error::invalid(field, "invalid", "Write a day as YYYY-MM-DD."))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    actor: String,
    action: String,
    target: String,
    detail: Json<Value>,
    at: DateTime<Utc>,
}

impl Row {
    fn entry(self) -> Entry {
        Entry {
            id: self.id,
            actor: self.actor,
            action: self.action,
            target: self.target,
            detail: self.detail.0,
            at: from_db(self.at),
        }
    }
}
