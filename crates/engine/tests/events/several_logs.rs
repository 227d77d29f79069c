//! From a log to the store: on every store, and where several processes, each with a log of its own, share one.

use std::path::Path;

use engine::ingest::{BodyFormat, Ingest};
use engine::store::Statement;
use engine::{Caller, Random};
use model::ids::OrgId;

use crate::world::{StoreKind, World, event, on_every_store, org};

on_every_store! {
    what_is_taken_is_stored,
}

const NOW: &str = "2026-03-10T12:00:00Z";

/// A process that takes events.
struct Process {
    world: World,
    ingest: Ingest,
}

impl Process {
    async fn on(world: World, seed: u64) -> Self {
        let ingest = opened(&world, world.folder.path(), seed).await;
        Self { world, ingest }
    }

    async fn send(&self, org: OrgId, ids: &[String]) {
        let events = ids.iter().map(|id| format!(r#"{{"id":"{id}","name":"{id}"}}"#));
        let body = format!("[{}]", events.collect::<Vec<_>>().join(","));
        self.ingest
            .accept(&Caller::operator(org), body.as_bytes(), BodyFormat::Json, false)
            .await
            .expect("it is taken");
    }

    async fn restarted(self, seed: u64) -> Self {
        let Self { world, ingest } = self;
        ingest.close().await.expect("the log closes");
        Self::on(world, seed).await
    }

    async fn stored(&self, org: OrgId) -> Vec<String> {
        self.ingest.drained().await.expect("the log works");
        let statement = Statement::new("SELECT id FROM events ORDER BY id", Vec::new());
        let frame = self.world.store.fetch(org, statement).await;
        let frame = frame.expect("the store answers");
        let text = |row: &Vec<engine::store::Cell>| row[0].text().expect("ids are text").to_owned();
        frame.rows.iter().map(text).collect()
    }

    async fn total(&self, org: OrgId) -> f64 {
        let question =
            r#"{"kind":"trend","series":[{"measure":"count"}],"range":{"last":"7d"},"interval":"day"}"#;
        let answer = self.world.ask(org, question).await.expect("an answer");
        answer.series[0].total.unwrap_or_default()
    }
}

async fn opened(world: &World, folder: &Path, seed: u64) -> Ingest {
    let (log, clock) = (folder.join("log"), world.clock.clone());
    let ingest = Ingest::open(&log, world.store.clone(), clock, Random::seeded(seed)).await;
    ingest.expect("the log opens")
}

async fn two_processes() -> (Process, Process) {
    let world = World::on(StoreKind::Postgres, NOW).await;
    let other = world.another_process().await;
    (Process::on(world, 1).await, Process::on(other, 2).await)
}

fn ids(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number:03}")).collect()
}

/// Also while somebody else uses the connections that are open.
async fn what_is_taken_is_stored() {
    let process = Process::on(World::at(NOW).await, 1).await;
    let mut sent = Vec::new();
    for round in 0..10 {
        let batch = ids(&format!("{round}-"), 5);
        let (.., total) = tokio::join!(
            process.send(org(1), &batch),
            process.total(org(2)),
            process.total(org(1))
        );
        assert!(total <= 50.0);
        sent.extend(batch);
    }
    let process = process.restarted(2).await;
    process.send(org(1), &sent[..7]).await;
    assert_eq!(process.stored(org(1)).await, sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_both_are_there_although_their_positions_are_the_same() {
    let (one, other) = two_processes().await;
    let mut sent = Vec::new();
    for round in 0..20 {
        let (a, b) = (ids(&format!("a{round:02}-"), 3), ids(&format!("b{round:02}-"), 3));
        tokio::join!(one.send(org(1), &a), other.send(org(1), &b));
        sent.extend(a.into_iter().chain(b));
        if round % 5 == 0 {
            other.ingest.drained().await.expect("the log works");
        }
    }
    sent.sort();
    one.ingest.drained().await.expect("the log works");
    assert_eq!(other.stored(org(1)).await, sent);
    let (one, other) = (one.restarted(3).await, other.restarted(4).await);
    one.send(org(1), &ids("c", 2)).await;
    other.send(org(1), &ids("d", 2)).await;
    one.ingest.drained().await.expect("the log works");
    assert_eq!(other.stored(org(1)).await.len(), sent.len() + 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_reaches_both_counts_once_until_seven_days_are_over() {
    let (one, other) = two_processes().await;
    let all = ids("x", 50);
    for _ in 0..3 {
        tokio::join!(one.send(org(1), &all[..40]), other.send(org(1), &all[10..]));
    }
    one.send(org(2), &all[..5]).await;
    one.ingest.drained().await.expect("the log works");
    assert_eq!(other.stored(org(1)).await, all);
    assert_eq!(one.stored(org(2)).await, all[..5], "of another organization");

    one.world.clock.advance(std::time::Duration::from_hours(24 * 8));
    other.send(org(1), &all[..1]).await;
    assert_eq!(other.stored(org(1)).await.len(), all.len() + 1);
    one.send(org(1), &all[..1]).await;
    assert_eq!(one.stored(org(1)).await.len(), all.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_at_once_what_the_other_stored() {
    let (one, other) = two_processes().await;
    for round in 1..=5_u8 {
        one.send(org(1), &ids(&format!("a{round}-"), 2)).await;
        one.ingest.drained().await.expect("the log works");
        other.send(org(1), &ids(&format!("b{round}-"), 1)).await;
        other.ingest.drained().await.expect("the log works");
        let expected = f64::from(round) * 3.0;
        assert_eq!(
            (one.total(org(1)).await, other.total(org(1)).await),
            (expected, expected)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_alone_stored_before_stays_and_counts_for_its_log() {
    let world = World::on(StoreKind::Postgres, NOW).await;
    world
        .append(org(1), 7, vec![event(r#"{"id":"before","name":"x"}"#)])
        .await;
    let process = Process::on(world, 1).await;
    process.send(org(1), &ids("after", 1)).await;
    assert_eq!(process.stored(org(1)).await, ["after000", "before"]);
}
