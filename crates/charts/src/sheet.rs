//! What a chart is drawn on: it takes figures in `f64` and ink, and hands them to the components of charts-rs.

use charts_rs::{
    Circle, Fill, Grid, Line, Point, Polygon, Rect, Sector, SmoothBand, StraightLine, StraightLineFill,
    Symbol, Text,
};
use model::person::Place as AnswerPlace;

use crate::finish::escaped;
use crate::layout::Frame;
use crate::palette::Ink;

/// The size of labels, and the font size of the element.
pub(crate) const LABEL_SIZE: f64 = 13.0;

/// A point in pixels.
pub(crate) type Place = (f64, f64);

/// How a line is stroked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stroke {
    Solid,
    /// Still being counted.
    Dashed,
    /// The period compared with.
    Dotted,
}

/// Where a text stands in relation to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// The marks drawn so far.
pub(crate) struct Sheet {
    width: u32,
    height: u32,
    body: String,
    gradients: usize,
}

impl Sheet {
    pub(crate) fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            body: String::new(),
            gradients: 0,
        }
    }

    pub(crate) const fn width(&self) -> u32 {
        self.width
    }

    pub(crate) const fn height(&self) -> u32 {
        self.height
    }

    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    /// The whole sheet.
    pub(crate) fn frame(&self) -> Frame {
        Frame {
            left: 0.0,
            top: 0.0,
            right: f64::from(self.width),
            bottom: f64::from(self.height),
        }
    }

    /// Horizontal grid lines, evenly spaced, the frame's upper and lower edge included.
    pub(crate) fn grid(&mut self, frame: Frame, intervals: usize) {
        let grid = Grid {
            left: px(frame.left),
            top: px(frame.top),
            right: px(frame.right),
            bottom: px(frame.bottom),
            color: Some(Ink::Line.colour()),
            stroke_width: 1.0,
            horizontals: intervals,
            ..Grid::default()
        };
        self.body.push_str(&grid.svg());
    }

    /// A straight line of one pixel.
    pub(crate) fn rule(&mut self, from: Place, to: Place, ink: Ink) {
        let line = Line {
            color: Some(ink.colour()),
            left: px(from.0),
            top: px(from.1),
            right: px(to.0),
            bottom: px(to.1),
            ..Line::default()
        };
        self.body.push_str(&line.svg());
    }

    /// A line through `places`; a circle where there is only one.
    pub(crate) fn line(&mut self, places: &[Place], ink: Ink, stroke: Stroke, width: f64) {
        if let [place] = places {
            return self.dot(*place, width * 1.75, ink);
        }
        let dashes = match stroke {
            Stroke::Solid => None,
            Stroke::Dashed => Some("5 4".to_owned()),
            Stroke::Dotted => Some("1.5 3.5".to_owned()),
        };
        let line = StraightLine {
            color: Some(ink.colour()),
            points: points(places),
            stroke_width: px(width),
            symbol: Some(Symbol::None),
            stroke_dash_array: dashes,
            class: Some("chart-line".to_owned()),
            ..StraightLine::default()
        };
        self.body.push_str(&line.svg());
    }

    /// A dotted line that also shows on marks of the same ink.
    pub(crate) fn dotted(&mut self, places: &[Place], ink: Ink, width: f64) {
        if places.len() > 1 {
            self.line(places, Ink::Card, Stroke::Solid, width + 2.0);
        }
        self.line(places, ink, Stroke::Dotted, width);
    }

    /// The area between `places` and `base`: 12 % of the ink on average, fading towards the base.
    pub(crate) fn area(&mut self, places: &[Place], base: f64, ink: Ink) {
        let fill = Fill::LinearGradient {
            start_color: ink.colour().with_alpha(46),
            end_color: ink.colour().with_alpha(15),
            angle: 0.0,
        };
        let area = StraightLineFill {
            fill,
            points: points(places),
            bottom: px(base),
            close: true,
        };
        let markup = area.svg();
        self.gradients += 1;
        let own = format!("fade-{:08x}-{}-", checksum(&markup), self.gradients);
        self.body.push_str(&markup.replace("grad_", &own));
    }

    /// A filled circle.
    pub(crate) fn dot(&mut self, centre: Place, radius: f64, ink: Ink) {
        let circle = Circle {
            stroke_color: None,
            stroke_width: 0.0,
            fill: Some(ink.colour()),
            cx: px(centre.0),
            cy: px(centre.1),
            r: px(radius),
            ..Circle::default()
        };
        self.body.push_str(&circle.svg());
    }

    /// A shape around `outline`.
    pub(crate) fn shape(&mut self, outline: &[Place], paint: Paint) {
        let polygon = Polygon {
            color: None,
            fill: Some(paint.colour()),
            gradient: None,
            points: points(outline),
            class: None,
            style: None,
            title: None,
            dataset: Vec::new(),
        };
        self.body.push_str(&polygon.svg());
    }

    /// A slice of a ring, from `start` over `sweep` degrees clockwise from noon.
    pub(crate) fn slice(&mut self, ring: Ring, (start, sweep): (f64, f64), ink: Ink, title: &str) {
        let sector = Sector {
            fill: Fill::Solid(ink.colour()),
            cx: px(ring.centre.0),
            cy: px(ring.centre.1),
            r: px(ring.outer),
            ir: px(ring.inner),
            start_angle: px(start),
            delta: px(sweep),
            title: Some(title.to_owned()),
            ..Sector::default()
        };
        self.body.push_str(&sector.svg());
    }

    /// A rounded rectangle from its upper left corner.
    pub(crate) fn block(&mut self, corner: Place, (width, height): (f64, f64), ink: Ink, title: &str) {
        let radius = px(3.0_f64.min(height / 2.0));
        let rect = Rect {
            fill: Some(Fill::Solid(ink.colour())),
            left: px(corner.0),
            top: px(corner.1),
            width: px(width),
            height: px(height),
            rx: Some(radius),
            ry: Some(radius),
            title: Some(title.to_owned()),
            ..Rect::default()
        };
        self.body.push_str(&rect.svg());
    }

    /// A faint band whose upper edge swings from `from` to `to`.
    pub(crate) fn band(&mut self, from: Place, to: Place, thickness: f64, ink: Ink) {
        let reach = (to.0 - from.0) * 0.35;
        let edge = |below: f64| {
            points(&[
                (from.0, from.1 + below),
                (from.0 + reach, from.1 + below),
                (to.0 - reach, to.1 + below),
                (to.0, to.1 + below),
            ])
        };
        let band = SmoothBand {
            top: edge(0.0),
            bottom: edge(thickness.max(0.5)),
            fill: Some(Paint::Faint(ink).colour()),
            ..SmoothBand::default()
        };
        self.body.push_str(&band.svg());
    }

    /// What `draw` draws, with edges of the card's colour around every mark.
    pub(crate) fn edged(&mut self, width: f64, draw: impl FnOnce(&mut Self)) {
        let colour = Ink::Card.written(crate::Theme::Light);
        let opening = format!("<g stroke=\"{colour}\" stroke-width=\"{width}\">");
        self.body.push_str(&opening);
        draw(self);
        self.body.push_str("</g>");
    }

    /// A line of text; `place` is on its baseline.
    pub(crate) fn text(&mut self, words: &str, place: Place, anchor: Anchor, ink: Ink) {
        self.words(words, place, anchor, ink, None);
    }

    /// A figure that matters more than its neighbours.
    pub(crate) fn figure(&mut self, words: &str, place: Place, size: f64) {
        self.words(words, place, Anchor::Middle, Ink::Text, Some(size));
    }

    fn words(&mut self, words: &str, place: Place, anchor: Anchor, ink: Ink, figure: Option<f64>) {
        let text = Text {
            text: words.to_owned(),
            x: Some(px(place.0)),
            y: Some(px(place.1)),
            text_anchor: match anchor {
                Anchor::Start => None,
                Anchor::Middle => Some("middle".to_owned()),
                Anchor::End => Some("end".to_owned()),
            },
            font_size: figure.map(px),
            font_weight: figure.map(|_| "600".to_owned()),
            font_color: Some(ink.colour()),
            ..Text::default()
        };
        self.body.push_str(&text.svg());
    }

    /// Invisible, but answers the pointer with `title`; `span` is the time that it stands for, as an address says it.
    pub(crate) fn hit(&mut self, frame: Frame, title: &str, span: Option<&(String, String)>) {
        let rect = Rect {
            fill: Some(Fill::Solid(charts_rs::Color::transparent())),
            left: px(frame.left),
            top: px(frame.top),
            width: px(frame.width()),
            height: px(frame.height()),
            class: Some("chart-hit".to_owned()),
            title: Some(title.to_owned()),
            ..Rect::default()
        };
        let span = span.map_or_else(String::new, |(from, to)| {
            format!(" data-from=\"{from}\" data-to=\"{to}\"")
        });
        let own = format!(" fill=\"none\" pointer-events=\"all\"{span}");
        let markup = rect.svg().replacen(" fill=\"none\"", &own, 1);
        self.body.push_str(&markup);
    }

    /// Invisible ground of a mark, so that the pointer finds it between its shapes, too.
    pub(crate) fn ground(&mut self, frame: Frame) {
        let rect = Rect {
            fill: Some(Fill::Solid(charts_rs::Color::transparent())),
            left: px(frame.left),
            top: px(frame.top),
            width: px(frame.width()),
            height: px(frame.height()),
            ..Rect::default()
        };
        let own = " fill=\"none\" pointer-events=\"all\"";
        self.body.push_str(&rect.svg().replacen(" fill=\"none\"", own, 1));
    }

    /// What `draw` draws, as the marks of the series at `position`, which a legend can take away.
    pub(crate) fn of_series(&mut self, position: usize, draw: impl FnOnce(&mut Self)) {
        let opening = format!("<g class=\"chart-series\" data-series=\"{position}\">");
        self.body.push_str(&opening);
        draw(self);
        self.body.push_str("</g>");
    }

    /// What `draw` draws, as the entry of a legend for the series at `position`.
    pub(crate) fn key(&mut self, position: Option<usize>, title: &str, draw: impl FnOnce(&mut Self)) {
        let Some(position) = position else {
            return self.titled(title, draw);
        };
        let opening = format!(
            "<g class=\"chart-key\" data-series=\"{position}\"><title>{}</title>",
            escaped(title)
        );
        self.body.push_str(&opening);
        draw(self);
        self.body.push_str("</g>");
    }

    /// What `draw` draws, as something that happened.
    pub(crate) fn moment(&mut self, title: &str, draw: impl FnOnce(&mut Self)) {
        let opening = format!("<g class=\"chart-moment\"><title>{}</title>", escaped(title));
        self.body.push_str(&opening);
        draw(self);
        self.body.push_str("</g>");
    }

    /// What `draw` draws, with `title` as its tooltip; it stands for the breakdown value `value`.
    pub(crate) fn mark(&mut self, title: &str, value: Option<&str>, draw: impl FnOnce(&mut Self)) {
        let Some(value) = value else {
            return self.titled(title, draw);
        };
        let opening = format!(
            "<g class=\"chart-mark\" data-value=\"{}\"><title>{}</title>",
            escaped(value),
            escaped(title)
        );
        self.body.push_str(&opening);
        draw(self);
        self.body.push_str("</g>");
    }

    /// What `draw` draws, with `title` as its tooltip; users are at `place` in the answer.
    pub(crate) fn placed(&mut self, title: &str, place: &AnswerPlace, draw: impl FnOnce(&mut Self)) {
        self.valued(title, "", place, draw);
    }

    /// The same; it stands for the value `value`, unless that is empty.
    pub(crate) fn valued(
        &mut self,
        title: &str,
        value: &str,
        place: &AnswerPlace,
        draw: impl FnOnce(&mut Self),
    ) {
        let place = serde_json::to_string(place).unwrap_or_default();
        let value = match value {
            "" => String::new(),
            value => format!(" data-value=\"{}\"", escaped(value)),
        };
        let opening = format!(
            "<g class=\"chart-mark\"{value} data-place=\"{}\"><title>{}</title>",
            escaped(&place),
            escaped(title)
        );
        self.body.push_str(&opening);
        draw(self);
        self.body.push_str("</g>");
    }

    /// What `draw` draws, with `title` as its tooltip.
    pub(crate) fn titled(&mut self, title: &str, draw: impl FnOnce(&mut Self)) {
        let opening = format!("<g><title>{}</title>", escaped(title));
        self.body.push_str(&opening);
        draw(self);
        self.body.push_str("</g>");
    }
}

