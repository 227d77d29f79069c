//! Events on a PostgreSQL server: one table for all organizations, cut into months, read through views that show one
//! organization alone.
//!
//! Everything lies in a schema of its own, so that the server may hold the control plane's tables beside it.

mod arrived;
mod document;
mod erase;
mod fault;
mod hypertable;
mod months;
mod progress;
mod reader;
mod touched;
mod values;
mod writer;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use model::ids::OrgId;
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use super::touched::Told;
use super::{Appended, Erasure, Frame, KindSet, SelectedColumn, ServerAddress, Shape, Statement};
use crate::clock::Clock;
use crate::error::Error;
use arrived::Forgetting;
use fault::fault;
pub(super) use fault::words_about_statement;
use months::Months;
use writer::Source;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/events-postgres");

const SCHEMA: &str = "datapulse_events";
/// Connections unless the address says otherwise.
const CONNECTIONS: u32 = 16;
const MOST_CONNECTIONS: u32 = 1_000;
const PATIENCE: Duration = Duration::from_secs(10);

/// The tables on one server; clones share everything.
#[derive(Clone)]
pub(super) struct Postgres {
    pool: PgPool,
    clock: Clock,
    /// Nothing where a hypertable looks after its pieces itself.
    months: Option<Arc<Months>>,
    forgetting: Arc<Forgetting>,
    time_limit: Duration,
}

