//! What is erased is gone: from rows, from figures, from what was kept, and after a restart.

use engine::store::{Appended, Erasure, EventStore, EventsAt, Statement};
use model::event::Event;
use model::ids::OrgId;
use serde_json::json;

use crate::world::{World, event, on_every_server, on_every_store, org, time};

on_every_store! {
    a_person_is_in_no_answer_any_more,
    what_is_erased_stays_erased_and_appending_goes_on,
    a_visitor_who_was_somebody_else_too_is_them_from_then_on,
    what_is_kept_no_longer_goes_and_links_stay_where_they_are_needed,
    of_an_organization_everything_goes_and_of_others_nothing,
    erasing_disturbs_neither_appends_nor_questions,
}

on_every_server! {
    another_process_notices,
}

const NOW: &str = "2026-03-10T12:00:00Z";

/// An event on a day of March; `-` stands for nobody.
fn on(day: u32, user: &str, visitor: &str) -> Event {
    let id = |id: &str| (id != "-").then(|| id.to_owned());
    let json = json!({
        "id": format!("{day}{user}{visitor}"),
        "name": format!("n{day}"),
        "timestamp": format!("2026-03-{day:02}T10:00:00Z"),
        "user_id": id(user),
        "anonymous_id": id(visitor),
        "properties": {"who": format!("{user}{visitor}")},
    });
    event(&json.to_string())
}

/// Ada, whom two visitors turned out to be; and others, one of whom she never was.
fn everybody() -> Vec<Event> {
    vec![
        on(1, "-", "v"),
        on(1, "ada", "-"),
        on(2, "ada", "v"),
        on(2, "-", "w'\\"),
        on(3, "ada", "w'\\"),
        on(3, "bob", "-"),
        on(4, "-", "x"),
        on(4, "bob", "x"),
        on(5, "-", "-"),
    ]
}

fn adas_ids() -> Vec<String> {
    ["ada", "v", "w'\\"].map(str::to_owned).to_vec()
}

fn trend(measure: &str) -> String {
    format!(
        r#"{{"kind":"trend","series":[{{"measure":"{measure}"}}],"range":{{"from":"2026-03-01","to":"2026-03-10"}},"interval":"day"}}"#
    )
}

/// Every figure that a person could be in, and the rows.
async fn picture(world: &World, org: OrgId) -> Vec<String> {
    let mut picture = Vec::new();
    for measure in ["count", "unique_users"] {
        let answer = world.answer(org, &trend(measure)).await;
        picture.push(format!(
            "{measure} {:?} {:?}",
            answer.series[0].values, answer.series[0].total
        ));
    }
    let question = r#"{"kind":"events","range":{"from":"2026-03-01","to":"2026-03-10"},"limit":100}"#;
    let rows = world.rows(org, question).await.expect("it answers").rows;
    picture.extend(rows.iter().map(ToString::to_string));
    picture
}

async fn forget(world: &World, org: OrgId, erasure: &Erasure) -> u64 {
    world.store.forget(org, erasure).await.expect("it is erased")
}

async fn a_person_is_in_no_answer_any_more() {
    let world = World::at(NOW).await;
    world.append(org(1), 5, everybody()).await;
    let others: Vec<Event> = everybody()
        .into_iter()
        .filter(|event| {
            let ids = adas_ids();
            let is_hers = |id: Option<&str>| id.is_some_and(|id| ids.iter().any(|hers| hers == id));
            !(is_hers(event.user_id()) || (event.user_id().is_none() && is_hers(event.anonymous_id())))
        })
        .collect();
    assert_eq!(others.len(), 4);
    world.append(org(2), 5, others).await;
    let before = picture(&world, org(1)).await;
    assert!(before.iter().any(|line| line.contains("ada")), "{before:?}");

    assert_eq!(forget(&world, org(1), &Erasure::Person(adas_ids())).await, 5);
    assert_eq!(picture(&world, org(1)).await, picture(&world, org(2)).await);
    assert_eq!(world.store.position(org(1)).await.expect("a position"), 5);
}

async fn what_is_erased_stays_erased_and_appending_goes_on() {
    let world = World::at(NOW).await;
    let first = Appended {
        position: 5,
        events: everybody(),
    };
    world
        .store
        .append(org(1), vec![first.clone()])
        .await
        .expect("stored");
    forget(&world, org(1), &Erasure::Person(adas_ids())).await;
    assert_eq!(forget(&world, org(1), &Erasure::Person(adas_ids())).await, 0);
    world
        .store
        .append(org(1), vec![first])
        .await
        .expect("the same again");
    assert_eq!(count(&world.store, org(1)).await, 4);
    world
        .append(org(1), 6, vec![on(6, "ada", "-"), on(6, "eve", "z")])
        .await;
    assert_eq!(count(&world.store, org(1)).await, 6, "she came back");
    let shown = picture(&world, org(1)).await;
    world.store.close().await.expect("it closes");
    let again = world.another_process().await;
    assert_eq!(picture(&again, org(1)).await, shown);
    assert_eq!(again.store.position(org(1)).await.expect("a position"), 6);
    again.append(org(1), 7, vec![on(7, "eve", "-")]).await;
    assert_eq!(count(&again.store, org(1)).await, 7);
}

