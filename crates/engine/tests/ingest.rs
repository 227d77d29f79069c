//! Events on their way in, on the real log and the real store.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::ingest::{BodyFormat, Ingest};
use engine::store::{EventStore, EventsAt, Statement};
use engine::{Caller, Clock, Error, Random};
use model::event::Receipt;
use model::ids::OrgId;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use uuid::Uuid;

const DAY: Duration = Duration::from_hours(24);

/// A data directory, a clock that stands still, and an organization.
struct Home {
    dir: TempDir,
    clock: Clock,
    org: OrgId,
}

struct Running {
    ingest: Ingest,
    store: EventStore,
    caller: Caller,
}

fn org(number: u128) -> OrgId {
    OrgId::new(Uuid::from_u128(number))
}

impl Home {
    fn new() -> Self {
        let now = "2026-01-01T12:00:00Z".parse().expect("a constant");
        Self {
            dir: tempfile::tempdir().expect("a scratch folder"),
            clock: Clock::manual(now),
            org: org(1),
        }
    }

    /// What a crash leaves behind: the files as they are at this moment.
    fn after_a_crash(&self) -> Self {
        let dir = tempfile::tempdir().expect("a scratch folder");
        copy(self.dir.path(), dir.path());
        Self {
            dir,
            clock: self.clock.clone(),
            org: self.org,
        }
    }

    fn log_file(&self) -> PathBuf {
        self.dir.path().join("log/ingest.sqlite3")
    }

    fn store_file(&self) -> PathBuf {
        self.dir
            .path()
            .join("events")
            .join(format!("{}.duckdb", self.org))
    }

    /// Puts a folder where the store wants a file, so that every write of this organization fails.
    fn break_store(&self) {
        std::fs::create_dir_all(self.store_file().join("in the way")).expect("a scratch folder");
    }

    fn mend_store(&self) {
        std::fs::remove_dir_all(self.store_file()).expect("it was put there");
    }

    async fn open(&self) -> Running {
        self.open_with_limit(usize::MAX).await
    }

    async fn open_with_limit(&self, most_log_bytes: usize) -> Running {
        let events = EventsAt::DuckDb(self.dir.path().join("events"));
        let store = EventStore::open(&events, self.clock.clone())
            .await
            .expect("the store opens");
        let (log, clock, random) = (self.dir.path().join("log"), self.clock.clone(), Random::seeded(7));
        let ingest = Ingest::open_with_limit(&log, store.clone(), clock, random, most_log_bytes).await;
        let ingest = ingest.expect("the log opens");
        Running {
            ingest,
            store,
            caller: Caller::operator(self.org),
        }
    }
}

impl Running {
    async fn send(&self, body: &str) -> Receipt {
        self.ingest
            .accept(&self.caller, body.as_bytes(), BodyFormat::Json, false)
            .await
            .expect("it is taken")
    }

    async fn stored(&self) -> Vec<String> {
        self.ingest.drained().await.expect("the log works");
        self.stored_of(self.caller.org()).await
    }

    async fn stored_of(&self, org: OrgId) -> Vec<String> {
        let statement = Statement::new("SELECT id FROM events ORDER BY id", Vec::new());
        let frame = self.store.fetch(org, statement).await.expect("the store answers");
        frame
            .rows
            .iter()
            .map(|row| row[0].text().expect("ids are text").to_owned())
            .collect()
    }

    async fn close(self) {
        self.ingest.close().await.expect("the log closes");
        self.store.close().await.expect("the store closes");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a scratch folder");
    for entry in std::fs::read_dir(from).expect("it is readable") {
        let entry = entry.expect("it is readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("it is readable").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("it is readable");
        }
    }
}

fn ids(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number:04}")).collect()
}

fn array(ids: &[String]) -> String {
    let events: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"name":"click","id":"{id}"}}"#))
        .collect();
    format!("[{}]", events.join(","))
}

