//! Bars over time, side by side or on top of one another.

use model::answer::{AnswerSeries, TrendAnswer};
use model::dashboard::{Stacking, WidgetOptions};
use model::format;

use crate::cartesian::Plot;
use crate::course::Course;
use crate::layout::count;
use crate::legend;
use crate::line::thinned;
use crate::palette::Ink;
use crate::scale::{Scale, drawable};
use crate::series::{Shown, buckets, figure, is_open, shown};
use crate::sheet::{Anchor, LABEL_SIZE, Paint, Place, Sheet, Stroke};
use crate::text_width;

const GAP: f64 = 2.0;
const RADIUS: f64 = 3.0;
const WIDEST: f64 = 72.0;
/// Thinner than this, bars are a picture of noise: the area has the same outline.
const THINNEST: f64 = 1.5;
/// From this width on, a single bar can carry a mark of its own.
const ROOMY: f64 = 6.0;
const LABEL_ROOM: f64 = 20.0;

/// How the bars of several series share a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrangement {
    SideBySide,
    Stacked,
}

/// Draws a bar for each figure.
pub(crate) fn draw(sheet: &mut Sheet, course: &Course) {
    let arrangement = if course.stacking == Stacking::None {
        Arrangement::SideBySide
    } else {
        Arrangement::Stacked
    };
    let trend = &course.drawn;
    let (shown, hidden) = shown(trend, course.options);
    let rest = legend::draw(sheet, sheet.frame(), trend, &shown, hidden, course.options);
    let slots = if arrangement == Arrangement::Stacked {
        1
    } else {
        shown.len().max(1)
    };
    let band = rest.width() / count(buckets(trend).max(1));
    let labels = match shown.as_slice() {
        [only] if course.stacking != Stacking::Percent => labels(trend, only.answer, course.options, band),
        _ => None,
    };
    let headroom = if labels.is_some() { LABEL_ROOM } else { 0.0 };
    let scale = Scale::around(extent(trend, &shown, arrangement), &course.axis);
    let plot = Plot::draw(sheet, rest, course, scale, headroom);
    let chart = Bars {
        trend,
        plot: &plot,
        slots,
    };
    if plot.bands.width / count(slots) < THINNEST {
        chart.draw_outlines(sheet, &shown, arrangement);
    } else {
        match arrangement {
            Arrangement::SideBySide => chart.draw_groups(sheet, &shown),
            Arrangement::Stacked => chart.draw_stacks(sheet, &shown),
        }
    }
    chart.draw_all_before(sheet, &shown, arrangement);
    plot.draw_base(sheet);
    for (bucket, words) in labels.into_iter().flatten() {
        let height = plot.y(figure(shown[0].answer, bucket).unwrap_or_default().max(0.0));
        sheet.text(
            &words,
            (plot.bands.centre(bucket), height - 6.0),
            Anchor::Middle,
            Ink::Text,
        );
    }
    plot.finish(sheet, course);
}

/// The figures above the bars, if there is room for all of them. A bucket with nothing in it has no bar, and says nothing:
/// a row of zeros would be louder than the bars.
fn labels(
    trend: &TrendAnswer,
    series: &AnswerSeries,
    options: &WidgetOptions,
    band: f64,
) -> Option<Vec<(usize, String)>> {
    if trend.previous.is_some() {
        return None;
    }
    let labels: Vec<(usize, String)> = (0..buckets(trend))
        .filter_map(|bucket| Some((bucket, figure(series, bucket)?)))
        .filter(|(_, value)| *value != 0.0)
        .map(|(bucket, value)| (bucket, format::exact_with_unit(value, options)))
        .collect();
    let fits = |words: &str| text_width::width(words, LABEL_SIZE) + 12.0 <= band;
    let has_room = !labels.is_empty() && labels.iter().all(|(_, words)| fits(words));
    has_room.then_some(labels)
}

/// Every height that the chart has to reach.
fn extent(trend: &TrendAnswer, shown: &[Shown], arrangement: Arrangement) -> impl Iterator<Item = f64> {
    let mut heights = Vec::new();
    for bucket in 0..buckets(trend) {
        let now: Vec<f64> = shown
            .iter()
            .filter_map(|series| figure(series.answer, bucket))
            .collect();
        let before: Vec<f64> = shown
            .iter()
            .filter_map(|series| figure(series.previous?, bucket))
            .collect();
        match arrangement {
            Arrangement::SideBySide => heights.extend(now.into_iter().chain(before)),
            Arrangement::Stacked => heights.extend(sums(&now).into_iter().chain(sums(&before))),
        }
    }
    heights.into_iter()
}

/// What is below zero and what is above it, each added up.
fn sums(figures: &[f64]) -> [f64; 2] {
    let sum = |keep: fn(&f64) -> bool| drawable(figures.iter().copied().filter(keep).sum());
    [sum(|figure| *figure < 0.0), sum(|figure| *figure > 0.0)]
}

