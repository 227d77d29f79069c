//! Stickiness as a histogram: a bar for each number of buckets, as high as users were active in so many.

use model::answer::StickinessAnswer;
use model::dashboard::WidgetOptions;
use model::language::t_with;

use crate::axis::Bands;
use crate::bars::rounded;
use crate::interval::{many, one};
use crate::layout::{Frame, fits};
use crate::palette::Ink;
use crate::retention::{figure, percent};
use crate::scale::Scale;
use crate::sheet::{Anchor, LABEL_SIZE, Paint, Sheet};
use crate::text_width;

/// More bars than this cannot be told apart; the last then stands for all beyond it.
const MOST_BARS: usize = 366;
const BELOW: f64 = 42.0;
const GUTTER: f64 = 10.0;
const LABEL_ROOM: f64 = 20.0;
const WIDEST: f64 = 72.0;

/// The users of one bar.
struct Bar {
    label: String,
    users: u64,
}

/// Draws a bar for each number of buckets, up to the largest that anybody reached.
pub(crate) fn draw(sheet: &mut Sheet, answer: &StickinessAnswer, options: &WidgetOptions) {
    let bars = bars(answer);
    let heights: Vec<f64> = bars.iter().map(|bar| height(bar.users)).collect();
    let scale = Scale::around(heights.iter().copied(), options);
    let ticks = scale.ticks(options);
    let widest = |words: &mut dyn Iterator<Item = String>| {
        words
            .map(|words| text_width::width(&words, LABEL_SIZE))
            .fold(0.0, f64::max)
    };
    let gutter = widest(&mut ticks.iter().map(|(_, words)| words.clone())).ceil() + GUTTER;
    let frame = sheet.frame();
    let plot = frame.inset(gutter, LABEL_ROOM, 4.0, BELOW);
    sheet.grid(plot, scale.intervals());
    for (value, words) in ticks.iter().filter(|_| plot.height() >= LABEL_SIZE * 2.0) {
        let place = (plot.left - GUTTER, scale.y(*value, plot) + 4.5);
        sheet.text(words, place, Anchor::End, Ink::Muted);
    }
    let bands = Bands::across(plot.left, plot.right, bars.len());
    let all_fit = widest(&mut bars.iter().map(|bar| figure(bar.users))) + 8.0 <= bands.width;
    for (position, (bar, value)) in bars.iter().zip(&heights).enumerate() {
        let top = scale.y(*value, plot);
        let gap = (bands.width * 0.2).clamp(0.0, 12.0);
        let half = ((bands.width - gap) / 2.0).clamp(0.25, WIDEST / 2.0);
        let centre = bands.centre(position);
        if plot.bottom - top > 0.05 {
            let outline = rounded((centre - half, centre + half), plot.bottom, top);
            sheet.shape(&outline, Paint::Full(Ink::Series(0)));
        }
        if all_fit {
            sheet.text(&figure(bar.users), (centre, top - 6.0), Anchor::Middle, Ink::Text);
        }
    }
    draw_axis(sheet, answer, &bars, plot, bands);
    for (position, bar) in bars.iter().enumerate() {
        let left = bands.begin(position);
        let column = Frame {
            left,
            right: left + bands.width,
            ..plot
        };
        sheet.hit(column, &tooltip(answer, bar), None);
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn height(users: u64) -> f64 {
    users as f64
}

fn bars(answer: &StickinessAnswer) -> Vec<Bar> {
    let reached = answer.histogram.iter().rposition(|active| active.users > 0);
    let shown = &answer.histogram[..reached.map_or(0, |last| last + 1)];
    let (told_apart, rest) = shown.split_at(shown.len().min(MOST_BARS));
    let mut bars: Vec<Bar> = told_apart
        .iter()
        .map(|active| Bar {
            label: active.intervals.to_string(),
            users: active.users,
        })
        .collect();
    if let Some(last) = bars.last_mut().filter(|_| !rest.is_empty()) {
        last.label.push('+');
        last.users += rest.iter().map(|active| active.users).sum::<u64>();
    }
    bars
}

fn draw_axis(sheet: &mut Sheet, answer: &StickinessAnswer, bars: &[Bar], plot: Frame, bands: Bands) {
    let widest = bars
        .iter()
        .map(|bar| text_width::width(&bar.label, LABEL_SIZE))
        .fold(0.0, f64::max);
    let stride = fits(widest + 8.0, bands.width.max(0.1)) + 1;
    for (position, bar) in bars.iter().enumerate().step_by(stride) {
        let place = (bands.centre(position), plot.bottom + 18.0);
        sheet.text(&bar.label, place, Anchor::Middle, Ink::Muted);
    }
    let words = t_with("Active {0}", &[many(answer.interval)]);
    if text_width::width(&words, LABEL_SIZE) <= plot.width() {
        let place = (f64::midpoint(plot.left, plot.right), plot.bottom + 36.0);
        sheet.text(&words, place, Anchor::Middle, Ink::Muted);
    }
}

fn tooltip(answer: &StickinessAnswer, bar: &Bar) -> String {
    let intervals = if bar.label == "1" {
        one(answer.interval)
    } else {
        many(answer.interval)
    };
    let share = height(bar.users) / height(answer.users().max(1));
    let when = t_with("Active on {0} {1}", &[&bar.label, intervals]);
    let users = t_with("{0} users, {1}", &[&figure(bar.users), &percent(share)]);
    format!("{when}\n{users}")
}
