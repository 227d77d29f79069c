//! What was promised beside what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use engine::ingest::Ingest;
use engine::store::{Cell, EventStore, EventsAt, Statement};
use engine::{Clock, Random};
use model::ids::OrgId;
use reqwest::Client;
use serde_json::{Value, json};

use crate::load::{Account, Memory, PATIENCE};

/// How many events there are, and how many of them differ, as the query API sees it.
async fn counted(client: &Client, url: &str, account: &Account) -> (u64, u64) {
    let query = json!({"kind": "trend", "range": {"from": "2010-01-01", "to": "2045-01-01"}, "interval": "month",
        "series": [{"measure": "count"}, {"measure": "unique", "property": "n"}]});
    let answer = account.ask(client, url, &query).await;
    let total = |series: usize| {
        let total = answer["series"][series]["total"]
            .as_f64()
            .expect("totals are numbers");
        format!("{total:.0}").parse().expect("counts are whole")
    };
    (total(0), total(1))
}

fn number_of(memories: &[Memory], ids: fn(&Memory) -> &BTreeSet<String>) -> u64 {
    u64::try_from(memories.iter().map(|memory| ids(memory).len()).sum::<usize>()).unwrap_or(u64::MAX)
}

/// Asks until everything that was acknowledged can be seen.
pub(crate) async fn see_everything(client: &Client, url: &str, account: &Account, memories: &[Memory]) {
    let acknowledged = number_of(memories, |memory| &memory.acknowledged);
    let sent = number_of(memories, |memory| &memory.sent);
    let mut last = 0;
    let seen = tokio::time::timeout(PATIENCE, async {
        loop {
            let (count, distinct) = counted(client, url, account).await;
            assert_eq!(count, distinct, "an event was counted twice");
            assert!(count <= sent, "{count} events are there, {sent} were sent");
            if count >= acknowledged {
                return;
            }
            last = count;
        }
    });
    let seen = seen.await;
    assert!(
        seen.is_ok(),
        "{last} of {acknowledged} acknowledged events are in answers"
    );
}

/// The report of `/readyz`.
pub(crate) async fn readiness(client: &Client, url: &str) -> Value {
    let answer = client.get(format!("{url}/readyz")).send().await;
    answer
        .expect("the server answers")
        .json()
        .await
        .expect("the report is JSON")
}

/// Every id in the event store of a program that has ended, with how often it is there.
pub(crate) async fn stored(data_dir: &Path, org: OrgId) -> BTreeMap<String, i64> {
    let store = EventStore::open(&EventsAt::DuckDb(data_dir.join("events")), Clock::System)
        .await
        .expect("the store opens");
    let log_dir = data_dir.join("log");
    let ingest = Ingest::open(&log_dir, store.clone(), Clock::System, Random::from_os())
        .await
        .expect("the log opens");
    ingest.drained().await.expect("the log works");
    // A quick machine has acknowledged more of them than an answer may have rows.
    let every_id = Statement::new("SELECT id, count(*) FROM events GROUP BY id", Vec::new());
    let statement = every_id.of_at_most(usize::MAX);
    let frame = store.fetch(org, statement).await.expect("the store answers");
    let pair = |row: &Vec<Cell>| Some((row[0].text()?.to_owned(), row[1].int()?));
    let ids = frame
        .rows
        .iter()
        .map(|row| pair(row).expect("an id and a count"))
        .collect();
    ingest.close().await.expect("the log closes");
    store.close().await.expect("the store closes");
    ids
}

/// Nothing that was acknowledged is missing, nothing is there twice, nothing was invented.
pub(crate) fn must_hold(memories: &[Memory], stored: &BTreeMap<String, i64>) {
    let twice: Vec<_> = stored.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "stored more than once: {twice:?}");
    let acknowledged = memories.iter().flat_map(|memory| &memory.acknowledged);
    let lost: Vec<_> = acknowledged.filter(|id| !stored.contains_key(*id)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let sent: BTreeSet<&String> = memories.iter().flat_map(|memory| &memory.sent).collect();
    let invented: Vec<_> = stored.keys().filter(|id| !sent.contains(id)).collect();
    assert!(invented.is_empty(), "stored and never sent: {invented:?}");
}
