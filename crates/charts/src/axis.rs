//! The time axis: which buckets get a label, so that labels never touch.

use model::answer::TrendAnswer;
use model::format;
use model::query::Interval;

use crate::layout::{count, fits};
use crate::series::buckets;
use crate::sheet::LABEL_SIZE;
use crate::text_width;

const GAP: f64 = 26.0;

/// A label below the plot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimeLabel {
    pub(crate) bucket: usize,
    pub(crate) words: String,
    /// The middle of the words.
    pub(crate) x: f64,
}

/// The labels of the buckets at `centres`, between 0 and `room` pixels.
pub(crate) fn time_labels(
    trend: &TrendAnswer,
    centres: impl Fn(usize) -> f64,
    room: (f64, f64),
) -> Vec<TimeLabel> {
    let total = buckets(trend);
    let words: Vec<String> = (0..total).map(|bucket| label(trend, bucket)).collect();
    let widest = words
        .iter()
        .map(|words| text_width::width(words, LABEL_SIZE))
        .fold(0.0, f64::max);
    let most = fits(room.1 - room.0 + GAP, widest + GAP).max(1);
    let stride = stride(trend.interval, total.div_ceil(most));
    let first = first_labelled(trend, stride);
    let mut labels: Vec<TimeLabel> = Vec::new();
    let mut taken = f64::NEG_INFINITY;
    for (bucket, words) in words.into_iter().enumerate().skip(first).step_by(stride) {
        let half = text_width::width(&words, LABEL_SIZE) / 2.0;
        let x = centres(bucket).clamp(room.0 + half, (room.1 - half).max(room.0 + half));
        if x - half < taken {
            continue;
        }
        taken = x + half + GAP / 2.0;
        labels.push(TimeLabel { bucket, words, x });
    }
    labels
}

fn label(trend: &TrendAnswer, bucket: usize) -> String {
    let begin = trend.local[bucket];
    let is_midnight = begin.hour() == 0 && begin.minute() == 0;
    let spans_days =
        trend.local.first().map(|first| first.date()) != trend.local.last().map(|last| last.date());
    let is_within_day = matches!(trend.interval, Interval::Minute | Interval::Hour);
    if is_within_day && is_midnight && spans_days {
        return format::bucket(begin, Interval::Day, false);
    }
    let spans_years =
        trend.local.first().map(|first| first.year()) != trend.local.last().map(|last| last.year());
    format::bucket(begin, trend.interval, spans_years)
}

/// Every how many buckets people expect a label, if it may not be more often than every `least` buckets.
fn stride(interval: Interval, least: usize) -> usize {
    let usual: &[usize] = match interval {
        Interval::Minute => &[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440],
        Interval::Hour => &[1, 2, 3, 6, 12, 24, 48, 72, 168],
        Interval::Day => &[1, 2, 3, 5, 7, 14, 28, 56, 91, 182, 364],
        Interval::Week => &[1, 2, 4, 8, 13, 26, 52],
        Interval::Month => &[1, 2, 3, 6, 12, 24, 60, 120],
    };
    usual
        .iter()
        .copied()
        .find(|stride| *stride >= least)
        .unwrap_or(least.max(1))
}

/// The first bucket at which a label reads naturally: a full hour, a midnight, a January.
fn first_labelled(trend: &TrendAnswer, stride: usize) -> usize {
    let is_natural = |bucket: &usize| {
        let begin = trend.local[*bucket];
        let (hour, minute) = (
            usize::from(begin.hour().unsigned_abs()),
            usize::from(begin.minute().unsigned_abs()),
        );
        match trend.interval {
            Interval::Minute => (hour * 60 + minute).is_multiple_of(stride.min(1_440)),
            Interval::Hour => hour.is_multiple_of(stride.min(24)),
            Interval::Day | Interval::Week => true,
            Interval::Month => usize::from(begin.month().unsigned_abs() - 1).is_multiple_of(stride.min(12)),
        }
    };
    (0..buckets(trend).min(stride)).find(is_natural).unwrap_or(0)
}

/// Where bucket after bucket lies between two edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bands {
    pub(crate) left: f64,
    pub(crate) width: f64,
}

impl Bands {
    /// Bands of equal width that fill the room.
    pub(crate) fn across(left: f64, right: f64, total: usize) -> Self {
        Self {
            left,
            width: (right - left).max(0.0) / count(total.max(1)),
        }
    }

    pub(crate) fn centre(self, bucket: usize) -> f64 {
        self.left + (count(bucket) + 0.5) * self.width
    }

    pub(crate) fn begin(self, bucket: usize) -> f64 {
        self.left + count(bucket) * self.width
    }
}