fn code(error: &Error) -> &str {
    match error {
        Error::Invalid(fields) => &fields[0].code,
        Error::Unavailable { .. } => "unavailable",
        _ => "another",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_body_arrives() {
    let home = Home::new();
    let running = home.open().await;
    running.send(r#"{"name":"a","id":"1"}"#).await;
    running
        .send(r#"[{"name":"a","id":"2"},{"name":"a","id":"3"}]"#)
        .await;
    running
        .send(r#"{"events":[{"name":"a","id":"4"}],"sent_at":"2026-01-01T00:00:00Z"}"#)
        .await;
    let lines = b"{\"name\":\"a\",\"id\":\"5\"}\n\n{\"name\":\"a\",\"id\":\"6\"}\n";
    let receipt = running
        .ingest
        .accept(&running.caller, lines, BodyFormat::Ndjson, false)
        .await;
    assert_eq!(receipt.expect("it is taken").accepted, 2);
    assert_eq!(running.stored().await, ["1", "2", "3", "4", "5", "6"]);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_event_never_costs_its_neighbours() {
    let home = Home::new();
    let running = home.open().await;
    let receipt = running
        .send(r#"[{"name":"a","id":"1"},{"name":5,"id":"2"},7,{"name":"a","id":"3","timestamp":"2030-01-01T00:00:00Z"}]"#)
        .await;
    assert_eq!(
        (receipt.accepted, receipt.duplicates, receipt.rejected),
        (2, 0, 2)
    );
    let problems: Vec<_> = receipt
        .errors
        .iter()
        .map(|e| (e.index, e.id.as_deref(), e.field.as_deref(), e.code.as_str()))
        .collect();
    assert_eq!(
        problems,
        [
            (1, Some("2"), Some("name"), "invalid"),
            (2, None, None, "invalid")
        ]
    );
    assert_eq!(
        (receipt.warnings[0].index, receipt.warnings[0].code.as_str()),
        (3, "clamped")
    );
    assert_eq!(running.stored().await, ["1", "3"]);

    let lines = b"{\"name\":\"a\",\"id\":\"4\"}\n{\"name\":\n{\"name\":\"a\",\"id\":\"5\"}";
    let receipt = running
        .ingest
        .accept(&running.caller, lines, BodyFormat::Ndjson, false)
        .await;
    let receipt = receipt.expect("it is taken");
    assert_eq!(
        (
            receipt.accepted,
            receipt.errors[0].index,
            receipt.errors[0].code.as_str()
        ),
        (2, 1, "not_json")
    );
    assert_eq!(running.stored().await, ["1", "3", "4", "5"]);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_beyond_the_limits_are_refused_whole() {
    let home = Home::new();
    let running = home.open().await;
    for (body, expected) in [
        ("{".to_owned(), "not_json"),
        (
            format!("[{}]", vec![r#"{"name":"a"}"#; 2501].join(",")),
            "too_many_events",
        ),
        (" ".repeat(5 * 1024 * 1024 + 1), "body_too_large"),
    ] {
        let refused = running
            .ingest
            .accept(&running.caller, body.as_bytes(), BodyFormat::Json, false)
            .await;
        assert_eq!(code(&refused.expect_err("it is refused")), expected);
    }
    assert!(running.stored().await.is_empty());
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_without_an_id_all_count() {
    let home = Home::new();
    let running = home.open().await;
    for _ in 0..2 {
        assert_eq!(running.send(r#"[{"name":"a"},{"name":"a"}]"#).await.accepted, 2);
    }
    let distinct: BTreeSet<String> = running.stored().await.into_iter().collect();
    assert_eq!(distinct.len(), 4);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_reports_and_keeps_nothing() {
    let home = Home::new();
    let running = home.open().await;
    running.send(r#"{"name":"a","id":"1"}"#).await;
    let body = br#"[{"name":"a","id":"1"},{"name":"a","id":"2"},{"name":"a","id":"2"},{"name":""}]"#;
    for _ in 0..2 {
        let receipt = running
            .ingest
            .accept(&running.caller, body, BodyFormat::Json, true)
            .await;
        let receipt = receipt.expect("it is read");
        assert_eq!(
            (receipt.accepted, receipt.duplicates, receipt.rejected),
            (1, 2, 1)
        );
    }
    assert_eq!(running.stored().await, ["1"]);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_counts_once_in_a_request_across_requests_and_across_restarts() {
    let home = Home::new();
    let running = home.open().await;
    let twice = running
        .send(r#"[{"name":"a","id":"1"},{"name":"a","id":"1"},{"name":"a","id":"2"}]"#)
        .await;
    assert_eq!((twice.accepted, twice.duplicates), (2, 1));
    assert_eq!(running.send(r#"{"name":"b","id":"2"}"#).await.duplicates, 1);
    let neighbour = Caller::operator(org(2));
    let receipt = running
        .ingest
        .accept(&neighbour, br#"{"name":"a","id":"1"}"#, BodyFormat::Json, false)
        .await;
    assert_eq!(
        receipt.expect("it is taken").accepted,
        1,
        "ids are an organization's own"
    );
    running.close().await;

    let running = home.open().await;
    let again = running
        .send(r#"[{"name":"a","id":"1"},{"name":"a","id":"3"}]"#)
        .await;
    assert_eq!((again.accepted, again.duplicates), (1, 1));
    assert_eq!(running.stored().await, ["1", "2", "3"]);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_id_counts_once_in_parallel() {
    let home = Home::new();
    let running = home.open().await;
    let ids = ids("p", 300);
    let senders: Vec<_> = (0..12)
        .map(|sender| {
            let (ingest, caller, mut ids) = (running.ingest.clone(), running.caller.clone(), ids.clone());
            ids.rotate_left(sender * 25);
            tokio::spawn(async move {
                let mut accepted = 0;
                for part in ids.chunks(20) {
                    let receipt = ingest
                        .accept(&caller, array(part).as_bytes(), BodyFormat::Json, false)
                        .await;
                    accepted += receipt.expect("it is taken").accepted;
                }
                accepted
            })
        })
        .collect();
    let mut accepted = 0;
    for sender in senders {
        accepted += sender.await.expect("no sender panics");
    }
    assert_eq!(accepted, 300);
    assert_eq!(running.stored().await, ids);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_remembered_for_seven_days() {
    let home = Home::new();
    let running = home.open().await;
    let event = r#"{"name":"a","id":"1"}"#;
    assert_eq!(running.send(event).await.accepted, 1);
    home.clock.advance(DAY * 7);
    assert_eq!(running.send(event).await.duplicates, 1);
    running.close().await;
    let running = home.open().await;
    assert_eq!(running.send(event).await.duplicates, 1);
    home.clock.advance(DAY);
    assert_eq!(
        running.send(event).await.accepted,
        1,
        "it is new again after the eighth day began"
    );
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_down_loses_nothing_and_holds_up_nobody_else() {
    let home = Home::new();
    home.break_store();
    let running = home.open().await;
    let ids = ids("e", 50);
    for part in ids.chunks(10) {
        assert_eq!(running.send(&array(part)).await.accepted, 10);
    }
    let neighbour = Caller::operator(org(2));
    let receipt = running
        .ingest
        .accept(&neighbour, br#"{"name":"a","id":"n"}"#, BodyFormat::Json, false)
        .await;
    assert_eq!(receipt.expect("it is taken").accepted, 1);
    while running.ingest.status().pending_events > ids.len() {
        tokio::task::yield_now().await;
    }
    assert_eq!(running.stored_of(org(2)).await, ["n"]);
    assert_eq!(running.send(&array(&ids[..5])).await.duplicates, 5);
    home.mend_store();
    assert_eq!(running.stored().await, ids);
    assert_eq!(running.ingest.status().pending_events, 0);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_log_says_later_and_heals_alone() {
    let home = Home::new();
    home.break_store();
    let running = home.open_with_limit(2_000).await;
    let ids = ids("e", 100);
    assert_eq!(running.send(&array(&ids)).await.accepted, 100);
    let refused = running
        .ingest
        .accept(
            &running.caller,
            br#"{"name":"a","id":"x"}"#,
            BodyFormat::Json,
            false,
        )
        .await;
    assert_eq!(code(&refused.expect_err("the log is full")), "unavailable");
    assert!(running.ingest.check().await.is_err());
    assert!(!running.ingest.status().writable);
    home.mend_store();
    assert_eq!(running.stored().await, ids);
    running.ingest.check().await.expect("it has healed");
    assert_eq!(running.send(r#"{"name":"a","id":"x"}"#).await.accepted, 1);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_what_was_logged_is_stored_once() {
    let home = Home::new();
    home.break_store();
    let running = home.open().await;
    let ids = ids("e", 40);
    running.send(&array(&ids)).await;

    let crashed = home.after_a_crash();
    crashed.mend_store();
    let revived = crashed.open().await;
    assert_eq!(revived.stored().await, ids);
    assert_eq!(revived.send(&array(&ids)).await.duplicates, 40);

    let crashed_again = crashed.after_a_crash();
    let revived_again = crashed_again.open().await;
    assert_eq!(revived_again.send(&array(&ids)).await.duplicates, 40);
    assert_eq!(revived_again.stored().await, ids);
    revived_again.close().await;
    revived.close().await;
    home.mend_store();
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_what_was_stored_is_not_stored_again() {
    let home = Home::new();
    home.break_store();
    let running = home.open().await;
    let ids = ids("e", 40);
    running.send(&array(&ids)).await;
    let before = home.after_a_crash();
    home.mend_store();
    assert_eq!(running.stored().await, ids);
    running.close().await;

    // The log of before the store's commit beside the store of after it: a crash between the commit and the trim.
    before.mend_store();
    std::fs::copy(home.store_file(), before.store_file()).expect("it was closed");
    let revived = before.open().await;
    assert_eq!(revived.stored().await, ids);
    revived.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_a_crash_lost_are_taken_from_the_log() {
    let home = Home::new();
    home.break_store();
    let running = home.open().await;
    let ids = ids("e", 40);
    running.send(&array(&ids)).await;

    let crashed = home.after_a_crash();
    std::fs::remove_dir_all(crashed.dir.path().join("log/ids")).expect("it is there");
    crashed.mend_store();
    let revived = crashed.open().await;
    assert_eq!(revived.send(&array(&ids)).await.duplicates, 40);
    assert_eq!(revived.stored().await, ids);
    revived.close().await;
    home.mend_store();
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_log_does_not_make_new_events_look_stored() {
    let home = Home::new();
    let running = home.open().await;
    running.send(r#"{"name":"a","id":"1"}"#).await;
    running.close().await;
    std::fs::remove_dir_all(home.dir.path().join("log")).expect("it is there");
    home.clock.advance(Duration::from_secs(1));
    let running = home.open().await;
    running.send(r#"{"name":"a","id":"2"}"#).await;
    assert_eq!(running.stored().await, ["1", "2"]);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_records_are_set_aside_and_the_rest_goes_on() {
    let home = Home::new();
    home.break_store();
    let running = home.open().await;
    let ids = ids("e", 30);
    for part in ids.chunks(10) {
        running.send(&array(part)).await;
    }
    let crashed = home.after_a_crash();
    let url = format!("sqlite:{}", crashed.log_file().display());
    let mut log = SqliteConnection::connect(&url).await.expect("the copy opens");
    let damage = "UPDATE batches SET body = zeroblob(length(body))
                  WHERE position = (SELECT position FROM batches ORDER BY position LIMIT 1 OFFSET 1)";
    assert_eq!(
        sqlx::query(damage)
            .execute(&mut log)
            .await
            .expect("it is writable")
            .rows_affected(),
        1
    );
    log.close().await.expect("it closes");

    crashed.mend_store();
    let revived = crashed.open().await;
    assert_eq!(revived.stored().await, [&ids[..10], &ids[20..]].concat());
    assert_eq!(revived.ingest.status().quarantined, 1);
    assert_eq!(revived.send(&array(&["after".to_owned()])).await.accepted, 1);
    revived.close().await;
    let reopened = crashed.open().await;
    assert_eq!(
        reopened.ingest.status().quarantined,
        1,
        "it is counted until somebody looks at it"
    );
    reopened.close().await;
    home.mend_store();
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_log_takes_nothing() {
    let home = Home::new();
    let running = home.open().await;
    running.ingest.close().await.expect("it closes");
    running.ingest.close().await.expect("closing twice is nothing");
    let refused = running
        .ingest
        .accept(&running.caller, br#"{"name":"a"}"#, BodyFormat::Json, false)
        .await;
    assert_eq!(code(&refused.expect_err("it is closed")), "unavailable");
    assert!(running.ingest.check().await.is_err());
}
