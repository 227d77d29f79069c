//! Areas on top of one another.

use crate::cartesian::Plot;
use crate::course::Course;
use crate::legend;
use crate::line::thinned;
use crate::palette::Ink;
use crate::scale::{Scale, drawable};
use crate::series::{buckets, figure, shown};
use crate::sheet::{Paint, Place, Sheet, Stroke};

const WIDTH: f64 = 1.5;
/// So much of 255: neighbours are told apart, and the grid still shows through.
const TINT: u8 = 150;

/// One series between what is below it and its own upper edge.
struct Layer {
    ink: Ink,
    position: usize,
    low: Vec<f64>,
    high: Vec<f64>,
}

/// Draws one area for each series, each standing on the one before; what has no figure adds nothing.
pub(crate) fn draw(sheet: &mut Sheet, course: &Course) {
    let trend = &course.drawn;
    let (shown, hidden) = shown(trend, course.options);
    let mut reached = vec![0.0_f64; buckets(trend)];
    let mut layers = Vec::with_capacity(shown.len());
    for series in &shown {
        let low = reached.clone();
        for (bucket, reached) in reached.iter_mut().enumerate() {
            *reached = drawable(*reached + figure(series.answer, bucket).unwrap_or_default());
        }
        layers.push(Layer {
            ink: series.ink,
            position: series.position,
            low,
            high: reached.clone(),
        });
    }
    let heights = layers.iter().flat_map(|layer| layer.high.iter().copied());
    let scale = Scale::around(heights, &course.axis);
    let rest = legend::draw(sheet, sheet.frame(), trend, &shown, hidden, course.options);
    let plot = Plot::draw(sheet, rest, course, scale, 0.0);
    for layer in layers.iter().rev() {
        sheet.of_series(layer.position, |sheet| layer.draw(sheet, &plot, trend.open_from));
    }
    plot.draw_base(sheet);
    plot.finish(sheet, course);
}

impl Layer {
    fn draw(&self, sheet: &mut Sheet, plot: &Plot, open_from: Option<usize>) {
        let edge = |values: &[f64]| -> Vec<Place> {
            let places = values.iter().enumerate();
            let places: Vec<Place> = places
                .map(|(bucket, value)| (plot.bands.centre(bucket), plot.y(*value)))
                .collect();
            thinned(&places, plot.frame)
        };
        let (upper, lower) = (edge(&self.high), edge(&self.low));
        let outline: Vec<Place> = upper.iter().copied().chain(lower.into_iter().rev()).collect();
        sheet.shape(&outline, Paint::Tint(self.ink, TINT));
        let open_x = open_from.map_or(f64::INFINITY, |bucket| plot.bands.centre(bucket));
        let closed = upper.iter().take_while(|(x, _)| *x < open_x - 1e-6).count();
        if closed > 0 {
            sheet.line(&upper[..closed], self.ink, Stroke::Solid, WIDTH);
        }
        if closed < upper.len() {
            let open = &upper[closed.saturating_sub(1)..];
            sheet.line(open, self.ink, Stroke::Dashed, WIDTH);
        }
    }
}
