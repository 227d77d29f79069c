//! The world, each country as strong as its figure.

mod countries;

use model::answer::{AnswerSeries, TrendAnswer};
use model::dashboard::WidgetOptions;
use model::format;
use model::language::{t, t_with};

use crate::cartesian::exact;
use crate::layout::{Frame, count};
use crate::palette::Ink;
use crate::scale::drawable;
use crate::series::{is_other, value};
use crate::shade::{Shades, strength};
use crate::sheet::{Anchor, LABEL_SIZE, Paint, Place, Sheet};
use crate::text_width;
use countries::{Country, HEIGHT, WIDTH};

const LEGEND: f64 = 24.0;
const STEPS: usize = 5;
const SWATCH: f64 = 18.0;
/// Points closer than this, in pixels, are one.
const TOGETHER: f64 = 0.9;

/// Draws every country, those with a figure over the others, and what could not be placed.
pub(crate) fn draw(sheet: &mut Sheet, trend: &TrendAnswer, options: &WidgetOptions) {
    let (placed, elsewhere) = placed(trend);
    let figures = placed.iter().filter_map(|(_, series)| series.total).map(drawable);
    let shades = Shades::of(figures);
    let frame = sheet.frame();
    let world = World::inside(frame.inset(0.0, 0.0, 0.0, LEGEND));
    sheet.edged(0.5, |sheet| {
        for country in countries::all() {
            let found = placed.iter().find(|(code, _)| *code == country.code);
            world.draw(sheet, &country, found.map(|(_, series)| *series), shades, options);
        }
    });
    draw_legend(sheet, shades, elsewhere, options);
}

/// The series of each country by its code, and how many values are none.
fn placed(trend: &TrendAnswer) -> (Vec<(&'static str, &AnswerSeries)>, usize) {
    let mut placed = Vec::new();
    let mut elsewhere = 0;
    for series in &trend.series {
        match value(series).and_then(countries::find) {
            Some(code) => placed.push((code, series)),
            None => elsewhere += usize::from(!is_other(series)),
        }
    }
    (placed, elsewhere)
}

/// From the map's own units to pixels.
struct World {
    left: f64,
    top: f64,
    scale: f64,
}

impl World {
    fn inside(frame: Frame) -> Self {
        let scale = (frame.width() / WIDTH).min(frame.height() / HEIGHT);
        Self {
            left: frame.left + (frame.width() - WIDTH * scale) / 2.0,
            top: frame.top + (frame.height() - HEIGHT * scale) / 2.0,
            scale,
        }
    }

    fn place(&self, (x, y): (i32, i32)) -> Place {
        (
            self.left + f64::from(x) * self.scale,
            self.top + f64::from(y) * self.scale,
        )
    }

    fn draw(
        &self,
        sheet: &mut Sheet,
        country: &Country,
        series: Option<&AnswerSeries>,
        shades: Shades,
        options: &WidgetOptions,
    ) {
        let Some(series) = series else {
            return self.draw_outlines(sheet, country, Paint::Full(Ink::Line));
        };
        let title = format!("{}: {}", country.name, exact(Some(&series.total), options));
        let paint = shades.paint(drawable(series.total.unwrap_or_default()));
        sheet.mark(&title, value(series), |sheet| {
            if country.has_outline() {
                self.draw_outlines(sheet, country, paint);
            } else {
                sheet.dot(self.place(country.centre), 3.5, paint.ink());
            }
        });
    }

    fn draw_outlines(&self, sheet: &mut Sheet, country: &Country, paint: Paint) {
        for outline in country.outlines() {
            let places = thinned(outline.into_iter().map(|point| self.place(point)));
            if places.len() > 2 {
                sheet.shape(&places, paint);
            }
        }
    }
}

/// Without the points that nobody could tell from the one before.
fn thinned(places: impl Iterator<Item = Place>) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::new();
    for (x, y) in places {
        let is_apart = kept
            .last()
            .is_none_or(|last| (x - last.0).abs() >= TOGETHER || (y - last.1).abs() >= TOGETHER);
        if is_apart {
            kept.push((x, y));
        }
    }
    kept
}

/// From few to many, and how many values are no country.
fn draw_legend(sheet: &mut Sheet, shades: Shades, elsewhere: usize, options: &WidgetOptions) {
    let frame = sheet.frame();
    let baseline = frame.bottom - 5.0;
    let mut x = frame.left;
    let most = shades.most();
    if most > 0.0 && frame.width() > 200.0 {
        sheet.text("0", (x, baseline), Anchor::Start, Ink::Muted);
        x += text_width::width("0", LABEL_SIZE) + 6.0;
        for step in 0..STEPS {
            let tint = Paint::Tint(Ink::Series(0), strength((count(step) + 0.5) / count(STEPS)));
            let (top, bottom) = (baseline - 10.0, baseline);
            sheet.shape(
                &[(x, top), (x + SWATCH, top), (x + SWATCH, bottom), (x, bottom)],
                tint,
            );
            x += SWATCH;
        }
        let words = format::short_with_unit(most, options);
        sheet.text(&words, (x + 6.0, baseline), Anchor::Start, Ink::Muted);
        x += 12.0 + text_width::width(&words, LABEL_SIZE);
    }
    let words = match elsewhere {
        0 => return,
        1 => t("1 value is no country").to_owned(),
        more => t_with("{0} values are no country", &[&more.to_string()]),
    };
    if x + text_width::width(&words, LABEL_SIZE) <= frame.right {
        sheet.text(&words, (frame.right, baseline), Anchor::End, Ink::Muted);
    }
}
