//! The frame of charts over time: grid, ticks, dates, tooltips.

use model::answer::TrendAnswer;
use model::dashboard::{Goal, WidgetOptions};
use model::format;
use model::language::{t, t_with};
use model::query::Interval;

use crate::axis::{Bands, time_labels};
use crate::course::Course;
use crate::layout::Frame;
use crate::moments;
use crate::palette::Ink;
use crate::scale::Scale;
use crate::series::{Shown, buckets, is_open, shown};
use crate::sheet::{Anchor, LABEL_SIZE, Sheet, Stroke};
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
        course: &Course,
        scale: Scale,
        headroom: f64,
    ) -> Self {
        let (trend, options) = (&course.drawn, &course.axis);
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

    /// Draws what lies over the series: goals, an invisible column over each bucket that says all its figures, and what
    /// happened.
    pub(crate) fn finish(&self, sheet: &mut Sheet, course: &Course) {
        for goal in &course.options.goals {
            self.draw_goal(sheet, goal, &course.axis);
        }
        self.tooltips(sheet, course);
        moments::draw(sheet, &course.told, self);
    }

    fn draw_goal(&self, sheet: &mut Sheet, goal: &Goal, options: &WidgetOptions) {
        let y = self.y(goal.value);
        let figure = format::short_with_unit(goal.value, options);
        let label = goal.label.as_deref().unwrap_or_else(|| t("Goal"));
        let words = text_width::fitted(&format!("{label}: {figure}"), LABEL_SIZE, self.frame.width());
        let is_low = y < self.frame.top + LABEL_SIZE + 4.0;
        let baseline = if is_low { y + LABEL_SIZE + 2.0 } else { y - 5.0 };
        sheet.titled(
            &format!("{label}: {}", format::exact_with_unit(goal.value, options)),
            |sheet| {
                sheet.line(
                    &[(self.frame.left, y), (self.frame.right, y)],
                    Ink::Muted,
                    Stroke::Dashed,
                    1.0,
                );
                sheet.text(&words, (self.frame.right, baseline), Anchor::End, Ink::Muted);
            },
        );
    }

    fn tooltips(&self, sheet: &mut Sheet, course: &Course) {
        let trend = &course.told;
        if buckets(trend) > MAX_TOOLTIPS {
            return;
        }
        let (shown, _) = shown(trend, course.options);
        for bucket in 0..buckets(trend) {
            let left = self.bands.begin(bucket);
            let column = Frame {
                left,
                right: left + self.bands.width,
                ..self.frame
            };
            let words = tooltip(trend, &shown, bucket, course.options);
            sheet.hit(column, &words, span(trend, bucket).as_ref());
        }
    }
}

/// The time of a bucket as an address says it: the first and the last day, or two moments.
pub(crate) fn span(trend: &TrendAnswer, bucket: usize) -> Option<(String, String)> {
    let begin = trend.local.get(bucket)?;
    if matches!(trend.interval, Interval::Minute | Interval::Hour) {
        let minutes = if trend.interval == Interval::Hour { 60 } else { 1 };
        let from = trend.buckets.get(bucket)?;
        let usual = || Some(*from + std::time::Duration::from_secs(minutes * 60));
        let to = trend.buckets.get(bucket + 1).copied().or_else(usual)?;
        return Some((from.to_string(), to.to_string()));
    }
    let last = trend.interval.last_day(*begin);
    Some((begin.date().to_string(), last.to_string()))
}

/// Bucket and figures in full, a line each.
pub(crate) fn tooltip(
    trend: &TrendAnswer,
    shown: &[Shown],
    bucket: usize,
    options: &WidgetOptions,
) -> String {
    let begin = format::bucket_in_full(trend.local[bucket], trend.interval);
    let so_far = if is_open(trend, bucket) {
        t(" (so far)")
    } else {
        ""
    };
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
    before.map_or_else(
        || now.to_owned(),
        |before| t_with("{0} (before: {1})", &[now, before]),
    )
}

/// A figure in full, or a dash where there is none.
pub(crate) fn exact(value: Option<&Option<f64>>, options: &WidgetOptions) -> String {
    value
        .copied()
        .flatten()
        .map_or_else(|| "–".to_owned(), |value| format::exact_with_unit(value, options))
}
