//! A look at a database that changes nothing: for whoever wants to know what is wrong with it.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use model::Timestamp;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};

use super::connect::MIGRATIONS;
use super::time::from_db;
use crate::error::Error;

const PATIENCE: Duration = Duration::from_secs(10);
const APPLIED: &str = "SELECT version, success, checksum FROM _sqlx_migrations ORDER BY version";

/// What is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Which engine it is, in its own words; `None` for a file that is not there yet.
    pub version: Option<String>,
    /// Migrations of this program that were not run.
    pub pending: Vec<i64>,
    /// Migrations that this program does not know, or knows otherwise: a newer one was here.
    pub unknown: Vec<i64>,
    /// Migrations that broke off.
    pub broken: Vec<i64>,
    /// What the engine finds wrong with its own file.
    pub damage: Option<String>,
    /// The server's clock, where it has one of its own.
    pub clock: Option<Timestamp>,
}

type Applied = (i64, bool, Vec<u8>);

/// Looks at `sqlite:PATH` or `postgres://…`.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Internal`] where nobody answers, [`Error::Invalid`] on an address of another kind.
pub async fn look(url: &str) -> Result<Look, Error> {
    let looked = async {
        match url.strip_prefix("sqlite:") {
            Some(path) => look_at_file(Path::new(path.strip_prefix("//").unwrap_or(path))).await,
            None => look_at_server(url).await,
        }
    };
    tokio::time::timeout(PATIENCE, looked)
        .await
        .map_err(|_| Error::Unavailable {
            what: "The database",
            retry_after: PATIENCE,
        })?
}

async fn look_at_file(path: &Path) -> Result<Look, Error> {
    if !path.exists() {
        return Ok(with_migrations(None, &[]));
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection: SqliteConnection = options.connect().await?;
    let (version,): (String,) = sqlx::query_as("SELECT 'SQLite ' || sqlite_version()")
        .fetch_one(&mut connection)
        .await?;
    let (found,): (String,) = sqlx::query_as("PRAGMA quick_check(1)")
        .fetch_one(&mut connection)
        .await?;
    let (has_table,): (i64,) =
        sqlx::query_as("SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'")
            .fetch_one(&mut connection)
            .await?;
    let applied: Vec<Applied> = match has_table {
        0 => Vec::new(),
        _ => sqlx::query_as(APPLIED).fetch_all(&mut connection).await?,
    };
    connection.close().await?;
    Ok(Look {
        damage: (found != "ok").then_some(found),
        ..with_migrations(Some(version), &applied)
    })
}

async fn look_at_server(url: &str) -> Result<Look, Error> {
    let options = PgConnectOptions::from_str(url).map_err(|error| {
        let message = format!("This is not an address of a PostgreSQL database: {error}.");
        Error::invalid("database_url", "invalid", message)
    })?;
    let mut connection: PgConnection = options.application_name("datapulse doctor").connect().await?;
    let (version, now, has_table): (String, DateTime<Utc>, bool) = sqlx::query_as(
        "SELECT 'PostgreSQL ' || current_setting('server_version'), clock_timestamp(), to_regclass('_sqlx_migrations') IS NOT NULL",
    )
    .fetch_one(&mut connection)
    .await?;
    let applied: Vec<Applied> = if has_table {
        sqlx::query_as(APPLIED).fetch_all(&mut connection).await?
    } else {
        Vec::new()
    };
    connection.close().await?;
    Ok(Look {
        clock: Some(from_db(now)),
        ..with_migrations(Some(version), &applied)
    })
}

fn with_migrations(version: Option<String>, applied: &[Applied]) -> Look {
    let known = || {
        MIGRATIONS
            .iter()
            .filter(|migration| !migration.migration_type.is_down_migration())
    };
    let is_applied = |version: i64| applied.iter().any(|(number, ..)| *number == version);
    let is_ours = |number: i64, checksum: &[u8]| {
        known().any(|ours| ours.version == number && ours.checksum.as_ref() == checksum)
    };
    let unknown = applied
        .iter()
        .filter(|(number, _, checksum)| !is_ours(*number, checksum));
    Look {
        version,
        pending: known()
            .map(|one| one.version)
            .filter(|version| !is_applied(*version))
            .collect(),
        unknown: unknown.map(|(number, ..)| *number).collect(),
        broken: applied
            .iter()
            .filter(|(_, success, _)| !success)
            .map(|(number, ..)| *number)
            .collect(),
        damage: None,
        clock: None,
    }
}