/// The series at the lower and at the upper end of a stack.
fn outermost(shown: &[Shown], bucket: usize) -> [Option<usize>; 2] {
    let last = |keep: fn(f64) -> bool| {
        let on_this_side = |series: &&Shown| figure(series.answer, bucket).is_some_and(keep);
        shown
            .iter()
            .rev()
            .find(on_this_side)
            .map(|series| series.position)
    };
    [last(|value| value < 0.0), last(|value| value > 0.0)]
}

struct Bars<'a> {
    trend: &'a TrendAnswer,
    plot: &'a Plot,
    slots: usize,
}

impl Bars<'_> {
    fn paint(&self, bucket: usize, ink: Ink) -> Paint {
        if is_open(self.trend, bucket) {
            Paint::Faint(ink)
        } else {
            Paint::Full(ink)
        }
    }

    /// The edges of the bar in a slot of a bucket.
    fn edges(&self, bucket: usize, slot: usize) -> (f64, f64) {
        let band = self.plot.bands.width;
        let slots = count(self.slots);
        let around = if band < 24.0 {
            GAP.min(band * 0.3)
        } else {
            (band * 0.2).max(GAP)
        };
        let between = GAP.min(band / slots * 0.3);
        let width = ((band - around - between * (slots - 1.0)) / slots).clamp(0.5, WIDEST);
        let group = width * slots + between * (slots - 1.0);
        let left = self.plot.bands.centre(bucket) - group / 2.0 + count(slot) * (width + between);
        (left, left + width)
    }

    fn draw_groups(&self, sheet: &mut Sheet, shown: &[Shown]) {
        let base = self.plot.base();
        for (slot, series) in shown.iter().enumerate() {
            sheet.of_series(series.position, |sheet| {
                for bucket in 0..buckets(self.trend) {
                    let Some(value) = figure(series.answer, bucket) else {
                        continue;
                    };
                    let paint = self.paint(bucket, series.ink);
                    self.draw_bar(sheet, self.edges(bucket, slot), (base, self.plot.y(value)), paint);
                }
            });
        }
    }

    fn draw_stacks(&self, sheet: &mut Sheet, shown: &[Shown]) {
        let mut reached = vec![[0.0_f64; 2]; buckets(self.trend)];
        let outermost: Vec<[Option<usize>; 2]> = (0..buckets(self.trend))
            .map(|bucket| outermost(shown, bucket))
            .collect();
        for series in shown {
            sheet.of_series(series.position, |sheet| {
                for (bucket, reached) in reached.iter_mut().enumerate() {
                    let value = figure(series.answer, bucket).unwrap_or_default();
                    if value == 0.0 {
                        continue;
                    }
                    let side = usize::from(value > 0.0);
                    let base = self.plot.y(reached[side]);
                    reached[side] = drawable(reached[side] + value);
                    let end = self.plot.y(reached[side]);
                    let is_last = outermost[bucket][side] == Some(series.position);
                    self.draw_part(sheet, bucket, (base, end), series.ink, is_last);
                }
            });
        }
    }

    /// One series' part of a stack: round where the stack ends, apart from the next where it goes on.
    fn draw_part(&self, sheet: &mut Sheet, bucket: usize, (base, end): (f64, f64), ink: Ink, is_last: bool) {
        let (left, right) = self.edges(bucket, 0);
        let paint = self.paint(bucket, ink);
        if is_last {
            return self.draw_bar(sheet, (left, right), (base, end), paint);
        }
        let gap = if (base - end).abs() > 3.0 * GAP { GAP } else { 0.0 };
        let end = if end < base { end + gap } else { end - gap };
        let outline = [(left, base), (left, end), (right, end), (right, base)];
        self.draw_shape(sheet, &outline, paint);
    }

    /// The period compared with: a mark at each bar, or a line where bars are too thin for marks.
    fn draw_all_before(&self, sheet: &mut Sheet, shown: &[Shown], arrangement: Arrangement) {
        let all = 0..buckets(self.trend);
        if arrangement == Arrangement::Stacked {
            let sum = |bucket| {
                let before: Vec<f64> = shown
                    .iter()
                    .filter_map(|series| figure(series.previous?, bucket))
                    .collect();
                (!before.is_empty()).then(|| drawable(before.iter().sum()))
            };
            let ink = if let [only] = shown { only.ink } else { Ink::Muted };
            return self.draw_before(sheet, 0, &all.map(sum).collect::<Vec<_>>(), ink);
        }
        for (slot, series) in shown.iter().enumerate() {
            let Some(previous) = series.previous else { continue };
            let before: Vec<Option<f64>> = all.clone().map(|bucket| figure(previous, bucket)).collect();
            self.draw_before(sheet, slot, &before, series.ink);
        }
    }

    fn draw_before(&self, sheet: &mut Sheet, slot: usize, before: &[Option<f64>], ink: Ink) {
        let tops = before
            .iter()
            .enumerate()
            .filter_map(|(bucket, value)| Some((bucket, self.plot.y((*value)?))));
        if self.bar_width() < ROOMY {
            let places: Vec<Place> = tops
                .map(|(bucket, y)| (self.plot.bands.centre(bucket), y))
                .collect();
            return sheet.dotted(&thinned(&places, self.plot.frame), ink, 1.5);
        }
        let over = if self.slots == 1 {
            3.0_f64.min(self.plot.bands.width * 0.1)
        } else {
            0.0
        };
        for (bucket, y) in tops {
            let (left, right) = self.edges(bucket, slot);
            sheet.dotted(&[(left - over, y), (right + over, y)], ink, 2.0);
        }
    }

    fn draw_bar(&self, sheet: &mut Sheet, (left, right): (f64, f64), (base, end): (f64, f64), paint: Paint) {
        if (base - end).abs() < 0.05 {
            return;
        }
        self.draw_shape(sheet, &rounded((left, right), base, end), paint);
    }

    fn draw_shape(&self, sheet: &mut Sheet, outline: &[Place], paint: Paint) {
        sheet.shape(outline, paint);
        if matches!(paint, Paint::Faint(_)) && self.bar_width() >= ROOMY {
            sheet.line(outline, paint.ink(), Stroke::Dashed, 1.5);
        }
    }

    fn bar_width(&self) -> f64 {
        let (left, right) = self.edges(0, 0);
        right - left
    }

    fn draw_outlines(&self, sheet: &mut Sheet, shown: &[Shown], arrangement: Arrangement) {
        let frame = self.plot.frame;
        let mut reached: Vec<f64> = vec![0.0; buckets(self.trend)];
        let mut outlines: Vec<(&Shown, Vec<Place>)> = Vec::new();
        for series in shown {
            let mut outline: Vec<Place> = Vec::with_capacity(reached.len());
            for (bucket, reached) in reached.iter_mut().enumerate() {
                let value = figure(series.answer, bucket).unwrap_or_default();
                let height = if arrangement == Arrangement::Stacked {
                    drawable(*reached + value)
                } else {
                    value
                };
                *reached = height;
                outline.push((self.plot.bands.centre(bucket), self.plot.y(height)));
            }
            outlines.push((series, highest_of_each_pixel(&outline, self.plot.base())));
        }
        for (series, mut outline) in outlines.into_iter().rev() {
            let (Some(first), Some(last)) = (outline.first().copied(), outline.last().copied()) else {
                continue;
            };
            outline.insert(0, (first.0.max(frame.left), self.plot.base()));
            outline.push((last.0.min(frame.right), self.plot.base()));
            let paint = Paint::Full(series.ink);
            sheet.of_series(series.position, |sheet| sheet.shape(&outline, paint));
        }
    }
}

