//! Looking again: what is kept is reused as far as it is right, and never a moment longer.

use std::time::Duration;

use model::account::WeekStart;
use model::answer::TrendAnswer;
use model::event::Event;
use model::query::Query;
use proptest::test_runner::{Config, TestRunner};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::generator::Generator;
use crate::oracle;
use crate::oracle_test::differences;
use crate::world::{World, event, on_every_server, on_every_store, org, time, utc};

on_every_server! {
    what_another_process_stores_is_in_the_next_answer,
    ; blocking late_events_of_another_process_are_never_missed
}

on_every_store! {
    only_what_late_events_touched_is_asked_again,
    a_range_that_moves_reuses_the_rest,
    questions_share_their_buckets,
    buckets_with_many_values_are_asked_again_and_right,
    more_values_than_can_be_put_together_are_asked_as_a_whole,
    the_same_question_at_the_same_time_is_asked_once,
    whoever_asked_first_may_go_away,
    what_was_stored_is_in_every_later_answer,
    ; blocking late_events_between_questions_are_never_missed
}

const NOW: &str = "2026-03-10T12:00:30Z";

fn at(id: &str, time: &str) -> Event {
    event(&format!(
        r#"{{"id":"{id}","name":"x","timestamp":"{time}","properties":{{"a":"{id}","n":2.5}}}}"#
    ))
}

