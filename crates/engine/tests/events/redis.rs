//! Answers that lie in a Redis: shared by processes, never stale, and nothing depends on it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use engine::Redis;
use model::answer::TrendAnswer;
use model::event::Event;
use redis::Connection;
use tempfile::TempDir;

use crate::world::{World, event, on_every_server, org};

on_every_server! {
    what_one_process_asked_the_other_finds,
    late_events_are_asked_again_by_whoever_comes,
    a_server_that_stands_still_or_is_gone_costs_a_moment,
}

const NOW: &str = "2026-03-10T12:00:30Z";
const TEN_DAYS: &str = r#"{"kind":"trend","series":[{"measure":"count"}],"interval":"day",
    "range":{"from":"2026-03-01","to":"2026-03-10"}}"#;
const VALUES: &str =
    r#"{"kind":"trend","series":[{"measure":"unique","property":"a"}],"range":{"last":"30d"}}"#;

fn at(id: &str, time: &str) -> Event {
    event(&format!(
        r#"{{"id":"{id}","name":"x","timestamp":"{time}","properties":{{"a":"{id}","n":0.1}}}}"#
    ))
}

/// A real server that can be stopped and killed.
pub(crate) struct Server {
    folder: TempDir,
    url: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = script(&["start", path(folder.path())]);
        Self { folder, url }
    }

    pub(crate) fn connect(&self) -> Redis {
        Redis::at(&self.url.parse().expect("an address")).expect("an address")
    }

    fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(self.folder.path().join("pid")).expect("it runs");
        let sent = Command::new("kill").args([name, pid.trim()]).status();
        assert!(sent.expect("kill is there").success());
    }

    fn start_again(&self) {
        let (_, port) = self.url.trim_end_matches("/0").rsplit_once(':').expect("a port");
        script(&["start", path(self.folder.path()), port]);
    }

    fn look(&self) -> Connection {
        let client = redis::Client::open(self.url.as_str()).expect("an address");
        client.get_connection().expect("it answers")
    }

    /// Waits until so many values lie there: nobody who asks waits for that.
    fn holds(&self, count: usize) -> Vec<String> {
        let (mut connection, begun) = (self.look(), Instant::now());
        loop {
            let keys: Vec<String> = redis::cmd("KEYS")
                .arg("*")
                .query(&mut connection)
                .expect("it answers");
            if keys.len() >= count {
                return keys;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "only {keys:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        script(&["stop", path(self.folder.path())]);
    }
}

fn script(arguments: &[&str]) -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/redis.sh");
    let ran = Command::new(script)
        .args(arguments)
        .output()
        .expect("the script is there");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("text").trim().to_owned()
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a plain name")
}

fn share(answer: &TrendAnswer) -> (bool, f64) {
    (answer.meta.cached, answer.meta.cached_share)
}