/// One point a pixel: the one farthest from the base.
fn highest_of_each_pixel(outline: &[Place], base: f64) -> Vec<Place> {
    let distance = |place: &Place| (place.1 - base).abs();
    outline
        .chunk_by(|one, next| one.0.floor().total_cmp(&next.0.floor()).is_eq())
        .filter_map(|chunk| {
            chunk
                .iter()
                .copied()
                .max_by(|one, other| distance(one).total_cmp(&distance(other)))
        })
        .collect()
}

/// A bar that is round where it ends and square where it stands.
pub(crate) fn rounded((left, right): (f64, f64), base: f64, end: f64) -> Vec<Place> {
    let towards_base = if base > end { 1.0 } else { -1.0 };
    let radius = RADIUS.min((right - left) / 2.0).min((base - end).abs());
    let corner = |x: f64, inward: f64| {
        // Sine and cosine of a quarter and half of a right angle, from the corner's own centre.
        [
            (0.0, 1.0),
            (0.076, 0.617),
            (0.293, 0.293),
            (0.617, 0.076),
            (1.0, 0.0),
        ]
        .map(|(across, along)| (x + inward * across * radius, end + towards_base * along * radius))
    };
    let mut outline = vec![(left, base)];
    outline.extend(corner(left, 1.0));
    outline.extend(corner(right, -1.0).into_iter().rev());
    outline.push((right, base));
    outline
}

/// A bar lying on its side, round where it ends.
pub(crate) fn rounded_sideways((top, bottom): (f64, f64), base: f64, end: f64) -> Vec<Place> {
    rounded((top, bottom), base, end)
        .into_iter()
        .map(|(along, across)| (across, along))
        .collect()
}
