//! A chart in one sentence, for those who do not see it.

use model::answer::{Answer, PathNode, PathsAnswer, RetentionAnswer, StickinessAnswer, TrendAnswer};
use model::dashboard::WidgetType;
use model::format;
use model::query::Interval;

use crate::ChartSpec;
use crate::cartesian::exact;
use crate::funnel;
use crate::lifecycle::{self, Dormant};
use crate::paths::{self, journeys, steps};
use crate::retention::{figure, percent};
use crate::series::name;

const MOST_SERIES: usize = 4;

/// What is drawn, of which time, and the totals: `Line chart, 17 May 2015 to 20 May 2015: Views 9,126 overall`.
#[must_use]
pub fn describe(answer: &Answer, spec: &ChartSpec) -> String {
    match answer {
        Answer::Funnel(funnel) => funnel::describe(funnel),
        Answer::Events(events) => format!("List of {} events, the newest first", events.rows.len()),
        Answer::Paths(paths) => of_paths(paths, spec),
        Answer::Lifecycle(lifecycle) => of_trend(&lifecycle::over_time(lifecycle, Dormant::Above), spec),
        Answer::Retention(retention) => of_retention(retention),
        Answer::Sql(sql) => format!("Table of {} rows", sql.rows.len()),
        Answer::Stickiness(stickiness) => of_stickiness(stickiness),
        Answer::Sessions(trend) | Answer::Trend(trend) => of_trend(trend, spec),
    }
}

/// How many journeys, and the most frequent way from one step to the next.
fn of_paths(paths: &PathsAnswer, spec: &ChartSpec) -> String {
    let words = |journeys| exact(Some(&Some(paths::figure(journeys))), &spec.options);
    let all = words(journeys(paths));
    let begin = format!("Path diagram: {all} journeys over {} steps", steps(paths).len());
    let Some(link) = paths.links.iter().max_by_key(|link| link.value) else {
        return begin;
    };
    let name = |id: &str| paths.node(id).map_or("–", PathNode::words);
    format!(
        "{begin}, most often from {} to {}, {}",
        name(&link.source),
        name(&link.target),
        words(link.value)
    )
}

fn of_retention(answer: &RetentionAnswer) -> String {
    let interval = answer.interval.as_str();
    let size = answer.cohorts.iter().map(|cohort| cohort.size).sum();
    let came_back = match answer.average.get(1).copied().flatten() {
        Some(share) => format!("{} came back in {interval} 1", percent(share)),
        None => "nobody can have come back yet".to_owned(),
    };
    let beginnings = answer.cohorts.iter().map(|cohort| cohort.local);
    let (first, last) = (beginnings.clone().min(), beginnings.max());
    let time = match first.zip(last) {
        Some((first, last)) if first != last => {
            let words = |begin| format::bucket(begin, answer.interval, true);
            format!(", {} to {}", words(first), words(last))
        }
        Some((first, _)) => format!(", {}", format::bucket_in_full(first, answer.interval)),
        None => return "Retention: no data".to_owned(),
    };
    format!(
        "Retention by {interval}{time}: of {} users {came_back}",
        figure(size)
    )
}

fn of_stickiness(answer: &StickinessAnswer) -> String {
    let interval = answer.interval.as_str();
    match answer.average() {
        None => format!("Active {interval}s of each user: no data"),
        Some(average) => format!(
            "Active {interval}s of each user, of {}: {} users were active on {} {interval}s on average",
            answer.histogram.len(),
            figure(answer.users()),
            format::exact(average)
        ),
    }
}

fn of_trend(trend: &TrendAnswer, spec: &ChartSpec) -> String {
    let kind = match spec.kind {
        WidgetType::Stat => "Figure with its course",
        WidgetType::Line | WidgetType::Paths => "Line chart",
        WidgetType::Area => "Area chart",
        WidgetType::Bar => "Bar chart",
        WidgetType::StackedBar | WidgetType::Retention => "Stacked bar chart",
        WidgetType::HorizontalBar | WidgetType::Funnel => "Ranked bars",
        WidgetType::Pie => "Pie chart",
        WidgetType::Donut => "Donut chart",
        WidgetType::Gauge => "Gauge",
        WidgetType::Heatmap => "Heat map",
        WidgetType::Calendar => "Calendar",
        WidgetType::Map => "World map",
        WidgetType::Feed | WidgetType::Table => "Table",
        WidgetType::Text => "Text",
    };
    format!("{kind}{}: {}", time(trend), totals(trend, spec))
}

fn time(trend: &TrendAnswer) -> String {
    let (Some(first), Some(last)) = (trend.local.first(), trend.local.last()) else {
        return String::new();
    };
    let words = |begin| match trend.interval {
        Interval::Week => format::bucket(begin, Interval::Day, true),
        Interval::Day | Interval::Month => format::bucket(begin, trend.interval, true),
        Interval::Minute | Interval::Hour => format::bucket_in_full(begin, trend.interval),
    };
    if first == last {
        return format!(", {}", words(*first));
    }
    format!(", {} to {}", words(*first), words(*last))
}

fn totals(trend: &TrendAnswer, spec: &ChartSpec) -> String {
    if trend.series.is_empty() {
        return "no data".to_owned();
    }
    let words = |series| {
        format!(
            "{} {}",
            name(trend, series),
            exact(Some(&series.total), &spec.options)
        )
    };
    let mut totals: Vec<String> = trend.series.iter().take(MOST_SERIES).map(words).collect();
    let left_out = trend.series.len() - totals.len();
    if left_out > 0 {
        totals.push(format!("and {left_out} more"));
    }
    format!("{} overall", totals.join(", "))
}