async fn what_one_process_asked_the_other_finds() {
    let server = Server::start();
    let first = World::at(NOW).await.beside(server.connect());
    let other = first.another_process().await.beside(server.connect());
    let events = [("a", "2026-03-02T10:00:00Z"), ("b", "2026-03-04T10:00:00Z")];
    first
        .append(org(1), 1, events.map(|(id, time)| at(id, time)).to_vec())
        .await;
    let sums = TEN_DAYS.replace(r#""measure":"count""#, r#""measure":"sum","property":"n""#);
    for question in [TEN_DAYS, VALUES, &sums] {
        let asked = first.answer(org(1), question).await;
        assert_eq!(share(&asked), (false, 0.0), "{question}");
    }
    // Ten days of two questions, and three answers.
    let keys = server.holds(23);
    assert!(
        keys.iter().all(|key| key.contains(&format!("{{{}}}", org(1)))),
        "{keys:?}"
    );
    for question in [TEN_DAYS, VALUES, &sums] {
        let (mine, found) = (
            first.answer(org(1), question).await,
            other.answer(org(1), question).await,
        );
        assert_eq!(
            (mine.series, share(&found)),
            (found.series.clone(), (true, 1.0)),
            "{question}"
        );
    }
    let nobody = other.answer(org(2), TEN_DAYS).await;
    assert_eq!(
        (nobody.series[0].total, share(&nobody)),
        (Some(0.0), (false, 0.0))
    );
    // A process that starts later knows from the store what happened before.
    let later = first.another_process().await.beside(server.connect());
    let seven_days = TEN_DAYS.replace("2026-03-10\"", "2026-03-07\"");
    assert_eq!(share(&later.answer(org(1), &seven_days).await), (true, 1.0));
    let mut connection = server.look();
    for key in keys {
        let ttl: i64 = redis::cmd("TTL")
            .arg(&key)
            .query(&mut connection)
            .expect("it answers");
        assert!((1..=7 * 86_400).contains(&ttl), "{key} stays for {ttl} s");
    }
}

async fn late_events_are_asked_again_by_whoever_comes() {
    let server = Server::start();
    let storing = World::at(NOW).await.beside(server.connect());
    let answering = storing.another_process().await.beside(server.connect());
    storing
        .append(org(1), 1, vec![at("a", "2026-03-02T10:00:00Z")])
        .await;
    storing.answer(org(1), TEN_DAYS).await;
    server.holds(11);
    for late in 2..=12_u32 {
        let day = 1 + late % 9;
        let event = at(&format!("{late}"), &format!("2026-03-{day:02}T23:59:59.999999Z"));
        storing.append(org(1), late.into(), vec![event]).await;
        let (one, two) = if late % 2 == 0 {
            (&storing, &answering)
        } else {
            (&answering, &storing)
        };
        for asking in [one, two] {
            let answer = asking.answer(org(1), TEN_DAYS).await;
            assert_eq!(answer.series[0].total, Some(f64::from(late)));
            assert!(answer.meta.cached_share > 0.8, "{:?}", answer.meta);
            assert_eq!(
                asking.answer(org(1), VALUES).await.series[0].total,
                Some(f64::from(late))
            );
        }
    }
}

async fn a_server_that_stands_still_or_is_gone_costs_a_moment() {
    let server = Server::start();
    let world = World::at(NOW).await.beside(server.connect());
    let mut position = 0;
    let mut ask = async |is_quick: bool| {
        position += 1;
        let day = 1 + position % 9;
        let event = at(&format!("{position}"), &format!("2026-03-{day:02}T10:00:00Z"));
        world.append(org(1), position, vec![event]).await;
        let begun = Instant::now();
        let answer = world.answer(org(1), TEN_DAYS).await;
        let took = begun.elapsed();
        #[expect(clippy::cast_precision_loss, reason = "a small count")]
        let expected = position as f64;
        assert_eq!(answer.series[0].total, Some(expected));
        assert!(!is_quick || took < Duration::from_secs(3), "it took {took:?}");
    };
    let connected = server.connect();
    ask(false).await;
    assert!(connected.answers().await);

    server.signal("-STOP");
    for _ in 0..10 {
        ask(true).await;
    }
    assert!(!connected.answers().await, "readiness tells that it is not there");
    server.signal("-CONT");
    let begun = Instant::now();
    while !connected.answers().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "it is found again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    // Full: what is new is refused, and nobody notices.
    let _: () = redis::cmd("CONFIG")
        .arg(&["SET", "maxmemory", "1", "maxmemory-policy", "noeviction"])
        .query(&mut server.look())
        .expect("it is told");
    for _ in 0..3 {
        ask(true).await;
    }
    assert!(connected.answers().await, "it still answers");

    server.signal("-KILL");
    for _ in 0..10 {
        ask(true).await;
    }
    server.start_again();
    let begun = Instant::now();
    while redis::cmd("DBSIZE")
        .query::<i64>(&mut server.look())
        .expect("it answers")
        == 0
    {
        assert!(begun.elapsed() < Duration::from_secs(30), "it is used again");
        tokio::time::sleep(Duration::from_millis(500)).await;
        ask(true).await;
    }
}
