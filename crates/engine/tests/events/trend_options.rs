//! Trends that run on, revenue, groups, approximate counts, and what they do with odd questions.

use model::event::Event;
use serde_json::{Value, json};

use crate::world::{World, event, on_every_store, org, refused};

on_every_store! {
    a_cumulative_trend_counts_each_user_once,
    revenue_is_added_up_in_one_currency,
    groups_count_and_break_down_like_users,
    an_approximate_count_says_so_and_is_near,
    odd_questions_have_defined_answers,
    fifty_breakdown_values_are_told_apart,
    a_bucket_whose_edge_does_not_exist_begins_at_the_next_instant,
    a_microsecond_decides_about_the_bucket_years_after_the_first_one,
}

const NOW: &str = "2026-03-10T12:00:00Z";

fn on(day: u32, user: &str, properties: &Value) -> Event {
    let document = json!({"name": "buy", "timestamp": format!("2026-03-{day:02}T10:00:00Z"),
        "user_id": user, "properties": properties});
    event(&document.to_string())
}

async fn world_with(events: &[(u32, &str, Value)]) -> World {
    let world = World::at(NOW).await;
    let events = events
        .iter()
        .map(|(day, user, properties)| on(*day, user, properties));
    world.append(org(1), 1, events.collect()).await;
    world
}

fn trend(series: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"trend","series":[{{{series}}}],"range":{{"from":"2026-03-01","to":"2026-03-04"}},
        "interval":"day"{more}}}"#
    )
}

async fn values(world: &World, series: &str, more: &str) -> Vec<Option<f64>> {
    let mut answer = world.answer(org(1), &trend(series, more)).await;
    answer.series.swap_remove(0).values
}