/// An ink and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Full(Ink),
    /// For what is still being counted.
    Faint(Ink),
    /// So much of 255, for cells whose colour is a figure.
    Tint(Ink, u8),
}

impl Paint {
    fn colour(self) -> charts_rs::Color {
        match self {
            Self::Full(ink) => ink.colour(),
            Self::Faint(ink) => ink.colour().with_alpha(77),
            Self::Tint(ink, share) => ink.colour().with_alpha(share),
        }
    }

    /// The ink itself.
    pub(crate) const fn ink(self) -> Ink {
        match self {
            Self::Full(ink) | Self::Faint(ink) | Self::Tint(ink, _) => ink,
        }
    }
}

/// Where the slices of a pie lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ring {
    pub(crate) centre: Place,
    pub(crate) outer: f64,
    pub(crate) inner: f64,
}

fn points(places: &[Place]) -> Vec<Point> {
    places
        .iter()
        .map(|(x, y)| Point { x: px(*x), y: px(*y) })
        .collect()
}

/// Pixels fit `f32`, which is what charts-rs takes.
#[expect(
    clippy::cast_possible_truncation,
    reason = "pixels are small, and a tenth of one is all that is written"
)]
fn px(value: f64) -> f32 {
    value as f32
}

/// FNV-1a: two areas share a gradient's id only if they are the same area.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
