use chrono::{DateTime, Utc};
use model::event::Event;
use model::ids::OrgId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::document::{storable, without_nul};
use super::months::Months;
use super::{arrived, progress, touched};
use crate::store::Appended;
use crate::store::kinds::{Kinds, Observer};
use crate::store::links::Links;

/// So many bytes go to the server at a time.
const CHUNK: usize = 1 << 20;

/// The first year: what is older is kept as its beginning, because PostgreSQL writes earlier years in another way.
const EARLIEST_MICROS: i64 = -62_135_596_800_000_000;

/// Who hands events over, and when.
#[derive(Clone, Copy)]
pub(super) struct Source {
    /// The log that they come from; nothing where one alone writes, as a copy does.
    pub(super) log: Option<Uuid>,
    /// Days since 1970.
    pub(super) today: i32,
}

/// Stores what is not stored yet; how far its log came is committed with the rows, and the organization is locked against
/// other processes meanwhile.
pub(super) async fn append(
    pool: &PgPool,
    months: Option<&Months>,
    source: Source,
    org: OrgId,
    batches: &[Appended],
) -> Result<(), sqlx::Error> {
    let times = batches.iter().flat_map(|batch| &batch.events).map(time_of);
    if let Some(months) = months {
        months.make(pool, times).await?;
    }
    let mut transaction = pool.begin().await?;
    let version = progress::lock(&mut transaction, org).await?;
    let stored = progress::stored_from(&mut *transaction, org, source.log).await?;
    let fresh = |batch: &&Appended| i64::try_from(batch.position).is_ok_and(|position| position > stored);
    let fresh: Vec<&Appended> = batches.iter().filter(fresh).collect();
    let Some(position) = fresh.iter().map(|batch| batch.position.cast_signed()).max() else {
        return transaction.rollback().await;
    };
    let mut events: Vec<&Event> = fresh.iter().flat_map(|batch| &batch.events).collect();
    let mut next_version = position;
    if let Some(log) = source.log {
        events = arrived::only_new(&mut transaction, org, source.today, events).await?;
        progress::reach(&mut transaction, org, log, position).await?;
        next_version = position.max(version + 1);
    }
    copy(&mut transaction, org, &events).await?;
    add_kinds(&mut transaction, org, &events).await?;
    add_links(&mut transaction, org, &events).await?;
    touched::reach(&mut transaction, org, next_version, &events, time_of).await?;
    transaction.commit().await
}

fn time_of(event: &Event) -> DateTime<Utc> {
    let micros = event.timestamp().as_microsecond().max(EARLIEST_MICROS);
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

async fn copy(connection: &mut PgConnection, org: OrgId, events: &[&Event]) -> Result<(), sqlx::Error> {
    let mut copy = connection
        .copy_in_raw(
            "COPY stored_events (org_id, id, name, ts, user_id, anonymous_id, session_id, properties) FROM STDIN",
        )
        .await?;
    let mut lines = String::with_capacity(CHUNK + CHUNK / 8);
    let org = org.uuid().to_string();
    for event in events {
        add_line(&mut lines, &org, event);
        if lines.len() > CHUNK {
            copy.send(lines.as_bytes()).await?;
            lines.clear();
        }
    }
    copy.send(lines.as_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

fn add_line(lines: &mut String, org: &str, event: &Event) {
    lines.push_str(org);
    add_field(lines, Some(event.id()));
    add_field(lines, Some(event.name()));
    let time = time_of(event).format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    add_field(lines, Some(&time));
    add_field(lines, event.user_id());
    add_field(lines, event.anonymous_id());
    add_field(lines, event.session_id());
    add_field(lines, Some(&storable(event.properties())));
    lines.push('\n');
}

/// A tab and the text, as COPY reads it.
fn add_field(lines: &mut String, text: Option<&str>) {
    lines.push('\t');
    let Some(text) = text else {
        lines.push_str("\\N");
        return;
    };
    for character in text.chars() {
        match character {
            '\\' => lines.push_str("\\\\"),
            '\n' => lines.push_str("\\n"),
            '\r' => lines.push_str("\\r"),
            '\t' => lines.push_str("\\t"),
            '\0' => lines.push('\u{fffd}'),
            other => lines.push(other),
        }
    }
}

async fn add_kinds(connection: &mut PgConnection, org: OrgId, events: &[&Event]) -> Result<(), sqlx::Error> {
    let known = Kinds::default();
    let mut observer = Observer::new(&known);
    for event in events {
        observer.observe(event.properties());
    }
    let seen = observer.into_fresh();
    let (paths, kinds): (Vec<String>, Vec<i16>) = seen
        .iter()
        .map(|(path, kinds)| (without_nul(path), i16::from(kinds.bits())))
        .unzip();
    sqlx::query(
        "INSERT INTO property_kinds (org_id, path, kinds)
         SELECT $1, path, bit_or(kinds) FROM unnest($2, $3) AS seen(path, kinds) GROUP BY path ORDER BY path
         ON CONFLICT (org_id, path) DO UPDATE SET kinds = property_kinds.kinds | excluded.kinds
         WHERE property_kinds.kinds & excluded.kinds <> excluded.kinds",
    )
    .bind(org.uuid())
    .bind(paths)
    .bind(kinds)
    .execute(connection)
    .await?;
    Ok(())
}

/// Only links that say something new: a table that grew with every visit would slow every question.
async fn add_links(connection: &mut PgConnection, org: OrgId, events: &[&Event]) -> Result<(), sqlx::Error> {
    let links = Links::default();
    let news = links.news(events.iter().copied());
    if news.is_empty() {
        return Ok(());
    }
    let mut visitors = Vec::with_capacity(news.len());
    let (mut users, mut times) = (Vec::with_capacity(news.len()), Vec::with_capacity(news.len()));
    for (visitor, link) in news {
        visitors.push(without_nul(visitor));
        users.push(without_nul(&link.user_id));
        times.push(DateTime::from_timestamp_micros(link.ts.max(EARLIEST_MICROS)).unwrap_or_default());
    }
    sqlx::query(
        "INSERT INTO stored_links (org_id, anonymous_id, user_id, ts)
         SELECT $1, fresh.anonymous_id, fresh.user_id, fresh.ts FROM unnest($2, $3, $4) AS fresh(anonymous_id, user_id, ts)
         WHERE NOT EXISTS (
            SELECT 1 FROM stored_links AS stored WHERE stored.org_id = $1 AND stored.anonymous_id = fresh.anonymous_id
            AND (stored.ts < fresh.ts OR (stored.ts = fresh.ts AND stored.user_id <= fresh.user_id)))",
    )
    .bind(org.uuid())
    .bind(visitors)
    .bind(users)
    .bind(times)
    .execute(connection)
    .await?;
    Ok(())
}