impl Postgres {
    /// Connects and brings the tables up to date.
    pub(super) async fn open(
        address: &ServerAddress,
        clock: Clock,
        time_limit: Duration,
    ) -> Result<Self, Error> {
        let (address, connections) = apart(address.reveal())?;
        let options = PgConnectOptions::from_str(&address).map_err(|error| not_one(&error.to_string()))?;
        let options = options.application_name("datapulse").options([
            ("search_path", SCHEMA),
            ("timezone", "UTC"),
            // A question whose connection is gone is stopped by the server itself.
            ("client_connection_check_interval", "1000"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .map_err(fault)?;
        // Two processes that start together may both see that it is not there.
        let made = sqlx::query("CREATE SCHEMA IF NOT EXISTS datapulse_events")
            .execute(&pool)
            .await;
        if let Err(error) = made {
            tracing::debug!(%error, "the schema of the events was made by somebody else");
        }
        MIGRATIONS.run(&pool).await.map_err(Error::internal)?;
        let is_hypertable = hypertable::adopt(&pool).await.map_err(Error::internal)?;
        Ok(Self {
            pool,
            clock,
            forgetting: Arc::default(),
            months: (!is_hypertable).then(Arc::default),
            time_limit,
        })
    }

    /// Stores what came from `log`; see [`Source`].
    pub(super) async fn append(
        &self,
        log: Option<Uuid>,
        org: OrgId,
        batches: &[Appended],
    ) -> Result<(), Error> {
        let today = self.clock.now().as_second().div_euclid(24 * 60 * 60);
        let today = i32::try_from(today).unwrap_or(i32::MAX);
        self.forgetting.turn(&self.pool, today).await;
        let source = Source { log, today };
        writer::append(&self.pool, self.months.as_deref(), source, org, batches)
            .await
            .map_err(fault)
    }

    pub(super) async fn erase(&self, org: OrgId, erasure: &Erasure) -> Result<u64, Error> {
        erase::erase(&self.pool, org, erasure).await.map_err(fault)
    }

    /// The version of the organization's data.
    pub(super) async fn position(&self, org: OrgId) -> Result<u64, Error> {
        self.stored_from(org, None).await
    }

    /// How far `log` is stored.
    pub(super) async fn stored_from(&self, org: OrgId, log: Option<Uuid>) -> Result<u64, Error> {
        let position = progress::stored_from(&self.pool, org, log).await.map_err(fault)?;
        Ok(u64::try_from(position).unwrap_or(0))
    }

    /// The position, and the hours that were touched after another one.
    pub(super) async fn touched_after(&self, org: OrgId, position: u64) -> Result<Told, Error> {
        touched::after(&self.pool, org, position).await.map_err(fault)
    }

    pub(super) async fn shape(&self, org: OrgId) -> Result<Shape, Error> {
        let rows: Vec<(Option<String>, i16)> = sqlx::query_as(
            "SELECT path, kinds FROM property_kinds WHERE org_id = $1
             UNION ALL (SELECT NULL, CAST(0 AS smallint) FROM stored_links WHERE org_id = $1 LIMIT 1)",
        )
        .bind(org.uuid())
        .fetch_all(&self.pool)
        .await
        .map_err(fault)?;
        let has_links = rows.iter().any(|(path, _)| path.is_none());
        let kinds = rows.into_iter().filter_map(|(path, kinds)| {
            Some((path?, KindSet::from_bits(u8::try_from(kinds).unwrap_or(u8::MAX))))
        });
        Ok(Shape {
            kinds: Arc::new(kinds.collect()),
            has_links,
        })
    }

    pub(super) async fn fetch_all(
        &self,
        org: OrgId,
        statements: Vec<Statement>,
    ) -> Result<Vec<Frame>, Error> {
        reader::fetch_all(&self.pool, org, &statements, self.time_limit).await
    }

    pub(super) async fn columns_of(&self, text: &str) -> Result<Vec<SelectedColumn>, Error> {
        reader::columns_of(&self.pool, text).await
    }

    pub(super) async fn pattern_fault(&self, pattern: &str) -> Result<Option<String>, Error> {
        let answer: Result<(bool,), sqlx::Error> = sqlx::query_as("SELECT '' ~ $1")
            .bind(document::without_nul(pattern))
            .fetch_one(&self.pool)
            .await;
        match answer {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("2201B") => {
                Ok(Some(error.message().to_owned()))
            }
            Err(error) => Err(fault(error)),
            Ok(_) => Ok(None),
        }
    }

    pub(super) async fn check(&self) -> Result<(), Error> {
        sqlx::query("SELECT 1")
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(fault)
    }

    /// What the tables take with their indexes; those of a hypertable lie in pieces of their own.
    pub(super) async fn bytes(&self) -> Result<u64, Error> {
        let (bytes,): (i64,) = sqlx::query_as(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname IN ('datapulse_events', '_timescaledb_internal')",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(fault)?;
        Ok(bytes.unsigned_abs())
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// The address as the driver reads it, and how many connections it may have: `?connections=N` is an option of ours.
fn apart(address: &str) -> Result<(String, u32), Error> {
    let Some((place, options)) = address.split_once('?') else {
        return Ok((address.to_owned(), CONNECTIONS));
    };
    let (ours, theirs): (Vec<&str>, Vec<&str>) = options
        .split('&')
        .partition(|option| option.starts_with("connections="));
    let connections = match ours.last() {
        None => CONNECTIONS,
        Some(option) => {
            let (_, count) = option.split_once('=').unwrap_or_default();
            let count = count
                .parse()
                .ok()
                .filter(|count| (1..=MOST_CONNECTIONS).contains(count));
            count.ok_or_else(|| {
                not_one(&format!(
                    "`connections` is a whole number from 1 to {MOST_CONNECTIONS}"
                ))
            })?
        }
    };
    Ok((format!("{place}?{}", theirs.join("&")), connections))
}

fn not_one(why: &str) -> Error {
    let message = format!("This is not an address of a PostgreSQL database: {why}.");
    Error::invalid("events_url", "invalid", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_say_how_many_connections() {
        for (address, theirs, count) in [
            ("postgres://db/events", "postgres://db/events", 16),
            (
                "postgres://db/events?sslmode=disable&connections=3",
                "postgres://db/events?sslmode=disable",
                3,
            ),
            ("postgres://db/events?connections=1", "postgres://db/events?", 1),
        ] {
            let read = apart(address).expect("an address");
            assert_eq!(read, (theirs.to_owned(), count), "{address}");
        }
        for count in ["", "0", "x", "-1", "100000"] {
            assert!(apart(&format!("postgres://db/events?connections={count}")).is_err());
        }
    }
}
