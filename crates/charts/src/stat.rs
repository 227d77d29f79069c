//! One figure and how it changed.

use model::answer::{Answer, AnswerSeries, RetentionAnswer, SqlAnswer, StickinessAnswer, TrendAnswer};
use model::dashboard::WidgetOptions;
use model::format;
use model::language::{t, t_with};
use serde_json::Value;

use crate::funnel;
use crate::interval::{many, one};
use crate::layout::count;
use crate::lifecycle::{self, Dormant};
use crate::paths::{figure, journeys};
use crate::retention::percent;

/// The figure of a stat widget, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// In few characters.
    pub value: String,
    /// In full, for a tooltip.
    pub exact: String,
    /// Against the period compared with; none without a comparison.
    pub change: Option<Change>,
    /// Why there is no change, or that the last bucket is not over yet.
    pub note: Option<String>,
}

/// A change against the period compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Without a sign: `12.5 %`, or `809 ×` for a figure that grew tenfold and more.
    pub text: String,
    /// Which way.
    pub direction: Direction,
    /// As a sentence: `up 12.5 % from the previous period`.
    pub words: String,
}

impl Change {
    /// With its sign: `+12.5 %`, `−3 %`; `809 ×` and no change have none.
    #[must_use]
    pub(crate) fn signed(&self) -> String {
        match self.direction {
            Direction::Up if self.text.ends_with('×') => self.text.clone(),
            Direction::Up => format!("+{}", self.text),
            Direction::Down => format!("−{}", self.text),
            Direction::Flat => "0 %".to_owned(),
        }
    }
}

/// From here on a growth is told as a multiple.
const MULTIPLES_FROM: f64 = 10.0;

/// Which way a figure went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More than before.
    Up,
    /// Less than before.
    Down,
    /// As before, to a tenth of a per cent.
    Flat,
}

/// The first series' total; of a funnel the share that came through, of retention the share that came back in the first interval after, of stickiness the
/// average of a user's active buckets, of paths the journeys, of events how many are listed, of SQL the first number of the
/// first row.
#[must_use]
pub fn stat(answer: &Answer, options: &WidgetOptions) -> Stat {
    match answer {
        Answer::Events(events) => plain(count(events.rows.len()), options),
        Answer::Funnel(funnel) => funnel::stat(funnel),
        Answer::Paths(paths) => plain(figure(journeys(paths)), options),
        Answer::Lifecycle(lifecycle) => of_trend(&lifecycle::over_time(lifecycle, Dormant::Above), options),
        Answer::Retention(retention) => of_retention(retention),
        Answer::Sql(sql) => of_sql(sql, options),
        Answer::Stickiness(stickiness) => of_stickiness(stickiness),
        Answer::Sessions(trend) | Answer::Trend(trend) => of_trend(trend, options),
    }
}

fn of_sql(answer: &SqlAnswer, options: &WidgetOptions) -> Stat {
    let first = answer.rows.first().and_then(Value::as_array);
    let number = first.and_then(|cells| cells.iter().find_map(Value::as_f64));
    number.map_or_else(nothing, |number| plain(number, options))
}

fn nothing() -> Stat {
    Stat {
        value: "–".to_owned(),
        exact: "–".to_owned(),
        change: None,
        note: None,
    }
}

/// A figure that is compared with nothing.
fn plain(value: f64, options: &WidgetOptions) -> Stat {
    Stat {
        value: format::short_with_unit(value, options),
        exact: format::exact_with_unit(value, options),
        change: None,
        note: None,
    }
}

fn of_retention(answer: &RetentionAnswer) -> Stat {
    let interval = one(answer.interval);
    let share = answer.average.get(1).copied().flatten();
    let value = share.map_or_else(|| "–".to_owned(), percent);
    Stat {
        exact: t_with("{0} came back in {1} 1", &[&value, interval]),
        value,
        change: None,
        note: Some(t_with("came back in {0} 1", &[interval])),
    }
}

fn of_stickiness(answer: &StickinessAnswer) -> Stat {
    let intervals = many(answer.interval);
    let words = |average: f64| format!("{} {intervals}", format::exact(average));
    let value = answer.average().map_or_else(|| "–".to_owned(), words);
    Stat {
        exact: t_with("{0} of {1}", &[&value, &answer.histogram.len().to_string()]),
        value,
        change: None,
        note: Some(t("active on average").to_owned()),
    }
}

fn of_trend(trend: &TrendAnswer, options: &WidgetOptions) -> Stat {
    let series = trend.series.first();
    let total = series
        .and_then(|series| series.total)
        .filter(|total| total.is_finite());
    let before = series.and_then(|series| before(trend, series));
    let change = total.zip(before).and_then(|(now, before)| change(now, before));
    let note = if trend.previous.is_some() && change.is_none() {
        Some(t("Nothing to compare with in the previous period").to_owned())
    } else {
        trend.open_from.map(|_| t("So far").to_owned())
    };
    let words = |write: fn(f64, &WidgetOptions) -> String| {
        total.map_or_else(|| "–".to_owned(), |total| write(total, options))
    };
    Stat {
        value: words(format::short_with_unit),
        exact: words(format::exact_with_unit),
        change,
        note,
    }
}

fn before(trend: &TrendAnswer, series: &AnswerSeries) -> Option<f64> {
    trend.previous_of(series)?.total.filter(|total| total.is_finite())
}

/// None where the figure before is zero: everything is infinitely more than nothing.
pub(crate) fn change(now: f64, before: f64) -> Option<Change> {
    let percent = format::change_percent(now, before).filter(|percent| percent.is_finite())?;
    let times = now / before;
    if before > 0.0 && times >= MULTIPLES_FROM {
        return Some(multiple(times));
    }
    let direction = match percent {
        small if small.abs() < 0.05 => Direction::Flat,
        more if more > 0.0 => Direction::Up,
        _ => Direction::Down,
    };
    let text = words_of_percent(percent.abs());
    let words = match direction {
        Direction::Up => t_with("up {0} from the previous period", &[&text]),
        Direction::Down => t_with("down {0} from the previous period", &[&text]),
        Direction::Flat => t("the same as in the previous period").to_owned(),
    };
    Some(Change {
        text,
        direction,
        words,
    })
}

/// A growth that nobody reads in per cent: `809 ×`.
fn multiple(times: f64) -> Change {
    let text = match times {
        large if large >= 1e6 => t("over 1,000,000 ×").to_owned(),
        large => format!("{} ×", format::exact(large.round())),
    };
    Change {
        words: t_with("{0} what it was in the previous period", &[&text]),
        direction: Direction::Up,
        text,
    }
}

fn words_of_percent(percent: f64) -> String {
    match percent {
        large if large >= 1e6 => t("over 1,000,000 %").to_owned(),
        large if large >= 100.0 => format!("{} %", format::exact(large.round())),
        small => format!("{} %", format::exact((small * 10.0).round() / 10.0)),
    }
}
