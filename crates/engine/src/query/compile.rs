//! From a checked question to statements: pure, no store and no clock.
//!
//! Every statement works in two steps. The first reads the events and leaves a few rows (`g`): partial figures for each
//! bucket, breakdown value and, for uniques, user. The second makes buckets and range totals of those rows, so that both
//! come out of one reading of the events. Percentiles cannot be put together from parts and are computed at once.

use model::query::{Filter, Measure, Series, TrendSpec};
use model::rates::Rates;

use super::revenue;
use super::source::Source;
use super::sql::Sql;
use super::window::Window;
use crate::store::{Param, Statement};

/// What the compiler needs to know beside the series.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) source: Source<'c>,
    pub(super) spec: &'c TrendSpec,
    pub(super) window: &'c Window,
    pub(super) rates: &'c Rates,
}

/// Which breakdown values get a line of their own.
#[derive(Clone, Copy)]
pub(super) enum Lines<'l> {
    /// There is no breakdown.
    One,
    /// The greatest by this series' own total.
    Top,
    /// These; none stands for events without the property.
    Chosen(&'l [Option<String>]),
}

/// The statement for one series. Its rows are: rank (NULL for the rest), value, bucket (NULL for the total), events, figure.
pub(super) fn series(context: Context<'_>, series: &Series, lines: Lines<'_>) -> Statement {
    let compiler = Compiler { context, series };
    let sql = match compiler.at_once() {
        Some(figure) => compiler.in_one_step(&figure, lines),
        None => compiler.in_two_steps(lines),
    };
    sql.into_statement()
}

/// The events that count for one series: their `bucket`, as a column with a name, what is measured of them `x`, and their
/// breakdown value `v`.
pub(super) fn events(context: Context<'_>, series: &Series, bucket: Sql, broken_down: bool) -> Sql {
    Compiler { context, series }.events_with(bucket, broken_down)
}

/// Whether a series' figures come out approximate: where that was asked for, and makes them quicker.
pub(super) fn is_approximate(spec: &TrendSpec, series: &Series) -> bool {
    spec.approximate && !spec.cumulative && series.measure.counts_different()
}

fn percentile(measure: Measure) -> Option<f64> {
    match measure {
        Measure::Median => Some(0.5),
        Measure::P90 => Some(0.9),
        Measure::P95 => Some(0.95),
        Measure::P99 => Some(0.99),
        _ => None,
    }
}

/// The partial figures of a measure, the column they are also grouped by, and how they are put together.
struct Parts {
    partial: &'static str,
    also_by: Option<&'static str>,
    figure: &'static str,
}

fn parts(measure: Measure) -> Parts {
    let (partial, also_by, figure) = match measure {
        Measure::Count => ("", None, "sum(n)"),
        Measure::Sum | Measure::Revenue => (", sum(x) AS s", None, "sum(s)"),
        Measure::Avg => (", sum(x) AS s, count(x) AS c", None, "sum(s) / sum(c)"),
        Measure::Min => (", min(x) AS s", None, "min(s)"),
        Measure::Max => (", max(x) AS s", None, "max(s)"),
        Measure::CountPerUser => ("", Some("x"), "sum(n) / nullif(count(DISTINCT x), 0)"),
        // Percentiles never come here; as a count of values they would at least be no fault.
        _ => ("", Some("x"), "count(DISTINCT x)"),
    };
    Parts {
        partial,
        also_by,
        figure,
    }
}

struct Compiler<'c> {
    context: Context<'c>,
    series: &'c Series,
}