async fn a_cumulative_trend_counts_each_user_once() {
    let world = world_with(&[
        (1, "ann", json!({"plan": "a", "n": 4})),
        (1, "bob", json!({"plan": "b", "n": 6})),
        (3, "ann", json!({"plan": "b", "n": 1})),
        (3, "zoe", json!({"plan": "c"})),
    ])
    .await;
    let cumulative = r#","cumulative":true"#;
    let some = |values: [f64; 4]| values.map(Some).to_vec();
    let users = r#""measure":"unique_users""#;
    assert_eq!(values(&world, users, "").await, some([2.0, 0.0, 2.0, 0.0]));
    assert_eq!(
        values(&world, users, cumulative).await,
        some([2.0, 2.0, 3.0, 3.0])
    );
    assert_eq!(
        values(&world, r#""measure":"count""#, cumulative).await,
        some([2.0, 2.0, 4.0, 4.0])
    );
    assert_eq!(
        values(&world, r#""measure":"min","property":"n""#, cumulative).await,
        some([4.0, 4.0, 1.0, 1.0])
    );
    assert_eq!(
        values(&world, r#""measure":"count""#, r#","rolling_average":2"#).await,
        some([2.0, 1.0, 1.0, 1.0])
    );
    let others = r#","cumulative":true,"breakdown":{"property":"plan","limit":1}"#;
    let answer = world.answer(org(1), &trend(users, others)).await;
    let other = &answer.series[1];
    assert_eq!(other.values, some([1.0, 1.0, 2.0, 2.0]), "ann once, then zoe");
    assert_eq!(other.total, Some(2.0));
}

async fn revenue_is_added_up_in_one_currency() {
    let world = world_with(&[
        (1, "ann", json!({"amount": 10, "currency": "EUR"})),
        (1, "bob", json!({"amount": 10, "currency": "usd"})),
        (2, "ann", json!({"amount": 3})),
        (2, "bob", json!({"amount": "3", "currency": "XXX"})),
        (4, "bob", json!({"amount": -800, "currency": "JPY"})),
    ])
    .await;
    let revenue = r#""measure":"revenue","property":"amount""#;
    let euros = world.answer(org(1), &trend(revenue, "")).await;
    assert_eq!(euros.series[0].values, [Some(15.0), Some(3.0), None, Some(-5.0)]);
    assert_eq!(euros.series[0].total, Some(13.0));
    assert!(euros.meta.exact && euros.meta.warnings.is_empty());
    let dollars = format!(r#"{revenue},"currency":"usd""#);
    assert_eq!(
        values(&world, &dollars, "").await,
        [Some(30.0), Some(6.0), None, Some(-10.0)]
    );

    let unknown = on(3, "ann", &json!({"amount": 7, "currency": "Xau"}));
    world.append(org(1), 2, vec![unknown]).await;
    let euros = world.answer(org(1), &trend(revenue, "")).await;
    assert_eq!(euros.series[0].total, Some(13.0));
    assert!(!euros.meta.exact);
    assert_eq!(
        euros.meta.warnings,
        ["Amounts in XAU were left out (1): it has no rate."]
    );

    let yen = format!(r#"{revenue},"currency":"XAU""#);
    let refusal = refused(world.ask(org(1), &trend(&yen, "")).await);
    assert_eq!(refusal, ("series[0].currency".to_owned(), "unknown".to_owned()));
    let without_rates = World {
        queries: engine::query::Queries::new(world.store.clone(), world.clock.clone()),
        ..world
    };
    let refusal = refused(without_rates.ask(org(1), &trend(revenue, "")).await);
    assert_eq!(refusal, ("series[0].measure".to_owned(), "no_rates".to_owned()));
}

async fn groups_count_and_break_down_like_users() {
    let world = world_with(&[
        (1, "ann", json!({"$groups": {"company": "acme"}})),
        (1, "bob", json!({"$groups": {"company": "acme"}})),
        (1, "zoe", json!({"$groups": {"company": "zeta"}})),
        (2, "zoe", json!({"$groups": {"team": "x"}})),
    ])
    .await;
    let groups = r#""measure":"unique_groups","group":"company""#;
    assert_eq!(
        values(&world, groups, "").await,
        [Some(2.0), Some(0.0), Some(0.0), Some(0.0)]
    );
    let by_company = r#","breakdown":{"property":"$groups.company"}"#;
    let answer = world
        .answer(org(1), &trend(r#""measure":"unique_users""#, by_company))
        .await;
    let lines: Vec<_> = answer
        .series
        .iter()
        .map(|line| (line.breakdown.as_deref(), line.total))
        .collect();
    assert_eq!(
        lines,
        [
            (Some("acme"), Some(2.0)),
            (Some("zeta"), Some(1.0)),
            (Some("$none"), Some(1.0))
        ]
    );
}

async fn an_approximate_count_says_so_and_is_near() {
    let users: Vec<String> = (0..900).map(|n| format!("user {n}")).collect();
    let events: Vec<(u32, &str, Value)> = users
        .iter()
        .map(|user| (2, user.as_str(), json!({"plan": "a"})))
        .collect();
    let world = world_with(&events).await;
    for more in ["", r#","breakdown":{"property":"plan"}"#] {
        let more = format!(r#"{more},"approximate":true"#);
        let answer = world
            .answer(org(1), &trend(r#""measure":"unique_users""#, &more))
            .await;
        let total = answer.series[0].total.expect("a count");
        assert!(!answer.meta.exact && (700.0..1_100.0).contains(&total), "{total}");
    }
    let count = world
        .answer(org(1), &trend(r#""measure":"count""#, r#","approximate":true"#))
        .await;
    assert!(count.meta.exact, "nothing about it is approximate");
}

async fn odd_questions_have_defined_answers() {
    let world = world_with(&[
        (1, "ann", json!({"plan": "a", "n": 1})),
        (2, "bob", json!({"plan": "b", "n": "one"})),
    ])
    .await;
    let count = r#""measure":"count""#;
    for (filter, total, why) in [
        (
            json!({"property": "n", "op": "gt", "value": "a"}),
            1.0,
            "only text with text",
        ),
        (
            json!({"property": "n", "op": "lt", "value": 5}),
            1.0,
            "only numbers with numbers",
        ),
        (
            json!({"property": "plan", "op": "gt", "value": 5}),
            0.0,
            "text is never more than a number",
        ),
        (
            json!({"property": "plan", "op": "in", "value": (0..10_000).map(|n| if n == 77 { "b".to_owned() } else { format!("x{n}") }).collect::<Vec<_>>()}),
            1.0,
            "ten thousand values",
        ),
    ] {
        let answer = world
            .answer(org(1), &trend(count, &format!(r#","filter":{filter}"#)))
            .await;
        assert_eq!(answer.series[0].total, Some(total), "{why}");
    }
    let divided = values(&world, count, r#","formula":"1 / (A - 1)""#).await;
    assert_eq!(
        divided,
        [None, None, Some(-1.0), Some(-1.0)],
        "by zero gives nothing"
    );
    let by_plan = r#","formula":"A / (A - A)","breakdown":{"property":"plan","limit":50}"#;
    let answer = world.answer(org(1), &trend(count, by_plan)).await;
    assert_eq!(answer.series.len(), 2);
    assert!(
        answer
            .series
            .iter()
            .all(|line| line.values.iter().all(Option::is_none))
    );
}

async fn fifty_breakdown_values_are_told_apart() {
    let plans: Vec<(u32, &str, Value)> = (0..60)
        .map(|n| (1, "ann", json!({"plan": format!("p{n:02}")})))
        .collect();
    let world = world_with(&plans).await;
    let by_plan = r#","breakdown":{"property":"plan","limit":50}"#;
    let answer = world
        .answer(org(1), &trend(r#""measure":"count""#, by_plan))
        .await;
    assert_eq!(answer.series.len(), 51);
    let other = &answer.series[50];
    assert_eq!(
        (other.breakdown.as_deref(), other.total),
        (Some("$other"), Some(10.0))
    );
}

/// In Berlin the clocks go from 2 to 3 on 29 March 2026; in Havana midnight itself is skipped on 8 March.
async fn a_bucket_whose_edge_does_not_exist_begins_at_the_next_instant() {
    let world = World::at("2026-04-01T00:00:00Z").await;
    let at = |time: &str| {
        event(&format!(
            r#"{{"id":"{time}","name":"x","timestamp":"{time}","user_id":"u"}}"#
        ))
    };
    let times = [
        "2026-03-29T00:59:59.999999Z",
        "2026-03-29T01:00:00Z",
        "2026-03-08T04:59:59.999999Z",
        "2026-03-08T05:00:00Z",
    ];
    world.append(org(1), 1, times.map(at).to_vec()).await;
    let hours = r#"{"kind":"trend","series":[{"measure":"count"}],"interval":"hour","timezone":"Europe/Berlin",
        "range":{"from":"2026-03-29T00:00:00Z","to":"2026-03-29T02:00:00Z"}}"#;
    let answer = world.answer(org(1), hours).await;
    assert_eq!(answer.series[0].values, [Some(1.0), Some(1.0)]);
    let clocks: Vec<i8> = answer.local.iter().map(|local| local.hour()).collect();
    assert_eq!(clocks, [1, 3]);
    let days = r#"{"kind":"trend","series":[{"measure":"count"}],"interval":"day","timezone":"America/Havana",
        "range":{"from":"2026-03-07","to":"2026-03-08"}}"#;
    let answer = world.answer(org(1), days).await;
    assert_eq!(answer.series[0].values, [Some(1.0), Some(1.0)]);
}

async fn a_microsecond_decides_about_the_bucket_years_after_the_first_one() {
    let world = World::at("2026-04-01T00:00:00Z").await;
    let times = [
        "2025-12-31T23:59:59.999999Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T23:59:59.999999Z",
    ];
    let events = times.map(|time| {
        event(&format!(
            r#"{{"id":"{time}","name":"x","timestamp":"{time}","user_id":"u"}}"#
        ))
    });
    world.append(org(1), 1, events.to_vec()).await;
    for (interval, from) in [("day", "2016-01-01"), ("hour", "2024-12-01")] {
        let asked = format!(
            r#"{{"kind":"trend","series":[{{"measure":"count"}}],"interval":"{interval}","timezone":"UTC",
            "range":{{"from":"{from}","to":"2026-01-01"}}}}"#
        );
        let answer = world.answer(org(1), &asked).await;
        let figures = answer.series[0].values.iter().flatten();
        let told: Vec<f64> = figures.copied().filter(|figure| *figure > 0.0).collect();
        let expected: &[f64] = if interval == "day" {
            &[1.0, 2.0]
        } else {
            &[1.0, 1.0, 1.0]
        };
        assert_eq!(told, expected, "by {interval}");
    }
}
