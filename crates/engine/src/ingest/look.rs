//! A look at the log that changes nothing.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::error::Error;

/// What is in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogLook {
    /// Events that wait for the store, or lie there until the store's own files hold them.
    pub events: i64,
    /// Damaged records that were set aside.
    pub quarantined: i64,
    /// What the engine finds wrong with the file.
    pub damage: Option<String>,
}

/// Looks at the log in the folder `dir`; `None` where there is none yet.
///
/// # Errors
/// [`Error::Internal`] where it cannot be read.
pub async fn look_at_log(dir: &Path) -> Result<Option<LogLook>, Error> {
    let path = dir.join("ingest.sqlite3");
    if !path.exists() {
        return Ok(None);
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection: SqliteConnection = options.connect().await?;
    let (found,): (String,) = sqlx::query_as("PRAGMA quick_check(1)")
        .fetch_one(&mut connection)
        .await?;
    let (events,): (i64,) = sqlx::query_as("SELECT coalesce(sum(count), 0) FROM batches")
        .fetch_one(&mut connection)
        .await?;
    let (quarantined,): (i64,) = sqlx::query_as("SELECT count(*) FROM quarantine")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(Some(LogLook {
        events,
        quarantined,
        damage: (found != "ok").then_some(found),
    }))
}
