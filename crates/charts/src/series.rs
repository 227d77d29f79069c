//! Which series a chart shows, what they are called, and in which colour.

use model::answer::{AnswerSeries, OTHER, TrendAnswer};

use crate::palette::{Ink, SERIES};
use crate::scale::drawable;

/// A series ready to be drawn.
pub(crate) struct Shown<'a> {
    pub(crate) name: String,
    pub(crate) ink: Ink,
    pub(crate) answer: &'a AnswerSeries,
    pub(crate) previous: Option<&'a AnswerSeries>,
}

/// The first eight series, and how many have to stay in the table.
pub(crate) fn shown(trend: &TrendAnswer) -> (Vec<Shown<'_>>, usize) {
    let mut colours = 0;
    let mut next_ink = |series: &AnswerSeries| {
        if is_other(series) {
            return Ink::Other;
        }
        colours += 1;
        Ink::Series(colours - 1)
    };
    let has_colour_left =
        |(position, series): &(usize, &AnswerSeries)| *position < SERIES || is_other(series);
    let shown: Vec<Shown> = trend
        .series
        .iter()
        .enumerate()
        .filter(has_colour_left)
        .map(|(_, series)| Shown {
            name: name(trend, series),
            ink: next_ink(series),
            answer: series,
            previous: trend.previous_of(series),
        })
        .collect();
    let hidden = trend.series.len() - shown.len();
    (shown, hidden)
}

/// What a series is called among its neighbours: with several questions and a breakdown, both.
pub(crate) fn name(trend: &TrendAnswer, series: &AnswerSeries) -> String {
    let is_alone = trend.series.iter().all(|other| other.position == series.position);
    if series.breakdown.is_none() || is_alone || series.label.is_empty() {
        return series.name().to_owned();
    }
    format!("{} · {}", series.label, series.name())
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
