//! Which series a chart shows, what they are called, and in which colour.

use model::answer::{AnswerSeries, NONE, OTHER, TrendAnswer};
use model::dashboard::{Nulls, WidgetOptions};
use model::query::label_words;

use crate::palette::{Ink, SERIES};
use crate::scale::drawable;

/// A series ready to be drawn.
pub(crate) struct Shown<'a> {
    /// Among those that are shown.
    pub(crate) position: usize,
    pub(crate) name: String,
    pub(crate) ink: Ink,
    pub(crate) answer: &'a AnswerSeries,
    pub(crate) previous: Option<&'a AnswerSeries>,
}

/// The first eight series, and how many have to stay in the table.
pub(crate) fn shown<'a>(trend: &'a TrendAnswer, options: &WidgetOptions) -> (Vec<Shown<'a>>, usize) {
    let mut colours = 0;
    let mut next_ink = |series: &AnswerSeries| {
        if is_other(series) {
            return Ink::Other;
        }
        colours += 1;
        Ink::Series(colour(trend, series, options).unwrap_or(colours - 1))
    };
    let has_colour_left =
        |(position, series): &(usize, &AnswerSeries)| *position < SERIES || is_other(series);
    let shown: Vec<Shown> = trend
        .series
        .iter()
        .enumerate()
        .filter(has_colour_left)
        .enumerate()
        .map(|(position, (_, series))| Shown {
            position,
            ink: next_ink(series),
            name: name(trend, series),
            answer: series,
            previous: trend.previous_of(series),
        })
        .collect();
    let hidden = trend.series.len() - shown.len();
    (shown, hidden)
}

/// What people call a series among its neighbours: with several questions and a breakdown, both.
pub(crate) fn name(trend: &TrendAnswer, series: &AnswerSeries) -> String {
    called(trend, series, |label| label_words(label).into_owned())
}

/// The colour that somebody chose for a series, by the name that the answer gives it.
pub(crate) fn colour(trend: &TrendAnswer, series: &AnswerSeries, options: &WidgetOptions) -> Option<usize> {
    options.colour_of(&called(trend, series, str::to_owned))
}

fn called(trend: &TrendAnswer, series: &AnswerSeries, label: impl Fn(&str) -> String) -> String {
    if series.breakdown.is_none() {
        return label(series.name());
    }
    let is_alone = trend.series.iter().all(|other| other.position == series.position);
    if is_alone || series.label.is_empty() {
        return series.name().to_owned();
    }
    format!("{} · {}", label(&series.label), series.name())
}

/// The breakdown value that a mark of the series stands for, should it stand for one that events have.
pub(crate) fn value(series: &AnswerSeries) -> Option<&str> {
    series
        .breakdown
        .as_deref()
        .filter(|value| *value != OTHER && *value != NONE)
}

/// The same answer with zeros where the options want some.
pub(crate) fn filled(trend: &TrendAnswer, nulls: Nulls) -> Option<TrendAnswer> {
    if nulls != Nulls::Zero {
        return None;
    }
    let mut filled = trend.clone();
    let all = filled
        .series
        .iter_mut()
        .chain(filled.previous.iter_mut().flatten());
    for value in all.flat_map(|series| &mut series.values) {
        value.get_or_insert(0.0);
    }
    Some(filled)
}

/// Every figure as its share of what its bucket adds up to, in per cent.
pub(crate) fn shares(trend: &TrendAnswer) -> TrendAnswer {
    let mut shares = trend.clone();
    let groups = std::iter::once(&mut shares.series).chain(shares.previous.as_mut());
    for group in groups {
        for bucket in 0..trend.local.len() {
            let sum: f64 = group
                .iter()
                .filter_map(|series| figure(series, bucket))
                .map(f64::abs)
                .sum();
            for series in group.iter_mut() {
                if let Some(Some(value)) = series.values.get_mut(bucket) {
                    *value = if sum > 0.0 {
                        drawable(*value) / drawable(sum) * 100.0
                    } else {
                        0.0
                    };
                }
            }
        }
    }
    shares
}

/// Whether it stands for what is beyond the limit.
pub(crate) fn is_other(series: &AnswerSeries) -> bool {
    series.breakdown.as_deref() == Some(OTHER)
}

/// The figure of a bucket, fit to be drawn.
pub(crate) fn figure(series: &AnswerSeries, bucket: usize) -> Option<f64> {
    series
        .values
        .get(bucket)
        .copied()
        .flatten()
        .filter(|value| value.is_finite())
        .map(drawable)
}

/// How many buckets there are to draw.
pub(crate) fn buckets(trend: &TrendAnswer) -> usize {
    trend.local.len()
}

/// Whether the bucket is still being counted.
pub(crate) fn is_open(trend: &TrendAnswer, bucket: usize) -> bool {
    trend.open_from.is_some_and(|open_from| bucket >= open_from)
}
