//! The figures of an answer as a table: the table widget, and what every chart has one key away.

mod cohorts;
mod events;
mod paths;
mod steps;
mod values;

use model::answer::{Answer, AnswerSeries, TrendAnswer};
use model::dashboard::{Unit, WidgetOptions, WidgetType};
use model::format;
use model::language::{t, t_with};
use model::query::label_words;

use crate::cartesian::exact;
use crate::lifecycle::{self, Dormant};
use crate::series::{buckets, is_other, name};
use crate::stat::change;

/// Words in rows and columns; the first column names the row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns, from the left.
    pub columns: Vec<Column>,
    /// The rows, from the top; each as long as `columns`.
    pub rows: Vec<Vec<String>>,
    /// The row of the whole range; as long as `columns` where there is one.
    pub total: Option<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub title: String,
    /// Whether it holds figures, which stand right and in tabular digits.
    pub is_figure: bool,
}

/// The exact figures behind a chart of this `kind`: a row for each bucket where the chart shows time, a row for each
/// breakdown value where it shows totals. The table widget does whichever suits the question.
#[must_use]
pub fn table(answer: &Answer, kind: WidgetType, options: &WidgetOptions) -> Table {
    match answer {
        Answer::Funnel(funnel) => steps::of_funnel(funnel),
        Answer::Events(events) => events::table(events),
        Answer::Paths(paths) => paths::table(paths, options),
        Answer::Lifecycle(lifecycle) => {
            of_trend(&lifecycle::over_time(lifecycle, Dormant::Above), kind, options)
        }
        Answer::Retention(retention) => cohorts::of_retention(retention),
        Answer::Sql(sql) => {
            let titles = sql.columns.iter().map(|column| column.name.clone());
            let figure = |number| match options.unit {
                Unit::Number => values::in_full(number),
                _ => format::exact_with_unit(number, options),
            };
            values::table(titles.collect(), &sql.rows, figure)
        }
        Answer::Stickiness(stickiness) => cohorts::of_stickiness(stickiness),
        Answer::Sessions(trend) | Answer::Trend(trend) => of_trend(trend, kind, options),
    }
}

fn of_trend(trend: &TrendAnswer, kind: WidgetType, options: &WidgetOptions) -> Table {
    let is_broken_down = trend.series.iter().any(|series| series.breakdown.is_some());
    let shows_totals = match kind {
        WidgetType::HorizontalBar
        | WidgetType::Funnel
        | WidgetType::Pie
        | WidgetType::Donut
        | WidgetType::Map
        | WidgetType::Gauge => true,
        WidgetType::Table => is_broken_down,
        _ => false,
    };
    if shows_totals {
        of_totals(trend, options)
    } else {
        over_time(trend, options)
    }
}

fn text(title: &str) -> Column {
    Column {
        title: title.to_owned(),
        is_figure: false,
    }
}

fn figures(title: impl Into<String>) -> Column {
    Column {
        title: title.into(),
        is_figure: true,
    }
}

fn of_totals(trend: &TrendAnswer, options: &WidgetOptions) -> Table {
    let mut columns = heads_of_totals(trend);
    if trend.previous.is_some() {
        columns.extend([figures(t("Before")), figures(t("Change"))]);
    }
    let mut series: Vec<&AnswerSeries> = trend.series.iter().collect();
    let figure = |series: &AnswerSeries| {
        series
            .total
            .filter(|total| !total.is_nan())
            .unwrap_or(f64::NEG_INFINITY)
    };
    series.sort_by(|one, other| {
        is_other(one)
            .cmp(&is_other(other))
            .then(figure(other).total_cmp(&figure(one)))
    });
    let row = |series: &AnswerSeries| {
        let mut row = vec![name(trend, series), exact(Some(&series.total), options)];
        if trend.previous.is_some() {
            let before = trend.previous_of(series).and_then(|previous| previous.total);
            row.push(exact(Some(&before), options));
            row.push(change_words(series.total, before));
        }
        row
    };
    Table {
        columns,
        rows: series.into_iter().map(row).collect(),
        total: None,
    }
}

/// What tells the rows apart, and what is counted.
fn heads_of_totals(trend: &TrendAnswer) -> Vec<Column> {
    let Some(property) = &trend.property else {
        return vec![text(t("Name")), figures(t("Total"))];
    };
    let mut labels: Vec<&str> = trend.series.iter().map(|series| series.label.as_str()).collect();
    labels.dedup();
    let counted = match labels[..] {
        [label] => label_words(label).into_owned(),
        _ => t("Total").to_owned(),
    };
    vec![text(&property.words()), figures(counted)]
}

fn change_words(now: Option<f64>, before: Option<f64>) -> String {
    let Some(change) = now.zip(before).and_then(|(now, before)| change(now, before)) else {
        return "–".to_owned();
    };
    change.signed()
}

fn over_time(trend: &TrendAnswer, options: &WidgetOptions) -> Table {
    let mut columns = vec![text(t("Time"))];
    let mut cells: Vec<&AnswerSeries> = Vec::new();
    for series in &trend.series {
        columns.push(figures(name(trend, series)));
        cells.push(series);
        if let Some(previous) = trend.previous_of(series) {
            columns.push(figures(t_with("{0}, before", &[&name(trend, series)])));
            cells.push(previous);
        }
    }
    let rows = (0..buckets(trend))
        .map(|bucket| {
            let begin = format::bucket_in_full(trend.local[bucket], trend.interval);
            let figures = cells
                .iter()
                .map(|series| exact(series.values.get(bucket), options));
            std::iter::once(begin).chain(figures).collect()
        })
        .collect();
    let totals = cells.iter().map(|series| exact(Some(&series.total), options));
    let total = (!cells.is_empty()).then(|| {
        std::iter::once(t("Whole range").to_owned())
            .chain(totals)
            .collect()
    });
    Table { columns, rows, total }
}
