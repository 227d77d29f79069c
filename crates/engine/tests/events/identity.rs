//! A user is `user_id`, or the `anonymous_id` until an event carries both.

use engine::query::Queries;
use engine::store::EventStore;
use model::event::Event;

use crate::world::{World, event, on_every_store, org};

on_every_store! {
    a_visitor_becomes_a_user_for_the_time_before_too,
    of_several_users_the_earliest_counts_then_the_least,
    filters_and_breakdowns_see_the_event_as_it_was_sent,
    what_is_said_of_a_user_holds_for_all_their_events,
    too_many_properties_of_users_are_refused,
}

const NOW: &str = "2026-03-10T12:00:00Z";

/// An event on a day of March; `-` stands for nobody.
fn on(day: u32, user: &str, visitor: &str) -> Event {
    let id = |id: &str| {
        if id == "-" {
            "null".to_owned()
        } else {
            format!("\"{id}\"")
        }
    };
    let (user_id, anonymous_id) = (id(user), id(visitor));
    event(&format!(
        r#"{{"id":"{day}{user}{visitor}","name":"x","timestamp":"2026-03-{day:02}T10:00:00Z",
        "user_id":{user_id},"anonymous_id":{anonymous_id}}}"#
    ))
}

fn trend(measure: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"trend","series":[{{"measure":"{measure}"}}],
        "range":{{"from":"2026-03-01","to":"2026-03-03"}},"interval":"day"{more}}}"#
    )
}

/// Unique users of the first three days of March and of all of them.
async fn users(world: &World) -> (Vec<f64>, f64) {
    let answer = world.answer(org(1), &trend("unique_users", "")).await;
    let days = answer.series[0]
        .values
        .iter()
        .map(|value| value.expect("a count"));
    (days.collect(), answer.series[0].total.expect("a count"))
}

async fn a_visitor_becomes_a_user_for_the_time_before_too() {
    let world = World::at(NOW).await;
    let events = vec![
        on(1, "-", "v"),
        on(2, "ann", "-"),
        on(1, "-", "w"),
        on(3, "-", "-"),
    ];
    world.append(org(1), 1, events).await;
    assert!(!world.store.has_links(org(1)).await.expect("it answers"));
    assert_eq!(users(&world).await, (vec![2.0, 1.0, 0.0], 3.0));

    world.append(org(1), 2, vec![on(3, "ann", "v")]).await;
    assert!(world.store.has_links(org(1)).await.expect("it answers"));
    assert_eq!(users(&world).await, (vec![2.0, 1.0, 1.0], 2.0));
    assert!(!world.store.has_links(org(2)).await.expect("it answers"));
}

async fn of_several_users_the_earliest_counts_then_the_least() {
    let world = World::at(NOW).await;
    let events = vec![on(3, "ann", "v"), on(1, "-", "v"), on(2, "bob", "-")];
    world.append(org(1), 1, events).await;
    assert_eq!(users(&world).await, (vec![1.0, 1.0, 1.0], 2.0), "v is ann");

    world.append(org(1), 2, vec![on(2, "bob", "v")]).await;
    let without_ann = r#","filter":{"property":"$user_id","op":"not_in","value":["ann"]}"#;
    let question = trend("unique_users", without_ann);
    let answer = world.answer(org(1), &question).await;
    assert_eq!(
        answer.series[0].total,
        Some(1.0),
        "v is bob, said by an earlier event"
    );

    world.append(org(1), 3, vec![on(2, "abe", "v")]).await;
    let answer = world.answer(org(1), &question).await;
    assert_eq!(answer.series[0].values, [Some(1.0), Some(2.0), Some(0.0)]);
    assert_eq!(answer.series[0].total, Some(2.0), "v is abe: as early, and less");

    world
        .append(org(1), 4, vec![on(3, "zoe", "v"), on(2, "bob", "v")])
        .await;
    let answer = world.answer(org(1), &question).await;
    assert_eq!(
        answer.series[0].total,
        Some(3.0),
        "what comes later changes nothing"
    );
}

