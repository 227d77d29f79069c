use engine::query::buckets::Calendar;
use model::account::WeekStart;
use model::answer::{Answer, Cohort, RetentionAnswer};
use model::event::Event;

use crate::world::{World, event, fields, on_every_store, org, time, utc};

on_every_store! {
    users_belong_to_the_interval_of_their_first_start_and_come_back_after_the_range_too,
    on_or_after_counts_those_who_come_later,
    cohorts_may_be_of_those_who_are_new_or_of_all,
    a_breakdown_takes_the_value_of_the_start_event,
    weeks_begin_when_the_organization_says_and_days_when_its_clocks_say,
    an_interval_that_begins_changes_a_kept_answer,
    more_buckets_than_a_word_has_bits,
    questions_that_cannot_be_answered_name_the_field,
    nobody_is_an_answer_too,
}

const NOW: &str = "2026-03-25T12:00:00Z";

fn on(time: &str, name: &str, user: &str, plan: &str) -> Event {
    event(&format!(
        r#"{{"id":"{time}{name}{user}{plan}","name":"{name}","timestamp":"{time}","user_id":"{user}",
        "properties":{{"plan":"{plan}"}}}}"#
    ))
}

/// Mondays are 2, 9, 16 and 23 March.
async fn world() -> World {
    let world = World::at(NOW).await;
    let events = vec![
        on("2026-02-20T10:00:00Z", "sign_up", "old", "free"),
        on("2026-03-03T10:00:00Z", "sign_up", "old", "pro"),
        on("2026-03-02T00:00:00Z", "sign_up", "ann", "free"),
        on("2026-03-08T23:59:59Z", "sign_up", "bob", "pro"),
        on("2026-03-10T10:00:00Z", "sign_up", "ann", "pro"),
        on("2026-03-12T10:00:00Z", "sign_up", "cid", "pro"),
        on("2026-03-01T10:00:00Z", "visit", "ann", "free"),
        on("2026-03-02T09:00:00Z", "visit", "ann", "free"),
        on("2026-03-09T00:00:00Z", "visit", "bob", "free"),
        on("2026-03-17T10:00:00Z", "visit", "ann", "free"),
        on("2026-03-24T10:00:00Z", "visit", "old", "free"),
        event(r#"{"id":"nobody","name":"sign_up","timestamp":"2026-03-03T10:00:00Z"}"#),
        event(r#"{"id":"never","name":"visit","timestamp":"2026-03-03T10:00:00Z","user_id":"dan"}"#),
    ];
    world.append(org(1), 1, events).await;
    world
}

fn question(more: &str) -> String {
    format!(
        r#"{{"kind":"retention","start":{{"event":"sign_up"}},"return":{{"event":"visit"}},"interval":"week",
        "periods":3,"range":{{"from":"2026-03-02","to":"2026-03-15"}}{more}}}"#
    )
}

async fn ask(world: &World, calendar: &Calendar, question: &str) -> RetentionAnswer {
    match world.ask_any(org(1), calendar, question).await {
        Ok(Answer::Retention(answer)) => answer,
        other => panic!("{question}: {other:?}"),
    }
}

fn figures(cohorts: &[Cohort]) -> Vec<(u64, Vec<Option<u64>>)> {
    cohorts
        .iter()
        .map(|cohort| (cohort.size, cohort.returned.clone()))
        .collect()
}

async fn users_belong_to_the_interval_of_their_first_start_and_come_back_after_the_range_too() {
    let world = world().await;
    let answer = ask(&world, &utc(), &question("")).await;
    let starts: Vec<_> = answer.cohorts.iter().map(|cohort| cohort.start).collect();
    assert_eq!(
        starts,
        [time("2026-03-02T00:00:00Z"), time("2026-03-09T00:00:00Z")]
    );
    assert_eq!(
        figures(&answer.cohorts),
        [
            (3, vec![Some(1), Some(1), Some(1), Some(1)]),
            (1, vec![Some(0), Some(0), Some(0), None])
        ],
        "ann, bob and old; cid. The week after 23 March has not begun"
    );
    assert_eq!(
        answer.average,
        [Some(0.25), Some(0.25), Some(0.25), Some(1.0 / 3.0)]
    );
    assert_eq!(answer.open_from, Some(3), "the week of 23 March still runs");
    assert_eq!((answer.meta.rows_read, answer.timezone.as_str()), (10, "UTC"));
}

