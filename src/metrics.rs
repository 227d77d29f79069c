//! Figures for Prometheus. Labels are bounded: routes by their templates, statuses by their class, and nothing of any
//! organization, address or key.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use engine::Engine;
use engine::figures::{CacheFigures, Durations, EDGES};
use engine::ingest::LogStatus;
use model::event::Receipt;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, NoLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper edges of the histogram of answer times, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Piece {
    piece: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kept {
    cache: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LookedFor {
    cache: &'static str,
    result: &'static str,
}

/// Durations that the engine counted, by one word each.
#[derive(Debug)]
struct Took {
    name: &'static str,
    help: &'static str,
    label: &'static str,
    by_word: BTreeMap<&'static str, Durations>,
}

impl Collector for Took {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let mut metric = encoder.encode_descriptor(self.name, self.help, None, MetricType::Histogram)?;
        for (word, durations) in &self.by_word {
            let buckets: Vec<(f64, u64)> = EDGES.into_iter().zip(durations.counts).collect();
            let labels = [(self.label, *word)];
            let count = durations.counts.iter().sum();
            metric.encode_family(&labels)?.encode_histogram::<NoLabelSet>(
                durations.seconds,
                count,
                &buckets,
                None,
            )?;
        }
        Ok(())
    }
}

/// Counts what the server does. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Asked, Histogram>,
    events: Family<Outcome, Counter>,
}

impl Metrics {
    /// Everything at zero.
    pub(crate) fn new() -> Self {
        let requests = Family::<Answered, Counter>::default();
        let seconds = Family::<Asked, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
        let events = Family::<Outcome, Counter>::default();
        let mut registry = Registry::with_prefix("datapulse");
        registry.register("http_requests", "Requests that were answered", requests.clone());
        registry.register(
            "http_request_duration_seconds",
            "Seconds from a request to the head of its answer",
            seconds.clone(),
        );
        registry.register(
            "events",
            "Events that were sent, by what became of them",
            events.clone(),
        );
        Self(Arc::new(Inner {
            registry,
            requests,
            seconds,
            events,
        }))
    }

    /// Counts the events of one request.
    pub(crate) fn count_events(&self, receipt: &Receipt) {
        let counts = [
            ("accepted", receipt.accepted),
            ("duplicate", receipt.duplicates),
            ("rejected", receipt.rejected),
            ("dropped", receipt.dropped),
        ];
        for (result, count) in counts {
            if count > 0 {
                let counter = self.0.events.get_or_create(&Outcome { result });
                counter.inc_by(u64::try_from(count).unwrap_or(u64::MAX));
            }
        }
    }

    /// Everything as Prometheus reads it.
    pub(crate) async fn text(&self, engine: &Engine) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.0.registry)?;
        prometheus_text::encode(&mut text, &current(engine).await)?;
        Ok(text)
    }
}

/// What the engine knows at this moment.
async fn current(engine: &Engine) -> Registry {
    let mut registry = Registry::with_prefix("datapulse");
    let figures = engine.figures();
    let questions = Family::<Outcome, Counter>::default();
    for (result, count) in [
        ("answered", figures.answered),
        ("refused", figures.refused),
        ("timed_out", figures.timed_out),
        ("failed", figures.failed),
    ] {
        questions.get_or_create(&Outcome { result }).inc_by(count);
    }
    registry.register("questions", "Questions, by what became of them", questions);
    let counters = [
        (
            "questions_kept",
            "Questions whose whole answer was kept from an earlier time",
            figures.kept,
        ),
        ("question_rows", "Events that answers are made of", figures.rows),
    ];
    let log = engine.ingest().status();
    for (name, help, value) in counters.into_iter().chain([log_records(&log)]) {
        registry.register(name, help, ConstCounter::new(value));
    }
    let waited = Duration::from_millis(figures.milliseconds).as_secs_f64();
    let help = "Seconds from questions to answers";
    registry.register("question_seconds", help, ConstCounter::new(waited));
    caches(&mut registry, engine.caches().await);
    for took in [
        Took {
            name: "question_duration_seconds",
            help: "Seconds from a question to its answer, by the kind of question",
            label: "kind",
            by_word: engine.question_durations(),
        },
        Took {
            name: "store_duration_seconds",
            help: "Seconds that the event store took, to read or to append",
            label: "operation",
            by_word: engine.store_durations(),
        },
    ] {
        registry.register_collector(Box::new(took));
    }
    let hashes = engine.auth().password_hashes();
    let help = "Hashes of passwords that were computed, to check one or to keep one";
    registry.register("password_hashes", help, ConstCounter::new(hashes));
    // A store that is away has no size now.
    let stored = engine.store_bytes().await.ok().map(|bytes| {
        let help = "Bytes that the stored events take, with their indexes";
        ("store_bytes", help, large(bytes))
    });
    let gauges = of_the_log(&log, engine.log_bytes().await).into_iter();
    let gauges = gauges.chain(stored).chain(waiting(engine).await);
    for (name, help, value) in gauges {
        let gauge = Gauge::<i64>::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    }
    let oldest = Gauge::<f64, std::sync::atomic::AtomicU64>::default();
    oldest.set(log.oldest_age.as_secs_f64());
    let help = "Seconds that the oldest of them has been waiting";
    registry.register("log_oldest_age_seconds", help, oldest);
    let ready = Family::<Piece, Gauge>::default();
    for check in engine.checks().await {
        let gauge = ready.get_or_create(&Piece { piece: check.name });
        gauge.set(i64::from(check.ok));
    }
    registry.register("ready", "Whether a piece works: 1 or 0", ready);
    registry
}

