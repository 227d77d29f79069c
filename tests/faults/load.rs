//! Senders that remember what they were promised.

use std::collections::BTreeSet;
use std::time::Duration;

use model::ids::OrgId;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const SENDERS: u64 = 4;
const MOST_EVENTS: usize = 60;
/// Longer than anything here should take.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn client() -> Client {
    // A client wants its cryptography chosen; another client may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .timeout(PATIENCE)
        .build()
        .expect("a plain client")
}

/// An organization with its keys.
pub(crate) struct Account {
    pub(crate) org: OrgId,
    pub(crate) write_key: String,
    /// What questions are asked with: it outlives any clock.
    pub(crate) secret_key: String,
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

impl Account {
    /// Registers somebody.
    pub(crate) async fn make(client: &Client, url: &str) -> Self {
        let registration = json!({"email": "faults@example.com", "password": "correct horse battery", "name": "Faults",
            "organization": "Faults"});
        let request = client
            .post(format!("{url}/api/auth/register"))
            .json(&registration);
        let registered = json_of(request, StatusCode::CREATED).await;
        let (org, token) = (
            text(&registered["organization"]["id"]),
            text(&registered["access_token"]),
        );
        let key = async |kind: &str| {
            let request = client
                .post(format!("{url}/api/organizations/{org}/keys"))
                .bearer_auth(&token);
            let key = json_of(
                request.json(&json!({"name": kind, "kind": kind})),
                StatusCode::CREATED,
            );
            text(&key.await["key"])
        };
        Self {
            write_key: key("write").await,
            secret_key: key("secret").await,
            org: org.parse().expect("ids are UUIDs"),
        }
    }

    /// The answer to a question.
    pub(crate) async fn ask(&self, client: &Client, url: &str, query: &Value) -> Value {
        let request = client
            .post(format!("{url}/api/analytics/query"))
            .bearer_auth(&self.secret_key);
        json_of(request.json(query), StatusCode::OK).await
    }
}

/// One sender's ids: those it was promised, and those it ever sent.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) acknowledged: BTreeSet<String>,
    pub(crate) sent: BTreeSet<String>,
    /// Sent and not acknowledged: sent again in the next round, as any sender would.
    unanswered: Vec<String>,
}

/// Senders at work.
pub(crate) struct Load {
    senders: Vec<JoinHandle<Memory>>,
    yeses: mpsc::UnboundedReceiver<()>,
}

impl Load {
    /// Starts senders that send until the server does not say yes any more; `round` makes their ids their own.
    pub(crate) fn start(
        client: &Client,
        url: &str,
        account: &Account,
        memories: Vec<Memory>,
        round: u64,
    ) -> Self {
        let (acknowledged, yeses) = mpsc::unbounded_channel();
        let senders = memories.into_iter().zip(0..).map(|(memory, number)| {
            let sender = Sender {
                client: client.clone(),
                url: url.to_owned(),
                key: account.write_key.clone(),
                name: format!("{round}-{number}"),
                chance: StdRng::seed_from_u64(round * SENDERS + number),
                acknowledged: acknowledged.clone(),
            };
            tokio::spawn(sender.run(memory))
        });
        let senders = senders.collect();
        Self { senders, yeses }
    }

    /// Memories of senders that have not sent anything yet.
    pub(crate) fn fresh() -> Vec<Memory> {
        (0..SENDERS).map(|_| Memory::default()).collect()
    }

    /// Waits until so many more batches were acknowledged.
    pub(crate) async fn acknowledged(&mut self, batches: usize) {
        for _ in 0..batches {
            self.yeses
                .recv()
                .await
                .expect("the senders go on until the server is gone");
        }
    }

    /// How many senders have heard something else than yes.
    pub(crate) fn stopped(&self) -> usize {
        self.senders.iter().filter(|sender| sender.is_finished()).count()
    }

    /// Waits until the server does not say yes any more.
    pub(crate) async fn ended(self) -> Vec<Memory> {
        let mut memories = Vec::new();
        for sender in self.senders {
            memories.push(sender.await.expect("no answer was wrong"));
        }
        memories
    }
}

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
            if !send(&self.client, &self.url, &self.key, &batch).await {
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
}

/// Whether the batch was acknowledged; a server that is gone or cannot take it now has not. Any other answer is a fault.
pub(crate) async fn send(client: &Client, url: &str, key: &str, batch: &[String]) -> bool {
    let events: Vec<Value> = batch
        .iter()
        .map(|id| json!({"name": "tick", "id": id, "properties": {"n": id}}))
        .collect();
    let request = client
        .post(format!("{url}/api/analytics/events"))
        .header("X-Write-Key", key);
    let answer = match request.json(&events).send().await {
        Ok(answer) => answer,
        Err(error) => {
            eprintln!("a sender heard no answer: {error:?}");
            return false;
        }
    };
    let status = answer.status();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        assert!(answer.headers().contains_key("retry-after"), "503 says when");
        return false;
    }
    let Ok(receipt) = answer.json::<Value>().await else {
        eprintln!("a sender heard {status} and no receipt");
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
