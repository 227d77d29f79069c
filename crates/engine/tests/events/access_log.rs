//! The real access log, read just far enough to ask about it; its counts were made with awk.

use model::event::Event;
use serde_json::json;

use crate::world::{World, event, on_every_store, org};

on_every_store! {
    the_real_log_shows_its_real_counts,
}

fn page_views() -> Vec<Event> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/apache_access.log");
    let log = std::fs::read_to_string(path).expect("the log is there");
    log.lines()
        .enumerate()
        .map(|(number, line)| page_view(number, line))
        .collect()
}

/// `address - - [17/May/2015:10:05:03 +0000] "GET /path HTTP/1.1" 200 …`; all of it happened in May.
fn page_view(number: usize, line: &str) -> Event {
    let address = line.split(' ').next().expect("an address");
    let (day, clock) = line
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once("/May/2015:"))
        .expect("a time");
    let clock = &clock[..8];
    let (_, request) = line.split_once("] \"").expect("a request");
    let path = request.split(' ').nth(1).expect("a path");
    let after_request = request.split_once("\" ").map(|(_, rest)| rest).expect("a status");
    let status: u16 = after_request[..3].parse().expect("a status");
    let document = json!({
        "id": format!("line-{number}"),
        "name": "page_view",
        "timestamp": format!("2015-05-{day}T{clock}Z"),
        "user_id": address,
        "properties": {"$path": path, "status": status},
    });
    event(&document.to_string())
}

fn question(measure: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"trend","series":[{{"event":"page_view","measure":"{measure}"}}],
        "range":{{"from":"2015-05-17","to":"2015-05-20"}},"interval":"day"{more}}}"#
    )
}

fn some(values: [f64; 4]) -> Vec<Option<f64>> {
    values.into_iter().map(Some).collect()
}

async fn the_real_log_shows_its_real_counts() {
    let world = World::at("2026-03-01T12:00:00Z").await;
    world.append(org(1), 1, page_views()).await;
    let views = world.answer(org(1), &question("count", "")).await;
    assert_eq!(views.series[0].values, some([1632.0, 2893.0, 2896.0, 2579.0]));
    assert_eq!(
        (views.series[0].total, views.meta.rows_read),
        (Some(10_000.0), 10_000)
    );
    let users = world.answer(org(1), &question("unique_users", "")).await;
    assert_eq!(users.series[0].values, some([341.0, 627.0, 561.0, 505.0]));
    assert_eq!(users.series[0].total, Some(1753.0));

    let by_status = r#","breakdown":{"property":"status","limit":5},"compare":"previous_period""#;
    let statuses = world.answer(org(1), &question("count", by_status)).await;
    let lines: Vec<(&str, f64)> = statuses
        .series
        .iter()
        .map(|line| {
            (
                line.breakdown.as_deref().expect("a value"),
                line.total.expect("a count"),
            )
        })
        .collect();
    let expected = [
        ("200", 9126.0),
        ("304", 445.0),
        ("404", 213.0),
        ("301", 164.0),
        ("206", 45.0),
        ("$other", 7.0),
    ];
    assert_eq!(lines, expected);
    assert_eq!(statuses.series[0].values, some([1496.0, 2534.0, 2645.0, 2451.0]));
    let previous = statuses.previous.expect("it was asked for");
    assert!(
        previous.len() == 6
            && previous
                .iter()
                .all(|line| line.total == Some(0.0) && line.values.len() == 4)
    );

    let by_path = r#","breakdown":{"property":"$path","limit":5}"#;
    let paths = world.answer(org(1), &question("count", by_path)).await;
    let lines: Vec<(&str, f64)> = paths.series[..5]
        .iter()
        .map(|line| {
            (
                line.breakdown.as_deref().expect("a value"),
                line.total.expect("a count"),
            )
        })
        .collect();
    let expected = [
        ("/favicon.ico", 807.0),
        ("/style2.css", 546.0),
        ("/reset.css", 538.0),
        ("/images/jordan-80.png", 533.0),
        ("/images/web/2009/banner.png", 516.0),
    ];
    assert_eq!(lines, expected);
}
