use std::time::Instant;

use duckdb::types::{TimeUnit, Value};
use duckdb::{Connection, params};

use crate::Outcome;

const EVENTS: i64 = 1_000_000;
/// Rows in a transaction: what the store takes at a time.
const ROWS: i64 = 20_000;

/// How fast the engine takes events without us: once as text, and once with their properties read too.
pub(crate) fn measure() -> Outcome<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let connection = Connection::open(folder.path().join("bare.duckdb"))?;
    let columns =
        "id TEXT, name TEXT, ts TIMESTAMP, user_id TEXT, anonymous_id TEXT, session_id TEXT, properties";
    connection.execute_batch(&format!(
        "CREATE TABLE texts ({columns} TEXT); CREATE TABLE events ({columns} VARIANT);
         CREATE TEMP TABLE staged ({columns} TEXT)"
    ))?;
    let rate = append(&connection, ("bare", "texts"), "")?;
    println!("DuckDB's appender, properties kept as text\t{rate}");
    let read = "INSERT INTO events SELECT * REPLACE (properties::JSON::VARIANT AS properties) FROM staged; TRUNCATE staged";
    let rate = append(&connection, ("temp", "staged"), read)?;
    println!("DuckDB's appender, then properties to VARIANT, both durable\t{rate}");
    Ok(())
}

fn append(connection: &Connection, (catalogue, table): (&str, &str), then: &str) -> Outcome<f64> {
    let start = Instant::now();
    for from in (0..EVENTS).step_by(usize::try_from(ROWS)?) {
        connection.execute_batch("BEGIN")?;
        let mut appender = connection.appender_to_catalog_and_db(table, catalogue, "main")?;
        for number in from..from + ROWS {
            let mixed = (number * 2_654_435_761) % 1_000_003;
            let (user, session) = (
                format!("user-{}", mixed % 20_000),
                format!("session-{}", mixed % 90_000),
            );
            let properties = format!(
                r#"{{"$path":"/boards/{}","$browser":"Chrome","$os":"macOS","country":"DE","duration_ms":{},"plan":"team"}}"#,
                mixed % 300,
                mixed % 5_000
            );
            let time = Value::Timestamp(TimeUnit::Microsecond, 1_790_000_000_000_000 - mixed * 2_000_000);
            appender.append_row(params![
                format!("0192f0a4-{number:012x}"),
                "page_view",
                time,
                user,
                None::<String>,
                session,
                properties
            ])?;
        }
        appender.flush()?;
        drop(appender);
        connection.execute_batch(then)?;
        connection.execute_batch("COMMIT")?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let events = EVENTS as f64;
    Ok((events / start.elapsed().as_secs_f64()).round())
}
