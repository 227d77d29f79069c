//! Lifecycle and stickiness.

use model::answer::{Answer, LifecycleAnswer, StickinessAnswer};
use model::event::Event;

use crate::world::{World, event, on_every_store, org, utc};

on_every_store! {
    users_are_new_return_come_back_and_stay_away,
    nobody_stays_away_from_a_day_that_has_not_begun,
    the_range_cuts_the_first_bucket_but_not_what_was_before,
    users_by_their_active_days,
}

fn on(day: &str, user: &str) -> Event {
    event(&format!(
        r#"{{"id":"{day}{user}","name":"x","timestamp":"2026-{day}:00:00Z","user_id":"{user}"}}"#
    ))
}

async fn world(now: &str) -> World {
    let world = World::at(now).await;
    let events = vec![
        on("01-05T10", "old"),
        on("03-01T10", "bob"),
        on("03-02T10", "bob"),
        on("03-02T11", "ann"),
        on("03-02T12", "ann"),
        on("03-03T10", "old"),
        on("03-03T10", "ann"),
        on("03-05T10", "ann"),
        event(r#"{"id":"nobody","name":"x","timestamp":"2026-03-03T10:00:00Z"}"#),
    ];
    world.append(org(1), 1, events).await;
    world
}

async fn lifecycle(world: &World, more: &str) -> LifecycleAnswer {
    let question = format!(r#"{{"kind":"lifecycle","event":"x",{more}}}"#);
    match world.ask_any(org(1), &utc(), &question).await {
        Ok(Answer::Lifecycle(answer)) => answer,
        other => panic!("{question}: {other:?}"),
    }
}

async fn stickiness(world: &World, more: &str) -> StickinessAnswer {
    let question = format!(r#"{{"kind":"stickiness",{more}}}"#);
    match world.ask_any(org(1), &utc(), &question).await {
        Ok(Answer::Stickiness(answer)) => answer,
        other => panic!("{question}: {other:?}"),
    }
}

async fn users_are_new_return_come_back_and_stay_away() {
    let world = world("2026-03-20T12:00:00Z").await;
    let days = r#""range":{"from":"2026-03-02","to":"2026-03-05"},"interval":"day""#;
    let answer = lifecycle(&world, days).await;
    let some = |figures: [f64; 4]| figures.map(Some).to_vec();
    let lines: Vec<_> = answer
        .series
        .iter()
        .map(|series| (series.label.as_str(), series.values.clone(), series.total))
        .collect();
    assert_eq!(
        lines,
        [
            ("new", some([1.0, 0.0, 0.0, 0.0]), Some(1.0)),
            ("returning", some([1.0, 1.0, 0.0, 0.0]), Some(2.0)),
            ("resurrecting", some([0.0, 1.0, 0.0, 1.0]), Some(2.0)),
            ("dormant", some([0.0, 1.0, 2.0, 0.0]), Some(3.0)),
        ],
        "bob was active on 1 March; old comes back on 3 March, ann on 5 March"
    );
    assert_eq!((answer.meta.rows_read, answer.open_from), (8, None));
}

async fn nobody_stays_away_from_a_day_that_has_not_begun() {
    let world = world("2026-03-03T12:00:00Z").await;
    let days = r#""range":{"from":"2026-03-02","to":"2026-03-05"},"interval":"day""#;
    let answer = lifecycle(&world, days).await;
    assert_eq!(answer.series[3].values, [Some(0.0), Some(1.0), None, None]);
    assert_eq!((answer.series[3].total, answer.open_from), (Some(1.0), Some(1)));
}

async fn the_range_cuts_the_first_bucket_but_not_what_was_before() {
    let world = world("2026-03-20T12:00:00Z").await;
    let noon = r#""range":{"from":"2026-03-02T11:30:00Z","to":"2026-03-04T00:00:00Z"},"interval":"day""#;
    let answer = lifecycle(&world, noon).await;
    let values: Vec<_> = answer.series.iter().map(|series| series.values.clone()).collect();
    assert_eq!(
        values,
        [
            vec![Some(1.0), Some(0.0)],
            vec![Some(0.0), Some(1.0)],
            vec![Some(0.0), Some(1.0)],
            vec![Some(1.0), Some(0.0)],
        ],
        "bob was active on 1 March, and on the 2nd only before the range"
    );
}

async fn users_by_their_active_days() {
    let world = world("2026-03-20T12:00:00Z").await;
    let answer = stickiness(
        &world,
        r#""range":{"from":"2026-03-01","to":"2026-03-05"},"interval":"day""#,
    )
    .await;
    let bars: Vec<(u64, u64)> = answer
        .histogram
        .iter()
        .map(|active| (active.intervals, active.users))
        .collect();
    assert_eq!(bars, [(1, 1), (2, 1), (3, 1), (4, 0), (5, 0)], "old, bob, ann");
    assert_eq!((answer.average(), answer.meta.rows_read), (Some(2.0), 7));
    let none = stickiness(&world, r#""event":"y","range":{"last":"7d"}"#).await;
    assert_eq!((none.histogram.len(), none.users(), none.average()), (7, 0, None));
}
