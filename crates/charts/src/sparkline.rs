//! The small line below a figure: its shape, without axes.

use model::answer::TrendAnswer;
use model::dashboard::WidgetOptions;

use crate::axis::Bands;
use crate::cartesian::{span, tooltip};
use crate::layout::{Frame, count};
use crate::line::{runs, thinned};
use crate::palette::Ink;
use crate::scale::drawable;
use crate::series::{Shown, buckets, figure, shown};
use crate::sheet::{Sheet, Stroke};

const MARGIN: f64 = 4.0;
const MAX_TOOLTIPS: usize = 120;

/// Draws the first series from edge to edge.
pub(crate) fn draw(sheet: &mut Sheet, trend: &TrendAnswer, options: &WidgetOptions) {
    let (mut shown, _) = shown(trend, options);
    shown.truncate(1);
    let Some(series) = shown.first() else { return };
    let frame = sheet.frame().inset(MARGIN, MARGIN, MARGIN, MARGIN);
    let total = buckets(trend);
    let figures = (0..total).flat_map(|bucket| {
        [
            figure(series.answer, bucket),
            series.previous.and_then(|previous| figure(previous, bucket)),
        ]
    });
    let (low, high) = figures.flatten().fold((0.0_f64, 0.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let high = if low >= high { low + 1.0 } else { high };
    let step = frame.width() / count(total.saturating_sub(1).max(1));
    let x = |bucket: usize| {
        if total == 1 {
            frame.right
        } else {
            frame.left + count(bucket) * step
        }
    };
    let y = |value: f64| frame.bottom - (drawable(value) - low) / (high - low) * frame.height();
    let place = |bucket: usize, value: f64| (x(bucket), y(value));
    for run in series
        .previous
        .iter()
        .flat_map(|previous| runs(trend, previous, options.nulls, place))
    {
        sheet.line(&thinned(&run, frame), series.ink, Stroke::Dotted, 1.5);
    }
    for run in runs(trend, series.answer, options.nulls, place) {
        let closed = trend.open_from.map_or(run.len(), |open| {
            run.iter().take_while(|(at, _)| *at < x(open) - 1e-6).count()
        });
        if run.len() > 1 {
            sheet.area(&thinned(&run, frame), frame.bottom, series.ink);
        }
        if closed > 0 {
            sheet.line(&thinned(&run[..closed], frame), series.ink, Stroke::Solid, 2.0);
        }
        if closed < run.len() {
            sheet.line(&run[closed.saturating_sub(1)..], series.ink, Stroke::Dashed, 2.0);
        }
    }
    let last = (0..total)
        .rev()
        .find_map(|bucket| Some((x(bucket), y(figure(series.answer, bucket)?))));
    if let Some(place) = last {
        sheet.dot(place, 3.0, series.ink);
    }
    tooltips(sheet, trend, &shown, options);
}

/// Draws how many come back, period by period: the course of a retention without its cohorts.
pub(crate) fn returning(sheet: &mut Sheet, average: &[Option<f64>]) {
    let frame = sheet.frame().inset(MARGIN, MARGIN, MARGIN, MARGIN);
    let step = frame.width() / count(average.len().saturating_sub(1).max(1));
    let reached = average.iter().enumerate();
    let places: Vec<(f64, f64)> = reached
        .filter_map(|(period, share)| {
            let across = frame.left + count(period) * step;
            Some((across, frame.bottom - (*share)?.clamp(0.0, 1.0) * frame.height()))
        })
        .collect();
    let ink = Ink::Series(0);
    if places.len() > 1 {
        sheet.area(&places, frame.bottom, ink);
        sheet.line(&places, ink, Stroke::Solid, 2.0);
    }
    if let Some(last) = places.last() {
        sheet.dot(*last, 3.0, ink);
    }
}

fn tooltips(sheet: &mut Sheet, trend: &TrendAnswer, shown: &[Shown], options: &WidgetOptions) {
    let total = buckets(trend);
    if total > MAX_TOOLTIPS {
        return;
    }
    let frame = sheet.frame();
    let bands = Bands::across(frame.left, frame.right, total);
    for bucket in 0..total {
        let left = bands.begin(bucket);
        let column = Frame {
            left,
            right: left + bands.width,
            ..frame
        };
        let words = tooltip(trend, shown, bucket, options);
        sheet.hit(column, &words, span(trend, bucket).as_ref());
    }
}
