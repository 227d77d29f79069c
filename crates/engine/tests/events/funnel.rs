use std::num::NonZero;

use engine::query::Queries;
use engine::store::EventsAt;
use model::answer::{Answer, FunnelAnswer, StepFigures};
use model::event::Event;
use model::query::Query;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::generator::Generator;
use crate::oracle::funnel::{self as reference, Expected, Step};
use crate::world::{World, event, on_every_store, org, utc};

on_every_store! {
    users_count_once_at_the_furthest_step,
    the_order_and_the_window_decide,
    values_have_funnels_of_their_own,
    conversion_is_told_over_time,
    nobody_gives_an_empty_funnel,
    twenty_steps_and_ten_exclusions_work,
    more_users_than_an_answer_has_rows_are_followed,
    ; blocking random_funnels_get_the_answers_of_the_reference
}

const NOW: &str = "2026-06-01T00:00:00Z";

/// Events of the form `user name minute plan`, on the first day of March.
fn events(lines: &str) -> Vec<Event> {
    let line = |(number, line): (usize, &str)| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let minute: u32 = words[2].parse().expect("a minute");
        let document = json!({
            "id": format!("e{number:02}"), "user_id": words[0], "name": words[1],
            "timestamp": format!("2026-03-01T{:02}:{:02}:00Z", minute / 60, minute % 60),
            "properties": words.get(3).map_or(json!({}), |plan| json!({"plan": plan})),
        });
        event(&document.to_string())
    };
    lines
        .lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
        .map(line)
        .collect()
}

async fn ask(lines: &str, more: Value) -> FunnelAnswer {
    let world = World::at(NOW).await;
    world.append(org(1), 1, events(lines)).await;
    world.funnel(org(1), &question(&more)).await
}

fn question(more: &Value) -> String {
    let mut question = json!({
        "kind": "funnel",
        "steps": [{"event": "a"}, {"event": "b"}, {"event": "c", "label": "Bought"}],
        "range": {"from": "2026-03-01", "to": "2026-03-02"},
    });
    for (field, value) in more.as_object().expect("fields") {
        question[field] = value.clone();
    }
    question.to_string()
}

fn counts(steps: &[StepFigures]) -> Vec<u64> {
    steps.iter().map(|step| step.count).collect()
}

const VISITS: &str = "
    ann a 0 free
    ann b 10 pro
    ann c 30 pro
    bob a 0 pro
    bob x 5
    bob b 20 pro
    cid a 60
    cid c 61
    cid b 61
    dan b 0 free
    dan a 1 free
    eve c 0 free
    eve b 600 free
    eve a 601 free";

async fn users_count_once_at_the_furthest_step() {
    let answer = ask(VISITS, json!({})).await;
    assert_eq!(counts(&answer.steps), [5, 3, 1]);
    let labels: Vec<&str> = answer.steps.iter().map(|step| step.label.as_str()).collect();
    assert_eq!(labels, ["a", "b", "Bought"]);
    let second = &answer.steps[1];
    assert_eq!((second.from_previous, second.from_first), (Some(0.6), Some(0.6)));
    assert_eq!(
        (second.median_seconds, second.average_seconds),
        (Some(600.0), Some(620.0))
    );
    assert_eq!(answer.steps[0].from_previous, Some(1.0));
    assert_eq!(answer.time_to_convert.median_seconds, Some(1800.0));
    assert_eq!(answer.time_to_convert.bins.len(), 1);
    assert_eq!(answer.meta.rows_read, 13);
}

async fn the_order_and_the_window_decide() {
    assert_eq!(
        counts(&ask(VISITS, json!({"order": "strict"})).await.steps),
        [5, 1, 1]
    );
    assert_eq!(
        counts(&ask(VISITS, json!({"order": "any"})).await.steps),
        [5, 5, 2]
    );
    assert_eq!(
        counts(&ask(VISITS, json!({"order": "any", "window": "10h"})).await.steps),
        [5, 5, 1]
    );
    assert_eq!(
        counts(&ask(VISITS, json!({"window": "29m"})).await.steps),
        [5, 3, 0]
    );
    assert_eq!(
        counts(&ask(VISITS, json!({"window": "30m"})).await.steps),
        [5, 3, 1]
    );
    let excluded = json!({"exclude": [{"event": "x"}]});
    assert_eq!(counts(&ask(VISITS, excluded).await.steps), [5, 2, 1]);
    let later = json!({"exclude": [{"event": "x", "from_step": 2}]});
    assert_eq!(counts(&ask(VISITS, later).await.steps), [5, 3, 1]);
}

