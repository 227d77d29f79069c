//! What is true of ClickHouse alone: no transaction, one table for all organizations, a server that others speak to.

use std::time::{Duration, Instant};

use engine::store::{Appended, Cell, EventStore, EventsAt, Statement};
use engine::{Clock, Error};
use model::event::{Event, EventParts};

use crate::world::{StoreKind, World, event, org, time};

const NOW: &str = "2026-03-01T12:00:00Z";
const ENDLESS: &str = "SELECT count(*) FROM numbers(1000000000000) WHERE number % 7 = 3";

async fn world() -> World {
    World::on(StoreKind::ClickHouse, NOW).await
}

fn plain(text: &str) -> Statement {
    Statement::new(text, Vec::new())
}

async fn texts(store: &EventStore, text: &str) -> Vec<String> {
    let frame = store.fetch(org(1), plain(text)).await.expect("it answers");
    let first = frame.rows.into_iter().map(|row| match &row[0] {
        Cell::Text(text) => text.clone(),
        other => format!("{other:?}"),
    });
    first.collect()
}

async fn ids(store: &EventStore) -> Vec<String> {
    texts(store, "SELECT id FROM events ORDER BY id").await
}

fn batch(position: u64, ids: &[&str]) -> Appended {
    let event = |id: &&str| {
        event(&format!(
            r#"{{"id":"{id}","name":"x","user_id":"u{id}","anonymous_id":"v{id}","properties":{{"a":1}}}}"#
        ))
    };
    Appended {
        position,
        events: ids.iter().map(event).collect(),
    }
}

/// A statement of somebody else, straight to the server.
async fn run(world: &World, text: &str) -> String {
    let EventsAt::ClickHouse(_) = &world.at else {
        panic!("these tests are about ClickHouse")
    };
    #[expect(clippy::disallowed_methods, reason = "a test's only setting")]
    let server = std::env::var("DATAPULSE_TEST_CLICKHOUSE_URL").expect("`make test` sets it");
    let server = server.replace("clickhouse://", "http://");
    let (server, _) = server.rsplit_once('/').expect("the address ends in a database");
    let shown = world.at.to_string();
    let (_, database) = shown.rsplit_once('/').expect("the address ends in a database");
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(20))
        .build()
        .expect("a client");
    let request = client
        .post(format!("{server}/?database={database}"))
        .body(text.to_owned());
    let answer = request.send().await.expect("the server answers");
    let is_ok = answer.status().is_success();
    let told = answer.text().await.expect("text");
    assert!(is_ok, "{text}: {told}");
    told
}

/// What an append leaves behind that was interrupted between its rows and the one that makes them visible.
async fn orphan(world: &World, run_number: u32, position: u64, id: &str) {
    run(
        world,
        &format!(
            "INSERT INTO events (org_id, run, position, id, name, ts, properties, document)
             SELECT toUUID('{}'), {run_number}, {position}, '{id}', 'x', now64(6), '{{}}', '{{}}'",
            org(1).uuid()
        ),
    )
    .await;
}

async fn reopened(world: &World) -> EventStore {
    EventStore::open(&world.at, world.clock.clone())
        .await
        .expect("it opens again")
}

#[tokio::test]
async fn an_interrupted_append_is_invisible_and_written_again_once() {
    let world = world().await;
    world
        .store
        .append(org(1), vec![batch(7, &["a", "b"])])
        .await
        .expect("stored");
    orphan(&world, 1, 9, "c").await;
    assert_eq!(ids(&world.store).await, ["a", "b"], "rows alone do not make it");

    let again = reopened(&world).await;
    assert_eq!(again.position(org(1)).await.expect("a position"), 7);
    again
        .append(
            org(1),
            vec![batch(7, &["a", "b"]), batch(8, &["c"]), batch(9, &["d"])],
        )
        .await
        .expect("stored");
    assert_eq!(ids(&again).await, ["a", "b", "c", "d"]);
    assert_eq!(again.position(org(1)).await.expect("a position"), 9);
}

