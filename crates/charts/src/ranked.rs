//! Ranked bars: one for each series or breakdown value, longest first.

use model::answer::{AnswerSeries, TrendAnswer};
use model::dashboard::WidgetOptions;
use model::format;
use model::language::t_with;

use crate::bars::rounded_sideways;
use crate::cartesian::{exact, now_and_before};
use crate::layout::{Frame, count, fits};
use crate::palette::Ink;
use crate::scale::drawable;
use crate::series::{colour, is_other, name, value};
use crate::sheet::{Anchor, LABEL_SIZE, Paint, Sheet};
use crate::text_width;

const TALLEST_ROW: f64 = 40.0;
const SHORTEST_ROW: f64 = 20.0;
const GAP: f64 = 10.0;

struct Row {
    name: String,
    ink: Ink,
    /// The breakdown value.
    value: Option<String>,
    /// All that is not told apart: it has a figure and no bar, which would dwarf those that are ranked.
    is_rest: bool,
    total: Option<f64>,
    before: Option<f64>,
    words: String,
    tooltip: String,
}

/// Draws name, bar and figure of each row.
pub(crate) fn draw(sheet: &mut Sheet, trend: &TrendAnswer, options: &WidgetOptions) {
    let rows = rows(trend, options);
    let frame = sheet.frame();
    let most = fits(frame.height(), SHORTEST_ROW).max(1);
    let kept = if rows.len() > most {
        most.saturating_sub(1).max(1)
    } else {
        rows.len()
    };
    let lines = if rows.len() > kept { kept + 1 } else { kept };
    let height = (frame.height() / count(lines.max(1))).min(TALLEST_ROW);
    let columns = Columns::of(&rows[..kept], frame);
    for (position, row) in rows[..kept].iter().enumerate() {
        let top = count(position) * height;
        let line = Frame {
            top,
            bottom: top + height,
            ..frame
        };
        sheet.mark(&row.tooltip, row.value.as_deref(), |sheet| {
            sheet.ground(line);
            columns.draw(sheet, row, line);
        });
    }
    if rows.len() > kept {
        let words = t_with("+ {0} more", &[&(rows.len() - kept).to_string()]);
        let middle = (count(kept) + 0.5) * height;
        sheet.text(&words, (frame.left, middle + 4.5), Anchor::Start, Ink::Muted);
    }
}

fn rows(trend: &TrendAnswer, options: &WidgetOptions) -> Vec<Row> {
    let mut series: Vec<_> = trend.series.iter().collect();
    series.sort_by(|one, other| {
        let figure = |total: Option<f64>| total.filter(|total| !total.is_nan()).unwrap_or(f64::NEG_INFINITY);
        is_other(one)
            .cmp(&is_other(other))
            .then(figure(other.total).total_cmp(&figure(one.total)))
    });
    let row = |series: &AnswerSeries| {
        let name = name(trend, series);
        let previous = trend.previous_of(series);
        let before = previous.map(|previous| exact(Some(&previous.total), options));
        let now = exact(Some(&series.total), options);
        let tooltip = format!("{name}: {}", now_and_before(&now, before.as_deref()));
        Row {
            ink: Ink::Series(colour(trend, series, options).unwrap_or(0)),
            value: value(series).map(str::to_owned),
            is_rest: is_other(series),
            total: series.total.filter(|_| !is_other(series)).map(drawable),
            before: previous
                .and_then(|previous| previous.total)
                .filter(|_| !is_other(series))
                .map(drawable),
            words: series
                .total
                .map_or_else(|| "–".to_owned(), |total| format::short_with_unit(total, options)),
            name,
            tooltip,
        }
    };
    series.into_iter().map(row).collect()
}

/// Where names end, bars lie and figures begin.
struct Columns {
    names: f64,
    left: f64,
    right: f64,
    low: f64,
    high: f64,
}

impl Columns {
    fn of(rows: &[Row], frame: Frame) -> Self {
        let widest = |words: fn(&Row) -> &str| {
            rows.iter()
                .map(|row| text_width::width(words(row), LABEL_SIZE))
                .fold(0.0, f64::max)
        };
        let names = widest(|row| &row.name).min(frame.width() * 0.4);
        let figures = widest(|row| &row.words).min(frame.width() * 0.4);
        let left = frame.left + names + GAP;
        let reached = rows.iter().flat_map(|row| [row.total, row.before]).flatten();
        let (low, high) = reached.fold((0.0_f64, 0.0_f64), |(low, high), total| {
            (low.min(total), high.max(total))
        });
        let right = (frame.right - figures - GAP).max(left + 1.0);
        Self {
            names,
            left,
            right,
            low,
            high: if low >= high { 1.0 } else { high },
        }
    }

    fn x(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.left + share * (self.right - self.left)
    }

    fn draw(&self, sheet: &mut Sheet, row: &Row, line: Frame) {
        let middle = f64::midpoint(line.top, line.bottom);
        let thickness = (line.height() * 0.55).clamp(6.0, 22.0);
        let edges = (middle - thickness / 2.0, middle + thickness / 2.0);
        let words = text_width::fitted(&row.name, LABEL_SIZE, self.names);
        let ink = if row.is_rest { Ink::Muted } else { Ink::Text };
        sheet.text(&words, (line.left, middle + 4.5), Anchor::Start, ink);
        let end = self.x(row.total.unwrap_or_default());
        let zero = self.x(0.0);
        if (end - zero).abs() > 0.05 {
            sheet.shape(&rounded_sideways(edges, zero, end), Paint::Full(row.ink));
        }
        if let Some(before) = row.before {
            let x = self.x(before);
            sheet.dotted(&[(x, edges.0 - 2.0), (x, edges.1 + 2.0)], row.ink, 2.0);
        }
        sheet.text(&row.words, (line.right, middle + 4.5), Anchor::End, ink);
    }
}
