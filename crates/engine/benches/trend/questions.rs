/// A question, and the SQL that a person who knows the engine would write for the same figures: buckets and totals.
pub(crate) struct Question {
    pub(crate) name: &'static str,
    pub(crate) json: &'static str,
    pub(crate) sql: &'static str,
}

pub(crate) const QUESTIONS: [Question; 8] = [
    Question {
        name: "count per day",
        json: r#"{"kind":"trend","series":[{"measure":"count"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        sql: "SELECT ts::DATE AS day, count(*)::DOUBLE FROM events
            WHERE ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY GROUPING SETS ((day), ())",
    },
    Question {
        name: "exact unique users per day",
        json: r#"{"kind":"trend","series":[{"measure":"unique_users"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        sql: "SELECT ts::DATE AS day, count(DISTINCT coalesce(user_id, anonymous_id))::DOUBLE FROM events
            WHERE ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY GROUPING SETS ((day), ())",
    },
    Question {
        name: "top 10 of a property, one event name",
        json: r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"}],"interval":"month",
            "timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"},
            "breakdown":{"property":"$path","limit":10}}"#,
        sql: "WITH g AS MATERIALIZED (
                SELECT date_trunc('month', ts) AS month, properties.\"$path\"::VARCHAR AS path, count(*) AS n FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view' GROUP BY month, path),
            top AS (SELECT path FROM g GROUP BY path ORDER BY sum(n) DESC, path LIMIT 10)
            SELECT month, sum(n)::DOUBLE, top.path FROM g LEFT JOIN top USING (path)
            GROUP BY GROUPING SETS ((month, top.path), (top.path))",
    },
    Question {
        name: "per day by a property",
        json: r#"{"kind":"trend","series":[{"measure":"count"}],"interval":"day","timezone":"UTC",
            "range":{"from":"2026-01-01","to":"2026-03-31"},"breakdown":{"property":"country","limit":10}}"#,
        sql: "WITH g AS MATERIALIZED (
                SELECT ts::DATE AS day, properties.country::VARCHAR AS country, count(*) AS n FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY day, country),
            top AS (SELECT country FROM g GROUP BY country ORDER BY sum(n) DESC, country LIMIT 10)
            SELECT day, sum(n)::DOUBLE, top.country FROM g LEFT JOIN top USING (country)
            GROUP BY GROUPING SETS ((day, top.country), (top.country))",
    },
    Question {
        name: "p95 of a number per day, one event name",
        json: r#"{"kind":"trend","series":[{"event":"page_view","measure":"p95","property":"duration_ms"}],
            "interval":"day","timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        sql: "WITH x AS MATERIALIZED (
                SELECT ts::DATE AS day, properties.duration_ms::DOUBLE AS x FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view')
            SELECT day, quantile_cont(x, 0.95) FROM x GROUP BY GROUPING SETS ((day), ())",
    },
    Question {
        name: "sum of a number per day by a property",
        json: r#"{"kind":"trend","series":[{"event":"purchase","measure":"sum","property":"amount"}],
            "interval":"day","timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"},
            "breakdown":{"property":"plan","limit":5}}"#,
        sql: "WITH g AS MATERIALIZED (
                SELECT ts::DATE AS day, properties.plan::VARCHAR AS plan, sum(properties.amount::DOUBLE) AS s FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'purchase' GROUP BY day, plan),
            top AS (SELECT plan FROM g GROUP BY plan ORDER BY sum(s) DESC, plan LIMIT 5)
            SELECT day, sum(s), top.plan FROM g LEFT JOIN top USING (plan)
            GROUP BY GROUPING SETS ((day, top.plan), (top.plan))",
    },
    Question {
        name: "formula of two series per day",
        json: r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"},{"event":"purchase","measure":"count"}],
            "formula":"B / A * 100","interval":"day","timezone":"UTC","range":{"from":"2026-01-01","to":"2026-03-31"}}"#,
        sql: "SELECT ts::DATE AS day,
                count(*) FILTER (name = 'purchase') / count(*) FILTER (name = 'page_view') * 100 FROM events
            WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name IN ('page_view', 'purchase')
            GROUP BY GROUPING SETS ((day), ())",
    },
    Question {
        name: "last 24 hours by hour, filtered",
        json: r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"}],"interval":"hour","timezone":"UTC",
            "range":{"last":"24h"},"filter":{"property":"country","op":"in","value":["DE","FR"]}}"#,
        sql: "SELECT date_trunc('hour', ts) AS hour, count(*)::DOUBLE FROM events
            WHERE ts >= '2026-03-31' AND ts < '2026-04-01' AND name = 'page_view'
            AND properties.country::VARCHAR IN ('DE', 'FR') GROUP BY GROUPING SETS ((hour), ())",
    },
];
