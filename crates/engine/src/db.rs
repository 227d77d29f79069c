//! The control plane's database: `SQLite` by default, PostgreSQL for several replicas, one SQL text for both.

mod connect;
mod inspect;
mod page;
mod statement;
mod time;

use std::time::Duration;

use sqlx::{PgPool, SqlitePool};

use crate::error::Error;
pub use inspect::{Look, look};
pub(crate) use page::after;
pub use page::{Page, PageRequest};
pub(crate) use statement::{On, Tx, sql};
pub(crate) use time::{from_db, from_db_option, to_db};

/// The control plane's database, opened and migrated.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file of our own: one connection that writes, several that read beside it.
    Sqlite {
        /// The one connection that writes; waiting for it is a queue, never "database is locked".
        writer: SqlitePool,
        /// Connections that only read.
        reader: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…` and brings its tables up to date.
    ///
    /// # Errors
    /// [`Error::Invalid`] on an address of another kind, [`Error::Unavailable`] when nobody answers,
    /// [`Error::Internal`] when the tables cannot be brought up to date.
    pub async fn open(url: &str) -> Result<Self, Error> {
        connect::open(url).await
    }

    /// Begins a transaction that may write.
    pub(crate) async fn begin(&self) -> Result<Tx, Error> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Where a statement that only reads goes.
    pub(crate) fn on(&self) -> On<&SqlitePool, &PgPool> {
        match self {
            Self::Sqlite { reader, .. } => On::Sqlite(reader),
            Self::Postgres(pool) => On::Postgres(pool),
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`] when there is none.
    pub async fn check(&self) -> Result<(), Error> {
        sql!(self, one as (i64,), "SELECT CAST(1 AS bigint)").map(|_| ())
    }

    /// Which engine answers, in its own words.
    ///
    /// # Errors
    /// As [`Db::check`].
    pub async fn version(&self) -> Result<String, Error> {
        let (version,): (String,) = match self {
            Self::Sqlite { reader, .. } => {
                sqlx::query_as("SELECT sqlite_version()")
                    .fetch_one(reader)
                    .await?
            }
            Self::Postgres(pool) => sqlx::query_as("SELECT version()").fetch_one(pool).await?,
        };
        Ok(version)
    }

    /// Closes every connection after the statements that run.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, reader } => {
                reader.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let unreachable = matches!(
            error,
            sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::Io(_)
                | sqlx::Error::WorkerCrashed
        );
        if unreachable {
            tracing::warn!(%error, "the database does not answer");
            return Self::Unavailable {
                what: "The database",
                retry_after: Duration::from_secs(2),
            };
        }
        Self::internal(error)
    }
}