fn count(more: &str) -> String {
    format!(r#"{{"kind":"trend","series":[{{"measure":"count"}}],{more}}}"#)
}

fn share(answer: &TrendAnswer) -> (bool, f64) {
    (answer.meta.cached, answer.meta.cached_share)
}

fn is_close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

async fn only_what_late_events_touched_is_asked_again() {
    let world = World::at(NOW).await;
    world
        .append(org(1), 1, vec![at("a", "2026-03-02T10:00:00Z")])
        .await;
    let ten_days = count(r#""range":{"from":"2026-03-01","to":"2026-03-10"},"interval":"day""#);
    assert_eq!(share(&world.answer(org(1), &ten_days).await), (false, 0.0));
    assert_eq!(share(&world.answer(org(1), &ten_days).await), (true, 1.0));
    world
        .append(org(1), 2, vec![at("b", "2026-03-04T23:59:59.999999Z")])
        .await;
    let late = world.answer(org(1), &ten_days).await;
    assert!(
        !late.meta.cached && is_close(late.meta.cached_share, 0.9),
        "{:?}",
        late.meta
    );
    assert_eq!(
        (late.series[0].values[3], late.series[0].total),
        (Some(1.0), Some(2.0))
    );
    world
        .append(org(1), 3, vec![at("c", "2020-01-01T00:00:00Z")])
        .await;
    let elsewhere = world.answer(org(1), &ten_days).await;
    assert_eq!(share(&elsewhere), (true, 1.0), "the store is not asked for it");
    assert_eq!((elsewhere.series, elsewhere.meta.rows_read), (late.series, 2));
}

async fn a_range_that_moves_reuses_the_rest() {
    let world = World::at(NOW).await;
    let events = (0..24).map(|hour| at(&format!("{hour}"), &format!("2026-03-10T{hour:02}:30:00Z")));
    world.append(org(1), 1, events.collect()).await;
    let last_day = count(r#""range":{"last":"24h"},"interval":"hour""#);
    let first = world.answer(org(1), &last_day).await;
    assert_eq!(
        first.series[0].total,
        Some(12.0),
        "from half past noon yesterday to half past eleven"
    );
    world.clock.advance(Duration::from_hours(1));
    let moved = world.answer(org(1), &last_day).await;
    assert_eq!(moved.series[0].total, Some(13.0));
    let buckets = 25.0;
    let new_cuts = 4.0;
    assert!(
        moved.meta.cached_share >= (buckets - new_cuts) / buckets,
        "{:?}",
        moved.meta
    );
}

async fn questions_share_their_buckets() {
    let world = World::at(NOW).await;
    world
        .append(org(1), 1, vec![at("a", "2026-03-02T10:00:00Z")])
        .await;
    let ask = |series: &str, range: &str, more: &str| {
        format!(r#"{{"kind":"trend","series":[{series}],"range":{range},"interval":"day"{more}}}"#)
    };
    let fortnight = r#"{"from":"2026-02-25","to":"2026-03-10"}"#;
    let count = r#"{"measure":"count"}"#;
    world.answer(org(1), &ask(count, fortnight, "")).await;
    let week = r#"{"from":"2026-03-01","to":"2026-03-07"}"#;
    let named = r#"{"measure":"count","label":"Visits"}"#;
    for (question, share) in [
        (ask(named, week, ""), 1.0),
        (ask(count, week, r#","compare":"previous_period""#), 11.0 / 14.0),
        (ask(r#"{"measure":"sum","property":"n"}"#, week, ""), 0.0),
        (
            ask(
                &format!(r#"{count},{{"measure":"sum","property":"n"}}"#),
                week,
                r#","formula":"B/A""#,
            ),
            1.0,
        ),
        (ask(r#"{"measure":"count","event":"x"}"#, week, ""), 0.0),
        (
            ask(count, week, r#","filter":{"property":"a","op":"eq","value":"a"}"#),
            0.0,
        ),
        (ask(count, week, r#","breakdown":{"property":"a"}"#), 0.0),
        (
            ask(count, week, r#","breakdown":{"property":"a","limit":1}"#),
            1.0,
        ),
        (ask(r#"{"measure":"unique_users"}"#, week, ""), 0.0),
        (
            ask(count, r#"{"from":"2026-03-02","to":"2026-03-06T00:00:00Z"}"#, ""),
            1.0,
        ),
        (
            ask(count, r#"{"from":"2026-03-02T01:00:00Z","to":"2026-03-05"}"#, ""),
            0.75,
        ),
    ] {
        let answer = world.answer(org(1), &question).await;
        assert!(
            is_close(answer.meta.cached_share, share),
            "{question}: {:?}",
            answer.meta
        );
    }
    let other = world.answer(org(2), &ask(count, week, "")).await;
    assert_eq!((share(&other), other.series[0].total), ((false, 0.0), Some(0.0)));
}

async fn buckets_with_many_values_are_asked_again_and_right() {
    let world = World::at(NOW).await;
    let many = (0..1_200).map(|n| at(&format!("v{n}"), "2026-03-02T10:00:00Z"));
    world.append(org(1), 1, many.collect()).await;
    let again = (0..300).map(|n| at(&format!("v{}", n % 3), "2026-03-03T10:00:00Z"));
    world.append(org(1), 2, again.collect()).await;
    let question =
        count(r#""range":{"from":"2026-03-01","to":"2026-03-04"},"breakdown":{"property":"a","limit":2}"#);
    let check = |answer: &TrendAnswer| {
        let lines: Vec<(Option<&str>, Option<f64>)> = answer
            .series
            .iter()
            .map(|line| (line.breakdown.as_deref(), line.total))
            .collect();
        assert_eq!(
            lines,
            [
                (Some("v0"), Some(101.0)),
                (Some("v1"), Some(101.0)),
                (Some("$other"), Some(1_298.0))
            ]
        );
    };
    check(&world.answer(org(1), &question).await);
    world
        .append(org(1), 3, vec![at("z", "2026-01-01T00:00:00Z")])
        .await;
    let answer = world.answer(org(1), &question).await;
    check(&answer);
    assert!(is_close(answer.meta.cached_share, 0.75), "{:?}", answer.meta);
}

async fn more_values_than_can_be_put_together_are_asked_as_a_whole() {
    let world = World::at(NOW).await;
    let many = (0..50_100).map(|n| at(&format!("v{n:05}"), "2026-03-02T10:00:00Z"));
    world.append(org(1), 1, many.collect()).await;
    let question =
        count(r#""range":{"from":"2026-03-02","to":"2026-03-02"},"breakdown":{"property":"a","limit":1}"#);
    for _ in 0..2 {
        let answer = world.answer(org(1), &question).await;
        let totals: Vec<Option<f64>> = answer.series.iter().map(|line| line.total).collect();
        assert_eq!(totals, [Some(1.0), Some(50_099.0)]);
        assert_eq!(answer.meta.rows_read, 50_100);
    }
}

async fn the_same_question_at_the_same_time_is_asked_once() {
    let world = World::at(NOW).await;
    world
        .append(org(1), 1, vec![at("a", "2026-03-02T10:00:00Z")])
        .await;
    let question =
        r#"{"kind":"trend","series":[{"measure":"unique","property":"a"}],"range":{"last":"30d"}}"#;
    let query = Query::parse(question).expect("a question");
    let asking = (0..20).map(|_| {
        let (queries, query) = (world.queries.clone(), query.clone());
        tokio::spawn(async move { queries.run(org(1), &utc(), &query).await })
    });
    let mut asked_the_store = 0;
    for answer in asking.collect::<Vec<_>>() {
        let answer = answer.await.expect("it finishes").expect("it is answered");
        asked_the_store += usize::from(!answer.meta().cached);
    }
    assert_eq!(asked_the_store, 1);
}

async fn whoever_asked_first_may_go_away() {
    let world = World::at(NOW).await;
    world
        .append(org(1), 1, vec![at("a", "2026-03-02T10:00:00Z")])
        .await;
    for round in 1..=30 {
        let question = count(&format!(r#""range":{{"last":"{round}d"}}"#));
        let query = Query::parse(&question).expect("a question");
        let ask = || {
            let (queries, query) = (world.queries.clone(), query.clone());
            tokio::spawn(async move { queries.run(org(1), &utc(), &query).await })
        };
        let leader = ask();
        let followers = [ask(), ask()];
        tokio::time::sleep(Duration::from_micros(round * 40)).await;
        leader.abort();
        for follower in followers {
            follower
                .await
                .expect("it is not cancelled")
                .expect("it is answered");
        }
    }
}

/// A trend of additive measures that is cut by the hour, day or week, somewhere in the time of the events.
fn additive_question(generator: &mut Generator, dice: &mut StdRng) -> Value {
    let mut question = generator.question();
    for series in question["series"].as_array_mut().expect("a list") {
        let measure = ["count", "sum", "avg", "min", "max"][dice.random_range(0..5)];
        series["measure"] = json!(measure);
        let fields = series.as_object_mut().expect("a series");
        for of_other_measures in ["group", "currency", "approximate"] {
            fields.remove(of_other_measures);
        }
        if measure == "count" {
            fields.remove("property");
        } else {
            fields.insert(
                "property".into(),
                json!(["amount", "mixed"][dice.random_range(0..2)]),
            );
        }
    }
    // Averages do not run on.
    question.as_object_mut().expect("a question").remove("cumulative");
    question
}

/// The same question for a range that begins and ends some hours later.
fn moved(question: &Value, dice: &mut StdRng) -> Value {
    let mut moved = question.clone();
    let first = time("2026-02-26T00:00:00Z") + Duration::from_hours(dice.random_range(0..600));
    let length = Duration::from_hours(dice.random_range(1..400));
    moved["range"] = json!({"from": first.to_string(), "to": (first + length).to_string()});
    moved
}

fn late_events_between_questions_are_never_missed() {
    late_events_are_never_missed(false);
}

/// Whoever answers is another process than the one that stores.
fn late_events_of_another_process_are_never_missed() {
    late_events_are_never_missed(true);
}

fn late_events_are_never_missed(stored_elsewhere: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let mut runner = TestRunner::new(Config {
        cases: 12,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..Config::default()
    });
    let kept_share = std::cell::Cell::new((0.0, 0.0));
    let outcome = runner.run(&proptest::num::u64::ANY, |seed| {
        let world = runtime.block_on(World::at("2026-06-01T00:00:00Z"));
        let other = if stored_elsewhere {
            Some(runtime.block_on(world.another_process()))
        } else {
            None
        };
        let store = other.as_ref().unwrap_or(&world);
        let (mut generator, mut dice) = (Generator::new(seed), StdRng::seed_from_u64(seed));
        let pool: Vec<Value> = (0..3)
            .map(|_| additive_question(&mut generator, &mut dice))
            .collect();
        let mut stored: Vec<Event> = Vec::new();
        for position in 1..=25 {
            if dice.random_range(0..3) > 0 || position == 1 {
                let fresh = generator.events(dice.random_range(1..20));
                stored.extend(fresh.iter().cloned());
                runtime.block_on(store.append(org(1), position, fresh));
            }
            let question = &pool[dice.random_range(0..pool.len())];
            let question = if dice.random_range(0..2) == 0 {
                question.clone()
            } else {
                moved(question, &mut dice)
            };
            let text = question.to_string();
            let Ok(Query::Trend(query)) = Query::parse(&text) else {
                panic!("{text} is no question")
            };
            let answer = runtime.block_on(world.answer(org(1), &text));
            let expected = oracle::trend::answer(&stored, &query, WeekStart::Monday);
            let difference = differences(&expected, &answer, query.formula().is_some());
            proptest::prop_assert!(
                difference.is_none(),
                "{text}, of {} events\n{}",
                stored.len(),
                difference.unwrap_or_default()
            );
            let (kept, asked) = kept_share.get();
            kept_share.set((kept + answer.meta.cached_share, asked + 1.0));
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let (kept, asked) = kept_share.get();
    assert!(kept / asked > 0.1, "kept figures are used: {kept} of {asked}");
}

async fn what_another_process_stores_is_in_the_next_answer() {
    let answering = World::at(NOW).await;
    let storing = answering.another_process().await;
    storing
        .append(org(1), 10, vec![at("a", "2026-03-02T10:00:00Z")])
        .await;
    let ten_days = count(r#""range":{"from":"2026-03-01","to":"2026-03-10"},"interval":"day""#);
    let users = r#"{"kind":"trend","series":[{"measure":"unique","property":"a"}],"range":{"last":"30d"}}"#;
    answering.answer(org(1), &ten_days).await;
    answering.answer(org(1), users).await;
    for late in 1..=20_u32 {
        let day = 1 + late % 9;
        let event = at(
            &format!("late{late}"),
            &format!("2026-03-{day:02}T23:59:59.999999Z"),
        );
        storing.append(org(1), 10 + u64::from(late), vec![event]).await;
        let answer = answering.answer(org(1), &ten_days).await;
        assert_eq!(answer.series[0].total, Some(f64::from(late + 1)));
        assert!(
            is_close(answer.meta.cached_share, 0.9),
            "one day is asked again: {:?}",
            answer.meta
        );
        assert_eq!(
            answering.answer(org(1), users).await.series[0].total,
            Some(f64::from(late + 1))
        );
        let again = answering.answer(org(1), &ten_days).await;
        assert_eq!(share(&again), (true, 1.0));
    }
    // An append into very many hours counts as one into all of them.
    let everywhere = (0..1_500).map(|hour| {
        let time = time("2010-01-01T00:00:00Z") + Duration::from_hours(hour);
        at(&format!("old{hour}"), &time.to_string())
    });
    storing.append(org(1), 100, everywhere.collect()).await;
    let answer = answering.answer(org(1), &ten_days).await;
    assert_eq!(
        (answer.series[0].total, share(&answer)),
        (Some(21.0), (false, 0.0))
    );
    let question = Query::parse(&ten_days).expect("a question");
    let fresh = storing
        .queries
        .run(org(1), &utc(), &question)
        .await
        .expect("an answer");
    assert!(!fresh.meta().cached, "what one process keeps is its own");
}

/// Whoever asks after an append has returned sees its events, whatever others ask meanwhile.
async fn what_was_stored_is_in_every_later_answer() {
    let world = World::at(NOW).await;
    world
        .append(org(1), 1, vec![at("first", "2026-03-01T10:00:00Z")])
        .await;
    let question = count(r#""range":{"from":"2026-03-01","to":"2026-03-09"},"interval":"hour""#);
    let query = Query::parse(&question).expect("a question");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let others = (0..4).map(|_| {
        let (queries, query, stopped) = (world.queries.clone(), query.clone(), stopped.clone());
        tokio::spawn(async move {
            while !*stopped.borrow() {
                queries.run(org(1), &utc(), &query).await.expect("an answer");
            }
        })
    });
    let others: Vec<_> = others.collect();
    let mut dice = StdRng::seed_from_u64(3);
    for position in 2..=60 {
        let (day, hour) = (dice.random_range(1..10), dice.random_range(0..24));
        let late = at(
            &format!("e{position}"),
            &format!("2026-03-{day:02}T{hour:02}:15:00Z"),
        );
        world.append(org(1), position, vec![late]).await;
        let answer = world.answer(org(1), &question).await;
        let total: u32 = position.try_into().expect("small");
        assert_eq!(answer.series[0].total, Some(f64::from(total)));
        let in_buckets: f64 = answer.series[0].values.iter().flatten().sum();
        assert!(is_close(in_buckets, f64::from(total)));
    }
    stop.send(true).expect("they listen");
    for other in others {
        other.await.expect("it finishes");
    }
}