async fn filters_and_breakdowns_see_the_event_as_it_was_sent() {
    let world = World::at(NOW).await;
    let events = vec![on(1, "-", "v"), on(2, "ann", "v"), on(2, "ann", "-")];
    world.append(org(1), 1, events).await;
    let by_user = trend("unique_users", r#","breakdown":{"property":"$user_id"}"#);
    let answer = world.answer(org(1), &by_user).await;
    let lines: Vec<(Option<&str>, Option<f64>)> = answer
        .series
        .iter()
        .map(|line| (line.breakdown.as_deref(), line.total))
        .collect();
    assert_eq!(lines, [(Some("ann"), Some(1.0)), (Some("$none"), Some(1.0))]);
    let per_user = world.answer(org(1), &trend("count_per_user", "")).await;
    assert_eq!(per_user.series[0].total, Some(3.0), "three events of one user");
}

/// What an event of a day of March says of its user.
fn says(day: u32, user: &str, properties: &str) -> Event {
    let said = serde_json::json!({
        "id": format!("says {day} {user} {properties}"),
        "name": "$identify",
        "timestamp": format!("2026-03-{day:02}T10:00:00Z"),
        "user_id": user,
        "properties": serde_json::from_str::<serde_json::Value>(properties).expect("JSON"),
    });
    event(&said.to_string())
}

async fn what_is_said_of_a_user_holds_for_all_their_events() {
    let world = World::at(NOW).await;
    let events = vec![
        on(1, "-", "v"),
        on(2, "ann", "v"),
        on(3, "bob", "-"),
        on(3, "cid", "-"),
        says(2, "ann", r#"{"$set":{"plan":"free"},"$set_once":{"from":"ads"}}"#),
        says(2, "bob", r#"{"$set_once":{"plan":"trial"}}"#),
        says(3, "bob", r#"{"$set_once":{"plan":"never"}}"#),
    ];
    world.append(org(1), 1, events).await;
    let by_plan = trend(
        "count",
        r#","breakdown":{"property":"$user.plan"},"filter":{"property":"$name","op":"eq","value":"x"}"#,
    );
    let lines = async |question: &str| {
        let answer = world.answer(org(1), question).await;
        let lines = answer.series.into_iter();
        let mut lines: Vec<_> = lines
            .map(|line| (line.breakdown.unwrap_or_default(), line.values))
            .collect();
        lines.sort_by(|one, other| one.0.cmp(&other.0));
        lines
    };
    let line = |plan: &str, days: [f64; 3]| (plan.to_owned(), days.map(Some).to_vec());
    assert_eq!(
        lines(&by_plan).await,
        [
            line("$none", [0.0, 0.0, 1.0]),
            line("free", [1.0, 1.0, 0.0]),
            line("trial", [0.0, 0.0, 1.0])
        ]
    );
    let later = says(4, "ann", r#"{"$set":{"plan":"pro"}}"#);
    world.append(org(1), 2, vec![later]).await;
    assert_eq!(
        lines(&by_plan).await,
        [
            line("$none", [0.0, 0.0, 1.0]),
            line("pro", [1.0, 1.0, 0.0]),
            line("trial", [0.0, 0.0, 1.0])
        ],
        "said after the days that are asked for, and after they were answered"
    );
    let not_pro = trend(
        "unique_users",
        r#","filter":{"property":"$user.plan","op":"neq","value":"pro"}"#,
    );
    assert_eq!(
        users_of(&world, &not_pro).await,
        Some(2.0),
        "bob, and cid of whom nothing is known"
    );
    let taken_back = says(5, "ann", r#"{"$unset":["plan"],"$set":{"plan":"max"}}"#);
    world.append(org(1), 3, vec![taken_back]).await;
    assert_eq!(
        lines(&by_plan).await,
        [line("$none", [1.0, 1.0, 1.0]), line("trial", [0.0, 0.0, 1.0])],
        "taken back, by an event that says it too"
    );
    let said_anew = says(6, "ann", r#"{"$set_once":{"plan":"trial"}}"#);
    world.append(org(1), 4, vec![said_anew]).await;
    assert_eq!(
        lines(&by_plan).await,
        [line("$none", [0.0, 0.0, 1.0]), line("trial", [1.0, 1.0, 1.0])],
        "said for the first time since it was taken back"
    );
    assert!(
        world.answer(org(2), &by_plan).await.series.is_empty(),
        "another organization has none"
    );
}

async fn users_of(world: &World, question: &str) -> Option<f64> {
    world.answer(org(1), question).await.series[0].total
}

async fn too_many_properties_of_users_are_refused() {
    let world = World::at(NOW).await;
    let named = (0..11).map(|n| format!(r#"{{"property":"$user.p{n}","op":"exists"}}"#));
    let filter = named.collect::<Vec<_>>().join(",");
    let question = trend("count", &format!(r#","filter":{{"or":[{filter}]}}"#));
    let refused = world.ask(org(1), &question).await;
    assert!(matches!(refused, Err(engine::Error::Invalid(fields)) if fields[0].code == "too_many"));
}

#[tokio::test]
async fn links_are_there_after_a_restart_and_made_for_files_that_lack_them() {
    let world = World::at(NOW).await;
    let events = vec![on(1, "-", "v"), on(3, "ann", "v"), on(2, "bob", "v")];
    world.append(org(1), 1, events).await;
    world.append(org(1), 2, vec![on(2, "ann", "-")]).await;
    world.store.close().await.expect("it closes");

    let file = world.folder.path().join(format!("{}.duckdb", org(1)));
    let older = ::duckdb::Connection::open(&file).expect("the file opens");
    older
        .execute_batch("DROP TABLE links; CHECKPOINT")
        .expect("as it was before");
    older.close().expect("it closes");

    for _ in 0..2 {
        let store = EventStore::open(&world.at, world.clock.clone())
            .await
            .expect("it opens again");
        assert!(store.has_links(org(1)).await.expect("it answers"));
        let again = World {
            at: world.at.clone(),
            folder: tempfile::tempdir().expect("a scratch folder"),
            clock: world.clock.clone(),
            queries: Queries::new(store.clone(), world.clock.clone()),
            store,
        };
        assert_eq!(users(&again).await, (vec![1.0, 2.0, 1.0], 2.0), "v is bob");
        again.store.close().await.expect("it closes");
    }
}
