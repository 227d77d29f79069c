//! One figure on its way to a goal.

use model::answer::TrendAnswer;
use model::dashboard::{Unit, WidgetOptions};
use model::format;
use model::language::{t, t_with};

use crate::palette::Ink;
use crate::scale::{Scale, drawable};
use crate::series::{colour, name, value};
use crate::sheet::{Anchor, LABEL_SIZE, Ring, Sheet};
use crate::text_width;

/// Degrees from the beginning, at the lower left, to the end.
const SWEEP: f64 = 240.0;
const START: f64 = 240.0;
const THICKNESS: f64 = 0.2;
const FIGURE_SIZES: [f64; 4] = [28.0, 20.0, 16.0, 13.0];
/// How far below its centre the arc ends, of its radius.
const FOOT: f64 = 0.5;

/// Draws the arc, the figure in it and what it is measured against.
pub(crate) fn draw(sheet: &mut Sheet, trend: &TrendAnswer, options: &WidgetOptions) {
    let series = trend.series.first();
    let figure = series
        .and_then(|series| series.total)
        .filter(|total| !total.is_nan());
    let end = end(figure, options);
    let frame = sheet.frame().inset(4.0, 4.0, 4.0, 4.0);
    let outer = (frame.width() / 2.0).min(frame.height() / (1.0 + FOOT)).max(1.0);
    let centre = (
        f64::midpoint(frame.left, frame.right),
        f64::midpoint(frame.top, frame.bottom) + outer * (1.0 - FOOT) / 2.0,
    );
    let ring = Ring {
        centre,
        outer,
        inner: outer * (1.0 - THICKNESS),
    };
    let share = figure.map_or(0.0, |figure| (drawable(figure) / end).clamp(0.0, 1.0));
    let words = figure.map_or_else(
        || "–".to_owned(),
        |figure| format::short_with_unit(figure, options),
    );
    let against = against(figure, options);
    let exact = figure.map_or_else(
        || "–".to_owned(),
        |figure| format::exact_with_unit(figure, options),
    );
    let called = series.map(|series| name(trend, series)).unwrap_or_default();
    let title = format!("{called}: {exact}\n{against}");
    let of = series.and_then(value).map(str::to_owned);
    sheet.mark(&title, of.as_deref(), |sheet| {
        sheet.slice(ring, (START, SWEEP), Ink::Line, &title);
        if share > 0.0 {
            let ink = series.map_or(Ink::Series(0), |series| {
                Ink::Series(colour(trend, series, options).unwrap_or(0))
            });
            sheet.slice(ring, (START, (share * SWEEP).max(0.5)), ink, &title);
        }
    });
    let room = ring.inner * 1.7;
    let fits = |size: &f64| text_width::width(&words, *size) * 1.05 <= room;
    let size = FIGURE_SIZES.into_iter().find(fits).unwrap_or(LABEL_SIZE);
    sheet.figure(&words, (centre.0, centre.1 + size * 0.3), size);
    let words = text_width::fitted(&against, LABEL_SIZE, frame.width());
    if outer >= 36.0 {
        let below = (centre.1 + outer * FOOT - 2.0).min(frame.bottom);
        sheet.text(&words, (centre.0, below), Anchor::Middle, Ink::Muted);
    }
}

/// The figure at which the arc is full: the goal, all of a hundred per cent, or a round figure above.
fn end(figure: Option<f64>, options: &WidgetOptions) -> f64 {
    let goal = options
        .goals
        .first()
        .map(|goal| goal.value)
        .filter(|goal| *goal > 0.0);
    let figure = drawable(figure.unwrap_or_default());
    match goal {
        Some(goal) => drawable(goal),
        None if options.unit == Unit::Percent && figure <= 100.0 => 100.0,
        None => Scale::around(std::iter::once(figure), options).top().max(1e-290),
    }
}

/// `72 % of 1,000`, `Goal reached: 1,000`, or how far the arc goes.
fn against(figure: Option<f64>, options: &WidgetOptions) -> String {
    let Some(goal) = options.goals.first() else {
        return t_with(
            "of {0}",
            &[&format::short_with_unit(end(figure, options), options)],
        );
    };
    let words = format::short_with_unit(goal.value, options);
    let label = goal.label.as_deref().unwrap_or_else(|| t("Goal"));
    match figure {
        Some(figure) if figure >= goal.value => t_with("{0} reached: {1}", &[label, &words]),
        Some(figure) if goal.value > 0.0 => {
            let percent = (drawable(figure) / drawable(goal.value) * 100.0).floor();
            t_with("{0} % of {1}", &[&format::exact(percent), &words])
        }
        _ => format!("{label}: {words}"),
    }
}
