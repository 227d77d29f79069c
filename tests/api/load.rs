//! Many people sign in at once, and nothing else waits for them.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{PASSWORD, TestApp};

const LOG_INS: usize = 200;
/// An account's own tries are counted too: each of these people signs in ten times.
const PEOPLE: usize = 20;

/// The median of how long `ask` takes, again and again until `until` is over, and how often it was asked.
async fn median(until: impl Future<Output = ()>, ask: impl AsyncFn()) -> (Duration, usize) {
    let mut until = std::pin::pin!(until);
    let mut times = Vec::new();
    loop {
        let began = Instant::now();
        tokio::select! {
            biased;
            () = &mut until => break,
            () = ask() => times.push(began.elapsed()),
        }
    }
    times.sort_unstable();
    (
        times.get(times.len() / 2).copied().unwrap_or_default(),
        times.len(),
    )
}

/// A check of a password takes all of a core for tens of milliseconds. As many as there are cores are made at a time, in threads
/// of their own; the rest wait in a queue, and those that find it full are told to come back.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_log_ins_at_once_leave_events_and_health_alone() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    for n in 0..PEOPLE {
        app.member(&format!("person{n}")).await;
    }
    let log_in = |n: usize| {
        let body = json!({"email": format!("person{}@example.org", n % PEOPLE), "password": PASSWORD});
        let request = app.request(Method::POST, "/api/auth/login").json(&body);
        async { request.send().await.expect("the server answers").status() }
    };
    let health = async || assert_eq!(app.page("/healthz", None).await.0, StatusCode::OK);
    let ingest = async || {
        let (status, receipt) = app.send(&ada, &json!([{"name": "visit"}])).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{receipt}");
    };
    let (calm_health, _) = median(tokio::time::sleep(Duration::from_millis(500)), health).await;
    let (calm_ingest, _) = median(tokio::time::sleep(Duration::from_millis(500)), ingest).await;

    let (done, over) = tokio::sync::watch::channel(false);
    let until = || {
        let mut over = over.clone();
        async move {
            let _ = over.wait_for(|over| *over).await;
        }
    };
    let crowd = async {
        let statuses = join_all((0..LOG_INS).map(log_in)).await;
        done.send_replace(true);
        statuses
    };
    let (statuses, (busy_health, asked), (busy_ingest, sent)) =
        tokio::join!(crowd, median(until(), health), median(until(), ingest));
    let told = format!(
        "/healthz {calm_health:?} -> {busy_health:?} ({asked} times), events {calm_ingest:?} -> {busy_ingest:?} ({sent} times)"
    );
    println!("{told}");
    let count = |status| statuses.iter().filter(|one| **one == status).count();
    let (good, later) = (count(StatusCode::OK), count(StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(good + later, LOG_INS, "{statuses:?}");
    assert!(good >= 32, "{good} signed in, {later} were told to come back");
    assert!(asked >= 5 && sent >= 5, "{told}");
    assert!(busy_health < Duration::from_millis(150), "{told}");
    assert!(busy_ingest < Duration::from_millis(300), "{told}");
}
