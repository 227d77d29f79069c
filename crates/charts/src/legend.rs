//! The legend: one row above the plot, only where there is something to tell apart.

use model::answer::TrendAnswer;
use model::dashboard::{Legend, WidgetOptions};
use model::language::{t, t_with};

use crate::layout::Frame;
use crate::palette::Ink;
use crate::series::Shown;
use crate::sheet::{Anchor, LABEL_SIZE, Sheet, Stroke};
use crate::text_width;

const ROW: f64 = 26.0;
const SWATCH: f64 = 14.0;
const GAP: f64 = 18.0;
const WIDEST_NAME: f64 = 180.0;
/// Room for "+ 12 more" at the end of a row.
const MORE: f64 = 62.0;

/// Draws the legend at the top of `frame` and returns what is left of the frame.
pub(crate) fn draw(
    sheet: &mut Sheet,
    frame: Frame,
    trend: &TrendAnswer,
    shown: &[Shown],
    hidden: usize,
    options: &WidgetOptions,
) -> Frame {
    let compares = trend.previous.is_some() && shown.iter().any(|series| series.previous.is_some());
    let is_wanted = match options.legend {
        Legend::Auto => shown.len() > 1 || compares,
        Legend::Shown => !shown.is_empty(),
        Legend::Hidden => false,
    };
    if !is_wanted || frame.height() < 4.0 * ROW {
        return frame;
    }
    let mut pen = Pen {
        x: frame.left,
        baseline: frame.top + LABEL_SIZE,
        right: frame.right,
    };
    let mut left_out = hidden;
    for (position, series) in shown.iter().enumerate() {
        let keep = if position + 1 < shown.len() || left_out > 0 {
            MORE
        } else {
            0.0
        };
        let look = (series.ink, Stroke::Solid);
        if !pen.entry(sheet, Some(series.position), &series.name, look, keep) {
            left_out += shown.len() - position;
            break;
        }
    }
    if left_out > 0 {
        let words = t_with("+ {0} more", &[&left_out.to_string()]);
        sheet.text(&words, (pen.x, pen.baseline), Anchor::Start, Ink::Muted);
        pen.x += text_width::width(&words, LABEL_SIZE) + GAP;
    }
    if compares {
        let ink = shown.first().map_or(
            Ink::Other,
            |series| if shown.len() == 1 { series.ink } else { Ink::Muted },
        );
        pen.entry(sheet, None, t("Previous period"), (ink, Stroke::Dotted), 0.0);
    }
    frame.inset(0.0, ROW, 0.0, 0.0)
}

struct Pen {
    x: f64,
    baseline: f64,
    right: f64,
}

impl Pen {
    fn entry(
        &mut self,
        sheet: &mut Sheet,
        position: Option<usize>,
        name: &str,
        (ink, stroke): (Ink, Stroke),
        keep: f64,
    ) -> bool {
        let words = text_width::fitted(name, LABEL_SIZE, WIDEST_NAME);
        let width = SWATCH + text_width::width(&words, LABEL_SIZE);
        if self.x + width + keep > self.right {
            return false;
        }
        let middle = self.baseline - 4.5;
        sheet.key(position, name, |sheet| {
            match stroke {
                Stroke::Dotted => {
                    sheet.line(
                        &[(self.x - 2.0, middle), (self.x + 9.0, middle)],
                        ink,
                        stroke,
                        2.0,
                    );
                }
                _ => sheet.dot((self.x + 4.0, middle), 4.0, ink),
            }
            sheet.text(
                &words,
                (self.x + SWATCH, self.baseline),
                Anchor::Start,
                Ink::Muted,
            );
        });
        self.x += width + GAP;
        true
    }
}
