use std::path::{Path, PathBuf};

use duckdb::Connection;
use engine::Clock;
use engine::store::{Appended, EventStore, EventsAt};
use model::event::Event;
use model::ids::OrgId;

use crate::Outcome;

/// The first moment after the last event.
pub(crate) const END: &str = "2026-04-01T00:00:00Z";
const CHUNK: usize = 1_000_000;
/// In microseconds.
const NINETY_DAYS: usize = 7_776_000_000_000;

/// One event of each kind, so that the store itself makes the file and learns which properties there are.
const SAMPLES: [&str; 2] = [
    r#"{"name":"page_view","id":"sample-1","timestamp":"2025-12-31T00:00:00Z","user_id":"u",
        "properties":{"$path":"/p/1","$browser":"Chrome","country":"DE","duration_ms":120}}"#,
    r#"{"name":"purchase","id":"sample-2","timestamp":"2025-12-31T00:00:00Z","user_id":"u",
        "properties":{"plan":"team","country":"DE","amount":19.25}}"#,
];

/// Ninety days of events, about in the order of their time, as a server would have taken them; gives the file.
pub(crate) async fn generate(folder: &Path, org: OrgId, clock: &Clock, count: usize) -> Outcome<PathBuf> {
    let store = EventStore::open(&EventsAt::DuckDb(folder.to_owned()), clock.clone()).await?;
    let parsed = SAMPLES.map(|json| Event::parse(json, clock.now(), String::new).map(|parsed| parsed.event));
    let events = parsed
        .into_iter()
        .collect::<Result<Vec<Event>, _>>()
        .map_err(|error| error.message)?;
    // As the log counts: a copy takes small positions for pages of its own.
    let position = clock.now().as_microsecond().unsigned_abs();
    store.append(org, vec![Appended { position, events }]).await?;
    store.close().await?;

    let file = folder.join(format!("{org}.duckdb"));
    let connection = Connection::open(&file)?;
    for from in (0..count).step_by(CHUNK) {
        let to = count.min(from + CHUNK);
        connection.execute_batch(&insert(from, to, count))?;
    }
    connection.execute_batch("CHECKPOINT")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(file)
}

fn insert(from: usize, to: usize, count: usize) -> String {
    let step = NINETY_DAYS / count;
    format!(
        "INSERT INTO events
        SELECT 'event-' || i,
            name,
            TIMESTAMP '2026-01-01' + to_microseconds(least((i * {step}) + hash(i, 1) % 30000000, 7775999999999)::BIGINT),
            'user-' || (pow((hash(i, 2) % 1000000) / 1e6, 2) * 200000)::BIGINT,
            NULL,
            'session-' || (i // 12 * 7 + hash(i, 3) % 5),
            -- As quick as it gets: written as JSON text, the same properties take four times as long.
            CASE WHEN name = 'page_view' THEN
                {{'$path': '/p/' || (pow((hash(i, 4) % 1000000) / 1e6, 3) * 500)::BIGINT,
                '$browser': ['Chrome', 'Safari', 'Firefox', 'Edge'][1 + (hash(i, 5) % 4)::INT],
                'country': country, 'duration_ms': hash(i, 6) % 5000}}::VARIANT
            ELSE
                {{'plan': ['free', 'starter', 'team'][1 + (hash(i, 7) % 3)::INT],
                'country': country, 'amount': (hash(i, 8) % 20000)::DOUBLE + 0.25}}::VARIANT
            END
        FROM (
            SELECT i,
                CASE WHEN k < 60 THEN 'page_view' WHEN k < 80 THEN 'feature_used' WHEN k < 90 THEN 'login'
                    WHEN k < 97 THEN 'sign_up' ELSE 'purchase' END AS name,
                ['US', 'US', 'US', 'DE', 'DE', 'GB', 'FR', 'IN', 'CA', 'BR', 'NL', 'JP', 'AU', 'SE', 'ES', 'IT'][1 + (hash(i, 9) % 16)::INT] AS country
            FROM (SELECT i, hash(i, 0) % 100 AS k FROM range({from}, {to}) AS numbers(i))
        )"
    )
}