impl Compiler<'_> {
    /// The SQL of a figure that is computed of the events themselves; others are put together of parts.
    fn at_once(&self) -> Option<String> {
        let dialect = self.context.source.dialect;
        match percentile(self.series.measure) {
            Some(share) => Some(dialect.percentile("x", share)),
            None if is_approximate(self.context.spec, self.series) => {
                Some(dialect.about_how_many_different("x"))
            }
            None => None,
        }
    }

    fn in_two_steps(&self, lines: Lines<'_>) -> Sql {
        let Parts {
            partial,
            also_by,
            figure,
        } = parts(self.series.measure);
        let broken_down = !matches!(lines, Lines::One);
        let value = if broken_down { ", v" } else { "" };
        let also = also_by.map(|column| format!(", {column}")).unwrap_or_default();
        // Up to some bucket there are as many different ones as have come for the first time.
        let first_only = self.context.spec.cumulative && also_by.is_some();
        let groups = Sql::new(if first_only {
            "WITH every AS MATERIALIZED (SELECT b"
        } else {
            "WITH g AS MATERIALIZED (SELECT b"
        });
        let mut groups = groups
            .text(&format!("{value}{also}, count(*) AS n{partial} FROM ("))
            .add(self.events(broken_down))
            .text(&format!(") AS counted GROUP BY b{value}{also})"));
        if first_only {
            let by = if broken_down { "v, x" } else { "x" };
            groups = groups.text(&format!(
                ", g AS MATERIALIZED (SELECT {by}, min(b) AS b, sum(n) AS n FROM every GROUP BY {by})"
            ));
        }
        // A group for each bucket, value and user: among those no user repeats.
        let once = figure.replace("count(DISTINCT x)", "count(x)");
        if !broken_down {
            return groups.text(&format!(
                " SELECT 0, CAST(NULL AS VARCHAR), b, sum(n), {once} FROM g GROUP BY b
                 UNION ALL SELECT 0, CAST(NULL AS VARCHAR), NULL, sum(n), {figure} FROM g"
            ));
        }
        let whole = if also_by.is_some() {
            "(SELECT v, x, sum(n) AS n FROM g GROUP BY v, x) AS by_user"
        } else {
            "g"
        };
        let top = match lines {
            Lines::Chosen(values) => chosen(values),
            Lines::One | Lines::Top => Sql::new(&greatest("totals", self.limit())),
        };
        groups
            .text(&format!(
                ", totals AS MATERIALIZED (SELECT v, sum(n) AS n, {once} AS t FROM {whole} GROUP BY v)"
            ))
            .text(", top AS MATERIALIZED (")
            .add(top)
            .text(&format!(
                "), cells AS (SELECT v, b, sum(n) AS n, {once} AS t FROM g GROUP BY v, b)"
            ))
            .text(&self.told_apart_and_rest(figure, first_only))
    }

    fn in_one_step(&self, figure: &str, lines: Lines<'_>) -> Sql {
        let each_time = self.context.source.dialect.each_time();
        match lines {
            Lines::One => Sql::new(&format!(
                "SELECT 0, CAST(NULL AS VARCHAR), b, count(*), {figure} FROM ("
            ))
            .add(self.events(false))
            .text(") AS counted GROUP BY GROUPING SETS ((b), ())"),
            Lines::Top => {
                let events = || Sql::new("(").add(self.events(true)).text(")");
                Sql::new(&format!("WITH totals AS (SELECT v, {figure} AS t FROM "))
                    .add(events())
                    .text(&format!(
                        " AS counted GROUP BY v), top AS ({}), g {each_time} ",
                        greatest("totals", self.limit())
                    ))
                    .add(events())
                    .text(&ranked(figure))
            }
            Lines::Chosen(values) => Sql::new("WITH top AS (")
                .add(chosen(values))
                .text(&format!("), g {each_time} ("))
                .add(self.events(true))
                .text(")")
                .text(&ranked(figure)),
        }
    }

    /// Buckets and totals of the values in `top`, and of all others together; only the others may share a user.
    fn told_apart_and_rest(&self, figure: &str, first_only: bool) -> String {
        // Among the others, somebody may have come for the first time with another value.
        let (columns, by) = if first_only {
            ("g.x, min(g.b) AS b, sum(g.n) AS n", " GROUP BY g.x")
        } else {
            ("g.*", "")
        };
        format!(
            ", rest {} (
                SELECT {columns} FROM g LEFT JOIN top ON g.v IS NOT DISTINCT FROM top.v WHERE top.r IS NULL{by})
             SELECT r, top.v, b, n, t FROM cells JOIN top ON cells.v IS NOT DISTINCT FROM top.v
             UNION ALL SELECT r, top.v, NULL, n, t FROM totals JOIN top ON totals.v IS NOT DISTINCT FROM top.v
             UNION ALL SELECT NULL, NULL, b, sum(n), {figure} FROM rest GROUP BY b
             UNION ALL SELECT NULL, NULL, NULL, sum(n), {figure} FROM rest HAVING count(*) > 0",
            self.context.source.dialect.each_time()
        )
    }

    fn limit(&self) -> usize {
        self.context
            .spec
            .breakdown
            .as_ref()
            .map_or(1, |breakdown| breakdown.limit)
    }

    /// The events that count: their bucket `b`, what is measured of them `x`, and their breakdown value `v`.
    fn events(&self, broken_down: bool) -> Sql {
        let Context { source, window, .. } = self.context;
        self.events_with(source.dialect.bucket(window).text(" AS b"), broken_down)
    }

    fn events_with(&self, bucket: Sql, broken_down: bool) -> Sql {
        let Context {
            source, spec, window, ..
        } = self.context;
        let mut columns = bucket;
        if let Some(measured) = self.measured() {
            columns = columns.text(", ").add(measured).text(" AS x");
        }
        if let Some(breakdown) = spec.breakdown.as_ref().filter(|_| broken_down) {
            columns = columns
                .text(", ")
                .add(source.text(&breakdown.property))
                .text(" AS v");
        }
        let filters = spec.filter.iter().chain(&self.series.filter);
        Sql::new("SELECT ")
            .add(columns)
            .text(" FROM ")
            .add(self.source_of_events())
            .text(" WHERE ")
            .add(source.conditions(window, self.series.event.as_deref(), filters))
    }

    fn source_of_events(&self) -> Sql {
        let Context { source, spec, .. } = self.context;
        let measures_users = matches!(self.series.measure, Measure::UniqueUsers | Measure::CountPerUser);
        let mut filters = spec.filter.iter().chain(&self.series.filter);
        let names_users = !source.user_properties.is_empty();
        if measures_users || names_users || filters.any(Filter::asks_for_users) {
            source.events()
        } else {
            source.events_alone()
        }
    }

    fn measured(&self) -> Option<Sql> {
        let source = self.context.source;
        match (self.series.measure, &self.series.property) {
            (Measure::Count, _) => None,
            (Measure::UniqueUsers | Measure::CountPerUser, _) => Some(source.person()),
            (Measure::UniqueSessions, _) => Some(Sql::new("session_id")),
            (Measure::Unique, Some(property)) => Some(source.text(property)),
            (Measure::UniqueGroups, _) => self.series.grouped_by().map(|groups| source.text(&groups)),
            (Measure::Revenue, Some(property)) => {
                Some(revenue::amount(source, self.context.rates, self.series, property))
            }
            (_, Some(property)) => Some(source.number(property)),
            // Every other measure names its property.
            (_, None) => None,
        }
    }
}

