//! The twelve questions.

use serde_json::Value;

/// A question, and what of its answer is compared.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) ask: Ask,
    /// The figure of the answer that the second column of the SQL's rows sums up to.
    pub(super) sum: fn(&Value) -> f64,
}

/// How it is asked over HTTP.
pub(super) enum Ask {
    /// `POST /api/analytics/query` with this body.
    Query(&'static str),
    /// `GET` of this path.
    Get(&'static str),
}

/// Every figure in every bucket of every series.
fn buckets(answer: &Value) -> f64 {
    sum_of(&answer["series"], |series| sum_of(&series["values"], number))
}

fn step_counts(answer: &Value) -> f64 {
    sum_of(&answer["steps"], |step| number(&step["count"]))
}

fn returned(answer: &Value) -> f64 {
    sum_of(&answer["cohorts"], |cohort| sum_of(&cohort["returned"], number))
}

fn links(answer: &Value) -> f64 {
    sum_of(&answer["links"], |link| number(&link["value"]))
}

fn counts(answer: &Value) -> f64 {
    sum_of(&answer["items"], |item| number(&item["count"]))
}

fn sum_of(list: &Value, of: impl Fn(&Value) -> f64) -> f64 {
    list.as_array().into_iter().flatten().map(of).sum()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

pub(super) const QUESTIONS: [Question; 12] = [
    Question {
        name: "daily counts",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"measure":"count"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        ),
        sum: buckets,
    },
    Question {
        name: "daily exact uniques",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"measure":"unique_users"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        ),
        sum: buckets,
    },
    Question {
        name: "top ten of a property",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"}],"interval":"month",
            "timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"},
            "breakdown":{"property":"$path","limit":10}}"#,
        ),
        sum: buckets,
    },
    Question {
        name: "daily by a property",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"measure":"count"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"},"breakdown":{"property":"country","limit":10}}"#,
        ),
        sum: buckets,
    },
    Question {
        name: "p95 by day",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"p95","property":"duration_ms"}],
            "interval":"day","timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        ),
        sum: buckets,
    },
    Question {
        name: "3-step funnel, 7-day window",
        ask: Ask::Query(
            r#"{"kind":"funnel","steps":[{"event":"sign_up"},{"event":"login"},{"event":"purchase"}],"window":"7d",
            "range":{"from":"2026-01-01","to":"2026-03-31"},"timezone":"UTC"}"#,
        ),
        sum: step_counts,
    },
    Question {
        name: "weekly retention",
        ask: Ask::Query(
            r#"{"kind":"retention","start":{"event":"sign_up"},"return":{"event":"login"},"interval":"week","periods":8,
            "mode":"on","range":{"from":"2026-01-05","to":"2026-02-01"},"timezone":"UTC"}"#,
        ),
        sum: returned,
    },
    Question {
        name: "paths",
        ask: Ask::Query(
            r#"{"kind":"paths","steps":4,"per":"session","by":"event","limit":50,
            "range":{"from":"2026-03-01","to":"2026-03-31"},"timezone":"UTC"}"#,
        ),
        sum: links,
    },
    Question {
        name: "a formula",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"},{"event":"purchase","measure":"count"}],
            "formula":"B / A * 100","interval":"day","timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        ),
        sum: buckets,
    },
    Question {
        name: "last day by hour, filtered",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"}],"interval":"hour","timezone":"UTC",
            "range":{"from":"2026-03-31","to":"2026-03-31"},"filter":{"property":"country","op":"in","value":["DE","FR"]}}"#,
        ),
        sum: buckets,
    },
    Question {
        name: "a cohort as a filter",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"},
            "filter":{"cohort":{"event":"purchase","at_least":2,"range":{"from":"2026-03-01","to":"2026-03-31"}}}}"#,
        ),
        sum: buckets,
    },
    Question {
        name: "the catalogue's event names",
        ask: Ask::Get("/api/analytics/events/names"),
        sum: counts,
    },
];