async fn values_have_funnels_of_their_own() {
    let by = |attribution: &str, limit: usize| json!({"breakdown": {"property": "plan", "limit": limit, "attribution": attribution}});
    let named = |answer: FunnelAnswer| -> Vec<(String, Vec<u64>)> {
        let groups = answer.groups.expect("it was asked for").into_iter();
        groups
            .map(|group| (group.breakdown, counts(&group.steps)))
            .collect()
    };
    let group = |name: &str, counts: [u64; 3]| (name.to_owned(), counts.to_vec());
    assert_eq!(
        named(ask(VISITS, by("first", 5)).await),
        [
            group("free", [3, 1, 1]),
            group("pro", [1, 1, 0]),
            group("$none", [1, 1, 0])
        ]
    );
    assert_eq!(
        named(ask(VISITS, by("last", 1)).await),
        [group("free", [2, 0, 0]), group("$other", [3, 3, 1])]
    );
}

async fn conversion_is_told_over_time() {
    let answer = ask(VISITS, json!({"over_time": true, "interval": "hour"})).await;
    let over_time = answer.over_time.expect("it was asked for");
    assert_eq!(over_time.buckets.len(), 48);
    assert_eq!(over_time.started[..2], [3, 1]);
    assert_eq!(over_time.converted[..2], [1, 0]);
    assert_eq!(over_time.rate[..3], [Some(1.0 / 3.0), Some(0.0), None]);
    assert!(ask(VISITS, json!({})).await.over_time.is_none());
}

async fn nobody_gives_an_empty_funnel() {
    let steps = json!({"steps": [{"event": "never"}, {"event": "b"}]});
    let answer = ask(VISITS, steps).await;
    assert!(answer.is_empty());
    assert_eq!(
        (answer.steps[1].from_previous, answer.steps[1].median_seconds),
        (None, None)
    );
    assert!(answer.time_to_convert.bins.is_empty());
    let filtered = json!({"filter": {"property": "no.such", "op": "eq", "value": 1}});
    assert!(ask(VISITS, filtered).await.is_empty());
}

/// So many steps that times and steps do not fit one number.
async fn twenty_steps_and_ten_exclusions_work() {
    let lines: Vec<String> = (0..20).map(|n| format!("ann s{n} {n}")).collect();
    let steps: Vec<Value> = (0..20).map(|n| json!({"event": format!("s{n}")})).collect();
    let exclude: Vec<Value> = (0..10).map(|n| json!({"event": format!("x{n}")})).collect();
    for order in ["ordered", "strict", "any"] {
        let more = json!({"steps": steps, "exclude": exclude, "order": order,
            "breakdown": {"property": "plan"}, "range": {"from": "2016-01-01", "to": "2026-03-02"}});
        let answer = ask(&lines.join("\n"), more).await;
        assert_eq!(counts(&answer.steps), [1; 20], "{order}");
    }
}

fn close(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
        (one, other) => one == other,
    }
}

fn same_steps(expected: &[Step], given: &[StepFigures]) -> bool {
    expected.len() == given.len()
        && expected
            .iter()
            .zip(given)
            .all(|((count, previous, first, median, mean), step)| {
                *count == step.count
                    && close(*previous, step.from_previous)
                    && close(*first, step.from_first)
                    && close(*median, step.median_seconds)
                    && close(*mean, step.average_seconds)
            })
}

