//! The database and its tables, made where they are missing.

use super::client::{Asking, Client};
use super::fault::Fault;
use crate::error::Error;

const TABLES: &str = concat!(
    include_str!("../../../../../migrations/events-clickhouse/0001_events.sql"),
    include_str!("../../../../../migrations/events-clickhouse/0002_touched_hours.sql"),
    include_str!("../../../../../migrations/events-clickhouse/0003_ended_runs.sql"),
    include_str!("../../../../../migrations/events-clickhouse/0004_erasures.sql"),
);
/// Tables, and the columns that came later.
const HOW_MANY: i64 = 8;

/// Refuses a server that lacks what questions need, before the first is asked.
pub(super) async fn check(client: &Client) -> Result<(), Error> {
    let setting = "SELECT count() FROM system.settings WHERE name = 'enable_materialized_cte'";
    if count(client, setting).await? == 1 {
        return Ok(());
    }
    let message =
        "This ClickHouse is too old: questions need one that can keep a stage of a statement (26.9 can).";
    Err(Error::invalid("events_url", "too_old", message))
}

/// A user that may not make tables finds them made by somebody who may.
pub(super) async fn make(client: &Client) -> Result<(), Fault> {
    let database = [("database".to_owned(), client.database().to_owned())];
    if count(
        client,
        "SELECT count() FROM system.databases WHERE name = {database:String}",
    )
    .await?
        == 0
    {
        let create = "CREATE DATABASE IF NOT EXISTS {database:Identifier}";
        client.run(create, &database, false).await?;
    }
    let tables = "SELECT count() FROM (
         SELECT name FROM system.tables WHERE database = {database:String}
            AND name IN ('events', 'links', 'property_kinds', 'runs')
         UNION ALL SELECT name FROM system.columns WHERE database = {database:String}
            AND table = 'runs' AND name IN ('touched', 'ends', 'resumes', 'erasures'))";
    if count(client, tables).await? == HOW_MANY {
        return Ok(());
    }
    for statement in TABLES.split(";\n").map(str::trim) {
        if !statement.is_empty() {
            client.run(statement, &[], true).await?;
        }
    }
    Ok(())
}

async fn count(client: &Client, text: &str) -> Result<i64, Fault> {
    let asking = Asking::new(text).with("database", client.database()).anywhere();
    let frame = client.rows(&asking).await?;
    let count = frame.rows.first().and_then(|row| row.first()?.int());
    Ok(count.unwrap_or_default())
}
