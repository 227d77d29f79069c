//! Traces, as they arrive at a real collector.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{TestApp, script};

/// A real collector; it ends with the value.
struct Collector {
    folder: TempDir,
    url: String,
}

impl Collector {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = script("otlp.sh", &["start", &folder.path().to_string_lossy()]);
        Self { folder, url }
    }

    fn spans(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path().join("spans.ndjson")).unwrap_or_default();
        let lines = text.lines().filter(|line| line.ends_with('}'));
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }

    /// The first span that `is` says so of, once it is there.
    async fn span(&self, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        loop {
            if let Some(span) = self.spans().into_iter().find(|span| is(span)) {
                return span;
            }
            assert!(
                since.elapsed() < Duration::from_secs(20),
                "{what}: {:#?}",
                self.spans()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        script("otlp.sh", &["stop", &self.folder.path().to_string_lossy()]);
    }
}

fn named(name: &str) -> impl Fn(&Value) -> bool {
    move |span| span["name"] == name
}

#[tokio::test]
async fn a_collector_hears_of_requests_questions_and_what_is_stored() {
    let collector = Collector::start();
    let mut app = TestApp::start_with(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ]);
    let ada = app.member("ada").await;
    app.send(&ada, &json!([{"name": "visit"}, {"name": "visit"}]))
        .await;
    let drain = collector.span("a drain", named("drain")).await;
    assert_eq!(drain["attributes"]["events"], 2, "{drain:#}");
    assert_eq!(drain["resource"]["service.name"], "datapulse");

    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let query = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}, "interval": "day"});
    let asked = app
        .request(Method::POST, "/api/analytics/query")
        .bearer_auth(&ada.token)
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))
        .json(&query);
    assert_eq!(asked.send().await.expect("an answer").status(), StatusCode::OK);
    let request = collector
        .span("the request", named("POST /api/analytics/query"))
        .await;
    let attributes = &request["attributes"];
    assert_eq!(
        (&request["kind"], &request["trace_id"], &request["parent"]),
        (
            &json!("SPAN_KIND_SERVER"),
            &json!(trace),
            &json!("00f067aa0ba902b7")
        )
    );
    assert_eq!(
        (
            &attributes["http.route"],
            &attributes["http.request.method"],
            &attributes["http.response.status_code"],
        ),
        (&json!("/api/analytics/query"), &json!("POST"), &json!(200)),
        "{request:#}"
    );
    let question = collector.span("the question", named("question")).await;
    assert_eq!(
        (&question["trace_id"], &question["parent"]),
        (&json!(trace), &request["span_id"]),
        "{question:#}"
    );
    assert_eq!(
        (&question["attributes"]["kind"], &question["attributes"]["cached"]),
        (&json!("trend"), &json!(false))
    );

    app.page("/s/a-secret-token?range=in-the-address", None).await;
    let shared = collector.span("the share", named("GET /s/{token}")).await;
    assert_eq!(shared["attributes"]["http.response.status_code"], 404);
    // What is on its way at the end is sent.
    app.page("/healthz", None).await;
    app.stop();
    collector.span("the last one", named("GET /healthz")).await;
    let all = Value::from(collector.spans()).to_string();
    for secret in [
        "a-secret-token",
        "in-the-address",
        ada.token.as_str(),
        &ada.write_key,
    ] {
        assert!(!all.contains(secret), "{secret}");
    }
    assert!(
        collector.spans().iter().all(|span| span["events"] == json!([])),
        "the log stays here"
    );
}

#[tokio::test]
async fn a_collector_that_is_gone_costs_nothing_but_a_line_in_the_log() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", gone.local_addr().expect("its address"));
    drop(gone);
    let mut app = TestApp::start_with(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ]);
    let ada = app.member("ada").await;
    for _ in 0..20 {
        assert_eq!(app.get(&ada, "/api/auth/me").await.0, StatusCode::OK);
    }
    let since = Instant::now();
    app.stop();
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
}
