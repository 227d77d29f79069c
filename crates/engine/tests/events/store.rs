use std::time::{Duration, Instant};

use engine::store::{Appended, Cell, EventStore, EventsAt, KindSet, Statement};
use engine::{Clock, Error};
use model::event::{Event, EventParts};

use crate::world::{World, event, on_every_store, org, time};

on_every_store! {
    a_batch_that_comes_again_adds_nothing,
    what_was_stored_is_there_after_a_restart,
    organizations_never_see_each_other,
    appends_and_questions_run_side_by_side,
    the_store_knows_how_large_it_is,
}

const NOW: &str = "2026-03-01T12:00:00Z";

fn plain(text: &str) -> Statement {
    Statement::new(text, Vec::new())
}

async fn count(store: &EventStore, number: u128) -> i64 {
    let frame = store
        .fetch(org(number), plain("SELECT count(*) FROM events"))
        .await
        .expect("it answers");
    frame.rows[0][0].int().expect("a count")
}

fn events(from: usize, to: usize) -> Vec<Event> {
    (from..to)
        .map(|n| event(&format!(r#"{{"id":"e{n}","name":"x","properties":{{"n":{n}}}}}"#)))
        .collect()
}

async fn a_batch_that_comes_again_adds_nothing() {
    let world = World::at(NOW).await;
    let first = Appended {
        position: 7,
        events: events(0, 10),
    };
    let second = Appended {
        position: 9,
        events: events(10, 15),
    };
    assert_eq!(world.store.position(org(1)).await.expect("a position"), 0);
    world
        .store
        .append(org(1), vec![first.clone()])
        .await
        .expect("stored");
    world
        .store
        .append(org(1), vec![first.clone(), second.clone()])
        .await
        .expect("stored");
    world.store.append(org(1), vec![second]).await.expect("stored");
    assert_eq!(count(&world.store, 1).await, 15);
    assert_eq!(world.store.position(org(1)).await.expect("a position"), 9);
}

async fn the_store_knows_how_large_it_is() {
    let world = World::at(NOW).await;
    let before = world.store.bytes().await.expect("a size");
    world.append(org(1), 3, events(0, 5_000)).await;
    let after = world.store.bytes().await.expect("a size");
    assert!(after > before + 1_000, "{before}, then {after}");
}

async fn what_was_stored_is_there_after_a_restart() {
    let world = World::at(NOW).await;
    world.append(org(1), 3, events(0, 100)).await;
    world.store.close().await.expect("it closes");
    assert!(matches!(
        world.store.check().await,
        Err(Error::Unavailable { .. })
    ));
    let again = EventStore::open(&world.at, world.clock.clone())
        .await
        .expect("it opens again");
    assert_eq!(
        (
            count(&again, 1).await,
            again.position(org(1)).await.expect("a position")
        ),
        (100, 3)
    );
    assert_eq!(again.kinds(org(1)).await.expect("kinds").of("n"), KindSet::NUMBER);
}

/// A copy of the files of a store that is still open is what a crash leaves behind.
#[tokio::test]
async fn what_was_stored_is_there_after_a_crash() {
    let world = World::at(NOW).await;
    world.append(org(1), 1, events(0, 3_000)).await;
    world.append(org(1), 2, events(3_000, 3_010)).await;
    let crashed = tempfile::tempdir().expect("a scratch folder");
    for entry in std::fs::read_dir(world.folder.path()).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            std::fs::copy(&path, crashed.path().join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    let again = EventStore::open(
        &EventsAt::DuckDb(crashed.path().to_owned()),
        Clock::manual(time(NOW)),
    )
    .await
    .expect("it opens");
    assert_eq!(
        (
            count(&again, 1).await,
            again.position(org(1)).await.expect("a position")
        ),
        (3_010, 2)
    );
}

async fn organizations_never_see_each_other() {
    let world = World::at(NOW).await;
    world.append(org(1), 1, events(0, 5)).await;
    world.append(org(2), 1, events(0, 8)).await;
    assert_eq!(
        (
            count(&world.store, 1).await,
            count(&world.store, 2).await,
            count(&world.store, 3).await
        ),
        (5, 8, 0)
    );
    if matches!(world.at, EventsAt::DuckDb(_)) {
        assert!(world.folder.path().join(format!("{}.duckdb", org(1))).exists());
    }
}

#[tokio::test]
async fn more_organizations_than_fit_take_turns() {
    let world = World::at(NOW).await;
    for number in 0..80 {
        world.append(org(number), 1, events(0, 2)).await;
    }
    world.clock.advance(Duration::from_hours(1));
    for number in 0..80 {
        assert_eq!(count(&world.store, number).await, 2, "{number}");
    }
    world.append(org(3), 2, events(2, 4)).await;
    assert_eq!(count(&world.store, 3).await, 4);
}

#[tokio::test]
async fn statements_reach_nothing_but_the_events() {
    let world = World::at(NOW).await;
    for text in [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/never.csv'",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "INSERT INTO events (id) VALUES ('x')",
        "CREATE TABLE other (n INT)",
    ] {
        assert!(
            matches!(
                world.store.fetch(org(1), plain(text)).await,
                Err(Error::Internal(_))
            ),
            "{text}"
        );
    }
    assert_eq!(count(&world.store, 1).await, 0);
}

const ENDLESS: &str =
    "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range * b.range % 7 = 3";

#[tokio::test]
async fn a_question_past_its_time_is_stopped() {
    let world = World::at(NOW).await;
    let limit = Duration::from_millis(300);
    let store = EventStore::open_with_limit(&world.at, world.clock.clone(), limit)
        .await
        .expect("it opens");
    let Err(Error::TimedOut(message)) = store.fetch(org(1), plain(ENDLESS)).await else {
        panic!("it never ends")
    };
    assert!(message.contains("0.3 s"), "{message}");
    assert_eq!(count(&store, 1).await, 0, "others are answered");
    let begun = Instant::now();
    store.close().await.expect("nothing runs any more, so it closes");
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_question_that_nobody_waits_for_is_stopped() {
    let world = World::at(NOW).await;
    let asked = tokio::time::timeout(
        Duration::from_millis(200),
        world.store.fetch(org(1), plain(ENDLESS)),
    )
    .await;
    assert!(asked.is_err());
    let closed = tokio::time::timeout(Duration::from_secs(20), world.store.close()).await;
    closed.expect("the statement has ended").expect("it closes");
}

#[tokio::test]
async fn every_json_that_an_event_may_hold_is_stored() {
    let world = World::at(NOW).await;
    let deep = format!("{}1{}", r#"{"a":"#.repeat(20), "}".repeat(20));
    let wide: Vec<String> = (0..100).map(|n| format!(r#""k{n}":[{n}]"#)).collect();
    let documents = [
        r#"{"a":"x\u0000y","\u0000":"nul"}"#.to_owned(),
        r#"{"a":1e308,"b":-1e308,"c":5e-324,"d":1e-400,"e":-0.0}"#.to_owned(),
        r#"{"a":18446744073709551616,"b":18446744073709551615,"c":-9223372036854775809,"d":9007199254740993}"#.to_owned(),
        r#"{"a":123456789012345678901234567890123456789012345678901234567890.5}"#.to_owned(),
        deep,
        format!("{{{}}}", wide.join(",")),
        r#"{"":1,"a.b":2,"a\"b":3,"a'b":4,"$":5,"[0]":6,"*":7,"ключ":8,"🎉":9," ":10,"A":11,"a":12}"#.to_owned(),
        r#"{"a":[1,"x",null,true,{"b":[[],{}]}]}"#.to_owned(),
        r#"{"a":"text"}"#.to_owned(),
        r#"{"a":true}"#.to_owned(),
        r#"{"a":null}"#.to_owned(),
        r#"{"a":{}}"#.to_owned(),
        r#"{"a":"\ud83d\ude00 \\ \/ \b\f\n\r\t"}"#.to_owned(),
        format!(r#"{{"a":"{}"}}"#, "ß".repeat(15_000)),
    ];
    let stored: Vec<Event> = documents
        .iter()
        .enumerate()
        .map(|(n, document)| {
            event(&format!(
                r#"{{"id":"{n:02}","name":"x","properties":{document}}}"#
            ))
        })
        .collect();
    world.append(org(1), 1, stored).await;
    let text = "SELECT properties::JSON::VARCHAR FROM events ORDER BY id";
    let frame = world.store.fetch(org(1), plain(text)).await.expect("it answers");
    for (document, row) in documents.iter().zip(&frame.rows) {
        let sent: serde_json::Value = serde_json::from_str(document).expect("it is JSON");
        let kept: serde_json::Value = serde_json::from_str(row[0].text().expect("text")).expect("it is JSON");
        assert!(same(&sent, &kept), "{document} became {kept}");
    }
    assert_eq!(frame.rows.len(), documents.len());
}

/// Numbers beyond 64 bits are kept as the nearest f64.
fn same(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().expect("finite"), other.as_f64().expect("finite"));
            (one - other).abs() <= one.abs() * 1e-15
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        (one, other) => one == other,
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_stored_as_it_is_costs_no_neighbour() {
    let world = World::at(NOW).await;
    let damaged = Event::from_parts(EventParts {
        properties: "{broken".to_owned(),
        ..events(0, 1).remove(0).into_parts()
    });
    let mut batch = events(1, 3);
    batch.insert(1, damaged);
    world.append(org(1), 1, batch).await;
    let text = "SELECT properties::JSON::VARCHAR FROM events WHERE id = 'e0'";
    let frame = world.store.fetch(org(1), plain(text)).await.expect("it answers");
    assert_eq!(
        frame.rows,
        vec![vec![Cell::Text(r#"{"$unreadable":"{broken"}"#.to_owned())]]
    );
    assert_eq!(count(&world.store, 1).await, 3);
}

async fn appends_and_questions_run_side_by_side() {
    let world = World::at(NOW).await;
    let tasks = (1..=4_u128).map(|number| {
        let store = world.store.clone();
        tokio::spawn(async move {
            for position in 1..=10 {
                let batch = Appended {
                    position,
                    events: events(0, 50),
                };
                store.append(org(number), vec![batch]).await.expect("stored");
                assert!(count(&store, number).await >= 50);
            }
            count(&store, number).await
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.await.expect("it finishes"), 500);
    }
}
