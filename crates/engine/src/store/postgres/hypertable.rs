//! The events as a hypertable, where TimescaleDB is there: it makes and plans its own pieces of time.

use sqlx::{AssertSqlSafe, Executor, PgPool};

/// Makes a hypertable of the partitioned table of the migrations, as long as nothing is in it. Says whether the events are in one.
///
/// A table that holds events stays what it is: to move them, copy them to another database.
pub(super) async fn adopt(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let extension: Option<(String,)> = sqlx::query_as(
        "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
         WHERE extname = 'timescaledb'",
    )
    .fetch_optional(pool)
    .await?;
    let Some((schema,)) = extension else {
        return Ok(false);
    };
    let mut transaction = pool.begin().await?;
    // Another process that starts at the same time finds it done.
    transaction
        .execute("LOCK TABLE progress IN ACCESS EXCLUSIVE MODE")
        .await?;
    let (is_partitioned,): (bool,) =
        sqlx::query_as("SELECT relkind = 'p' FROM pg_class WHERE oid = CAST('stored_events' AS regclass)")
            .fetch_one(&mut *transaction)
            .await?;
    if !is_partitioned {
        transaction.rollback().await?;
        return Ok(true);
    }
    let (is_in_use,): (bool,) = sqlx::query_as("SELECT EXISTS (SELECT 1 FROM stored_events)")
        .fetch_one(&mut *transaction)
        .await?;
    if is_in_use {
        transaction.rollback().await?;
        tracing::info!("TimescaleDB is there, but the events lie in partitions already and stay there");
        return Ok(false);
    }
    for statement in [
        "CREATE TABLE hyper_events (LIKE stored_events)".to_owned(),
        "DROP TABLE stored_events CASCADE".to_owned(),
        "ALTER TABLE hyper_events RENAME TO stored_events".to_owned(),
        format!(
            "SELECT {schema}.create_hypertable(CAST('stored_events' AS regclass), 'ts',
                chunk_time_interval => INTERVAL '1 month', create_default_indexes => FALSE)"
        ),
        "CREATE INDEX stored_events_by_name ON stored_events (org_id, name, ts)".to_owned(),
        VIEW.to_owned(),
    ] {
        transaction.execute(AssertSqlSafe(statement)).await?;
    }
    transaction.commit().await?;
    Ok(true)
}

/// As in the migrations.
const VIEW: &str = "CREATE VIEW events AS
    SELECT id, name, ts, user_id, anonymous_id, session_id, properties FROM stored_events
    WHERE org_id = CAST(current_setting('datapulse.org') AS uuid)";
