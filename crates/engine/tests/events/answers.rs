use std::time::Duration;

use engine::query::Queries;
use engine::query::buckets::Calendar;
use model::account::WeekStart;
use model::query::{Interval, Query};
use sqlparser::dialect::GenericDialect;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::world::{World, event, on_every_store, org, refused, time, utc};

on_every_store! {
    questions_that_cannot_be_answered_name_the_field,
    a_property_that_nobody_has_gives_an_empty_answer,
    property_names_are_never_part_of_the_statement,
    the_last_units_end_today_or_now,
    days_are_as_long_as_the_zone_makes_them,
    weeks_begin_when_the_organization_says,
    the_period_before_is_cut_like_this_one,
    a_page_of_the_calendar_is_set_beside_the_page_before,
    a_kept_answer_is_never_stale,
    statements_put_into_lines_say_the_same,
}

const NOW: &str = "2026-03-01T12:00:30Z";

fn trend(more: &str) -> String {
    format!(r#"{{"kind":"trend","series":[{{"measure":"count"}}],{more}}}"#)
}

async fn world_with(times: &[&str]) -> World {
    let world = World::at(NOW).await;
    let events = times.iter().enumerate().map(|(n, time)| {
        event(&format!(
            r#"{{"id":"{n}","name":"x","timestamp":"{time}","user_id":"u","properties":{{"a":"b"}}}}"#
        ))
    });
    world.append(org(1), 1, events.collect()).await;
    world
}

async fn questions_that_cannot_be_answered_name_the_field() {
    let world = World::at(NOW).await;
    let week = r#""range":{"last":"7d"}"#;
    for (more, field) in [
        (format!(r#"{week},"timezone":"Mars/Olympus""#), "timezone"),
        (
            r#""range":{"from":"2026-02-01","to":"2026-01-01T00:00:00Z"}"#.to_owned(),
            "range.to",
        ),
        (
            r#""range":{"from":"2026-02-01T10:00:00Z","to":"2026-01-01"}"#.to_owned(),
            "range.to",
        ),
        (
            r#""range":{"last":"30d"},"interval":"minute""#.to_owned(),
            "interval",
        ),
        (
            r#""range":{"from":"2026-02-01","to":"9999-12-31"}"#.to_owned(),
            "range.to",
        ),
        (
            format!(r#"{week},"filter":{{"property":"a","op":"matches","value":"[a"}}"#),
            "filter.value",
        ),
    ] {
        let question = trend(&more);
        assert_eq!(refused(world.ask(org(1), &question).await).0, field, "{question}");
    }
}

async fn a_property_that_nobody_has_gives_an_empty_answer() {
    let world = world_with(&["2026-03-01T10:00:00Z"]).await;
    let nobody = r#""range":{"last":"7d"},"filter":{"property":"no.such","op":"eq","value":1}"#;
    let answer = world.answer(org(1), &trend(nobody)).await;
    assert!(answer.is_empty());
    assert_eq!(
        (answer.series[0].values.len(), answer.series[0].total),
        (7, Some(0.0))
    );
}

async fn property_names_are_never_part_of_the_statement() {
    let world = world_with(&["2026-03-01T10:00:00Z"]).await;
    for name in [
        "'; DROP TABLE events; --",
        "\\\"",
        "a'b\\\"c",
        "?",
        "$1",
        "\\u0001",
        "🎉",
        "[0]",
        "*",
        "%s",
        "{events}",
    ] {
        let more = format!(
            r#""range":{{"last":"7d"}},"breakdown":{{"property":"{name}"}},
            "filter":{{"property":"{name}","op":"neq","value":"{name}"}}"#
        );
        let answer = world.answer(org(1), &trend(&more)).await;
        assert_eq!(answer.series[0].breakdown.as_deref(), Some("$none"), "{name}");
        assert_eq!(answer.series[0].total, Some(1.0), "{name}");
    }
}

async fn the_last_units_end_today_or_now() {
    let world = World::at(NOW).await;
    for (last, first, buckets, interval, open) in [
        ("30d", "2026-01-31T00:00:00Z", 30, Interval::Day, Some(29)),
        ("24h", "2026-02-28T12:00:00Z", 25, Interval::Hour, Some(24)),
        ("30min", "2026-03-01T11:30:00Z", 31, Interval::Minute, Some(30)),
        ("12w", "2025-12-08T00:00:00Z", 84, Interval::Day, Some(83)),
        ("12mo", "2025-02-24T00:00:00Z", 53, Interval::Week, Some(52)),
        ("5y", "2021-03-01T00:00:00Z", 61, Interval::Month, Some(60)),
    ] {
        let answer = world
            .answer(org(1), &trend(&format!(r#""range":{{"last":"{last}"}}"#)))
            .await;
        let seen = (
            answer.buckets[0],
            answer.buckets.len(),
            answer.interval,
            answer.open_from,
        );
        assert_eq!(seen, (time(first), buckets, interval, open), "{last}");
    }
    let past = trend(r#""range":{"from":"2026-02-01","to":"2026-02-03"}"#);
    assert_eq!(world.answer(org(1), &past).await.open_from, None);
}

async fn days_are_as_long_as_the_zone_makes_them() {
    let world = world_with(&[]).await;
    let day = |zone: &str, date: &str, interval: &str| {
        trend(&format!(
            r#""range":{{"from":"{date}","to":"{date}"}},"interval":"{interval}","timezone":"{zone}""#
        ))
    };
    for (zone, date, hours) in [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Havana", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-04-05", 25),
        ("Australia/Lord_Howe", "2026-10-04", 24),
        ("Asia/Kathmandu", "2026-03-29", 24),
    ] {
        let answer = world.answer(org(1), &day(zone, date, "hour")).await;
        assert_eq!(answer.buckets.len(), hours, "{zone} {date}");
        assert_eq!(answer.local[0].date().to_string(), date, "{zone}");
    }
    let skipped = trend(
        r#""range":{"from":"2011-12-29","to":"2011-12-31"},"interval":"day","timezone":"Pacific/Apia""#,
    );
    let local: Vec<String> = world
        .answer(org(1), &skipped)
        .await
        .local
        .iter()
        .map(|local| local.date().to_string())
        .collect();
    assert_eq!(local, ["2011-12-29", "2011-12-31"]);
}

async fn weeks_begin_when_the_organization_says() {
    let world = World::at(NOW).await;
    let question = trend(r#""range":{"from":"2026-02-18","to":"2026-02-24"},"interval":"week""#);
    let sunday = Calendar {
        week_start: WeekStart::Sunday,
        ..utc()
    };
    let by_monday = world.ask_in(org(1), &utc(), &question).await.expect("an answer");
    let by_sunday = world.ask_in(org(1), &sunday, &question).await.expect("an answer");
    assert_eq!(
        by_monday.buckets,
        [time("2026-02-16T00:00:00Z"), time("2026-02-23T00:00:00Z")]
    );
    assert_eq!(
        by_sunday.buckets,
        [time("2026-02-15T00:00:00Z"), time("2026-02-22T00:00:00Z")]
    );
}

async fn the_period_before_is_cut_like_this_one() {
    let world = world_with(&[
        "2024-02-28T10:00:00Z",
        "2024-02-29T10:00:00Z",
        "2023-02-28T10:00:00Z",
        "2023-03-01T10:00:00Z",
    ])
    .await;
    let ask = |from: &str, to: &str, interval: &str, compare: &str| {
        trend(&format!(
            r#""range":{{"from":"{from}","to":"{to}"}},"interval":"{interval}","compare":"{compare}""#
        ))
    };
    let leap = world
        .answer(org(1), &ask("2024-02-28", "2024-03-01", "day", "previous_year"))
        .await;
    assert_eq!(leap.series[0].values, [Some(1.0), Some(1.0), Some(0.0)]);
    assert_eq!(
        leap.previous.expect("asked for")[0].values,
        [Some(1.0), None, Some(1.0)],
        "there was no 29 February"
    );
    let days = world
        .answer(org(1), &ask("2024-03-01", "2024-03-02", "day", "previous_period"))
        .await;
    assert_eq!(
        days.previous.expect("asked for")[0].values,
        [Some(1.0), Some(1.0)],
        "28 and 29 February"
    );
    let months = world
        .answer(
            org(1),
            &ask("2023-03-01", "2023-04-30", "month", "previous_period"),
        )
        .await;
    assert_eq!(
        months.previous.expect("asked for")[0].values,
        [Some(0.0), Some(1.0)],
        "January and February"
    );
}

async fn a_page_of_the_calendar_is_set_beside_the_page_before() {
    let world = world_with(&[
        "2026-01-01T10:00:00Z",
        "2026-01-28T10:00:00Z",
        "2026-01-29T10:00:00Z",
        "2026-01-31T23:00:00Z",
        "2026-02-01T00:00:00Z",
        "2026-02-28T23:59:59Z",
        "2026-03-01T10:00:00Z",
    ])
    .await;
    let ask = |period: &str, interval: &str| {
        trend(&format!(
            r#""range":{{"period":"{period}"}},"interval":"{interval}","compare":"previous_period""#
        ))
    };
    let february = world.answer(org(1), &ask("last_month", "day")).await;
    assert_eq!(
        (february.buckets.len(), february.series[0].total),
        (28, Some(2.0))
    );
    let january = &february.previous.as_ref().expect("asked for")[0];
    assert_eq!(
        (january.values.len(), january.values[27], january.total),
        (28, Some(1.0), Some(4.0)),
        "28 days stand beside 28, and the whole month is counted"
    );
    let months = world.answer(org(1), &ask("last_month", "month")).await;
    assert_eq!(
        months.previous.expect("asked for")[0].values,
        [Some(4.0)],
        "the whole of January"
    );
    let march = world.answer(org(1), &ask("this_month", "day")).await;
    assert_eq!(march.series[0].values, [Some(1.0)]);
    assert_eq!(march.open_from, Some(0), "today is not over");
    assert_eq!(march.previous.expect("asked for")[0].values, [Some(1.0)]);
    let yesterday = world.answer(org(1), &ask("yesterday", "day")).await;
    assert_eq!(
        (yesterday.series[0].total, yesterday.open_from),
        (Some(1.0), None)
    );
    let quarter = world.answer(org(1), &ask("this_quarter", "month")).await;
    assert_eq!(
        quarter.series[0].values,
        [Some(4.0), Some(2.0), Some(1.0)],
        "January until today"
    );
}

async fn statements_put_into_lines_say_the_same() {
    let world = world_with(&["2026-02-26T10:00:00Z", "2026-03-01T10:00:00Z"]).await;
    let queries = Queries::new(world.store.clone(), world.clock.clone());
    let range = r#""range":{"last":"7d"}"#;
    let odd = r#""filter":{"or":[{"property":"it's  \"odd\"","op":"contains","value":"  a  "},{"property":"a.b","op":"gte","value":2}]}"#;
    for question in [
        format!(
            r#"{{"kind":"trend","series":[{{"measure":"p95","property":"a.b"}},{{"measure":"unique_users"}}],{range},{odd},"breakdown":{{"property":"a"}}}}"#
        ),
        format!(
            r#"{{"kind":"funnel","steps":[{{"event":"x"}},{{"event":"y"}}],"window":"1d",{range},{odd}}}"#
        ),
        format!(r#"{{"kind":"retention","start":{{"event":"x"}},"return":{{}},{range}}}"#),
        format!(r#"{{"kind":"paths",{range}}}"#),
        format!(r#"{{"kind":"sessions","measures":["sessions","bounce_rate","entry"],{range}}}"#),
        format!(r#"{{"kind":"lifecycle",{range}}}"#),
        format!(r#"{{"kind":"events",{range},{odd}}}"#),
    ] {
        let query = Query::parse(&question).expect(&question);
        let (_, statements) = queries.explain(org(1), &utc(), &query).await.expect(&question);
        assert!(!statements.is_empty(), "{question}");
        for statement in statements {
            let pretty = statement.pretty();
            assert!(pretty.contains('\n'), "{pretty}");
            assert_eq!(words(&pretty), words(&statement.sql), "{question}");
        }
    }
}

/// What a statement is made of, without the space in between.
fn words(sql: &str) -> Vec<Token> {
    let all = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize()
        .expect("it is SQL");
    let is_word = |token: &Token| !matches!(token, Token::Whitespace(_));
    all.into_iter().filter(is_word).collect()
}

async fn a_kept_answer_is_never_stale() {
    let world = world_with(&["2026-03-01T10:00:00Z"]).await;
    let question = trend(r#""range":{"last":"7d"},"breakdown":{"property":"a"}"#);
    let first = world.answer(org(1), &question).await;
    let again = world.answer(org(1), &question).await;
    assert_eq!((first.meta.cached, again.meta.cached), (false, true));
    assert_eq!(first.series, again.series);
    let other = world.answer(org(2), &question).await;
    assert!(
        !other.meta.cached && other.series.is_empty(),
        "another organization has answers of its own"
    );
    let late = event(r#"{"id":"late","name":"x","timestamp":"2026-03-01T11:00:00Z","properties":{"a":7}}"#);
    world.append(org(1), 2, vec![late]).await;
    let fresh = world.answer(org(1), &question).await;
    assert!(!fresh.meta.cached);
    assert_eq!(fresh.series.len(), 2);
    world.clock.advance(Duration::from_hours(24));
    assert!(
        !world.answer(org(1), &question).await.meta.cached,
        "tomorrow the last seven days are others"
    );
}
