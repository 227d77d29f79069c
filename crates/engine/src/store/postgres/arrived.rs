//! Which ids have come within the last days, from whichever process: a second one adds nothing.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI32, Ordering};

use model::event::Event;
use model::ids::OrgId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::ingest::id_key;

/// Whole days that an id is remembered after the day it came, as each process remembers those that it took itself.
const DAYS: i32 = 7;

/// Remembers the ids of these events, and leaves out the events whose ids came before.
pub(super) async fn only_new<'e>(
    connection: &mut PgConnection,
    org: OrgId,
    today: i32,
    events: Vec<&'e Event>,
) -> Result<Vec<&'e Event>, sqlx::Error> {
    let keys: Vec<Uuid> = events
        .iter()
        .map(|event| Uuid::from_u128(id_key(org, event.id())))
        .collect();
    let new: Vec<(Uuid,)> = sqlx::query_as(
        "INSERT INTO arrived_ids (key, day) SELECT DISTINCT key, $2 FROM unnest($1) AS arriving(key)
         ON CONFLICT (key) DO UPDATE SET day = excluded.day WHERE arrived_ids.day < $3 RETURNING key",
    )
    .bind(&keys)
    .bind(today)
    .bind(today - DAYS)
    .fetch_all(connection)
    .await?;
    if new.len() == events.len() {
        return Ok(events);
    }
    let mut new: HashSet<Uuid> = new.into_iter().map(|(key,)| key).collect();
    let events = events.into_iter().zip(keys);
    Ok(events
        .filter_map(|(event, key)| new.remove(&key).then_some(event))
        .collect())
}

/// When ids were last forgotten.
#[derive(Default)]
pub(super) struct Forgetting(AtomicI32);

impl Forgetting {
    /// Forgets ids that count again, once a day.
    pub(super) async fn turn(&self, pool: &PgPool, today: i32) {
        if self.0.swap(today, Ordering::SeqCst) == today {
            return;
        }
        let forgotten = sqlx::query("DELETE FROM arrived_ids WHERE day < $1")
            .bind(today - DAYS)
            .execute(pool)
            .await;
        if let Err(error) = forgotten {
            // They count again all the same; tomorrow they go.
            tracing::debug!(%error, "ids that are over stay for another day");
        }
    }
}
