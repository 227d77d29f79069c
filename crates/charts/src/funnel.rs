//! A funnel: a bar for each step, and how many went no further.

use model::answer::{FunnelAnswer, StepFigures};
use model::format;
use model::language::{t, t_with};
use model::person::{Outcome, Place};

use crate::bars::rounded_sideways;
use crate::layout::{Frame, count, fits};
use crate::palette::Ink;
use crate::retention::{figure, percent};
use crate::sheet::{Anchor, LABEL_SIZE, Paint, Sheet};
use crate::stat::Stat;
use crate::text_width;

const TALLEST_ROW: f64 = 56.0;
const SHORTEST_ROW: f64 = 22.0;
/// From this height on, the loss is told below the bar.
const ROOMY_ROW: f64 = 44.0;
const GAP: f64 = 10.0;

/// Draws name, bar and share of each step.
pub(crate) fn draw(sheet: &mut Sheet, funnel: &FunnelAnswer) {
    let frame = sheet.frame();
    let most = fits(frame.height(), SHORTEST_ROW).max(1);
    let kept = if funnel.steps.len() > most {
        most.saturating_sub(1).max(1)
    } else {
        funnel.steps.len()
    };
    let has_more = funnel.steps.len() > kept;
    let lines = (kept + usize::from(has_more)).max(1);
    let height = (frame.height() / count(lines)).min(TALLEST_ROW);
    let columns = Columns::of(&funnel.steps[..kept], frame);
    let mut before = None;
    for (position, step) in funnel.steps[..kept].iter().enumerate() {
        let top = count(position) * height;
        let line = Frame {
            top,
            bottom: top + height,
            ..frame
        };
        let place = Place::Step {
            step: position,
            outcome: Outcome::Converted,
        };
        sheet.placed(&tooltip(step), &place, |sheet| {
            sheet.ground(line);
            columns.draw(sheet, step, before, line);
        });
        before = Some(step.count);
    }
    if has_more {
        let words = t_with("+ {0} more", &[&(funnel.steps.len() - kept).to_string()]);
        let middle = (count(kept) + 0.5) * height;
        sheet.text(&words, (frame.left, middle + 4.5), Anchor::Start, Ink::Muted);
    }
}

fn tooltip(step: &StepFigures) -> String {
    let users = t_with("{0}: {1} users", &[&step.label, &figure(step.count)]);
    let time = step.median_seconds.map(format::duration);
    match (step.from_previous, time) {
        (Some(share), Some(time)) => t_with(
            "{0}, {1} of the step before after {2}",
            &[&users, &percent(share), &time],
        ),
        _ => users,
    }
}

/// Where names end, bars lie and figures begin.
struct Columns {
    names: f64,
    left: f64,
    right: f64,
}

impl Columns {
    fn of(steps: &[StepFigures], frame: Frame) -> Self {
        let widest = |words: &dyn Fn(&StepFigures) -> String| {
            let widths = steps
                .iter()
                .map(|step| text_width::width(&words(step), LABEL_SIZE));
            widths.fold(0.0, f64::max)
        };
        let names = widest(&|step| step.label.clone()).min(frame.width() * 0.35);
        let figures = widest(&words).min(frame.width() * 0.4);
        let left = frame.left + names + GAP;
        Self {
            names,
            left,
            right: (frame.right - figures - GAP).max(left + 1.0),
        }
    }

    fn draw(&self, sheet: &mut Sheet, step: &StepFigures, before: Option<u64>, line: Frame) {
        let lost = before.map(|before| before.saturating_sub(step.count));
        let tells_loss = line.height() >= ROOMY_ROW;
        let middle = f64::midpoint(line.top, line.bottom) - if tells_loss { 7.0 } else { 0.0 };
        let thickness = (line.height() * 0.5).clamp(6.0, 24.0);
        let edges = (middle - thickness / 2.0, middle + thickness / 2.0);
        let name = text_width::fitted(&step.label, LABEL_SIZE, self.names);
        sheet.text(&name, (line.left, middle + 4.5), Anchor::Start, Ink::Text);
        let x = |share: f64| self.left + share.clamp(0.0, 1.0) * (self.right - self.left);
        let end = step.from_first.unwrap_or_default();
        // What was lost since the step before stays as a shadow.
        if let Some(share) = step.from_previous.filter(|share| *share > 0.0) {
            let until = x(end / share);
            if until - x(end) > 0.5 {
                let shadow = rounded_sideways(edges, self.left, until);
                sheet.shape(&shadow, Paint::Faint(Ink::Series(0)));
            }
        }
        if x(end) - self.left > 0.05 {
            let bar = rounded_sideways(edges, self.left, x(end));
            sheet.shape(&bar, Paint::Full(Ink::Series(0)));
        }
        sheet.text(&words(step), (line.right, middle + 4.5), Anchor::End, Ink::Text);
        if let Some(lost) = lost.filter(|lost| tells_loss && *lost > 0) {
            let words = t_with("− {0} went no further", &[&figure(lost)]);
            let place = (self.left, edges.1 + 14.0);
            let fitted = text_width::fitted(&words, LABEL_SIZE, self.right - self.left);
            sheet.text(&fitted, place, Anchor::Start, Ink::Muted);
        }
    }
}

fn words(step: &StepFigures) -> String {
    let users = format::short(as_number(step.count));
    match step.from_first {
        Some(share) => format!("{users} · {}", percent(share)),
        None => users,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures of an answer are f64, exact up to 2^53"
)]
fn as_number(count: u64) -> f64 {
    count as f64
}

/// How many came through: `Funnel from sign_up to purchase: 12.5 % of 80 users came through`.
pub(crate) fn describe(funnel: &FunnelAnswer) -> String {
    let (Some(first), Some(last)) = (funnel.steps.first(), funnel.steps.last()) else {
        return t("Funnel: no data").to_owned();
    };
    let name = t_with("Funnel from {0} to {1}", &[&first.label, &last.label]);
    match last.from_first {
        Some(share) => t_with(
            "{0}: {1} of {2} users came through",
            &[&name, &percent(share), &figure(first.count)],
        ),
        None => t_with("{0}: no data", &[&name]),
    }
}

/// The share that came through.
pub(crate) fn stat(funnel: &FunnelAnswer) -> Stat {
    let last = funnel.steps.last();
    let value = last
        .and_then(|last| last.from_first)
        .map_or_else(|| "–".to_owned(), percent);
    let users = last.map_or(0, |last| last.count);
    Stat {
        exact: t_with("{0}: {1} users", &[&value, &figure(users)]),
        value,
        change: None,
        note: Some(t("came through").to_owned()),
    }
}
