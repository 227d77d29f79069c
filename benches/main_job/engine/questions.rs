//! The twelve questions, and for each the best SQL that we know for the same figures on the same engine.

use serde_json::Value;

/// A question with its rivals.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) ask: Ask,
    /// The best SQL by hand.
    pub(super) by_hand: &'static str,
    /// The SQL that most people would write: a join for each step or period.
    pub(super) naive: Option<&'static str>,
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
        by_hand: "SELECT ts::DATE AS day, count(*)::DOUBLE FROM events
            WHERE ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY day",
        naive: None,
        sum: buckets,
    },
    Question {
        name: "daily exact uniques",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"measure":"unique_users"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        ),
        // The answer has the range's own total too, and nobody gets that for nothing.
        by_hand: "SELECT day, n FROM (SELECT ts::DATE AS day, count(DISTINCT coalesce(user_id, anonymous_id))::DOUBLE AS n
            FROM events WHERE ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY GROUPING SETS ((day), ()))
            WHERE day IS NOT NULL",
        naive: None,
        sum: buckets,
    },
    Question {
        name: "top ten of a property",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"}],"interval":"month",
            "timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"},
            "breakdown":{"property":"$path","limit":10}}"#,
        ),
        by_hand: "WITH g AS MATERIALIZED (
                SELECT date_trunc('month', ts) AS month, properties.\"$path\"::VARCHAR AS path, count(*) AS n FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view' GROUP BY month, path),
            top AS (SELECT path FROM g GROUP BY path ORDER BY sum(n) DESC, path LIMIT 10)
            SELECT month, sum(n)::DOUBLE, top.path FROM g LEFT JOIN top USING (path) GROUP BY month, top.path",
        naive: None,
        sum: buckets,
    },
    Question {
        name: "daily by a property",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"measure":"count"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"},"breakdown":{"property":"country","limit":10}}"#,
        ),
        by_hand: "WITH g AS MATERIALIZED (
                SELECT ts::DATE AS day, properties.country::VARCHAR AS country, count(*) AS n FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY day, country),
            top AS (SELECT country FROM g GROUP BY country ORDER BY sum(n) DESC, country LIMIT 10)
            SELECT day, sum(n)::DOUBLE, top.country FROM g LEFT JOIN top USING (country) GROUP BY day, top.country",
        naive: None,
        sum: buckets,
    },
    Question {
        name: "p95 by day",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"p95","property":"duration_ms"}],
            "interval":"day","timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        ),
        by_hand: "WITH x AS MATERIALIZED (
                SELECT ts::DATE AS day, properties.duration_ms::DOUBLE AS x FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view'),
            g AS (SELECT day, quantile_cont(x, 0.95) AS q FROM x GROUP BY GROUPING SETS ((day), ()))
            SELECT day, q FROM g WHERE day IS NOT NULL",
        naive: None,
        sum: buckets,
    },
    Question {
        name: "3-step funnel, 7-day window",
        ask: Ask::Query(
            r#"{"kind":"funnel","steps":[{"event":"sign_up"},{"event":"login"},{"event":"purchase"}],"window":"7d",
            "range":{"from":"2026-01-01","to":"2026-03-31"},"timezone":"UTC"}"#,
        ),
        by_hand: "WITH e AS (
                SELECT coalesce(user_id, anonymous_id) AS u, ts,
                    CASE name WHEN 'sign_up' THEN 1 WHEN 'login' THEN 2 ELSE 3 END AS s FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name IN ('sign_up', 'login', 'purchase')),
            one AS (SELECT *, max(CASE WHEN s = 1 THEN ts END) OVER (PARTITION BY u ORDER BY ts
                RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING) AS c1 FROM e),
            two AS (SELECT *, max(CASE WHEN s = 2 AND ts - c1 <= INTERVAL 7 DAY THEN c1 END) OVER (PARTITION BY u ORDER BY ts
                RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL 1 MICROSECOND PRECEDING) AS c2 FROM one),
            counted AS (SELECT count(DISTINCT u) FILTER (s = 1) AS a,
                count(DISTINCT u) FILTER (s = 2 AND ts - c1 <= INTERVAL 7 DAY) AS b,
                count(DISTINCT u) FILTER (s = 3 AND ts - c2 <= INTERVAL 7 DAY) AS c FROM two)
            SELECT 'all', (a + b + c)::DOUBLE FROM counted",
        naive: Some(
            "WITH e AS (SELECT coalesce(user_id, anonymous_id) AS u, ts, name FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01'),
            counted AS (SELECT count(DISTINCT one.u) AS a, count(DISTINCT two.u) AS b, count(DISTINCT three.u) AS c
                FROM (FROM e WHERE name = 'sign_up') AS one
                LEFT JOIN (FROM e WHERE name = 'login') AS two
                    ON two.u = one.u AND two.ts > one.ts AND two.ts <= one.ts + INTERVAL 7 DAY
                LEFT JOIN (FROM e WHERE name = 'purchase') AS three
                    ON three.u = two.u AND three.ts > two.ts AND three.ts <= one.ts + INTERVAL 7 DAY)
            SELECT 'all', (a + b + c)::DOUBLE FROM counted",
        ),
        sum: step_counts,
    },
    Question {
        name: "weekly retention",
        ask: Ask::Query(
            r#"{"kind":"retention","start":{"event":"sign_up"},"return":{"event":"login"},"interval":"week","periods":8,
            "mode":"on","range":{"from":"2026-01-05","to":"2026-02-01"},"timezone":"UTC"}"#,
        ),
        by_hand: "WITH w AS MATERIALIZED (
                SELECT coalesce(user_id, anonymous_id) AS u, date_diff('day', DATE '2026-01-05', ts::DATE) // 7 AS week,
                    bool_or(name = 'sign_up') AS began, bool_or(name = 'login') AS came FROM events
                WHERE ts >= '2026-01-05' AND ts < '2026-03-30' AND name IN ('sign_up', 'login') GROUP BY u, week),
            first AS (SELECT u, min(week) AS cohort FROM w WHERE began AND week < 4 GROUP BY u)
            SELECT cohort, count(*)::DOUBLE, week - cohort AS k FROM w JOIN first USING (u)
            WHERE came AND week BETWEEN cohort AND cohort + 8 GROUP BY cohort, k",
        naive: Some(
            "WITH first AS (SELECT coalesce(user_id, anonymous_id) AS u, date_trunc('week', min(ts)) AS cohort FROM events
                WHERE ts >= '2026-01-05' AND ts < '2026-02-02' AND name = 'sign_up' GROUP BY u)
            SELECT cohort, count(DISTINCT first.u)::DOUBLE, k FROM first CROSS JOIN range(0, 9) AS periods(k)
            JOIN events ON coalesce(user_id, anonymous_id) = first.u AND name = 'login'
                AND ts >= cohort + to_days((k * 7)::INTEGER) AND ts < cohort + to_days((k * 7 + 7)::INTEGER)
            GROUP BY cohort, k",
        ),
        sum: returned,
    },
    Question {
        name: "paths",
        ask: Ask::Query(
            r#"{"kind":"paths","steps":4,"per":"session","by":"event","limit":50,
            "range":{"from":"2026-03-01","to":"2026-03-31"},"timezone":"UTC"}"#,
        ),
        by_hand: "WITH e AS (SELECT coalesce(user_id, anonymous_id) AS u, ts, id, name FROM events
                WHERE ts >= '2026-03-01' AND ts < '2026-04-01'),
            marked AS (SELECT *, coalesce(ts - lag(ts) OVER o >= INTERVAL 30 MINUTE, TRUE) AS begins,
                lag(name) OVER o AS before FROM e WHERE u IS NOT NULL WINDOW o AS (PARTITION BY u ORDER BY ts, id)),
            numbered AS (SELECT *, sum(begins::INT) OVER (PARTITION BY u ORDER BY ts, id) AS session FROM marked),
            folded AS (SELECT list(name ORDER BY ts, id) AS names FROM numbered
                WHERE begins OR name IS DISTINCT FROM before GROUP BY u, session),
            journeys AS (SELECT names[1:4] AS names, count(*) AS n FROM folded GROUP BY ALL),
            pairs AS (SELECT i, names[i] AS source, names[i + 1] AS target, n
                FROM journeys, range(1, 4) AS steps(i) WHERE len(names) > i)
            SELECT source, sum(n)::DOUBLE, target, i FROM pairs GROUP BY i, source, target",
        naive: None,
        sum: links,
    },
    Question {
        name: "a formula",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"},{"event":"purchase","measure":"count"}],
            "formula":"B / A * 100","interval":"day","timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        ),
        by_hand: "SELECT ts::DATE AS day,
                count(*) FILTER (name = 'purchase') / count(*) FILTER (name = 'page_view') * 100 FROM events
            WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name IN ('page_view', 'purchase') GROUP BY day",
        naive: None,
        sum: buckets,
    },
    Question {
        name: "last day by hour, filtered",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"}],"interval":"hour","timezone":"UTC",
            "range":{"from":"2026-03-31","to":"2026-03-31"},"filter":{"property":"country","op":"in","value":["DE","FR"]}}"#,
        ),
        by_hand: "SELECT date_trunc('hour', ts) AS hour, count(*)::DOUBLE FROM events
            WHERE ts >= '2026-03-31' AND ts < '2026-04-01' AND name = 'page_view'
            AND properties.country::VARCHAR IN ('DE', 'FR') GROUP BY hour",
        naive: None,
        sum: buckets,
    },
    Question {
        name: "a cohort as a filter",
        ask: Ask::Query(
            r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"},
            "filter":{"cohort":{"event":"purchase","at_least":2,"range":{"from":"2026-03-01","to":"2026-03-31"}}}}"#,
        ),
        by_hand: "WITH buyers AS (SELECT coalesce(user_id, anonymous_id) AS u FROM events
                WHERE name = 'purchase' AND ts >= '2026-03-01' AND ts < '2026-04-01' GROUP BY u HAVING count(*) >= 2)
            SELECT ts::DATE AS day, count(*)::DOUBLE FROM events
            WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view'
            AND coalesce(user_id, anonymous_id) IN (FROM buyers) GROUP BY day",
        naive: None,
        sum: buckets,
    },
    Question {
        name: "the catalogue's event names",
        ask: Ask::Get("/api/analytics/events/names"),
        by_hand: "SELECT name, count(*)::DOUBLE, min(ts), max(ts) FROM events GROUP BY name",
        naive: None,
        sum: counts,
    },
];
