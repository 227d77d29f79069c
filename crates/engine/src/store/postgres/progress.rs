//! How far the organization's events are stored: each log on its own, and all of them together.
//!
//! A log's position grows with that log alone. The position in `progress` grows with every append, whoever makes it: it is the
//! version of the organization's data.

use model::ids::OrgId;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The version, locked against everybody else who appends.
pub(super) async fn lock(connection: &mut PgConnection, org: OrgId) -> Result<i64, sqlx::Error> {
    sqlx::query("INSERT INTO progress (org_id, position) VALUES ($1, 0) ON CONFLICT DO NOTHING")
        .bind(org.uuid())
        .execute(&mut *connection)
        .await?;
    let (version,): (i64,) = sqlx::query_as("SELECT position FROM progress WHERE org_id = $1 FOR UPDATE")
        .bind(org.uuid())
        .fetch_one(connection)
        .await?;
    Ok(version)
}

/// How far this log is stored. Where no log is known, one alone has written, and the version is its position.
pub(super) async fn stored_from(
    executor: impl PgExecutor<'_>,
    org: OrgId,
    log: Option<Uuid>,
) -> Result<i64, sqlx::Error> {
    let (position,): (i64,) = sqlx::query_as(
        "SELECT CASE
            WHEN $2 IS NOT NULL AND EXISTS (SELECT 1 FROM stored_logs WHERE org_id = $1)
            THEN coalesce((SELECT position FROM stored_logs WHERE org_id = $1 AND log = $2), 0)
            ELSE coalesce((SELECT position FROM progress WHERE org_id = $1), 0)
         END",
    )
    .bind(org.uuid())
    .bind(log)
    .fetch_one(executor)
    .await?;
    Ok(position)
}

/// This log is stored up to here.
pub(super) async fn reach(
    connection: &mut PgConnection,
    org: OrgId,
    log: Uuid,
    position: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO stored_logs (org_id, log, position) VALUES ($1, $2, $3)
         ON CONFLICT (org_id, log) DO UPDATE SET position = excluded.position",
    )
    .bind(org.uuid())
    .bind(log)
    .bind(position)
    .execute(connection)
    .await?;
    Ok(())
}
