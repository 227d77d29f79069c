//! A chart in one sentence, for those who do not see it.

use model::answer::{Answer, PathNode, PathsAnswer, RetentionAnswer, StickinessAnswer, TrendAnswer};
use model::dashboard::WidgetType;
use model::format;
use model::language::{key, t, t_with};
use model::query::Interval;

use crate::ChartSpec;
use crate::cartesian::exact;
use crate::funnel;
use crate::interval::{many, one};
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
        Answer::Events(events) => t_with(
            "List of {0} events, the newest first",
            &[&events.rows.len().to_string()],
        ),
        Answer::Paths(paths) => of_paths(paths, spec),
        Answer::Lifecycle(lifecycle) => of_trend(&lifecycle::over_time(lifecycle, Dormant::Above), spec),
        Answer::Retention(retention) => of_retention(retention),
        Answer::Sql(sql) => t_with("Table of {0} rows", &[&sql.rows.len().to_string()]),
        Answer::Stickiness(stickiness) => of_stickiness(stickiness),
        Answer::Sessions(trend) | Answer::Trend(trend) => of_trend(trend, spec),
    }
}

/// How many journeys, and the most frequent way from one step to the next.
fn of_paths(paths: &PathsAnswer, spec: &ChartSpec) -> String {
    let words = |journeys| exact(Some(&Some(paths::figure(journeys))), &spec.options);
    let all = words(journeys(paths));
    let begin = t_with(
        "Path diagram: {0} journeys over {1} steps",
        &[&all, &steps(paths).len().to_string()],
    );
    let Some(link) = paths.links.iter().max_by_key(|link| link.value) else {
        return begin;
    };
    let name = |id: &str| paths.node(id).map_or("–", PathNode::words);
    t_with(
        "{0}, most often from {1} to {2}, {3}",
        &[&begin, name(&link.source), name(&link.target), &words(link.value)],
    )
}

fn of_retention(answer: &RetentionAnswer) -> String {
    let interval = one(answer.interval);
    let size = answer.cohorts.iter().map(|cohort| cohort.size).sum();
    let came_back = match answer.average.get(1).copied().flatten() {
        Some(share) => t_with("{0} came back in {1} 1", &[&percent(share), interval]),
        None => t("nobody can have come back yet").to_owned(),
    };
    let beginnings = answer.cohorts.iter().map(|cohort| cohort.local);
    let (first, last) = (beginnings.clone().min(), beginnings.max());
    let time = match first.zip(last) {
        Some((first, last)) if first != last => {
            let words = |begin| format::bucket(begin, answer.interval, true);
            t_with(", {0} to {1}", &[&words(first), &words(last)])
        }
        Some((first, _)) => format!(", {}", format::bucket_in_full(first, answer.interval)),
        None => return t("Retention: no data").to_owned(),
    };
    t_with(
        "Retention by {0}{1}: of {2} users {3}",
        &[interval, &time, &figure(size), &came_back],
    )
}

fn of_stickiness(answer: &StickinessAnswer) -> String {
    let intervals = many(answer.interval);
    match answer.average() {
        None => t_with("Active {0} of each user: no data", &[intervals]),
        Some(average) => t_with(
            "Active {0} of each user, of {1}: {2} users were active on {3} {0} on average",
            &[
                intervals,
                &answer.histogram.len().to_string(),
                &figure(answer.users()),
                &format::exact(average),
            ],
        ),
    }
}

fn of_trend(trend: &TrendAnswer, spec: &ChartSpec) -> String {
    let kind = match spec.kind {
        WidgetType::Stat => key("Figure with its course"),
        WidgetType::Line | WidgetType::Paths => key("Line chart"),
        WidgetType::Area => key("Area chart"),
        WidgetType::Bar => key("Bar chart"),
        WidgetType::StackedBar | WidgetType::Retention => key("Stacked bar chart"),
        WidgetType::HorizontalBar | WidgetType::Funnel => key("Ranked bars"),
        WidgetType::Pie => key("Pie chart"),
        WidgetType::Donut => key("Donut chart"),
        WidgetType::Gauge => key("Gauge"),
        WidgetType::Heatmap => key("Heat map"),
        WidgetType::Calendar => key("Calendar"),
        WidgetType::Map => key("World map"),
        WidgetType::Feed | WidgetType::Table => key("Table"),
        WidgetType::Text => key("Text"),
    };
    format!("{}{}: {}", t(kind), time(trend), totals(trend, spec))
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
    t_with(", {0} to {1}", &[&words(*first), &words(*last)])
}

fn totals(trend: &TrendAnswer, spec: &ChartSpec) -> String {
    if trend.series.is_empty() {
        return t("no data").to_owned();
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
        totals.push(t_with("and {0} more", &[&left_out.to_string()]));
    }
    t_with("{0} overall", &[&totals.join(", ")])
}
