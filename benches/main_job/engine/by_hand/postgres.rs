//! The best SQL that we know on PostgreSQL, and for the questions over people the naive one.

use super::ByHand;

/// One for each question, in their order.
pub(in super::super) const POSTGRES: [ByHand; 12] = [
    // Daily counts.
    ByHand {
        best: "SELECT (ts AT TIME ZONE 'UTC')::date AS day, count(*)::float8 FROM datapulse_events.stored_events
            WHERE org_id = '$organization' AND ts >= '2026-01-01Z' AND ts < '2026-04-01Z' GROUP BY day",
        naive: None,
    },
    // Daily exact uniques, with the range's own total.
    ByHand {
        best: "SELECT day, n FROM (
                SELECT (ts AT TIME ZONE 'UTC')::date AS day, count(DISTINCT coalesce(user_id, anonymous_id))::float8 AS n
                FROM datapulse_events.stored_events WHERE org_id = '$organization' AND ts >= '2026-01-01Z' AND ts < '2026-04-01Z'
                GROUP BY GROUPING SETS ((1), ())) AS counted
            WHERE day IS NOT NULL",
        naive: None,
    },
    // Top ten of a property.
    ByHand {
        best: "WITH g AS MATERIALIZED (
                SELECT date_trunc('month', ts AT TIME ZONE 'UTC') AS month, properties ->> '$path' AS path, count(*) AS n
                FROM datapulse_events.stored_events WHERE org_id = '$organization' AND ts >= '2026-01-01Z' AND ts < '2026-04-01Z'
                    AND name = 'page_view' GROUP BY month, path),
            top AS (SELECT path FROM g GROUP BY path ORDER BY sum(n) DESC, path LIMIT 10)
            SELECT month, sum(n)::float8, top.path FROM g LEFT JOIN top USING (path) GROUP BY month, top.path",
        naive: None,
    },
    // Daily by a property.
    ByHand {
        best: "WITH g AS MATERIALIZED (
                SELECT (ts AT TIME ZONE 'UTC')::date AS day, properties ->> 'country' AS country, count(*) AS n
                FROM datapulse_events.stored_events WHERE org_id = '$organization' AND ts >= '2026-01-01Z' AND ts < '2026-04-01Z'
                GROUP BY day, country),
            top AS (SELECT country FROM g GROUP BY country ORDER BY sum(n) DESC, country LIMIT 10)
            SELECT day, sum(n)::float8, top.country FROM g LEFT JOIN top USING (country) GROUP BY day, top.country",
        naive: None,
    },
    // p95 by day.
    ByHand {
        best: "WITH x AS MATERIALIZED (
                SELECT (ts AT TIME ZONE 'UTC')::date AS day, (properties -> 'duration_ms')::float8 AS x
                FROM datapulse_events.stored_events WHERE org_id = '$organization' AND ts >= '2026-01-01Z' AND ts < '2026-04-01Z'
                    AND name = 'page_view'),
            g AS (SELECT day, percentile_cont(0.95) WITHIN GROUP (ORDER BY x) AS q FROM x
                GROUP BY GROUPING SETS ((day), ()))
            SELECT day, q FROM g WHERE day IS NOT NULL",
        naive: None,
    },
    // 3-step funnel, 7-day window.
    ByHand {
        best: "WITH e AS (
                SELECT coalesce(user_id, anonymous_id) AS u, ts,
                    CASE name WHEN 'sign_up' THEN 1 WHEN 'login' THEN 2 ELSE 3 END AS s FROM datapulse_events.stored_events
                WHERE org_id = '$organization' AND ts >= '2026-01-01Z' AND ts < '2026-04-01Z'
                    AND name IN ('sign_up', 'login', 'purchase')),
            one AS (SELECT *, max(CASE WHEN s = 1 THEN ts END) OVER (PARTITION BY u ORDER BY ts
                RANGE BETWEEN UNBOUNDED PRECEDING AND '1 microsecond' PRECEDING) AS c1 FROM e),
            two AS (SELECT *, max(CASE WHEN s = 2 AND ts - c1 <= '168 hours' THEN c1 END) OVER (PARTITION BY u ORDER BY ts
                RANGE BETWEEN UNBOUNDED PRECEDING AND '1 microsecond' PRECEDING) AS c2 FROM one),
            counted AS (SELECT count(DISTINCT u) FILTER (WHERE s = 1) AS a,
                count(DISTINCT u) FILTER (WHERE s = 2 AND ts - c1 <= '168 hours') AS b,
                count(DISTINCT u) FILTER (WHERE s = 3 AND ts - c2 <= '168 hours') AS c FROM two)
            SELECT 'all', (a + b + c)::float8 FROM counted",
        naive: Some(
            "WITH e AS (SELECT coalesce(user_id, anonymous_id) AS u, ts, name FROM datapulse_events.stored_events
                WHERE org_id = '$organization' AND ts >= '2026-01-01Z' AND ts < '2026-04-01Z'),
            counted AS (SELECT count(DISTINCT one.u) AS a, count(DISTINCT two.u) AS b, count(DISTINCT three.u) AS c
                FROM (SELECT * FROM e WHERE name = 'sign_up') AS one
                LEFT JOIN (SELECT * FROM e WHERE name = 'login') AS two
                    ON two.u = one.u AND two.ts > one.ts AND two.ts <= one.ts + '168 hours'::interval
                LEFT JOIN (SELECT * FROM e WHERE name = 'purchase') AS three
                    ON three.u = two.u AND three.ts > two.ts AND three.ts <= one.ts + '168 hours'::interval)
            SELECT 'all', (a + b + c)::float8 FROM counted",
        ),
    },
    // Weekly retention.
    ByHand {
        best: "WITH w AS MATERIALIZED (
                SELECT coalesce(user_id, anonymous_id) AS u, ((ts AT TIME ZONE 'UTC')::date - DATE '2026-01-05') / 7 AS week,
                    bool_or(name = 'sign_up') AS began, bool_or(name = 'login') AS came FROM datapulse_events.stored_events
                WHERE org_id = '$organization' AND ts >= '2026-01-05Z' AND ts < '2026-03-30Z'
                    AND name IN ('sign_up', 'login') GROUP BY u, week),
            first AS (SELECT u, min(week) AS cohort FROM w WHERE began AND week < 4 GROUP BY u)
            SELECT cohort, count(*)::float8, week - cohort AS k FROM w JOIN first USING (u)
            WHERE came AND week BETWEEN cohort AND cohort + 8 GROUP BY cohort, k",
        naive: Some(
            "WITH first AS (SELECT coalesce(user_id, anonymous_id) AS u, date_trunc('week', min(ts), 'UTC') AS cohort
                FROM datapulse_events.stored_events WHERE org_id = '$organization' AND ts >= '2026-01-05Z' AND ts < '2026-02-02Z'
                    AND name = 'sign_up' GROUP BY u)
            SELECT cohort, count(DISTINCT first.u)::float8, k FROM first CROSS JOIN generate_series(0, 8) AS k
            JOIN datapulse_events.stored_events ON org_id = '$organization' AND coalesce(user_id, anonymous_id) = first.u AND name = 'login'
                AND ts >= cohort + k * '168 hours'::interval AND ts < cohort + (k + 1) * '168 hours'::interval
            GROUP BY cohort, k",
        ),
    },
    // Paths.
    ByHand {
        best: "WITH e AS (SELECT coalesce(user_id, anonymous_id) AS u, ts, id, name FROM datapulse_events.stored_events
                WHERE org_id = '$organization' AND ts >= '2026-03-01Z' AND ts < '2026-04-01Z'),
            marked AS (SELECT *, coalesce(ts - lag(ts) OVER o >= '30 minutes', TRUE) AS begins,
                lag(name) OVER o AS before FROM e WHERE u IS NOT NULL WINDOW o AS (PARTITION BY u ORDER BY ts, id)),
            numbered AS (SELECT *, sum(begins::int) OVER (PARTITION BY u ORDER BY ts, id) AS session FROM marked),
            folded AS (SELECT (array_agg(name ORDER BY ts, id))[1:4] AS names FROM numbered
                WHERE begins OR name IS DISTINCT FROM before GROUP BY u, session),
            journeys AS (SELECT names, count(*) AS n FROM folded GROUP BY names),
            pairs AS (SELECT i, names[i] AS source, names[i + 1] AS target, n
                FROM journeys, generate_series(1, 3) AS i WHERE cardinality(names) > i)
            SELECT source, sum(n)::float8, target, i FROM pairs GROUP BY i, source, target",
        naive: None,
    },
    // A formula.
    ByHand {
        best: "SELECT (ts AT TIME ZONE 'UTC')::date AS day,
                count(*) FILTER (WHERE name = 'purchase')::float8 / count(*) FILTER (WHERE name = 'page_view') * 100
            FROM datapulse_events.stored_events WHERE org_id = '$organization' AND ts >= '2026-01-01Z' AND ts < '2026-04-01Z'
                AND name IN ('page_view', 'purchase') GROUP BY day",
        naive: None,
    },
    // Last day by hour, filtered.
    ByHand {
        best: "SELECT date_trunc('hour', ts, 'UTC') AS hour, count(*)::float8 FROM datapulse_events.stored_events
            WHERE org_id = '$organization' AND ts >= '2026-03-31Z' AND ts < '2026-04-01Z' AND name = 'page_view'
            AND properties ->> 'country' IN ('DE', 'FR') GROUP BY hour",
        naive: None,
    },
    // A cohort as a filter.
    ByHand {
        best: "WITH buyers AS (SELECT coalesce(user_id, anonymous_id) AS u FROM datapulse_events.stored_events
                WHERE org_id = '$organization' AND name = 'purchase' AND ts >= '2026-03-01Z' AND ts < '2026-04-01Z'
                GROUP BY u HAVING count(*) >= 2)
            SELECT (ts AT TIME ZONE 'UTC')::date AS day, count(*)::float8 FROM datapulse_events.stored_events
            WHERE org_id = '$organization' AND ts >= '2026-01-01Z' AND ts < '2026-04-01Z' AND name = 'page_view'
            AND coalesce(user_id, anonymous_id) IN (SELECT u FROM buyers) GROUP BY day",
        naive: None,
    },
    // The catalogue's event names.
    ByHand {
        best: "SELECT name, count(*)::float8, min(ts), max(ts) FROM datapulse_events.stored_events WHERE org_id = '$organization'
            GROUP BY name",
        naive: None,
    },
];
