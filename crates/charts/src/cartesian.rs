//! The frame of charts over time: grid, ticks, dates, tooltips.

use model::answer::TrendAnswer;
use model::dashboard::WidgetOptions;
use model::format;

use crate::axis::{Bands, time_labels};
use crate::layout::Frame;
use crate::palette::Ink;
use crate::scale::Scale;
use crate::series::{Shown, buckets, is_open};
use crate::sheet::{Anchor, LABEL_SIZE, Sheet};
use crate::text_width;

/// Beyond this many buckets a tooltip for each would outweigh the chart.
const MAX_TOOLTIPS: usize = 400;
const BELOW: f64 = 24.0;
const GUTTER: f64 = 10.0;

/// The plot of a chart over time.
pub(crate) struct Plot {
    pub(crate) frame: Frame,
    pub(crate) scale: Scale,
    pub(crate) bands: Bands,
}

impl Plot {
    /// Draws grid, ticks and dates into `frame`; `headroom` is kept free above the highest grid line.
    pub(crate) fn draw(
        sheet: &mut Sheet,
        frame: Frame,
        trend: &TrendAnswer,
        options: &WidgetOptions,
        scale: Scale,
        headroom: f64,
    ) -> Self {
        let ticks = scale.ticks(options);
        let widest = ticks
            .iter()
            .map(|(_, words)| text_width::width(words, LABEL_SIZE))
            .fold(0.0, f64::max);
        let plot = frame.inset(widest.ceil() + GUTTER, headroom.max(8.0), 4.0, BELOW);
        sheet.grid(plot, scale.intervals());
        let has_room = plot.height() >= LABEL_SIZE * 2.0;
        let step = if plot.height() < 18.0 * crate::layout::count(scale.intervals()) {
            2
        } else {
            1
        };
        for (value, words) in ticks.iter().step_by(step).filter(|_| has_room) {
            let baseline = scale.y(*value, plot) + 4.5;
            sheet.text(words, (plot.left - GUTTER, baseline), Anchor::End, Ink::Muted);
        }
        let bands = Bands::across(plot.left, plot.right, buckets(trend));
        for label in time_labels(trend, |bucket| bands.centre(bucket), (frame.left, frame.right)) {
            sheet.text(
                &label.words,
                (label.x, plot.bottom + 18.0),
                Anchor::Middle,
                Ink::Muted,
            );
        }
        Self {
            frame: plot,
            scale,
            bands,
        }
    }

    /// The height of a figure.
    pub(crate) fn y(&self, value: f64) -> f64 {
        self.scale.y(value, self.frame)
    }

    /// Where bars and areas stand.
    pub(crate) fn base(&self) -> f64 {
        self.y(0.0)
    }

    /// Draws the zero line over the grid, a little stronger.
    pub(crate) fn draw_base(&self, sheet: &mut Sheet) {
        let y = self.base();
        sheet.rule((self.frame.left, y), (self.frame.right, y), Ink::Line);
    }

    /// Lays an invisible column over each bucket that says all its figures.
    pub(crate) fn tooltips(
        &self,
        sheet: &mut Sheet,
        trend: &TrendAnswer,
        shown: &[Shown],
        options: &WidgetOptions,
    ) {
        if buckets(trend) > MAX_TOOLTIPS {
            return;
        }
        for bucket in 0..buckets(trend) {
            let left = self.bands.begin(bucket);
            let column = Frame {
                left,
                right: left + self.bands.width,
                ..self.frame
            };
            sheet.hit(column, &tooltip(trend, shown, bucket, options));
        }
    }
}

/// Bucket and figures in full, a line each.
pub(crate) fn tooltip(
    trend: &TrendAnswer,
    shown: &[Shown],
    bucket: usize,
    options: &WidgetOptions,
) -> String {
    let begin = format::bucket_in_full(trend.local[bucket], trend.interval);
    let so_far = if is_open(trend, bucket) { " (so far)" } else { "" };
    let figure = |series: &Shown| {
        let now = exact(series.answer.values.get(bucket), options);
        let before = series
            .previous
            .map(|previous| exact(previous.values.get(bucket), options));
        format!("\n{}: {}", series.name, now_and_before(&now, before.as_deref()))
    };
    let figures: String = shown.iter().map(figure).collect();
    format!("{begin}{so_far}{figures}")
}

/// A figure, and what it was in the period compared with.
pub(crate) fn now_and_before(now: &str, before: Option<&str>) -> String {
    before.map_or_else(|| now.to_owned(), |before| format!("{now} (before: {before})"))
}

/// A figure in full, or a dash where there is none.
pub(crate) fn exact(value: Option<&Option<f64>>, options: &WidgetOptions) -> String {
    value
        .copied()
        .flatten()
        .map_or_else(|| "–".to_owned(), |value| format::exact_with_unit(value, options))
}
