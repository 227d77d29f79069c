//! The promise, on the real program: kill -9 at random moments loses nothing that was acknowledged, and counts nothing
//! twice. `DATAPULSE_CRASH_ROUNDS` asks for more rounds than five.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use engine::ingest::Ingest;
use engine::store::{EventStore, EventsAt, Statement};
use engine::{Clock, Random};
use model::ids::OrgId;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;

const SENDERS: u64 = 4;
const MOST_EVENTS: usize = 60;
const PATIENCE: Duration = Duration::from_mins(1);

/// The program, serving.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(data_dir: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_datapulse"))
            .arg("serve")
            .env("DATAPULSE_ADDR", "127.0.0.1:0")
            .env("DATAPULSE_DATA_DIR", data_dir)
            // The issuer of access tokens, which must outlive the port.
            .env("DATAPULSE_PUBLIC_URL", "http://datapulse.test")
            .env("DATAPULSE_RATE_LIMITS", "off")
            .env("DATAPULSE_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut first_line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout)
            .read_line(&mut first_line)
            .expect("the program says where it listens");
        let url = first_line
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        let url = url
            .unwrap_or_else(|| panic!("no URL in {first_line:?}"))
            .trim_end_matches('/')
            .to_owned();
        Self { child, url }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An organization with a write key.
struct Account {
    org: OrgId,
    token: String,
    key: String,
}

async fn json_of(request: reqwest::RequestBuilder, expected: StatusCode) -> Value {
    let answer = request.send().await.expect("the server answers");
    let status = answer.status();
    let text = answer.text().await.expect("the answer has a body");
    assert_eq!(status, expected, "{text}");
    serde_json::from_str(&text).expect("the answer is JSON")
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is not text"))
        .to_owned()
}

async fn account(client: &Client, url: &str) -> Account {
    let registration = json!({"email": "crash@example.com", "password": "correct horse battery", "name": "Crash",
        "organization": "Crash"});
    let request = client
        .post(format!("{url}/api/auth/register"))
        .json(&registration);
    let registered = json_of(request, StatusCode::CREATED).await;
    let (org, token) = (
        text(&registered["organization"]["id"]),
        text(&registered["access_token"]),
    );
    let request = client
        .post(format!("{url}/api/organizations/{org}/keys"))
        .bearer_auth(&token);
    let key = json_of(
        request.json(&json!({"name": "crash", "kind": "write"})),
        StatusCode::CREATED,
    )
    .await;
    Account {
        org: org.parse().expect("ids are UUIDs"),
        token,
        key: text(&key["key"]),
    }
}

/// One sender's ids: those it was promised, and those it ever sent.
#[derive(Default)]
struct Memory {
    acknowledged: BTreeSet<String>,
    sent: BTreeSet<String>,
    /// Sent when the program died: sent again in the next round, as any sender would.
    unanswered: Vec<String>,
}

/// Sends batches until the server is gone, and tells of each that was acknowledged.
struct Sender {
    client: Client,
    url: String,
    key: String,
    name: String,
    chance: StdRng,
    acknowledged: mpsc::UnboundedSender<()>,
}

impl Sender {
    async fn run(mut self, mut memory: Memory) -> Memory {
        let mut made = 0;
        let mut batch = std::mem::take(&mut memory.unanswered);
        loop {
            if batch.is_empty() {
                batch = self.next_batch(&memory, &mut made);
            }
            memory.sent.extend(batch.iter().cloned());
            if !self.send(&batch).await {
                memory.unanswered = batch;
                return memory;
            }
            memory.acknowledged.extend(batch.drain(..));
            let _ = self.acknowledged.send(());
        }
    }

    /// New ids, among them now and then some that were acknowledged before.
    fn next_batch(&mut self, memory: &Memory, made: &mut usize) -> Vec<String> {
        let count = self.chance.random_range(1..=MOST_EVENTS);
        let mut batch: Vec<String> = (*made..*made + count)
            .map(|n| format!("{}-{n}", self.name))
            .collect();
        *made += count;
        if self.chance.random_ratio(1, 4) {
            batch.extend(memory.acknowledged.iter().take(5).cloned());
        }
        batch
    }

    /// Whether the batch was acknowledged; false once the server is gone.
    async fn send(&self, batch: &[String]) -> bool {
        let events: Vec<Value> = batch
            .iter()
            .map(|id| json!({"name": "tick", "id": id, "properties": {"n": id}}))
            .collect();
        let request = self.client.post(format!("{}/api/analytics/events", self.url));
        let Ok(answer) = request
            .header("X-Write-Key", &self.key)
            .json(&events)
            .send()
            .await
        else {
            return false;
        };
        let status = answer.status();
        let Ok(receipt) = answer.json::<Value>().await else {
            return false;
        };
        assert_eq!(status, StatusCode::ACCEPTED, "{receipt}");
        let kept = receipt["accepted"].as_u64().zip(receipt["duplicates"].as_u64());
        assert_eq!(
            kept.map(|(accepted, duplicates)| accepted + duplicates),
            u64::try_from(batch.len()).ok()
        );
        true
    }
}

/// How many events there are, and how many of them differ, as the query API sees it.
async fn counted(client: &Client, url: &str, account: &Account) -> (u64, u64) {
    let query = json!({"kind": "trend", "range": {"last": "7d"}, "interval": "day",
        "series": [{"measure": "count"}, {"measure": "unique", "property": "n"}]});
    let request = client
        .post(format!("{url}/api/analytics/query"))
        .bearer_auth(&account.token)
        .json(&query);
    let answer = json_of(request, StatusCode::OK).await;
    let total = |series: usize| {
        let total = answer["series"][series]["total"]
            .as_f64()
            .expect("totals are numbers");
        format!("{total:.0}").parse().expect("counts are whole")
    };
    (total(0), total(1))
}

/// Asks until everything that was acknowledged can be seen.
async fn see_everything(client: &Client, url: &str, account: &Account, acknowledged: u64, sent: u64) {
    let seen = tokio::time::timeout(PATIENCE, async {
        loop {
            let (count, distinct) = counted(client, url, account).await;
            assert_eq!(count, distinct, "an event was counted twice");
            assert!(count <= sent, "{count} events are there, {sent} were sent");
            if count >= acknowledged {
                return;
            }
        }
    });
    seen.await
        .expect("every acknowledged event is in answers in time");
}

/// Every id in the event store, with how often it is there.
async fn stored(data_dir: &Path, org: OrgId) -> BTreeMap<String, i64> {
    let store = EventStore::open(&EventsAt::DuckDb(data_dir.join("events")), Clock::System)
        .await
        .expect("the store opens");
    let log_dir = data_dir.join("log");
    let ingest = Ingest::open(&log_dir, store.clone(), Clock::System, Random::from_os())
        .await
        .expect("the log opens");
    ingest.drained().await.expect("the log works");
    let statement = Statement::new("SELECT id, count(*) FROM events GROUP BY id", Vec::new());
    let frame = store.fetch(org, statement).await.expect("the store answers");
    let pair = |row: &Vec<engine::store::Cell>| Some((row[0].text()?.to_owned(), row[1].int()?));
    let ids = frame
        .rows
        .iter()
        .map(|row| pair(row).expect("an id and a count"))
        .collect();
    ingest.close().await.expect("the log closes");
    store.close().await.expect("the store closes");
    ids
}

fn rounds() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a test has no settings file")]
    let rounds = std::env::var("DATAPULSE_CRASH_ROUNDS");
    rounds.map_or(5, |text| {
        text.parse().expect("DATAPULSE_CRASH_ROUNDS is a number")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_minus_nine_loses_nothing_and_counts_nothing_twice() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let client = Client::builder()
        .timeout(PATIENCE)
        .build()
        .expect("a plain client");
    let mut chance = StdRng::seed_from_u64(4);
    let mut memories: Vec<Memory> = (0..SENDERS).map(|_| Memory::default()).collect();
    let mut server = Server::start(dir.path());
    let account = account(&client, &server.url).await;

    for round in 0..rounds() {
        let (acknowledged, mut yeses) = mpsc::unbounded_channel();
        let senders: Vec<_> = std::mem::take(&mut memories)
            .into_iter()
            .zip(0..)
            .map(|(memory, number)| {
                let sender = Sender {
                    client: client.clone(),
                    url: server.url.clone(),
                    key: account.key.clone(),
                    name: format!("{round}-{number}"),
                    chance: StdRng::seed_from_u64(round * SENDERS + number),
                    acknowledged: acknowledged.clone(),
                };
                tokio::spawn(sender.run(memory))
            })
            .collect();
        drop(acknowledged);
        for _ in 0..chance.random_range(1..150) {
            yeses
                .recv()
                .await
                .expect("the senders go on until the server is gone");
        }
        server.kill();
        for sender in senders {
            memories.push(sender.await.expect("no answer was wrong"));
        }
        server = Server::start(dir.path());
        let count =
            |ids: fn(&Memory) -> usize| u64::try_from(memories.iter().map(ids).sum::<usize>()).unwrap_or(0);
        let (acknowledged, sent) = (count(|m| m.acknowledged.len()), count(|m| m.sent.len()));
        see_everything(&client, &server.url, &account, acknowledged, sent).await;
    }
    server.kill();

    let stored = stored(dir.path(), account.org).await;
    let twice: Vec<_> = stored.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "stored more than once: {twice:?}");
    let acknowledged = memories.iter().flat_map(|memory| &memory.acknowledged);
    let lost: Vec<_> = acknowledged.filter(|id| !stored.contains_key(*id)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let sent: BTreeSet<&String> = memories.iter().flat_map(|memory| &memory.sent).collect();
    let invented: Vec<_> = stored.keys().filter(|id| !sent.contains(id)).collect();
    assert!(invented.is_empty(), "stored and never sent: {invented:?}");
}