async fn on_or_after_counts_those_who_come_later() {
    let world = world().await;
    let answer = ask(&world, &utc(), &question(r#","mode":"on_or_after""#)).await;
    assert_eq!(
        figures(&answer.cohorts),
        [
            (3, vec![Some(3), Some(3), Some(2), Some(1)]),
            (1, vec![Some(0), Some(0), Some(0), None])
        ]
    );
    let short = question(r#","mode":"on_or_after""#).replace("\"periods\":3", "\"periods\":1");
    let answer = ask(&world, &utc(), &short).await;
    assert_eq!(
        figures(&answer.cohorts)[0],
        (3, vec![Some(3), Some(3)]),
        "old came after the last period"
    );
}

async fn cohorts_may_be_of_those_who_are_new_or_of_all() {
    let world = world().await;
    let first_time = ask(&world, &utc(), &question(r#","cohort":"first_time""#)).await;
    assert_eq!(
        figures(&first_time.cohorts),
        [
            (2, vec![Some(1), Some(1), Some(1), Some(0)]),
            (1, vec![Some(0), Some(0), Some(0), None])
        ],
        "old began before the range"
    );
    let recurring = ask(&world, &utc(), &question(r#","cohort":"recurring""#)).await;
    assert_eq!(
        figures(&recurring.cohorts),
        [
            (3, vec![Some(1), Some(1), Some(1), Some(1)]),
            (2, vec![Some(0), Some(1), Some(0), None])
        ],
        "ann signed up in both weeks"
    );
    assert_eq!(recurring.meta.rows_read, 10);
}

async fn a_breakdown_takes_the_value_of_the_start_event() {
    let world = world().await;
    let answer = ask(&world, &utc(), &question(r#","breakdown":{"property":"plan"}"#)).await;
    let lines: Vec<(Option<&str>, u64, Option<u64>)> = answer
        .cohorts
        .iter()
        .map(|cohort| (cohort.breakdown.as_deref(), cohort.size, cohort.returned[1]))
        .collect();
    assert_eq!(
        lines,
        [
            (Some("pro"), 2, Some(1)),
            (Some("pro"), 1, Some(0)),
            (Some("free"), 1, Some(0)),
            (Some("free"), 0, Some(0))
        ]
    );
    let one = ask(
        &world,
        &utc(),
        &question(r#","breakdown":{"property":"plan","limit":1}"#),
    )
    .await;
    assert_eq!(one.cohorts[2].breakdown.as_deref(), Some("$other"));
    let none = ask(
        &world,
        &utc(),
        &question(r#","breakdown":{"property":"no.such"}"#),
    )
    .await;
    assert_eq!(
        (none.cohorts.len(), none.cohorts[0].breakdown.as_deref()),
        (2, Some("$none"))
    );
}

async fn weeks_begin_when_the_organization_says_and_days_when_its_clocks_say() {
    let world = world().await;
    let sunday = Calendar {
        week_start: WeekStart::Sunday,
        ..utc()
    };
    let answer = ask(&world, &sunday, &question("")).await;
    assert_eq!(answer.cohorts[0].start, time("2026-03-01T00:00:00Z"));
    assert_eq!(
        figures(&answer.cohorts)[0],
        (2, vec![Some(1), Some(0), Some(1), Some(1)]),
        "bob signed up on a Sunday; the visit of 1 March is in the week of ann's sign-up"
    );
    let berlin = r#"{"kind":"retention","start":{"event":"a"},"return":{"event":"b"},"periods":2,
        "range":{"from":"2026-03-28","to":"2026-03-28"},"timezone":"Europe/Berlin"}"#;
    let later = World::at("2026-04-03T12:00:00Z").await;
    let events = vec![
        on("2026-03-28T22:59:59Z", "a", "ann", ""),
        on("2026-03-28T23:00:00Z", "b", "ann", ""),
        on("2026-03-29T22:00:00Z", "b", "ann", ""),
    ];
    later.append(org(1), 1, events).await;
    let answer = ask(&later, &utc(), berlin).await;
    assert_eq!(
        figures(&answer.cohorts),
        [(1, vec![Some(0), Some(1), Some(1)])],
        "Sunday has 23 hours"
    );
}

async fn an_interval_that_begins_changes_a_kept_answer() {
    let world = World::at("2026-03-22T23:59:59Z").await;
    world
        .append(org(1), 1, vec![on("2026-03-03T10:00:00Z", "sign_up", "ann", "")])
        .await;
    let before = ask(&world, &utc(), &question("")).await;
    assert_eq!(before.cohorts[0].returned, [Some(0), Some(0), Some(0), None]);
    assert!(ask(&world, &utc(), &question("")).await.meta.cached);
    world.clock.advance(std::time::Duration::from_secs(1));
    let after = ask(&world, &utc(), &question("")).await;
    assert_eq!(after.cohorts[0].returned, [Some(0), Some(0), Some(0), Some(0)]);
    assert!(!after.meta.cached);
}

async fn more_buckets_than_a_word_has_bits() {
    let world = World::at("2027-01-10T12:00:00Z").await;
    let mut events = vec![on("2026-01-01T10:00:00Z", "sign_up", "ann", "")];
    for (day, user) in [
        ("2026-03-02", "bob"),
        ("2026-03-04", "cid"),
        ("2026-12-31", "dan"),
    ] {
        events.push(on(&format!("{day}T10:00:00Z"), "sign_up", user, ""));
    }
    for (day, user) in [
        ("2026-01-01", "ann"),
        ("2026-03-02", "ann"),
        ("2026-03-03", "bob"),
        ("2026-03-04", "bob"),
        ("2026-05-01", "bob"),
        ("2026-05-03", "cid"),
        ("2027-01-10", "dan"),
    ] {
        events.push(on(&format!("{day}T11:00:00Z"), "visit", user, ""));
    }
    world.append(org(1), 1, events).await;
    let question = r#"{"kind":"retention","start":{"event":"sign_up"},"return":{"event":"visit"},"interval":"day",
        "periods":60,"range":{"from":"2026-01-01","to":"2026-12-31"}}"#;
    let answer = ask(&world, &utc(), question).await;
    let came_back = |position: usize| -> Vec<usize> {
        let returned = answer.cohorts[position].returned.iter().enumerate();
        returned
            .filter(|(_, users)| **users == Some(1))
            .map(|(k, _)| k)
            .collect()
    };
    assert_eq!(answer.cohorts.len(), 365);
    assert_eq!((came_back(0), came_back(60)), (vec![0, 60], vec![1, 2, 60]));
    assert_eq!((came_back(62), came_back(364)), (vec![60], vec![10]));
    assert_eq!(answer.cohorts[364].returned[11], None);
}

async fn questions_that_cannot_be_answered_name_the_field() {
    let world = World::at(NOW).await;
    let with = |range: &str, more: &str| {
        format!(r#"{{"kind":"retention","start":{{}},"return":{{}},"range":{range}{more}}}"#)
    };
    for (question, field, code) in [
        (with(r#"{"last":"10y"}"#, ""), "interval", "too_many_cohorts"),
        (
            with(
                r#"{"last":"365d"}"#,
                r#","periods":60,"breakdown":{"property":"a","limit":50}"#,
            ),
            "breakdown.limit",
            "too_many_figures",
        ),
        (
            with(r#"{"last":"7d"}"#, r#","timezone":"Mars/Olympus""#),
            "timezone",
            "unknown",
        ),
        (
            with(
                r#"{"last":"7d"}"#,
                r#","filter":{"property":"a","op":"matches","value":"[a"}"#,
            ),
            "filter.value",
            "invalid_pattern",
        ),
        (
            with(
                r#"{"from":"2026-03-01","to":"9999-12-31"}"#,
                r#","interval":"month""#,
            ),
            "range.to",
            "out_of_range",
        ),
    ] {
        let outcome = world.ask_any(org(1), &utc(), &question).await;
        assert_eq!(fields(outcome), (field.to_owned(), code.to_owned()), "{question}");
    }
    let pattern = r#"{"kind":"retention","start":{},"return":{"filter":{"property":"a","op":"matches","value":"("}},
        "range":{"last":"7d"}}"#;
    let outcome = world.ask_any(org(1), &utc(), pattern).await;
    assert_eq!(fields(outcome).0, "return.filter.value");
}

async fn nobody_is_an_answer_too() {
    let world = World::at(NOW).await;
    let answer = ask(&world, &utc(), &question("")).await;
    assert_eq!(
        figures(&answer.cohorts)[1],
        (0, vec![Some(0), Some(0), Some(0), None])
    );
    assert_eq!(answer.average, [None; 4]);
    let broken_down = ask(&world, &utc(), &question(r#","breakdown":{"property":"plan"}"#)).await;
    assert!(broken_down.cohorts.is_empty());
}
