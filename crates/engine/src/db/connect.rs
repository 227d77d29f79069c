//! Opens the pools and runs the migrations.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::Db;
use crate::error::Error;

/// What the databases themselves keep to, each in its own words.
const SQLITE_GUARDS: &str = include_str!("../../../../migrations/guards/sqlite.sql");
const POSTGRES_GUARDS: &str = include_str!("../../../../migrations/guards/postgres.sql");

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/app");

const READERS: u32 = 4;
/// KiB of pages that each connection keeps, as SQLite writes it. Each would keep its own two megabytes of pages that the
/// system has in memory anyway.
const PAGES_KEPT: &str = "-512";
const SERVER_CONNECTIONS: u32 = 16;
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn open(url: &str) -> Result<Db, Error> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return open_file(Path::new(path.strip_prefix("//").unwrap_or(path))).await;
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return open_server(url).await;
    }
    let message = "Use `sqlite:` and the path of a file, or a `postgres://` address.";
    Err(Error::invalid("database_url", "unsupported", message))
}

async fn open_file(path: &Path) -> Result<Db, Error> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(Error::internal)?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .pragma("cache_size", PAGES_KEPT)
        .busy_timeout(PATIENCE);
    let writer = pool(1).connect_with(options.clone()).await?;
    MIGRATIONS.run(&writer).await.map_err(migration_error)?;
    sqlx::raw_sql(SQLITE_GUARDS).execute(&writer).await?;
    let reader = pool(READERS)
        .connect_with(options.pragma("query_only", "ON"))
        .await?;
    Ok(Db::Sqlite { writer, reader })
}

fn pool(connections: u32) -> sqlx::pool::PoolOptions<sqlx::Sqlite> {
    let options: SqlitePoolOptions = SqlitePoolOptions::new();
    options
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
}

async fn open_server(url: &str) -> Result<Db, Error> {
    let options = PgConnectOptions::from_str(url).map_err(|error| {
        let message = format!("This is not an address of a PostgreSQL database: {error}.");
        Error::invalid("database_url", "invalid", message)
    })?;
    let pool = PgPoolOptions::new()
        .max_connections(SERVER_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect_with(options.application_name("datapulse"))
        .await?;
    MIGRATIONS.run(&pool).await.map_err(migration_error)?;
    sqlx::raw_sql(POSTGRES_GUARDS).execute(&pool).await?;
    Ok(Db::Postgres(pool))
}

fn migration_error(error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(cause) => cause.into(),
        other => Error::internal(other),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::SqlitePool;

    use super::*;

    async fn pragma(pool: &SqlitePool, text: &'static str) -> i64 {
        let (value,): (i64,) = sqlx::query_as(text)
            .fetch_one(pool)
            .await
            .expect("the pragma answers");
        value
    }

    #[tokio::test]
    async fn a_file_is_durable_and_checks_its_references() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let db = Db::open(&format!("sqlite:{}", folder.path().join("sub/app.db").display()))
            .await
            .expect("it opens");
        let Db::Sqlite { writer, reader } = &db else {
            panic!("a file was asked for")
        };
        assert_eq!(pragma(writer, "PRAGMA synchronous").await, 2, "FULL");
        assert_eq!(pragma(writer, "PRAGMA foreign_keys").await, 1);
        assert_eq!(pragma(reader, "PRAGMA query_only").await, 1);
        for pool in [writer, reader] {
            assert_eq!(pragma(pool, "PRAGMA cache_size").await, -512);
        }
        let (mode,): (String,) = sqlx::query_as("PRAGMA journal_mode")
            .fetch_one(writer)
            .await
            .expect("it answers");
        assert_eq!(mode, "wal");
    }

    #[tokio::test]
    async fn sqlite_is_new_enough() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let db = Db::open(&format!("sqlite:{}", folder.path().join("app.db").display()))
            .await
            .expect("it opens");
        let version = db.version().await.expect("it answers");
        let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
        assert!(
            parts >= vec![3, 51, 3],
            "SQLite {version} has the WAL reset bug: 3.51.3 fixed it"
        );
    }

    #[tokio::test]
    async fn other_addresses_are_refused() {
        let error = Db::open("mysql://localhost/x")
            .await
            .expect_err("there is no such store");
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    }
}
