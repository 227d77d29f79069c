//! Bodies that nobody would send in good faith, made of good ones by cutting, doubling and swapping bytes: over the real
//! listener none of them is a fault of ours, none hangs, and the server goes on.
//!
//! `DATAPULSE_HOSTILE_BODIES` says how many; a body that does harm is made as small as it can be and then told.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::app::{Member, TestApp};

const USUAL_BODIES: u32 = 1_500;
/// The slowest that any answer may be.
const PATIENCE: Duration = Duration::from_secs(15);

/// What breaks readers of JSON.
const TOKENS: [&str; 22] = [
    "\u{0}",
    "\\u0000",
    "\\ud800",
    "\u{202e}",
    "\u{feff}",
    "1e999",
    "-0",
    "99999999999999999999999",
    "0.1e-400",
    "null",
    "{}",
    "[]",
    "\"\"",
    "\"",
    "}{",
    "\"__proto__\":",
    "\"timestamp\":\"-9999-99-99T99:99:99Z\",",
    "\"timestamp\":253402300800000,",
    "\"$set\":[],",
    "' OR 1=1 --",
    "%00%ff",
    "{\"and\":[{\"not\":{\"or\":[]}}]}",
];

/// One change of a body; places count in thousandths of its length.
#[derive(Clone, Debug)]
enum Change {
    Set(u16, u8),
    Cut(u16, u16),
    Double(u16, u16, u8),
    Put(u16, &'static str),
    /// So many brackets of a kind.
    Nest(u16, u16, bool),
}

fn change() -> impl Strategy<Value = Change> {
    let place = 0..1_000_u16;
    prop_oneof![
        4 => (place.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        2 => (place.clone(), 1..400_u16).prop_map(|(at, length)| Change::Cut(at, length)),
        1 => (place.clone(), 1..300_u16, 1..40_u8).prop_map(|(at, length, times)| Change::Double(at, length, times)),
        4 => (place.clone(), select(&TOKENS[..])).prop_map(|(at, token)| Change::Put(at, token)),
        1 => (place, 1..3_000_u16, any::<bool>()).prop_map(|(at, depth, is_list)| Change::Nest(at, depth, is_list)),
    ]
}

fn changed(body: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut body = body.to_vec();
    for change in changes {
        let at = |place: u16, body: &[u8]| usize::from(place) * body.len() / 1_000;
        match *change {
            Change::Set(place, byte) => {
                let place = at(place, &body);
                if let Some(known) = body.get_mut(place) {
                    *known = byte;
                }
            }
            Change::Cut(place, length) => {
                let start = at(place, &body);
                let end = (start + usize::from(length)).min(body.len());
                body.drain(start..end);
            }
            Change::Double(place, length, times) => {
                let start = at(place, &body);
                let end = (start + usize::from(length)).min(body.len());
                let more = body[start..end].repeat(usize::from(times));
                body.splice(start..start, more);
            }
            Change::Put(place, token) => {
                let start = at(place, &body);
                body.splice(start..start, token.bytes());
            }
            Change::Nest(place, depth, is_list) => {
                let start = at(place, &body);
                let more = if is_list { "[" } else { "{\"a\":" }.repeat(usize::from(depth));
                body.splice(start..start, more.into_bytes());
            }
        }
    }
    body
}

/// A call that is in order, before it is changed.
#[derive(Clone, Debug)]
struct Call {
    method: Method,
    path: String,
    body: String,
}

fn calls(ada: &Member) -> Vec<Call> {
    let (org, key) = (&ada.organization, &ada.write_key);
    let filter = json!({"and": [{"property": "plan", "op": "in", "value": ["a", "b"]}, {"not": {"property": "$name", "op": "matches", "value": "^x+"}}]});
    let trend = json!({"kind": "trend", "series": [{"event": "x", "measure": "p95", "property": "n", "filter": filter}], "range": {"last": "30d"}, "interval": "day", "breakdown": {"property": "plan", "limit": 3}, "formula": "A * 2"});
    let funnel = json!({"kind": "funnel", "steps": [{"event": "x"}, {"event": "y", "filter": filter}], "window": "7d", "range": {"last": "7d"}});
    let event = json!({"id": "i", "name": "x", "timestamp": "2026-01-02T03:04:05Z", "user_id": "u", "anonymous_id": "v", "session_id": "s", "properties": {"plan": "a", "n": 1.5, "deep": {"a": [1, {"b": null}]}, "$set": {"mail": "a@b.c"}}});
    let segment = json!({"type": "track", "event": "x", "userId": "u", "properties": {"a": 1}, "context": {"page": {"url": "https://a.b/"}}, "timestamp": "2026-01-02T03:04:05Z"});
    let umami = json!({"type": "event", "payload": {"website": org, "url": "/a?b=c", "hostname": "a.b", "data": {"x": 1}}});
    let call = |method: Method, path: &str, body: &Value| Call {
        method,
        path: path.to_owned(),
        body: body.to_string(),
    };
    let post = |path: &str, body: &Value| call(Method::POST, path, body);
    vec![
        post(
            "/api/analytics/events",
            &json!({"events": [event, event], "sent_at": "2026-01-02T03:04:06Z"}),
        ),
        post("/api/analytics/events", &json!([event])),
        post("/api/analytics/events?dry_run=1", &event),
        post("/api/analytics/query", &trend),
        post("/api/analytics/query", &funnel),
        post(
            "/api/analytics/query",
            &json!({"kind": "events", "range": {"last": "7d"}, "filter": filter, "limit": 5}),
        ),
        post(
            "/api/analytics/sql",
            &json!({"sql": "SELECT name, count(*) AS n FROM events WHERE ts > '2026-01-01' GROUP BY name ORDER BY n DESC"}),
        ),
        post("/api/segments", &json!({"name": "s", "filter": filter})),
        post(
            "/api/dashboards",
            &json!({"name": "d", "description": "x", "range": {"last": "7d"}, "filter": filter}),
        ),
        post(
            "/api/dashboards/import",
            &json!({"dashboard": {"name": "x"}, "widgets": [{"type": "stat", "title": "t", "config": {"query": trend}, "position": {"x": 0, "y": 0}, "size": {"w": 3, "h": 2}}]}),
        ),
        call(
            Method::PATCH,
            &format!("/api/organizations/{org}"),
            &json!({"name": "n", "timezone": "Europe/Berlin", "ingest": {"bots": "mark", "deny": ["a*"]}, "domains": ["a.b"], "retention_days": 0}),
        ),
        post(
            &format!("/api/organizations/{org}/forget"),
            &json!({"user_id": "nobody"}),
        ),
        post(
            &format!("/api/organizations/{org}/invitations"),
            &json!({"email": "a@b.example", "role": "viewer"}),
        ),
        post(
            "/api/auth/login",
            &json!({"email": "ada@example.org", "password": "x"}),
        ),
        post(
            "/compat/segment/v1/batch",
            &json!({"writeKey": key, "batch": [segment], "sentAt": "2026-01-02T03:04:06Z"}),
        ),
        post(
            "/compat/posthog/batch/",
            &json!({"api_key": key, "batch": [{"event": "x", "distinct_id": "u", "properties": {"$set": {"a": 1}, "$groups": {"company": "c"}}, "timestamp": "2026-01-02T03:04:05Z"}]}),
        ),
        post(
            "/compat/plausible/api/event",
            &json!({"n": "pageview", "u": "https://a.b/c?d=e", "d": "a.b", "r": "https://e.f", "p": {"x": "y"}, "$": {"amount": "1.5", "currency": "EUR"}}),
        ),
        post("/compat/umami/api/batch", &json!([umami, umami])),
    ]
}

async fn send(
    app: &TestApp,
    ada: &Member,
    call: &Call,
    body: Vec<u8>,
    kind: &str,
    encoding: &str,
) -> Result<(), String> {
    let mut request = app
        .request(call.method.clone(), &call.path)
        .bearer_auth(&ada.token)
        .header("content-type", kind)
        .timeout(PATIENCE)
        .body(body);
    if !encoding.is_empty() {
        request = request.header("content-encoding", encoding);
    }
    match request.send().await {
        Ok(answer) if answer.status().is_server_error() && answer.status() != StatusCode::GATEWAY_TIMEOUT => {
            Err(format!(
                "{}: {}",
                answer.status(),
                answer.text().await.unwrap_or_default()
            ))
        }
        Ok(_) => Ok(()),
        Err(error) => Err(format!("no answer: {error:?}")),
    }
}

#[test]
fn no_body_whatsoever_is_a_fault_of_ours() {
    #[expect(clippy::disallowed_methods, reason = "a test's only setting")]
    let bodies = std::env::var("DATAPULSE_HOSTILE_BODIES")
        .ok()
        .and_then(|text| text.parse().ok());
    let runtime = Runtime::new().expect("a runtime");
    let app = TestApp::start();
    let ada = runtime.block_on(app.member("ada"));
    let calls = calls(&ada);
    for call in &calls {
        let body = call.body.clone().into_bytes();
        runtime
            .block_on(send(&app, &ada, call, body, "application/json", ""))
            .expect("in order");
    }
    let kinds = [
        "application/json",
        "application/json",
        "text/plain",
        "application/x-ndjson",
        "multipart/form-data",
        "",
    ];
    let encodings = ["", "", "", "", "gzip", "zstd", "br", "deflate", "rot13"];
    let inputs = (
        select(calls),
        vec(change(), 1..6),
        select(kinds.to_vec()),
        select(encodings.to_vec()),
    );
    let mut runner = TestRunner::new(Config {
        cases: bodies.unwrap_or(USUAL_BODIES),
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&inputs, |(call, changes, kind, encoding)| {
        let body = changed(call.body.as_bytes(), &changes);
        let shown = String::from_utf8_lossy(&body)
            .chars()
            .take(2_000)
            .collect::<String>();
        runtime
            .block_on(send(&app, &ada, &call, body, kind, encoding))
            .map_err(|why| TestCaseError::fail(format!("{} {}: {why}: {shown}", call.method, call.path)))
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    runtime.block_on(async {
        let bob = app.member("bob").await;
        app.send(&bob, &json!({"name": "still here"})).await;
        let query = json!({"kind": "trend", "series": [{"event": "still here", "measure": "count"}], "range": {"last": "7d"}});
        app.ask_until(&bob, &query, |answer| answer["series"][0]["total"] == 1.0).await;
    });
}