/// A name without its prefix, what it means, and how much it is.
type Figure<T> = (&'static str, &'static str, T);

fn log_records(log: &LogStatus) -> Figure<u64> {
    (
        "log_records",
        "Records written to the log; what arrives together is one",
        log.records,
    )
}

fn caches(registry: &mut Registry, kept: [(&'static str, CacheFigures); 2]) {
    let lookups = Family::<LookedFor, Counter>::default();
    let (entries, bytes) = (Family::<Kept, Gauge>::default(), Family::<Kept, Gauge>::default());
    for (cache, figures) in kept {
        for (result, count) in [
            ("hit", figures.hits),
            ("beside", figures.beside),
            ("miss", figures.misses),
        ] {
            lookups.get_or_create(&LookedFor { cache, result }).inc_by(count);
        }
        entries.get_or_create(&Kept { cache }).set(large(figures.entries));
        bytes.get_or_create(&Kept { cache }).set(large(figures.bytes));
    }
    let help = "What was looked for among kept answers: found in memory, in the Redis beside, or nowhere";
    registry.register("cache_lookups", help, lookups);
    registry.register(
        "cache_entries",
        "Answers, or parts of them, that are kept in memory",
        entries,
    );
    registry.register("cache_bytes", "About how many bytes they take", bytes);
}

fn of_the_log(log: &LogStatus, bytes: u64) -> [Figure<i64>; 4] {
    [
        (
            "log_bytes",
            "Bytes of the event log's files on this machine",
            large(bytes),
        ),
        (
            "log_pending_events",
            "Events in the log that are not stored yet",
            whole(log.pending_events),
        ),
        (
            "log_pending_bytes",
            "Bytes that they take in the log",
            whole(log.pending_bytes),
        ),
        (
            "log_quarantined_records",
            "Damaged records of the log that were set aside",
            large(log.quarantined),
        ),
    ]
}

/// What waits for somebody: erasures, letters, and organizations near the end of their plan.
async fn waiting(engine: &Engine) -> [Figure<i64>; 6] {
    let erasures = engine.erasures().open().await.unwrap_or_default();
    let mail = engine.mailer().waiting().await.unwrap_or_default();
    let quotas = engine.usages().near_the_end().await.unwrap_or_default();
    [
        (
            "erasures_open",
            "Requests to erase events that are not done",
            large(erasures.open),
        ),
        (
            "erasures_overdue",
            "Those of them that should be done",
            large(erasures.overdue),
        ),
        (
            "mail_waiting",
            "Letters that no mail server took yet",
            large(mail.waiting),
        ),
        (
            "mail_failed",
            "Letters of the last 30 days that were given up",
            large(mail.failed),
        ),
        (
            "quotas_near_the_end",
            "Organizations that used 80 % of their plan's events this month, and not all",
            large(quotas.near),
        ),
        (
            "quotas_used_up",
            "Organizations that used all of their plan's events this month",
            large(quotas.over),
        ),
    ]
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn large(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Counts a request, by the template of its route.
pub(crate) async fn count(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status = class(response.status());
    let asked = Asked {
        method,
        route: route.clone(),
    };
    let seconds = started.elapsed().as_secs_f64();
    metrics.0.seconds.get_or_create(&asked).observe(seconds);
    let answered = Answered {
        method,
        route,
        status,
    };
    metrics.0.requests.get_or_create(&answered).inc();
    response
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
