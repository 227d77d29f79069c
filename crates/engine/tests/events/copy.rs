//! Events move from one store to another.

use engine::{Copied, Error, Step, copy_events};
use model::event::Event;
use model::ids::OrgId;

use crate::generator::Generator;
use crate::world::{StoreKind, World, event, org};

const NOW: &str = "2026-05-04T12:00:00Z";
/// Where the ingest log had come to.
const LAST: u64 = 1_800_000_000_000_000;

fn odd_events() -> Vec<Event> {
    [
        r#"{"id":"same","name":"x","timestamp":"2026-05-04T10:00:00Z","user_id":"u","anonymous_id":"v"}"#,
        r#"{"id":"same","name":"x","timestamp":"2026-05-04T10:00:00Z","anonymous_id":"v","properties":{"b":1.5,"a":[1,{"c":null}]}}"#,
        r#"{"id":"old","name":"x","timestamp":"1960-01-01T00:00:00.000001Z","properties":{"whole":200.0,"deep":{"n":1e300}}}"#,
        r#"{"id":"text","name":"ü\"'","timestamp":"2026-05-04T11:59:59.999999Z","session_id":"s","properties":{"nul":"a\u0000b","q":"?"}}"#,
    ]
    .map(event)
    .to_vec()
}

async fn copied(from: &World, to: &World, org: OrgId) -> Result<Copied, Error> {
    copy_events(&from.store, &to.store, org, |_: Step| {}).await
}

async fn everything_arrives(from: StoreKind, to: StoreKind) {
    let source = World::on(from, NOW).await;
    let target = World::on(to, NOW).await;
    let mut events = Generator::new(7).events(3_000);
    events.extend(odd_events());
    let all = events.len() as u64;
    source.append(org(1), LAST, events).await;
    source.append(org(2), 5, odd_events()).await;

    let mut last = None;
    let first = copy_events(&source.store, &target.store, org(1), |step| last = Some(step)).await;
    let first = first.expect("it is copied");
    assert_eq!(first.events, all);
    assert_eq!(last, Some(Step::Compared { events: all, of: all }));
    assert_eq!(target.store.position(org(1)).await.expect("a position"), LAST);
    assert_eq!(
        target.store.position(org(2)).await.expect("a position"),
        0,
        "only one was asked for"
    );
    assert!(
        target.store.has_links(org(1)).await.expect("an answer"),
        "identities come along"
    );
    assert_eq!(
        copied(&source, &target, org(1))
            .await
            .expect("it is compared again"),
        first
    );

    let question =
        r#"{"kind":"trend","series":[{"measure":"unique_users"}],"range":{"last":"90d"},"interval":"week"}"#;
    let (one, other) = (
        source.answer(org(1), question).await,
        target.answer(org(1), question).await,
    );
    assert_eq!(one.series, other.series);
    // The log goes on where the source had come to: what it holds already is not stored again.
    target.append(org(1), LAST, odd_events()).await;
    assert_eq!(
        copied(&source, &target, org(1)).await.expect("nothing changed"),
        first
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn from_duckdb_to_postgres() {
    everything_arrives(StoreKind::DuckDb, StoreKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_postgres_to_duckdb() {
    everything_arrives(StoreKind::Postgres, StoreKind::DuckDb).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_duckdb_to_clickhouse() {
    everything_arrives(StoreKind::DuckDb, StoreKind::ClickHouse).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_clickhouse_to_postgres() {
    everything_arrives(StoreKind::ClickHouse, StoreKind::Postgres).await;
}

/// Hours of 15,000 events are pages of their own.
fn hours(count: u32) -> Vec<Event> {
    let one = |hour: u32, number: u32| {
        event(&format!(
            r#"{{"id":"{hour}-{number}","name":"x","timestamp":"2026-05-03T{hour:02}:30:00Z"}}"#
        ))
    };
    (0..count)
        .flat_map(|hour| (0..15_000).map(move |number| one(hour, number)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_off_copy_goes_on() {
    let source = World::on(StoreKind::DuckDb, NOW).await;
    let target = World::on(StoreKind::DuckDb, NOW).await;
    source.append(org(1), LAST, hours(3)).await;
    let ended = tokio::spawn({
        let (from, to) = (source.store.clone(), target.store.clone());
        async move {
            copy_events(&from, &to, org(1), |step| {
                assert!(
                    !matches!(step, Step::Copied { events: 30_000, .. }),
                    "the power went"
                );
            })
            .await
        }
    });
    assert!(ended.await.is_err(), "it was broken off");
    assert_eq!(target.store.position(org(1)).await.expect("a position"), 2);
    let done = copied(&source, &target, org(1)).await.expect("it goes on");
    assert_eq!(done.events, 45_000);
    assert_eq!(target.store.position(org(1)).await.expect("a position"), LAST);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_events_in_the_target_are_told() {
    let source = World::on(StoreKind::DuckDb, NOW).await;
    let target = World::on(StoreKind::DuckDb, NOW).await;
    source.append(org(1), LAST, odd_events()).await;
    target.append(org(1), LAST - 5, odd_events()).await;
    let outcome = copied(&source, &target, org(1)).await;
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");

    let nothing = World::on(StoreKind::DuckDb, NOW).await;
    let none = copied(&nothing, &World::on(StoreKind::Postgres, NOW).await, org(1)).await;
    assert_eq!(none.expect("there is nothing to copy").events, 0);
}