async fn count(store: &EventStore, org: OrgId) -> i64 {
    let all = Statement::new("SELECT count(*) FROM events", Vec::new());
    let frame = store.fetch(org, all).await.expect("it answers");
    frame.rows[0][0].int().expect("a count")
}

async fn a_visitor_who_was_somebody_else_too_is_them_from_then_on() {
    let world = World::at(NOW).await;
    let both = vec![on(1, "ada", "v"), on(2, "bob", "v"), on(3, "bob", "-")];
    world.append(org(1), 1, both).await;
    forget(
        &world,
        org(1),
        &Erasure::Person(vec!["ada".to_owned(), "v".to_owned()]),
    )
    .await;
    world.append(org(1), 2, vec![on(4, "-", "v")]).await;
    let answer = world.answer(org(1), &trend("unique_users")).await;
    assert_eq!(answer.series[0].total, Some(1.0), "the visitor is Bob");
    assert_eq!(count(&world.store, org(1)).await, 3);
}

async fn what_is_kept_no_longer_goes_and_links_stay_where_they_are_needed() {
    let world = World::at(NOW).await;
    let events = vec![
        on(1, "ada", "v"),
        on(2, "bob", "w"),
        on(5, "-", "v"),
        on(6, "ada", "-"),
    ];
    world.append(org(1), 1, events).await;
    world.append(org(2), 1, everybody()).await;
    picture(&world, org(1)).await;
    let before = Erasure::Before(time("2026-03-05T10:00:00Z"));
    assert_eq!(forget(&world, org(1), &before).await, 2);
    assert_eq!(forget(&world, org(1), &before).await, 0);
    let answer = world.answer(org(1), &trend("unique_users")).await;
    assert_eq!(answer.series[0].total, Some(1.0), "the visitor is still Ada");
    let lines = picture(&world, org(1)).await;
    assert!(!lines.iter().any(|line| line.contains("bob")), "{lines:?}");
    assert_eq!(count(&world.store, org(2)).await, 9);
}

async fn of_an_organization_everything_goes_and_of_others_nothing() {
    let world = World::at(NOW).await;
    for number in [1, 2] {
        world.append(org(number), 3, everybody()).await;
    }
    assert_eq!(forget(&world, org(1), &Erasure::Everything).await, 9);
    if matches!(world.at, EventsAt::DuckDb(_)) {
        let files = std::fs::read_dir(world.folder.path()).expect("the folder");
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        let left: Vec<_> = files
            .map(name)
            .filter(|name| name.to_string_lossy().contains(&org(1).to_string()))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
    assert_eq!(forget(&world, org(1), &Erasure::Everything).await, 0);
    assert_eq!(count(&world.store, org(1)).await, 0);
    assert!(!world.store.has_links(org(1)).await.expect("it answers"));
    assert_eq!(world.store.position(org(1)).await.expect("a position"), 0);
    assert_eq!(count(&world.store, org(2)).await, 9);
}

async fn erasing_disturbs_neither_appends_nor_questions() {
    let world = World::at(NOW).await;
    world.append(org(1), 1, everybody()).await;
    let (store, other) = (world.store.clone(), world.store.clone());
    let appends = tokio::spawn(async move {
        for position in 2..=12 {
            let events = (0..50).map(|n| {
                event(&format!(
                    r#"{{"id":"{position}-{n}","name":"x","user_id":"u{n}"}}"#
                ))
            });
            let batch = Appended {
                position,
                events: events.collect(),
            };
            store.append(org(1), vec![batch]).await.expect("stored");
        }
    });
    let questions = tokio::spawn(async move {
        let mut least = i64::MAX;
        for _ in 0..40 {
            least = least.min(count(&other, org(1)).await);
        }
        least
    });
    let mut erased = 0;
    for person in ["ada", "bob", "nobody"] {
        erased += forget(&world, org(1), &Erasure::Person(vec![person.to_owned()])).await;
    }
    appends.await.expect("they end");
    let least = questions.await.expect("they end");
    assert!(least > 0, "nobody ever saw it empty");
    let erased = i64::try_from(erased).expect("few");
    assert_eq!(count(&world.store, org(1)).await, 9 + 11 * 50 - erased);
    assert!(erased >= 5, "Ada and Bob at least: {erased}");
}

async fn another_process_notices() {
    let world = World::at(NOW).await;
    world.append(org(1), 5, everybody()).await;
    let other = world.another_process().await;
    let before = picture(&other, org(1)).await;
    forget(&world, org(1), &Erasure::Person(adas_ids())).await;
    let after = picture(&other, org(1)).await;
    assert_ne!(before, after);
    assert_eq!(after, picture(&world, org(1)).await);
}