fn same_times(expected: &Expected, given: &FunnelAnswer) -> bool {
    let mut whole = expected.whole.clone();
    whole.sort_by(f64::total_cmp);
    let times = &given.time_to_convert;
    let bins = &times.bins;
    #[expect(clippy::cast_precision_loss, reason = "a year has few seconds")]
    let is_right = |bin: &model::answer::TimeBin| {
        let range = bin.from_seconds as f64..bin.to_seconds as f64;
        whole.iter().filter(|time| range.contains(*time)).count() as u64 == bin.count
    };
    let counted: u64 = bins.iter().map(|bin| bin.count).sum();
    close(times.median_seconds, reference::median(&whole))
        && close(times.average_seconds, reference::mean(&whole))
        && bins.iter().all(is_right)
        && bins.len() <= 20
        && counted == whole.len() as u64
        && bins
            .windows(2)
            .all(|pair| pair[0].to_seconds == pair[1].from_seconds)
}

fn same_groups(expected: &Expected, given: &FunnelAnswer) -> bool {
    let groups = given.groups.as_deref().unwrap_or_default();
    groups.len() == expected.groups.len()
        && expected
            .groups
            .iter()
            .zip(groups)
            .all(|((name, steps), group)| *name == group.breakdown && same_steps(steps, &group.steps))
}

fn same_course(expected: &Expected, given: &FunnelAnswer) -> bool {
    given.over_time.as_ref().is_none_or(|over_time| {
        over_time.started == expected.started && over_time.converted == expected.converted
    })
}

fn random_funnels_get_the_answers_of_the_reference() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let world = runtime.block_on(World::at(NOW));
    let events = Generator::new(11).crowded_events(500);
    runtime.block_on(world.append(org(1), 1, events.clone()));
    let mut runner = TestRunner::new(Config {
        cases: crate::world::cases(250),
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&proptest::num::u64::ANY, |seed| {
        let question = Generator::new(seed).funnel().to_string();
        let Ok(Query::Funnel(query)) = Query::parse(&question) else {
            panic!("{question} is no question")
        };
        let given = runtime.block_on(world.funnel(org(1), &question));
        let expected = reference::answer(&events, &query);
        proptest::prop_assert!(
            same_steps(&expected.steps, &given.steps),
            "{question}\n{:?}, not {:?}",
            given.steps,
            expected.steps
        );
        proptest::prop_assert!(
            same_groups(&expected, &given),
            "{question}\n{:?}, not {:?}",
            given.groups,
            expected.groups
        );
        proptest::prop_assert!(
            same_times(&expected, &given),
            "{question}\n{:?}, not {:?}",
            given.time_to_convert,
            expected.whole
        );
        proptest::prop_assert!(
            same_course(&expected, &given),
            "{question}\n{:?}, not {:?} of {:?}",
            given.over_time,
            expected.converted,
            expected.started
        );
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// Each is a row that the engine shapes, and nobody sees: the limit on the rows of an answer does not hold for them.
async fn more_users_than_an_answer_has_rows_are_followed() {
    const USERS: u32 = 100_500;
    let world = World::at(NOW).await;
    let events = (0..USERS).flat_map(|user| {
        let did = |name: &'static str, minute: u32| {
            event(&format!(
                r#"{{"id":"{name}{user}","user_id":"u{user}","name":"{name}","timestamp":"2026-03-01T00:{minute:02}:00Z"}}"#
            ))
        };
        let second = (user % 3 == 0).then(|| did("b", 5));
        [Some(did("a", 0)), second].into_iter().flatten()
    });
    world.append(org(1), 1, events.collect()).await;
    let queries = Queries::new(world.store.clone(), world.clock.clone());
    let question = Query::parse(&question(&json!({}))).expect("a question");
    // Where rows are worked off as they are read, so many times more are listed at once.
    let worked_off = if matches!(world.at, EventsAt::DuckDb(_)) {
        4
    } else {
        1
    };
    for portions in [1, 2] {
        let at_once = NonZero::new(USERS * 2 / portions / worked_off).expect("more than none");
        let queries = queries.clone().in_portions_of(at_once);
        let Ok((Answer::Funnel(answer), statements)) = queries.explain(org(1), &utc(), &question).await
        else {
            panic!("it is answered")
        };
        assert_eq!(counts(&answer.steps), [u64::from(USERS), u64::from(USERS / 3), 0]);
        let listings = statements.iter().filter(|ran| ran.sql.contains("GROUP BY p"));
        assert_eq!(listings.count(), portions as usize);
    }
}