/// The values with the greatest totals, in order.
fn greatest(totals: &str, limit: usize) -> String {
    let order = "t DESC NULLS LAST, v NULLS LAST";
    format!(
        "SELECT v, row_number() OVER (ORDER BY {order}) AS r FROM {totals} ORDER BY {order} LIMIT {limit}"
    )
}

/// The values that were chosen before, in their order.
fn chosen(values: &[Option<String>]) -> Sql {
    let rows = values.iter().enumerate().map(|(rank, value)| {
        let value = match value {
            Some(text) => Sql::new("(").bind(Param::Text(text.clone())),
            None => Sql::new("(CAST(NULL AS VARCHAR)"),
        };
        value.text(&format!(", {})", rank + 1))
    });
    if values.is_empty() {
        return Sql::new("SELECT CAST(NULL AS VARCHAR) AS v, 0 AS r WHERE FALSE");
    }
    Sql::new("SELECT v, r FROM (VALUES ")
        .add(Sql::join(rows, ", "))
        .text(") AS chosen(v, r)")
}

/// Buckets and totals of every ranked value; those without a rank are one line together.
fn ranked(figure: &str) -> String {
    format!(
        " SELECT r, CASE WHEN r IS NULL THEN NULL ELSE min(v) END, b, count(*), {figure}
         FROM (SELECT g.*, top.r FROM g LEFT JOIN top ON g.v IS NOT DISTINCT FROM top.v) AS told_apart
         GROUP BY GROUPING SETS ((r, b), (r))"
    )
}
