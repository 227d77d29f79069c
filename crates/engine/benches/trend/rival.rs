//! The engines without us: each runs statements by hand on the events that DataPulse asks too.

mod clickhouse;
pub(crate) mod duckdb;
mod postgres;

use std::path::Path;

use crate::Outcome;
use clickhouse::ClickHouse;
use duckdb::DuckDb;
use postgres::Postgres;

/// An engine that runs what it is told.
pub(crate) enum Rival {
    DuckDb(DuckDb),
    Postgres(Postgres),
    ClickHouse(ClickHouse),
}

impl Rival {
    /// The engine at a URL as `--events` takes it; of DuckDB the file, not the folder.
    pub(crate) async fn open(url: &str) -> Outcome<Self> {
        match url.split_once(':') {
            Some(("duckdb", file)) => Ok(Self::DuckDb(DuckDb::open(Path::new(file))?)),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(Postgres::open(url).await?)),
            Some(("clickhouse", _)) => Ok(Self::ClickHouse(ClickHouse::open(url)?)),
            _ => Err(format!("{url} is no store").into()),
        }
    }

    /// Runs any statement to its end: its rows, and the sum of its second column's numbers.
    pub(crate) async fn rows_and_sum(&self, sql: &str) -> Outcome<(usize, f64)> {
        match self {
            Self::DuckDb(duckdb) => duckdb.rows_and_sum(sql),
            Self::Postgres(postgres) => postgres.rows_and_sum(sql).await,
            Self::ClickHouse(clickhouse) => clickhouse.rows_and_sum(sql).await,
        }
    }
}
