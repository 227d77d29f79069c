//! Questions for the events themselves.

use model::event::Event;
use model::query::Query;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::generator::Generator;
use crate::oracle::rows;
use crate::world::{World, event, fields, on_every_store, org};

on_every_store! {
    whole_events_and_columns,
    pages_follow_one_another_and_late_events_do_not_shift_them,
    a_broken_cursor_is_fields,
    ; blocking random_lists_are_those_of_the_reference_page_by_page
}

const NOW: &str = "2026-05-04T12:00:00Z";

fn three() -> Vec<Event> {
    [
        r#"{"id":"a","name":"look","timestamp":"2026-05-04T10:00:00Z","user_id":"u","properties":{"n":1,"deep":{"x":[1,"y"]}}}"#,
        r#"{"id":"c","name":"look","timestamp":"2026-05-04T11:00:00Z","anonymous_id":"v","properties":{"n":"one"}}"#,
        r#"{"id":"b","name":"buy","timestamp":"2026-05-04T11:00:00.5Z","session_id":"s","properties":{"n":2.5}}"#,
    ]
    .map(event)
    .to_vec()
}

fn question(more: &str) -> String {
    format!(r#"{{"kind":"events","range":{{"last":"24h"}},"timezone":"UTC"{more}}}"#)
}

async fn whole_events_and_columns() {
    let world = World::at(NOW).await;
    world.append(org(1), 1, three()).await;
    let whole = world
        .rows(org(1), &question(r#","event":"look""#))
        .await
        .expect("rows");
    assert_eq!(
        (whole.columns, whole.next_cursor, whole.meta.rows_read),
        (None, None, 2)
    );
    assert_eq!(
        whole.rows,
        [
            json!({"id":"c","name":"look","timestamp":"2026-05-04T11:00:00Z","user_id":null,"anonymous_id":"v",
                "session_id":null,"properties":{"n":"one"}}),
            json!({"id":"a","name":"look","timestamp":"2026-05-04T10:00:00Z","user_id":"u","anonymous_id":null,
                "session_id":null,"properties":{"n":1,"deep":{"x":[1,"y"]}}}),
        ]
    );
    let columns = question(r#","columns":["$timestamp","$name","n","deep.x","no.such","$session_id"]"#);
    let told = world.rows(org(1), &columns).await.expect("rows");
    assert_eq!(told.columns.expect("they were named")[3], "deep.x");
    assert_eq!(
        told.rows,
        [
            json!(["2026-05-04T11:00:00.5Z", "buy", 2.5, null, null, "s"]),
            json!(["2026-05-04T11:00:00Z", "look", "one", null, null, null]),
            json!(["2026-05-04T10:00:00Z", "look", 1, [1, "y"], null, null]),
        ]
    );
    let there = question("").replace("UTC", "Asia/Kathmandu");
    let local = world.rows(org(1), &there).await.expect("rows").local;
    assert_eq!(
        local.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "2026-05-04T16:45:00.5",
            "2026-05-04T16:45:00",
            "2026-05-04T15:45:00"
        ],
        "each row's time on the clocks of the question"
    );
}

async fn pages_follow_one_another_and_late_events_do_not_shift_them() {
    let world = World::at(NOW).await;
    world.append(org(1), 1, three()).await;
    let first = world
        .rows(org(1), &question(r#","limit":2"#))
        .await
        .expect("rows");
    let ids = |rows: &[Value]| -> Vec<String> { rows.iter().map(|row| row["id"].to_string()).collect() };
    assert_eq!(ids(&first.rows), [r#""b""#, r#""c""#]);
    let newer = event(r#"{"id":"z","name":"late","timestamp":"2026-05-04T11:59:00Z"}"#);
    let older = event(r#"{"id":"d","name":"late","timestamp":"2026-05-04T09:00:00Z"}"#);
    world.append(org(1), 2, vec![newer, older]).await;
    let cursor = first.next_cursor.expect("there is more");
    let next = question(&format!(r#","limit":2,"cursor":"{cursor}""#));
    let second = world.rows(org(1), &next).await.expect("rows");
    assert_eq!(ids(&second.rows), [r#""a""#, r#""d""#]);
    assert_eq!(second.next_cursor, None);
}

async fn a_broken_cursor_is_fields() {
    let world = World::at(NOW).await;
    for cursor in ["x", "", "MTIz", "🎉"] {
        let outcome = world
            .rows(org(1), &question(&format!(r#","cursor":"{cursor}""#)))
            .await;
        assert_eq!(
            fields(outcome),
            ("cursor".to_owned(), "invalid".to_owned()),
            "{cursor}"
        );
    }
    // `99999999999999999:a` lies beyond every range: such a page is the first, never a fault.
    let far = question(r#","cursor":"OTk5OTk5OTk5OTk5OTk5OTk6YQ""#);
    assert!(world.rows(org(1), &far).await.expect("rows").rows.is_empty());
}

/// Numbers count as equal however they are written.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|other| same(one, other)))
        }
        (one, other) => one == other,
    }
}

fn random_lists_are_those_of_the_reference_page_by_page() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let world = runtime.block_on(World::at(NOW));
    let events = Generator::new(17).visits(120);
    for (batch, position) in events.chunks(57).map(<[_]>::to_vec).zip(1..) {
        runtime.block_on(world.append(org(1), position, batch));
    }
    let mut runner = TestRunner::new(Config {
        cases: crate::world::cases(200),
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&proptest::num::u64::ANY, |seed| {
        let mut question = Generator::new(seed).events_question();
        let Ok(Query::Events(query)) = Query::parse(&question.to_string()) else {
            panic!("{question} is no question")
        };
        let mut expected = rows::answer(&events, &query);
        expected.truncate(query.spec().limit * 4);
        let mut given: Vec<Value> = Vec::new();
        for _ in 0..4 {
            let page = runtime
                .block_on(world.rows(org(1), &question.to_string()))
                .expect("rows");
            given.extend(page.rows);
            let Some(cursor) = page.next_cursor else { break };
            question["cursor"] = json!(cursor);
        }
        let is_same = same(&json!(given), &json!(expected));
        proptest::prop_assert!(is_same, "{question}\n{given:?}\n{expected:?}");
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
