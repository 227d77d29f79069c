//! The best SQL that we know on DuckDB, and for the questions over people the naive one: a join for each step or period.

use super::ByHand;

/// One for each question, in their order.
pub(in super::super) const DUCKDB: [ByHand; 12] = [
    // Daily counts.
    ByHand {
        best: "SELECT ts::DATE AS day, count(*)::DOUBLE FROM events
            WHERE ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY day",
        naive: None,
    },
    // Daily exact uniques.
    // The answer has the range's own total too, and nobody gets that for nothing.
    ByHand {
        best: "SELECT day, n FROM (SELECT ts::DATE AS day, count(DISTINCT coalesce(user_id, anonymous_id))::DOUBLE AS n
            FROM events WHERE ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY GROUPING SETS ((day), ()))
            WHERE day IS NOT NULL",
        naive: None,
    },
    // Top ten of a property.
    ByHand {
        best: "WITH g AS MATERIALIZED (
                SELECT date_trunc('month', ts) AS month, properties.\"$path\"::VARCHAR AS path, count(*) AS n FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view' GROUP BY month, path),
            top AS (SELECT path FROM g GROUP BY path ORDER BY sum(n) DESC, path LIMIT 10)
            SELECT month, sum(n)::DOUBLE, top.path FROM g LEFT JOIN top USING (path) GROUP BY month, top.path",
        naive: None,
    },
    // Daily by a property.
    ByHand {
        best: "WITH g AS MATERIALIZED (
                SELECT ts::DATE AS day, properties.country::VARCHAR AS country, count(*) AS n FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY day, country),
            top AS (SELECT country FROM g GROUP BY country ORDER BY sum(n) DESC, country LIMIT 10)
            SELECT day, sum(n)::DOUBLE, top.country FROM g LEFT JOIN top USING (country) GROUP BY day, top.country",
        naive: None,
    },
    // P95 by day.
    ByHand {
        best: "WITH x AS MATERIALIZED (
                SELECT ts::DATE AS day, properties.duration_ms::DOUBLE AS x FROM events
                WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view'),
            g AS (SELECT day, quantile_cont(x, 0.95) AS q FROM x GROUP BY GROUPING SETS ((day), ()))
            SELECT day, q FROM g WHERE day IS NOT NULL",
        naive: None,
    },
    // 3-step funnel, 7-day window.
    ByHand {
        best: "WITH e AS (
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
    },
    // Weekly retention.
    ByHand {
        best: "WITH w AS MATERIALIZED (
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
    },
    // Paths.
    ByHand {
        best: "WITH e AS (SELECT coalesce(user_id, anonymous_id) AS u, ts, id, name FROM events
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
    },
    // A formula.
    ByHand {
        best: "SELECT ts::DATE AS day,
                count(*) FILTER (name = 'purchase') / count(*) FILTER (name = 'page_view') * 100 FROM events
            WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name IN ('page_view', 'purchase') GROUP BY day",
        naive: None,
    },
    // Last day by hour, filtered.
    ByHand {
        best: "SELECT date_trunc('hour', ts) AS hour, count(*)::DOUBLE FROM events
            WHERE ts >= '2026-03-31' AND ts < '2026-04-01' AND name = 'page_view'
            AND properties.country::VARCHAR IN ('DE', 'FR') GROUP BY hour",
        naive: None,
    },
    // A cohort as a filter.
    ByHand {
        best: "WITH buyers AS (SELECT coalesce(user_id, anonymous_id) AS u FROM events
                WHERE name = 'purchase' AND ts >= '2026-03-01' AND ts < '2026-04-01' GROUP BY u HAVING count(*) >= 2)
            SELECT ts::DATE AS day, count(*)::DOUBLE FROM events
            WHERE ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view'
            AND coalesce(user_id, anonymous_id) IN (FROM buyers) GROUP BY day",
        naive: None,
    },
    // The catalogue's event names.
    ByHand {
        best: "SELECT name, count(*)::DOUBLE, min(ts), max(ts) FROM events GROUP BY name",
        naive: None,
    },
];
