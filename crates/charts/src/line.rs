//! Lines and areas over time.

use model::answer::{AnswerSeries, TrendAnswer};
use model::dashboard::Nulls;

use crate::cartesian::Plot;
use crate::course::Course;
use crate::layout::{Frame, fits};
use crate::legend;
use crate::scale::Scale;
use crate::series::{Shown, buckets, figure, shown};
use crate::sheet::{Place, Sheet, Stroke};

const WIDTH: f64 = 2.0;
const WIDTH_BEFORE: f64 = 1.5;

/// What is below a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    None,
    ToZero,
}

/// Draws one line for each series.
pub(crate) fn draw(sheet: &mut Sheet, course: &Course, fill: Fill) {
    let trend = &course.drawn;
    let (shown, hidden) = shown(trend, course.options);
    let figures = shown
        .iter()
        .flat_map(|series| [Some(series.answer), series.previous])
        .flatten()
        .flat_map(|series| (0..buckets(trend)).filter_map(|bucket| figure(series, bucket)));
    let scale = Scale::around(figures, &course.axis);
    let rest = legend::draw(sheet, sheet.frame(), trend, &shown, hidden, course.options);
    let plot = Plot::draw(sheet, rest, course, scale, 0.0);
    let place = |bucket: usize, value: f64| (plot.bands.centre(bucket), plot.y(value));
    let nulls = course.options.nulls;
    for series in shown.iter().rev().filter(|_| fill == Fill::ToZero) {
        sheet.of_series(series.position, |sheet| {
            for run in runs(trend, series.answer, nulls, place) {
                if run.len() > 1 {
                    sheet.area(&thinned(&run, plot.frame), plot.base(), series.ink);
                }
            }
        });
    }
    for series in shown.iter().rev() {
        sheet.of_series(series.position, |sheet| {
            draw_lines(sheet, trend, series, &plot, nulls);
        });
    }
    plot.finish(sheet, course);
}

/// The period compared with, then the series itself: dashed from where it is still being counted.
fn draw_lines(sheet: &mut Sheet, trend: &TrendAnswer, series: &Shown, plot: &Plot, nulls: Nulls) {
    let place = |bucket: usize, value: f64| (plot.bands.centre(bucket), plot.y(value));
    let before = series.previous.iter();
    for run in before.flat_map(|previous| runs(trend, previous, nulls, place)) {
        let run = thinned(&run, plot.frame);
        sheet.line(&run, series.ink, Stroke::Dotted, WIDTH_BEFORE);
    }
    let open_x = trend
        .open_from
        .map_or(f64::INFINITY, |bucket| plot.bands.centre(bucket));
    for run in runs(trend, series.answer, nulls, place) {
        let closed = run.iter().take_while(|(x, _)| *x < open_x - 1e-6).count();
        if closed > 0 {
            let run = thinned(&run[..closed], plot.frame);
            sheet.line(&run, series.ink, Stroke::Solid, WIDTH);
        }
        if closed < run.len() {
            let open = &run[closed.saturating_sub(1)..];
            sheet.line(open, series.ink, Stroke::Dashed, WIDTH);
        }
    }
}

/// The stretches of a series without gaps, in pixels.
pub(crate) fn runs(
    trend: &TrendAnswer,
    series: &AnswerSeries,
    nulls: Nulls,
    place: impl Fn(usize, f64) -> Place,
) -> Vec<Vec<Place>> {
    let mut runs: Vec<Vec<Place>> = Vec::new();
    let mut is_connected = false;
    for bucket in 0..buckets(trend) {
        let Some(value) = figure(series, bucket) else {
            is_connected &= nulls == Nulls::Connect;
            continue;
        };
        match runs.last_mut() {
            Some(run) if is_connected => run.push(place(bucket, value)),
            _ => runs.push(vec![place(bucket, value)]),
        }
        is_connected = true;
    }
    runs
}

/// The same picture with at most four points a pixel: where a stretch begins, is lowest, is highest, ends.
pub(crate) fn thinned(run: &[Place], frame: Frame) -> Vec<Place> {
    if run.len() <= fits(frame.width(), 1.0) * 4 {
        return run.to_vec();
    }
    let pixel = |place: &Place| fits(place.0, 1.0);
    run.chunk_by(|one, next| pixel(one) == pixel(next))
        .flat_map(extremes)
        .collect()
}

fn extremes(chunk: &[Place]) -> Vec<Place> {
    let by_height = |one: &&Place, other: &&Place| one.1.total_cmp(&other.1);
    let kept = [
        chunk.first(),
        chunk.iter().min_by(by_height),
        chunk.iter().max_by(by_height),
        chunk.last(),
    ];
    let mut kept: Vec<Place> = kept.into_iter().flatten().copied().collect();
    kept.sort_by(|one, other| one.0.total_cmp(&other.0));
    kept.dedup();
    kept
}
