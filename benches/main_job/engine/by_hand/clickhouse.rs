//! The best SQL that we know on ClickHouse, and for the questions over people the naive one.

use super::ByHand;

/// One for each question, in their order.
pub(in super::super) const CLICKHOUSE: [ByHand; 12] = [
    // Daily counts.
    ByHand {
        best: "SELECT toDate(ts) AS day, count() FROM events
            WHERE org_id = '$organization' AND ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY day",
        naive: None,
    },
    // Daily exact uniques, with the range's own total.
    ByHand {
        best: "SELECT day, n FROM (
                SELECT toNullable(toDate(ts)) AS day, uniqExact(coalesce(user_id, anonymous_id)) AS n FROM events
                WHERE org_id = '$organization' AND ts >= '2026-01-01' AND ts < '2026-04-01'
                GROUP BY GROUPING SETS ((day), ()) SETTINGS group_by_use_nulls = 1)
            WHERE day IS NOT NULL",
        naive: None,
    },
    // Top ten of a property.
    ByHand {
        best: "WITH g AS MATERIALIZED (
                SELECT toStartOfMonth(ts) AS month, properties.`$path`.:String AS path, count() AS n FROM events
                WHERE org_id = '$organization' AND ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view'
                GROUP BY month, path),
            top AS (SELECT path FROM g GROUP BY path ORDER BY sum(n) DESC, path LIMIT 10)
            SELECT month, sum(n), top.path AS told FROM g LEFT JOIN top ON top.path = g.path GROUP BY month, told",
        naive: None,
    },
    // Daily by a property.
    ByHand {
        best: "WITH g AS MATERIALIZED (
                SELECT toDate(ts) AS day, properties.country.:String AS country, count() AS n FROM events
                WHERE org_id = '$organization' AND ts >= '2026-01-01' AND ts < '2026-04-01' GROUP BY day, country),
            top AS (SELECT country FROM g GROUP BY country ORDER BY sum(n) DESC, country LIMIT 10)
            SELECT day, sum(n), top.country AS told FROM g LEFT JOIN top ON top.country = g.country GROUP BY day, told",
        naive: None,
    },
    // p95 by day.
    ByHand {
        best: "SELECT day, q FROM (
                SELECT toNullable(toDate(ts)) AS day, quantileExactInclusive(0.95)(properties.duration_ms.:Int64) AS q
                FROM events WHERE org_id = '$organization' AND ts >= '2026-01-01' AND ts < '2026-04-01'
                    AND name = 'page_view' GROUP BY GROUPING SETS ((day), ()) SETTINGS group_by_use_nulls = 1)
            WHERE day IS NOT NULL",
        naive: None,
    },
    // 3-step funnel, 7-day window.
    ByHand {
        best: "WITH levels AS (
                SELECT windowFunnel(604800000000, 'strict_increase')(toUInt64(toUnixTimestamp64Micro(ts)),
                    name = 'sign_up', name = 'login', name = 'purchase') AS level
                FROM events WHERE org_id = '$organization' AND ts >= '2026-01-01' AND ts < '2026-04-01'
                    AND name IN ('sign_up', 'login', 'purchase') GROUP BY coalesce(user_id, anonymous_id))
            SELECT 'all', sum(level) FROM levels",
        naive: Some(
            "WITH e AS (SELECT coalesce(user_id, anonymous_id) AS u, ts, name FROM events
                WHERE org_id = '$organization' AND ts >= '2026-01-01' AND ts < '2026-04-01')
            SELECT 'all', count(DISTINCT one.u) + count(DISTINCT two.u) + count(DISTINCT three.u)
            FROM (SELECT * FROM e WHERE name = 'sign_up') AS one
            LEFT JOIN (SELECT * FROM e WHERE name = 'login') AS two
                ON two.u = one.u AND two.ts > one.ts AND two.ts <= one.ts + INTERVAL 7 DAY
            LEFT JOIN (SELECT * FROM e WHERE name = 'purchase') AS three
                ON three.u = two.u AND three.ts > two.ts AND three.ts <= one.ts + INTERVAL 7 DAY
            SETTINGS join_use_nulls = 1",
        ),
    },
    // Weekly retention.
    ByHand {
        best: "WITH w AS MATERIALIZED (
                SELECT coalesce(user_id, anonymous_id) AS u, intDiv(dateDiff('day', toDate('2026-01-05'), toDate(ts)), 7) AS week,
                    max(name = 'sign_up') AS began, max(name = 'login') AS came FROM events
                WHERE org_id = '$organization' AND ts >= '2026-01-05' AND ts < '2026-03-30'
                    AND name IN ('sign_up', 'login') GROUP BY u, week),
            first AS (SELECT u, min(week) AS cohort FROM w WHERE began AND week < 4 GROUP BY u)
            SELECT cohort, count(), week - cohort AS k FROM w JOIN first ON w.u = first.u
            WHERE came AND week BETWEEN cohort AND cohort + 8 GROUP BY cohort, k",
        naive: Some(
            "WITH first AS (SELECT coalesce(user_id, anonymous_id) AS u, toStartOfWeek(min(ts), 1) AS cohort FROM events
                WHERE org_id = '$organization' AND ts >= '2026-01-05' AND ts < '2026-02-02' AND name = 'sign_up' GROUP BY u)
            SELECT cohort, count(DISTINCT first.u), k FROM (SELECT u, cohort, arrayJoin(range(9)) AS k FROM first) AS first
            JOIN (SELECT coalesce(user_id, anonymous_id) AS u, ts FROM events
                WHERE org_id = '$organization' AND name = 'login') AS login ON login.u = first.u
            WHERE ts >= cohort + toIntervalDay(k * 7) AND ts < cohort + toIntervalDay(k * 7 + 7) GROUP BY cohort, k",
        ),
    },
    // Paths.
    ByHand {
        best: "WITH e AS (
                SELECT arraySort(groupArray((ts, id, name))) AS all FROM events
                WHERE org_id = '$organization' AND ts >= '2026-03-01' AND ts < '2026-04-01'
                    AND coalesce(user_id, anonymous_id) IS NOT NULL GROUP BY coalesce(user_id, anonymous_id)),
            sessions AS (
                SELECT arrayJoin(arraySplit((event, before) -> dateDiff('microsecond', before.1, event.1) >= 1800000000,
                    all, arrayPushFront(arrayPopBack(all), all[1]))) AS session FROM e),
            journeys AS (
                SELECT arraySlice(arrayCompact(arrayMap(event -> event.3, session)), 1, 4) AS names, count() AS n FROM sessions
                GROUP BY names),
            pairs AS (
                SELECT arrayJoin(range(1, length(names))) AS i, names[i] AS source, names[i + 1] AS target, n FROM journeys)
            SELECT source, sum(n), target, i FROM pairs GROUP BY i, source, target",
        naive: None,
    },
    // A formula.
    ByHand {
        best: "SELECT toDate(ts) AS day, countIf(name = 'purchase') / countIf(name = 'page_view') * 100 FROM events
            WHERE org_id = '$organization' AND ts >= '2026-01-01' AND ts < '2026-04-01'
                AND name IN ('page_view', 'purchase') GROUP BY day",
        naive: None,
    },
    // Last day by hour, filtered.
    ByHand {
        best: "SELECT toStartOfHour(ts) AS hour, count() FROM events
            WHERE org_id = '$organization' AND ts >= '2026-03-31' AND ts < '2026-04-01' AND name = 'page_view'
            AND properties.country.:String IN ('DE', 'FR') GROUP BY hour",
        naive: None,
    },
    // A cohort as a filter.
    ByHand {
        best: "WITH buyers AS (SELECT coalesce(user_id, anonymous_id) AS u FROM events
                WHERE org_id = '$organization' AND name = 'purchase' AND ts >= '2026-03-01' AND ts < '2026-04-01'
                GROUP BY u HAVING count() >= 2)
            SELECT toDate(ts) AS day, count() FROM events
            WHERE org_id = '$organization' AND ts >= '2026-01-01' AND ts < '2026-04-01' AND name = 'page_view'
            AND coalesce(user_id, anonymous_id) IN (SELECT u FROM buyers) GROUP BY day",
        naive: None,
    },
    // The catalogue's event names.
    ByHand {
        best: "SELECT name, count(), min(ts), max(ts) FROM events WHERE org_id = '$organization' GROUP BY name",
        naive: None,
    },
];