#[tokio::test]
async fn what_arrives_late_from_an_earlier_run_stays_invisible() {
    let world = world().await;
    world
        .store
        .append(org(1), vec![batch(7, &["a"])])
        .await
        .expect("stored");
    let again = reopened(&world).await;
    again
        .append(org(1), vec![batch(8, &["b"])])
        .await
        .expect("stored");

    orphan(&world, 1, 8, "b").await;
    run(
        &world,
        &format!(
            "INSERT INTO runs (org_id, run, start, position) SELECT toUUID('{}'), 1, 0, 20",
            org(1).uuid()
        ),
    )
    .await;
    assert_eq!(ids(&again).await, ["a", "b"]);
    assert_eq!(again.position(org(1)).await.expect("a position"), 8);
    again
        .append(org(1), vec![batch(9, &["c"])])
        .await
        .expect("stored");
    assert_eq!(ids(&again).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn who_is_overtaken_says_so_and_goes_on_from_there() {
    let world = world().await;
    let other = reopened(&world).await;
    world
        .store
        .append(org(1), vec![batch(1, &["a"])])
        .await
        .expect("stored");
    other
        .append(org(1), vec![batch(2, &["b"])])
        .await
        .expect("stored");
    let overtaken = world.store.append(org(1), vec![batch(3, &["c"])]).await;
    assert!(matches!(overtaken, Err(Error::Internal(_))), "{overtaken:?}");
    assert_eq!(ids(&world.store).await, ["a", "b"]);
    world
        .store
        .append(org(1), vec![batch(3, &["c"])])
        .await
        .expect("stored");
    assert_eq!(ids(&world.store).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn an_append_that_nobody_waits_for_is_done_once_or_not_at_all() {
    let world = world().await;
    for position in 1..=12 {
        let id = format!("{position:02}");
        let limit = Duration::from_millis(position * 4);
        let one = || vec![batch(position, &[&id])];
        let _ = tokio::time::timeout(limit, world.store.append(org(1), one())).await;
        world.store.append(org(1), one()).await.expect("stored");
    }
    let expected: Vec<String> = (1..=12).map(|position| format!("{position:02}")).collect();
    assert_eq!(ids(&world.store).await, expected);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(ids(&world.store).await, expected, "nothing comes later");
}

#[tokio::test]
async fn links_and_kinds_are_kept_once() {
    let world = world().await;
    let visits = |position: u64, user: &str| {
        let second = position % 60;
        let text = format!(
            r#"{{"name":"x","timestamp":"2026-02-01T00:00:{second:02}Z","user_id":"{user}","anonymous_id":"v ä\\","properties":{{"a":1}}}}"#
        );
        Appended {
            position,
            events: vec![event(&text)],
        }
    };
    for position in 5..9 {
        world
            .store
            .append(org(1), vec![visits(position, "ann")])
            .await
            .expect("stored");
    }
    let links = || texts(&world.store, "SELECT user_id FROM links ORDER BY user_id");
    assert_eq!(links().await, ["ann"]);
    world
        .store
        .append(org(1), vec![visits(64, "bob")])
        .await
        .expect("stored");
    assert_eq!(links().await, ["ann", "bob"], "this one was earlier");
    let kinds = run(&world, "SELECT count() FROM property_kinds").await;
    assert_eq!(kinds.trim(), "1");
}

#[tokio::test]
async fn a_statement_sees_one_organization_alone_wherever_it_looks() {
    let world = world().await;
    world
        .store
        .append(org(1), vec![batch(1, &["a"])])
        .await
        .expect("stored");
    world
        .store
        .append(org(2), vec![batch(1, &["b", "c"])])
        .await
        .expect("stored");
    for text in [
        "SELECT count(*) FROM events",
        "SELECT count(*) FROM (SELECT * FROM events WHERE name = 'x') AS inside",
        "WITH all_of_them AS (SELECT id FROM events) SELECT count(*) FROM all_of_them",
        "SELECT count(*) FROM events WHERE id IN (SELECT id FROM events)",
        "SELECT count(*) FROM events AS one JOIN events AS other ON other.name = one.name",
        "SELECT (SELECT count(*) FROM events)",
        "SELECT count(*) FROM links",
        "SELECT sum(n) FROM (SELECT count(*) AS n FROM events UNION ALL SELECT 0 AS n)",
    ] {
        let frame = world.store.fetch(org(1), plain(text)).await.expect("it answers");
        assert_eq!(frame.rows, [[Cell::Int(1)]], "{text}");
    }
    for text in ["SELECT count(*) FROM runs", "SELECT count(*) FROM property_kinds"] {
        let frame = world.store.fetch(org(1), plain(text)).await.expect("it answers");
        assert_eq!(frame.rows, [[Cell::Int(0)]], "{text}");
    }
    for text in [
        "SELECT count(*) FROM events SETTINGS additional_table_filters = {}",
        "SET additional_table_filters = {}",
        "SET readonly = 0",
        "INSERT INTO events (id) VALUES ('x')",
        "ALTER TABLE events DELETE WHERE TRUE",
        "CREATE TABLE other (n Int64) ENGINE = Memory",
        "DROP TABLE events",
    ] {
        let refused = world.store.fetch(org(1), plain(text)).await;
        assert!(matches!(refused, Err(Error::Internal(_))), "{text}: {refused:?}");
    }
}

#[tokio::test]
async fn a_question_past_its_time_is_stopped() {
    let world = world().await;
    let limit = Duration::from_millis(300);
    let store = EventStore::open_with_limit(&world.at, world.clock.clone(), limit)
        .await
        .expect("it opens");
    let Err(Error::TimedOut(message)) = store.fetch(org(1), plain(ENDLESS)).await else {
        panic!("it never ends")
    };
    assert!(message.contains("0.3 s"), "{message}");
    assert_eq!(
        ids(&world.store).await,
        Vec::<String>::new(),
        "others are answered"
    );
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_is_stopped() {
    let world = world().await;
    let mine = format!("{ENDLESS} AND number <> {}", std::process::id());
    let asked = world.store.fetch(org(1), plain(&mine));
    let asked = tokio::time::timeout(Duration::from_millis(300), asked).await;
    assert!(asked.is_err());
    let running = format!(
        "SELECT count() FROM system.processes WHERE query LIKE '%<> {}%' AND query NOT LIKE '%system.processes%'",
        std::process::id()
    );
    let begun = Instant::now();
    while run(&world, &running).await.trim() != "0" {
        assert!(begun.elapsed() < Duration::from_secs(10), "it still runs");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_answer_with_too_many_rows_is_refused() {
    let world = world().await;
    let rows = |count: u32| plain(&format!("SELECT number FROM numbers({count})"));
    let most = world.store.fetch(org(1), rows(100_000)).await.expect("it fits");
    assert_eq!(most.rows.len(), 100_000);
    for too_long in [
        rows(100_001),
        plain("SELECT repeat('x', 1000000) FROM numbers(80)"),
    ] {
        let Err(Error::Invalid(fields)) = world.store.fetch(org(1), too_long).await else {
            panic!("it is too long")
        };
        assert_eq!(
            (fields[0].field.as_str(), fields[0].code.as_str()),
            ("range", "too_many_rows")
        );
    }
}

#[tokio::test]
async fn every_json_and_every_time_is_kept() {
    let world = world().await;
    let documents = [
        r#"{"\u0000":"nul","a":"x\u0000y"}"#,
        r#"{"a":1e308,"b":-1e308,"c":5e-324,"d":0.0,"e":-0.0,"f":18446744073709551615,"g":9007199254740993}"#,
        r#"{"":1," ":2,"$":3,"*":4,"A":5,"[0]":6,"a":7,"a\"b":8,"a'b":9,"a.b":10,"a\\b":11,"a`b":12,"ключ":13,"🎉":14}"#,
        r#"{"a":[1,"x",null,true,{"b":[[],{}]}],"n":null,"o":{}}"#,
        r#"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}}}}"#,
        r#"{"a":"2026-01-01","b":"2026-01-01T00:00:00Z","c":"5","d":"1e5"}"#,
    ];
    let times = [
        "-009999-01-02T01:59:59Z",
        "0001-01-01T00:00:00Z",
        "1899-12-31T23:59:59.999999Z",
        "1969-12-31T23:59:59.5Z",
        "1999-12-31T23:59:59Z",
        "2029-12-31T23:59:59.123456Z",
    ];
    let events: Vec<Event> = documents
        .iter()
        .zip(times)
        .enumerate()
        .map(|(n, (document, time))| {
            event(&format!(
                r#"{{"id":"{n}","name":"x","timestamp":"{time}","properties":{document}}}"#
            ))
        })
        .collect();
    let damaged = Event::from_parts(EventParts {
        id: "9".to_owned(),
        properties: "{broken".to_owned(),
        ..events[0].clone().into_parts()
    });
    let all = events.iter().cloned().chain([damaged]).collect();
    world.append(org(1), 1, all).await;
    let kept = texts(&world.store, "SELECT document FROM events ORDER BY id").await;
    let expected = documents.map(|document| {
        let document: serde_json::Value = serde_json::from_str(document).expect("it is JSON");
        document.to_string()
    });
    assert_eq!(kept[..documents.len()], expected);
    assert_eq!(kept[documents.len()], r#"{"$unreadable":"{broken"}"#);
    let frame = world
        .store
        .fetch(org(1), plain("SELECT ts FROM events WHERE id < '9' ORDER BY id"))
        .await
        .expect("it answers");
    let expected: Vec<Vec<Cell>> = events
        .iter()
        .map(|event| vec![Cell::Int(event.timestamp().as_microsecond())])
        .collect();
    assert_eq!(frame.rows, expected);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let at: EventsAt = format!("clickhouse://127.0.0.1:{port}/events")
        .parse()
        .expect("an address");
    let opened = EventStore::open(&at, Clock::manual(time(NOW))).await;
    assert!(matches!(opened, Err(Error::Unavailable { .. })), "{opened:?}");
}

/// TLS before the server of the tests; its certificate is its own authority.
struct Tls {
    folder: tempfile::TempDir,
    process: std::process::Child,
}

impl Tls {
    fn before(host: &str, port: &str) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let made = std::process::Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
            ])
            .args(["-subj", "/CN=tests", "-addext", "subjectAltName=IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", "key.pem", "-out", "certificate.pem"])
            .current_dir(folder.path())
            .output()
            .expect("openssl is there");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let proxy = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/servers/tls.py");
        let process = std::process::Command::new("python3")
            .arg(proxy)
            .arg(folder.path())
            .args([host, port])
            .spawn()
            .expect("Python is there");
        Self { folder, process }
    }

    async fn port(&self) -> String {
        let begun = Instant::now();
        loop {
            if let Ok(port) = std::fs::read_to_string(self.folder.path().join("port")) {
                return port;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn certificate(&self) -> String {
        self.folder.path().join("certificate.pem").display().to_string()
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_server_behind_tls_is_asked_where_somebody_vouches_for_it() {
    #[expect(clippy::disallowed_methods, reason = "a test's only setting")]
    let server = std::env::var("DATAPULSE_TEST_CLICKHOUSE_URL").expect("`make test` sets it");
    let (credentials, place) = server.rsplit_once('@').expect("it has a user");
    let (place, _) = place.split_once('/').expect("it has a database");
    let (host, port) = place.rsplit_once(':').expect("it has a port");
    let tls = Tls::before(host, port);
    let secure = format!(
        "{credentials}@127.0.0.1:{}/tls_{}?secure=1",
        tls.port().await,
        uuid::Uuid::new_v4().simple()
    );
    let open = async |address: &str| {
        let at: EventsAt = address.parse().expect("an address");
        EventStore::open(&at, Clock::manual(time(NOW))).await
    };
    let unknown = open(&secure).await;
    assert!(
        matches!(unknown, Err(Error::Unavailable { .. })),
        "nobody vouches: {unknown:?}"
    );
    let plain = open(&secure.replace("?secure=1", "")).await;
    assert!(
        matches!(plain, Err(Error::Unavailable { .. })),
        "it speaks TLS alone: {plain:?}"
    );
    let store = open(&format!("{secure}&ca_certificate={}", tls.certificate())).await;
    let store = store.expect("it opens");
    store
        .append(org(1), vec![batch(7, &["a", "b"])])
        .await
        .expect("stored");
    assert_eq!(ids(&store).await, ["a", "b"]);
}

#[tokio::test]
async fn a_run_goes_on_after_a_good_end_and_never_after_a_bad_one() {
    let world = world().await;
    let count = "SELECT uniqExact(run) FROM runs";
    world
        .store
        .append(org(1), vec![batch(1, &["a"])])
        .await
        .expect("stored");
    world.store.close().await.expect("it closes");
    for position in 2..=6 {
        let store = reopened(&world).await;
        let id = format!("e{position}");
        store
            .append(org(1), vec![batch(position, &[&id])])
            .await
            .expect("stored");
        store
            .append(org(1), vec![batch(position, &[&id])])
            .await
            .expect("it is there already");
        store.close().await.expect("it closes");
    }
    assert_eq!(run(&world, count).await.trim(), "1");

    // This one vanishes: what it may still write must never be seen, so the next begins a run.
    let vanished = reopened(&world).await;
    vanished
        .append(org(1), vec![batch(7, &["e7"])])
        .await
        .expect("stored");
    drop(vanished);
    orphan(&world, 1, 8, "late").await;
    let next = reopened(&world).await;
    next.append(org(1), vec![batch(8, &["e8"])])
        .await
        .expect("stored");
    assert_eq!(run(&world, count).await.trim(), "2");
    assert_eq!(ids(&next).await, ["a", "e2", "e3", "e4", "e5", "e6", "e7", "e8"]);
    // The first process of all says late that it has ended: nobody goes on with a run that is not the latest.
    next.close().await.expect("it closes");
    let last = reopened(&world).await;
    last.append(org(1), vec![batch(9, &["e9"])])
        .await
        .expect("stored");
    assert_eq!(run(&world, count).await.trim(), "2");
    assert_eq!(last.position(org(1)).await.expect("a position"), 9);
}
