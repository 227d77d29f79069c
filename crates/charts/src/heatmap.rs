//! Figures as shades: a row for each day of the week and a column for each hour, or a row for each series and a column
//! for each bucket.

mod cells;

use model::answer::TrendAnswer;
use model::dashboard::WidgetOptions;
use model::format;
use model::language::t_with;

use crate::layout::{Frame, count, fits};
use crate::palette::Ink;
use crate::shade::Shades;
use crate::sheet::{Anchor, LABEL_SIZE, Sheet};
use crate::text_width;
use cells::Cells;

const HEADER: f64 = 24.0;
const GAP: f64 = 12.0;
/// Between the names of two columns.
const BETWEEN: f64 = 8.0;
const SHORTEST_ROW: f64 = 18.0;
const TALLEST_ROW: f64 = 44.0;
const NARROWEST_CELL: f64 = 9.0;
/// Where figures reach so far, fractions say nothing.
const WHOLE_FROM: f64 = 20.0;

/// Draws names, columns and cells.
pub(crate) fn draw(sheet: &mut Sheet, trend: &TrendAnswer, options: &WidgetOptions) {
    let cells = Cells::of(trend);
    let frame = sheet.frame();
    let most = fits(frame.height() - HEADER, SHORTEST_ROW).max(1);
    let kept = if cells.rows.len() > most {
        most.saturating_sub(1).max(1)
    } else {
        cells.rows.len()
    };
    let lines = kept + usize::from(cells.rows.len() > kept);
    let widest = cells.rows[..kept]
        .iter()
        .map(|row| text_width::width(&row.name, LABEL_SIZE));
    let names = widest.fold(0.0, f64::max).min(frame.width() * 0.3);
    let left = frame.left + names + GAP;
    let cells = cells.folded(fits(frame.right - left, NARROWEST_CELL).max(1));
    let mut grid = Grid {
        frame,
        names,
        left,
        cell: (frame.right - left).max(0.0) / count(cells.columns.len().max(1)),
        height: ((frame.height() - HEADER).max(0.0) / count(lines.max(1))).min(TALLEST_ROW),
        shades: Shades::of(cells.figures()),
        has_words: false,
    };
    let fits_in = |figure| text_width::width(&grid.words(figure, options), LABEL_SIZE) + 6.0 <= grid.cell;
    grid.has_words = grid.height >= SHORTEST_ROW && cells.figures().all(fits_in);
    grid.draw_columns(sheet, &cells);
    for position in 0..kept {
        grid.draw_row(sheet, &cells, position, options);
    }
    if cells.rows.len() > kept {
        let words = t_with("+ {0} more", &[&(cells.rows.len() - kept).to_string()]);
        let middle = HEADER + (count(kept) + 0.5) * grid.height;
        sheet.text(&words, (frame.left, middle + 4.5), Anchor::Start, Ink::Muted);
    }
}

struct Grid {
    frame: Frame,
    names: f64,
    left: f64,
    cell: f64,
    height: f64,
    shades: Shades,
    /// Whether every figure fits into its cell.
    has_words: bool,
}

impl Grid {
    /// A figure in as few digits as tell it from its neighbours.
    fn words(&self, figure: f64, options: &WidgetOptions) -> String {
        let rounded = match self.shades.most() {
            most if most >= WHOLE_FROM => figure.round(),
            _ => (figure * 10.0).round() / 10.0,
        };
        format::short_with_unit(rounded, options)
    }

    fn draw_columns(&self, sheet: &mut Sheet, cells: &Cells) {
        let widest = cells
            .columns
            .iter()
            .map(|words| text_width::width(words, LABEL_SIZE))
            .fold(0.0, f64::max);
        let stride = fits(widest + BETWEEN, self.cell.max(1.0)) + 1;
        for (column, words) in cells.columns.iter().enumerate().step_by(stride) {
            let half = text_width::width(words, LABEL_SIZE) / 2.0;
            let (first, last) = (self.left + half, (self.frame.right - half).max(self.left + half));
            let x = (self.left + (count(column) + 0.5) * self.cell).clamp(first, last);
            sheet.text(
                words,
                (x, self.frame.top + LABEL_SIZE),
                Anchor::Middle,
                Ink::Muted,
            );
        }
    }

    fn draw_row(&self, sheet: &mut Sheet, cells: &Cells, position: usize, options: &WidgetOptions) {
        let row = &cells.rows[position];
        let top = HEADER + count(position) * self.height;
        let baseline = top + self.height / 2.0 + 4.5;
        sheet.mark(&row.name, row.value.as_deref(), |sheet| {
            let words = text_width::fitted(&row.name, LABEL_SIZE, self.names);
            sheet.text(&words, (self.frame.left, baseline), Anchor::Start, Ink::Text);
        });
        for (column, figure) in row.figures.iter().enumerate() {
            let Some(figure) = *figure else { continue };
            let title = cells.title(position, column, figure, options);
            let left = self.left + count(column) * self.cell;
            sheet.mark(&title, row.value.as_deref(), |sheet| {
                let gap = if self.cell > 6.0 { 1.0 } else { 0.0 };
                let (right, bottom) = (left + self.cell - gap, top + self.height - 1.0);
                let outline = [
                    (left + gap, top + 1.0),
                    (right, top + 1.0),
                    (right, bottom),
                    (left + gap, bottom),
                ];
                sheet.shape(&outline, self.shades.paint(figure));
                if self.has_words {
                    let words = self.words(figure, options);
                    let place = (left + self.cell / 2.0, baseline);
                    sheet.text(&words, place, Anchor::Middle, Ink::Text);
                }
            });
        }
    }
}
