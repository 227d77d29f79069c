//! What people noted down, as lines across a chart over time.

use model::Timestamp;
use model::answer::{Moment, TrendAnswer};
use model::format;
use model::query::Interval;

use crate::cartesian::Plot;
use crate::layout::Frame;
use crate::palette::Ink;
use crate::series::buckets;
use crate::sheet::{Sheet, Stroke};

/// Lines of moments closer than this are one line.
const TOGETHER: f64 = 8.0;

struct Line {
    x: f64,
    words: Vec<String>,
}

/// Draws a dashed line with a flag at each moment inside the chart's time.
pub(crate) fn draw(sheet: &mut Sheet, trend: &TrendAnswer, plot: &Plot) {
    let mut lines: Vec<Line> = Vec::new();
    for moment in &trend.meta.annotations {
        let Some((x, words)) = place(trend, plot, moment) else {
            continue;
        };
        match lines.last_mut().filter(|line| (x - line.x).abs() < TOGETHER) {
            Some(line) => line.words.push(words),
            None => lines.push(Line {
                x,
                words: vec![words],
            }),
        }
    }
    let (top, bottom) = (plot.frame.top, plot.frame.bottom);
    for line in lines {
        let reach = Frame {
            left: line.x - TOGETHER / 2.0,
            right: line.x + TOGETHER / 2.0,
            ..plot.frame
        };
        sheet.moment(&line.words.join("\n"), |sheet| {
            sheet.ground(reach);
            sheet.line(
                &[(line.x, top), (line.x, bottom)],
                Ink::Muted,
                Stroke::Dashed,
                1.0,
            );
            sheet.dot((line.x, top), 5.0, Ink::Card);
            sheet.dot((line.x, top), 4.0, Ink::Muted);
        });
    }
}

/// Where it lies, and its words with the time on the clocks of the chart.
fn place(trend: &TrendAnswer, plot: &Plot, moment: &Moment) -> Option<(f64, String)> {
    let bucket = trend.buckets.iter().rposition(|begin| *begin <= moment.at)?;
    if bucket >= buckets(trend) {
        return None;
    }
    let (begin, end) = (trend.buckets[bucket], end(trend, bucket));
    if moment.at >= end {
        return None;
    }
    let into = seconds(begin, moment.at);
    let share = into / seconds(begin, end).max(1.0);
    let x = plot.bands.begin(bucket) + share * plot.bands.width;
    let local = trend.local[bucket].saturating_add(moment.at.duration_since(begin));
    let when = format::bucket_in_full(local, Interval::Minute);
    Some((x, format!("{when}\n{}", moment.text)))
}

/// When the bucket is over: when the next begins, or as long after as the one before was.
fn end(trend: &TrendAnswer, bucket: usize) -> Timestamp {
    if let Some(next) = trend.buckets.get(bucket + 1) {
        return *next;
    }
    let last_day = trend.interval.last_day(trend.local[bucket]);
    let days = f64::from(
        last_day
            .since(trend.local[bucket].date())
            .map_or(0, |span| span.get_days()),
    ) + 1.0;
    let length = match trend.interval {
        Interval::Minute => 60.0,
        Interval::Hour => 3_600.0,
        Interval::Day | Interval::Week | Interval::Month => days * 86_400.0,
    };
    trend.buckets[bucket] + std::time::Duration::from_secs_f64(length)
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}
