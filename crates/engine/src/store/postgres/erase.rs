//! Erasing in one transaction: whoever sees the events gone also sees that something was erased.

use chrono::{DateTime, Utc};
use model::Timestamp;
use model::ids::OrgId;
use sqlx::{PgConnection, PgPool};

use super::document::without_nul;
use crate::store::Erasure;

/// Erases, and answers how many events that were.
pub(super) async fn erase(pool: &PgPool, org: OrgId, erasure: &Erasure) -> Result<u64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    let erased = match erasure {
        Erasure::Person(ids) => person(&mut transaction, org, ids).await?,
        Erasure::Before(time) => before(&mut transaction, org, *time).await?,
        Erasure::Everything => everything(&mut transaction, org).await?,
    };
    // Last: an append waits for this row.
    sqlx::query("UPDATE progress SET erasures = erasures + 1 WHERE org_id = $1")
        .bind(org.uuid())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(erased)
}

async fn person(connection: &mut PgConnection, org: OrgId, ids: &[String]) -> Result<u64, sqlx::Error> {
    let ids: Vec<String> = ids.iter().map(|id| without_nul(id)).collect();
    let erased = sqlx::query(
        "DELETE FROM stored_events WHERE org_id = $1
         AND (user_id = ANY($2) OR (user_id IS NULL AND anonymous_id = ANY($2)))",
    )
    .bind(org.uuid())
    .bind(&ids)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM stored_links WHERE org_id = $1 AND (anonymous_id = ANY($2) OR user_id = ANY($2))",
    )
    .bind(org.uuid())
    .bind(&ids)
    .execute(&mut *connection)
    .await?;
    // A visitor may have been somebody else, too: what is left says so.
    sqlx::query(
        "INSERT INTO stored_links (org_id, anonymous_id, user_id, ts)
         SELECT DISTINCT ON (anonymous_id) org_id, anonymous_id, user_id, ts FROM stored_events
         WHERE org_id = $1 AND anonymous_id = ANY($2) AND user_id IS NOT NULL ORDER BY anonymous_id, ts, user_id",
    )
    .bind(org.uuid())
    .bind(&ids)
    .execute(&mut *connection)
    .await?;
    Ok(erased.rows_affected())
}

/// Links stay as long as there are events of the visitor that need them.
async fn before(connection: &mut PgConnection, org: OrgId, time: Timestamp) -> Result<u64, sqlx::Error> {
    let time: DateTime<Utc> = DateTime::from_timestamp_micros(time.as_microsecond()).unwrap_or_default();
    let erased = sqlx::query("DELETE FROM stored_events WHERE org_id = $1 AND ts < $2")
        .bind(org.uuid())
        .bind(time)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM stored_links AS link WHERE link.org_id = $1 AND link.ts < $2 AND NOT EXISTS (
            SELECT 1 FROM stored_events AS event WHERE event.org_id = $1 AND event.anonymous_id = link.anonymous_id)",
    )
    .bind(org.uuid())
    .bind(time)
    .execute(connection)
    .await?;
    Ok(erased.rows_affected())
}

async fn everything(connection: &mut PgConnection, org: OrgId) -> Result<u64, sqlx::Error> {
    let mut erased = 0;
    for statement in [
        "DELETE FROM stored_links WHERE org_id = $1",
        "DELETE FROM property_kinds WHERE org_id = $1",
        "DELETE FROM touched_hours WHERE org_id = $1",
        "DELETE FROM stored_logs WHERE org_id = $1",
        "DELETE FROM progress WHERE org_id = $1",
        "DELETE FROM stored_events WHERE org_id = $1",
    ] {
        let done = sqlx::query(statement)
            .bind(org.uuid())
            .execute(&mut *connection)
            .await?;
        erased = done.rows_affected();
    }
    Ok(erased)
}
