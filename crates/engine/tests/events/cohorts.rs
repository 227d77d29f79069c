//! "Users who did X at least n times in the last d days" as a filter.

use std::time::Duration;

use model::event::Event;

use crate::world::{World, event, on_every_store, org, refused};

on_every_store! {
    events_pass_by_what_their_users_did,
    a_cohort_moves_with_the_clock_and_with_new_events,
    cohorts_work_in_series_breakdowns_and_percentiles,
    what_cannot_be_settled_names_the_field,
}

const NOW: &str = "2026-03-10T12:00:00Z";

/// `name` on a day of March by a user and a visitor; `-` stands for none.
fn did(name: &str, day: u32, user: &str, visitor: &str, plan: &str) -> Event {
    let id = |id: &str| {
        if id == "-" {
            "null".to_owned()
        } else {
            format!("\"{id}\"")
        }
    };
    let (user_id, anonymous_id) = (id(user), id(visitor));
    event(&format!(
        r#"{{"id":"{name}{day}{user}{visitor}","name":"{name}","timestamp":"2026-03-{day:02}T10:00:00Z",
        "user_id":{user_id},"anonymous_id":{anonymous_id},"properties":{{"plan":"{plan}"}}}}"#
    ))
}

/// Ann bought on days 1 and 5, and on day 8 before she said who she was; bob on day 5, and zoe never. Everybody looked on day 9.
async fn shop() -> World {
    let world = World::at(NOW).await;
    let events = vec![
        did("buy", 1, "ann", "-", "pro"),
        did("buy", 5, "ann", "-", "free"),
        did("buy", 8, "-", "v", "pro"),
        did("buy", 5, "bob", "-", "pro"),
        did("buy", 5, "-", "-", "pro"),
        did("view", 9, "ann", "v", "free"),
        did("view", 9, "bob", "-", "free"),
        did("view", 9, "zoe", "-", "free"),
        did("view", 9, "-", "-", "free"),
    ];
    world.append(org(1), 1, events).await;
    world
}

fn views(filter: &str) -> String {
    format!(
        r#"{{"kind":"trend","series":[{{"event":"view","measure":"count"}}],"range":{{"last":"7d"}},"filter":{filter}}}"#
    )
}

/// How many of the looks on day 9 pass.
async fn seen(world: &World, filter: &str) -> u64 {
    world.answer(org(1), &views(filter)).await.meta.rows_read
}

async fn events_pass_by_what_their_users_did() {
    let world = shop().await;
    for (cohort, passed, why) in [
        (r#"{"event":"buy"}"#, 2, "ann and bob ever bought"),
        (
            r#"{"event":"buy","at_least":3}"#,
            1,
            "ann's purchase as a visitor counts",
        ),
        (r#"{"event":"buy","at_least":4}"#, 0, "nobody bought so often"),
        (r#"{"event":"buy","at_most":1}"#, 1, "bob"),
        (r#"{"event":"buy","last":"3d"}"#, 1, "ann on day 8"),
        (
            r#"{"event":"buy","at_least":2,"last":"7d"}"#,
            1,
            "ann on days 5 and 8",
        ),
        (
            r#"{"event":"buy","range":{"from":"2026-03-05","to":"2026-03-05"}}"#,
            2,
            "both on day 5",
        ),
        (
            r#"{"event":"buy","at_least":2,"filter":{"property":"plan","op":"eq","value":"pro"}}"#,
            1,
            "ann twice with pro",
        ),
        (r#"{"event":"fly"}"#, 0, "nobody ever flew"),
        ("{}", 3, "all but nobody did something"),
    ] {
        assert_eq!(
            seen(&world, &format!(r#"{{"cohort":{cohort}}}"#)).await,
            passed,
            "{why}"
        );
        let others = format!(r#"{{"not":{{"cohort":{cohort}}}}}"#);
        assert_eq!(
            seen(&world, &others).await,
            4 - passed,
            "all others, nobody too; not: {why}"
        );
    }
    let either =
        r#"{"or":[{"cohort":{"event":"buy","at_least":3}},{"property":"$user_id","op":"eq","value":"zoe"}]}"#;
    assert_eq!(seen(&world, either).await, 2);
}

async fn a_cohort_moves_with_the_clock_and_with_new_events() {
    let world = shop().await;
    let bought = r#"{"cohort":{"event":"buy","last":"3d"}}"#;
    assert_eq!(seen(&world, bought).await, 1);
    world.clock.advance(Duration::from_hours(24));
    assert_eq!(seen(&world, bought).await, 0, "day 8 is more than three days ago");
    world
        .append(org(1), 2, vec![did("buy", 10, "zoe", "-", "pro")])
        .await;
    assert_eq!(seen(&world, bought).await, 1, "zoe");
}

async fn cohorts_work_in_series_breakdowns_and_percentiles() {
    let world = shop().await;
    let question = r#"{"kind":"trend","series":[
        {"event":"view","measure":"unique_users","filter":{"cohort":{"event":"buy"}}},
        {"event":"view","measure":"p90","property":"plan","filter":{"cohort":{"event":"buy"}}}],
        "range":{"last":"7d"},"breakdown":{"property":"plan"}}"#;
    let answer = world.answer(org(1), question).await;
    let totals: Vec<Option<f64>> = answer.series.iter().map(|line| line.total).collect();
    assert_eq!(totals, [Some(2.0), None]);
}

async fn what_cannot_be_settled_names_the_field() {
    let world = shop().await;
    for (filter, field, code) in [
        (
            r#"{"segment":"0192f0c1-2345-7000-8000-000000000001"}"#,
            "filter.segment",
            "unknown",
        ),
        (
            r#"{"cohort":{"range":{"from":"2026-03-02T10:00:00Z","to":"2026-03-01"}}}"#,
            "filter.cohort.range.to",
            "before_start",
        ),
        (
            r#"{"cohort":{"range":{"from":"2026-03-02","to":"9999-12-31"}}}"#,
            "filter.cohort.range",
            "out_of_range",
        ),
        (
            r#"{"cohort":{"filter":{"property":"plan","op":"matches","value":"["}}}"#,
            "filter.value",
            "invalid_pattern",
        ),
    ] {
        let refusal = refused(world.ask(org(1), &views(filter)).await);
        assert_eq!(refusal, (field.to_owned(), code.to_owned()), "{filter}");
    }
}
