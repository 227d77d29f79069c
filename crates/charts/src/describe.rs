//! A chart in one sentence, for those who do not see it.

use model::answer::{Answer, TrendAnswer};
use model::dashboard::WidgetType;
use model::format;
use model::query::Interval;

use crate::ChartSpec;
use crate::cartesian::exact;
use crate::series::name;

const MOST_SERIES: usize = 4;

/// What is drawn, of which time, and the totals: `Line chart, 17 May 2015 to 20 May 2015: Views 9,126 overall`.
#[must_use]
pub fn describe(answer: &Answer, spec: &ChartSpec) -> String {
    let Answer::Trend(trend) = answer;
    let kind = match spec.kind {
        WidgetType::Stat => "Figure with its course",
        WidgetType::Line => "Line chart",
        WidgetType::Area => "Area chart",
        WidgetType::Bar => "Bar chart",
        WidgetType::StackedBar => "Stacked bar chart",
        WidgetType::HorizontalBar => "Ranked bars",
        WidgetType::Pie => "Pie chart",
        WidgetType::Donut => "Donut chart",
        WidgetType::Table => "Table",
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
