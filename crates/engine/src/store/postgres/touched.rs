//! Which hours got events, written with the position that they came with: whoever sees the one sees the other.

use chrono::{DateTime, Utc};
use model::event::Event;
use model::ids::OrgId;
use sqlx::{PgConnection, PgPool};

use crate::store::touched::{Told, hours_of};

/// Most hours that are read at once; where there are more, nothing is known of what came before them.
const MOST_HOURS: i64 = 20_000;

/// A position, from where to where the hours are known, how often events were erased, and an hour with its position.
type Row = (i64, i64, i64, i64, Option<i64>, Option<i64>);

/// The organization's position, and the hours that were touched after `position`, in one look.
pub(super) async fn after(pool: &PgPool, org: OrgId, position: u64) -> Result<Told, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT progress.position, progress.touched_from, progress.touched_to, progress.erasures,
            touched.hour, touched.position
         FROM progress LEFT JOIN LATERAL (
            SELECT hour, position FROM touched_hours WHERE org_id = $1 AND position > $2
            ORDER BY position DESC LIMIT $3) AS touched ON TRUE
         WHERE progress.org_id = $1",
    )
    .bind(org.uuid())
    .bind(position.cast_signed())
    .bind(MOST_HOURS)
    .fetch_all(pool)
    .await?;
    let Some((position, from, to, erasures, ..)) = rows.first().copied() else {
        return Ok(Told::default());
    };
    let whole = |value: i64| u64::try_from(value).unwrap_or(0);
    let hours: Vec<(i64, u64)> = rows
        .iter()
        .filter_map(|(.., hour, position)| Some(((*hour)?, whole((*position)?))))
        .collect();
    // An earlier version of the program appends without saying where.
    let mut known_from = whole(if to == position { from } else { position });
    if i64::try_from(hours.len()).is_ok_and(|count| count >= MOST_HOURS) {
        let earliest = hours.iter().map(|(_, position)| *position).min();
        known_from = known_from.max(earliest.unwrap_or(0));
    }
    Ok(Told {
        position: whole(position),
        known_from,
        erasures: whole(erasures),
        hours,
    })
}

/// Writes down which hours a batch came into, and how far it brought the organization.
pub(super) async fn reach(
    connection: &mut PgConnection,
    org: OrgId,
    position: i64,
    events: &[&Event],
    time_of: impl Fn(&Event) -> DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let hours = hours_of(events.iter().copied(), |event| time_of(event).timestamp_micros());
    sqlx::query(
        "INSERT INTO touched_hours (org_id, hour, position) SELECT $1, hour, $2 FROM unnest($3) AS touched(hour)
         ON CONFLICT (org_id, hour) DO UPDATE SET position = excluded.position",
    )
    .bind(org.uuid())
    .bind(position)
    .bind(hours)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE progress SET position = $2, touched_to = $2,
         touched_from = CASE WHEN touched_to = position THEN touched_from ELSE position END WHERE org_id = $1",
    )
    .bind(org.uuid())
    .bind(position)
    .execute(connection)
    .await?;
    Ok(())
}
