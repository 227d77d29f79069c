//! Draws answers: a pure function from an [`Answer`] and a [`ChartSpec`] to SVG.
//!
//! The same function runs on the server and in the browser and gives the same bytes on both: no clock, no hashing
//! order, no text measured by the machine it runs on.
//!
//! Every mark is a component of charts-rs, and this crate alone names it. The layout is ours: the finished charts of
//! charts-rs choose their ticks in `f32`, cannot word a date or a duration, and link the font that they measure
//! with into the WASM. Words (labels, tooltips, tables) are always made of the exact answer.
//!
//! Words, dates and figures are those of the current language: draw inside of [`model::language::within`].
//!
//! Where nothing was counted, [`render`] draws the empty frame; ask [`is_empty`] and say why in words beside it.

mod axis;
mod bars;
mod calendar;
#[cfg(feature = "png")]
mod card;
mod cartesian;
mod course;
mod describe;
mod finish;
mod funnel;
mod gauge;
mod heatmap;
mod histogram;
mod interval;
mod layout;
mod legend;
mod lifecycle;
mod line;
mod map;
mod moments;
mod palette;
#[cfg(feature = "png")]
mod paper;
mod paths;
#[cfg(feature = "png")]
mod pdf;
#[cfg(feature = "png")]
mod png;
mod ranked;
mod retention;
mod round;
mod scale;
mod series;
mod shade;
mod sheet;
mod sparkline;
mod stack;
mod stat;
mod table;
mod text_width;

#[cfg(feature = "png")]
pub use card::{CARD_HEIGHT, CARD_WIDTH, Card, CardPanel, card};
pub use describe::describe;
#[cfg(feature = "png")]
pub use paper::{Paper, PaperPanel, Shown, pages, widget_page};
#[cfg(feature = "png")]
pub use pdf::pdf;
#[cfg(feature = "png")]
pub use png::{PictureError, png};
pub use stat::{Change, Direction, Stat, stat};
pub use table::{Column, Table, table};

use model::answer::{Answer, LifecycleAnswer, TrendAnswer};
use model::dashboard::{Stacking, WidgetOptions, WidgetType};

use crate::course::Course;
use crate::lifecycle::Dormant;
use crate::sheet::Sheet;

/// How an answer is to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartSpec {
    /// As what.
    pub kind: WidgetType,
    /// With which unit, axis, colours and goals.
    pub options: WidgetOptions,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// In which colours.
    pub theme: Theme,
}

/// The colours of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Literal colours for a white card.
    Light,
    /// Literal colours for a dark card.
    Dark,
    /// Custom properties of the page (`style/theme.css`): one SVG follows light and dark without being drawn anew.
    Page,
}

/// A drawn chart: one `<svg>` element, without scripts and without `style` attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Svg(pub(crate) String);

impl Svg {
    /// The markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The markup.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Draws `answer`. Tables and text are HTML and no drawing: for those the markup is empty.
///
/// A kind that does not suit the answer gives the picture that does: retention is a heat map, or a small line below a figure,
/// and stickiness a histogram, whatever the kind.
#[must_use]
pub fn render(answer: &Answer, spec: &ChartSpec) -> Svg {
    if matches!(spec.kind, WidgetType::Feed | WidgetType::Table | WidgetType::Text) {
        return Svg::default();
    }
    let mut sheet = Sheet::new(spec.width, spec.height);
    match answer {
        Answer::Funnel(funnel) => funnel::draw(&mut sheet, funnel),
        Answer::Events(_) | Answer::Sql(_) => return Svg::default(),
        Answer::Paths(paths) => paths::draw(&mut sheet, paths, &spec.options),
        Answer::Lifecycle(lifecycle) => draw_lifecycle(&mut sheet, lifecycle, spec),
        Answer::Retention(retention) if spec.kind == WidgetType::Stat => {
            sparkline::returning(&mut sheet, &retention.average);
        }
        Answer::Retention(retention) => retention::draw(&mut sheet, retention),
        Answer::Stickiness(stickiness) => histogram::draw(&mut sheet, stickiness, &spec.options),
        Answer::Sessions(trend) | Answer::Trend(trend) => draw_trend(&mut sheet, trend, spec),
    }
    finish::finish(&sheet, &describe(answer, spec), spec.theme)
}

fn draw_lifecycle(sheet: &mut Sheet, answer: &LifecycleAnswer, spec: &ChartSpec) {
    let is_of_bars = matches!(
        spec.kind,
        WidgetType::Bar | WidgetType::StackedBar | WidgetType::Retention
    );
    let dormant = if is_of_bars {
        Dormant::Below
    } else {
        Dormant::Above
    };
    draw_trend(sheet, &lifecycle::over_time(answer, dormant), spec);
}

fn draw_trend(sheet: &mut Sheet, trend: &TrendAnswer, spec: &ChartSpec) {
    let options = &spec.options;
    let course = || Course::new(trend, options, spec.kind);
    match spec.kind {
        WidgetType::Feed | WidgetType::Table | WidgetType::Text => {}
        WidgetType::Stat => sparkline::draw(sheet, trend, options),
        WidgetType::Line | WidgetType::Paths => line::draw(sheet, &course(), line::Fill::None),
        WidgetType::Area if options.stacking_of(spec.kind) == Stacking::None => {
            line::draw(sheet, &course(), line::Fill::ToZero);
        }
        WidgetType::Area => stack::draw(sheet, &course()),
        WidgetType::Bar | WidgetType::StackedBar => bars::draw(sheet, &course()),
        WidgetType::Retention => {
            bars::draw(sheet, &Course::new(trend, options, WidgetType::StackedBar));
        }
        WidgetType::HorizontalBar | WidgetType::Funnel => ranked::draw(sheet, trend, options),
        WidgetType::Pie => round::draw(sheet, trend, options, round::Middle::Filled),
        WidgetType::Donut => round::draw(sheet, trend, options, round::Middle::Total),
        WidgetType::Gauge => gauge::draw(sheet, trend, options),
        WidgetType::Calendar if calendar::suits(trend) => calendar::draw(sheet, trend, options),
        WidgetType::Calendar | WidgetType::Heatmap => heatmap::draw(sheet, trend, options),
        WidgetType::Map => map::draw(sheet, trend, options),
    }
}

/// Whether nothing was counted, so that words should stand where the chart would be.
#[must_use]
pub fn is_empty(answer: &Answer) -> bool {
    let series = match answer {
        Answer::Funnel(funnel) => return funnel.is_empty(),
        Answer::Events(events) => return events.rows.is_empty(),
        Answer::Paths(paths) => return paths.nodes.is_empty(),
        Answer::Lifecycle(lifecycle) => &lifecycle.series,
        Answer::Retention(retention) => return retention.cohorts.iter().all(|cohort| cohort.size == 0),
        Answer::Sql(sql) => return sql.rows.is_empty(),
        Answer::Stickiness(stickiness) => return stickiness.users() == 0,
        Answer::Sessions(trend) | Answer::Trend(trend) => &trend.series,
    };
    let counted = |value: &Option<f64>| value.is_some_and(|value| value != 0.0);
    !series
        .iter()
        .any(|series| series.total.is_some_and(|total| total != 0.0) || series.values.iter().any(counted))
}
