//! A dashboard on paper: its cards on pages of A4, as they stand on the grid.

use std::fmt::Write as _;

use model::answer::Answer;
use model::dashboard::{COLUMNS, Position, Size, WidgetOptions, WidgetType};
use model::language::{t, t_with};

use crate::finish::escaped;
use crate::text_width::{self, fitted};
use crate::{ChartSpec, Direction, Theme, is_empty, render, stat, table};

/// A4 across, at 96 pixels an inch.
const WIDTH: u32 = 1123;
const HEIGHT: u32 = 794;
const EDGE: u32 = 40;
const TOP: u32 = 104;
const FOOT: u32 = 34;
const GAP: u32 = 12;
const ROW: u32 = 46;
/// Rows of the grid on one page.
const ROWS: u16 = 11;
const PADDING: u32 = 14;
const HEAD: u32 = 40;
const LINE_HEIGHT: u32 = 20;

const PAPER: &str = "#ffffff";
const TEXT: &str = "#16181d";
const MUTED: &str = "#5f6673";
const LINE: &str = "#e6e8ec";

/// What a card shows.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// The answer to its question.
    Answer(&'a Answer),
    /// Words of a person, or why there is no answer.
    Words(&'a str),
}

/// One widget.
#[derive(Clone, Copy, Debug)]
pub struct PaperPanel<'a> {
    /// The line above it.
    pub title: &'a str,
    /// What it shows.
    pub shown: Shown<'a>,
    /// How.
    pub kind: WidgetType,
    /// With which unit, axis and colours.
    pub options: &'a WidgetOptions,
    /// Where it stands on the grid.
    pub position: Position,
    /// How large it is there.
    pub size: Size,
}

/// What the pages are made of.
#[derive(Clone, Copy, Debug)]
pub struct Paper<'a> {
    /// Whose dashboard it is.
    pub organization: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// A line below the title; may be empty.
    pub note: &'a str,
    /// When it was made, in words.
    pub updated: &'a str,
    /// Its widgets, from the top left.
    pub panels: &'a [PaperPanel<'a>],
}

#[derive(Clone, Copy)]
struct Tile {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// The pages as SVG; at least one.
#[must_use]
pub fn pages(paper: &Paper<'_>) -> Vec<String> {
    let sheets = cut(paper.panels);
    let count = sheets.len();
    let draw = |(number, (first_row, panels)): (usize, (u16, Vec<&PaperPanel<'_>>))| {
        let mut body = String::new();
        around(&mut body, paper, number + 1, count);
        for panel in panels {
            draw_card(&mut body, tile(panel, first_row), panel);
        }
        whole(WIDTH, HEIGHT, &body)
    };
    sheets.into_iter().enumerate().map(draw).collect()
}

/// One widget alone, as large as it stands on the grid.
#[must_use]
pub fn widget_page(panel: &PaperPanel<'_>) -> String {
    let at = PaperPanel {
        position: Position { x: 0, y: 0 },
        ..*panel
    };
    let tile = Tile {
        x: 0,
        y: 0,
        ..tile(&at, 0)
    };
    let mut body = String::new();
    draw_card(&mut body, tile, panel);
    whole(tile.width, tile.height, &body)
}

/// Which cards stand on which page, and the row of the grid that the page begins with.
fn cut<'p, 'a>(panels: &'p [PaperPanel<'a>]) -> Vec<(u16, Vec<&'p PaperPanel<'a>>)> {
    let mut sheets: Vec<(u16, Vec<&PaperPanel<'_>>)> = Vec::new();
    for panel in panels {
        let top = panel.position.y;
        let fits = sheets.last().is_some_and(|(first, there)| {
            there.is_empty() || top.saturating_sub(*first) + panel.size.h.min(ROWS) <= ROWS
        });
        match sheets.last_mut().filter(|_| fits) {
            Some((_, there)) => there.push(panel),
            None => sheets.push((top, vec![panel])),
        }
    }
    if sheets.is_empty() {
        sheets.push((0, Vec::new()));
    }
    sheets
}

fn tile(panel: &PaperPanel<'_>, first_row: u16) -> Tile {
    let columns = u32::from(COLUMNS);
    let column = (WIDTH - 2 * EDGE - GAP * (columns - 1)) / columns;
    let length = |cells: u16, cell: u32| u32::from(cells) * (cell + GAP) - GAP;
    Tile {
        x: EDGE + u32::from(panel.position.x) * (column + GAP),
        y: TOP + u32::from(panel.position.y.saturating_sub(first_row)) * (ROW + GAP),
        width: length(panel.size.w.clamp(1, COLUMNS), column),
        height: length(panel.size.h.clamp(1, ROWS), ROW),
    }
}

fn whole(width: u32, height: u32, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"Roboto\"><rect width=\"{width}\" height=\"{height}\" fill=\"{PAPER}\"/>{body}</svg>"
    )
}

/// What stands around the cards of every page.
fn around(body: &mut String, paper: &Paper<'_>, number: usize, count: usize) {
    let wide = WIDTH - 2 * EDGE;
    text(body, (EDGE, 38), paper.organization, 13, MUTED, wide);
    text(body, (EDGE, 66), paper.title, 24, TEXT, wide);
    text(body, (EDGE, 88), paper.note, 13, MUTED, wide);
    let foot = t_with(
        "Updated {0} · page {1} of {2}",
        &[paper.updated, &number.to_string(), &count.to_string()],
    );
    text(body, (EDGE, HEIGHT - FOOT / 2), &foot, 11, MUTED, wide / 2);
    let made = t("Made with DataPulse");
    text(
        body,
        (WIDTH - EDGE - 110, HEIGHT - FOOT / 2),
        made,
        11,
        MUTED,
        110,
    );
}

fn draw_card(body: &mut String, tile: Tile, panel: &PaperPanel<'_>) {
    let Tile { x, y, width, height } = tile;
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{PAPER}\" stroke=\"{LINE}\"/>",
        f64::from(x) + 0.5,
        f64::from(y) + 0.5,
        width.saturating_sub(1),
        height.saturating_sub(1),
    );
    let inner = Tile {
        x: x + PADDING,
        y: y + HEAD,
        width: width.saturating_sub(2 * PADDING),
        height: height.saturating_sub(HEAD + PADDING),
    };
    text(body, (inner.x, y + 25), panel.title, 13, MUTED, inner.width);
    match panel.shown {
        Shown::Words(words) => lines(body, inner, words.lines()),
        Shown::Answer(answer) if panel.kind == WidgetType::Stat => draw_figure(body, inner, answer, panel),
        Shown::Answer(answer) if is_empty(answer) && panel.kind != WidgetType::Gauge => {
            lines(body, inner, [t("Nothing in this range.")]);
        }
        Shown::Answer(answer) if panel.kind.is_a_table() => draw_table(body, inner, answer, panel),
        Shown::Answer(answer) => draw_chart(body, inner, answer, panel),
    }
}

fn draw_figure(body: &mut String, tile: Tile, answer: &Answer, panel: &PaperPanel<'_>) {
    let figure = stat(answer, panel.options);
    text(
        body,
        (tile.x, tile.y + 24),
        &figure.value,
        28,
        TEXT,
        tile.width / 2,
    );
    let Some(change) = figure.change else { return };
    let arrow = match change.direction {
        Direction::Up => "+",
        Direction::Down => "-",
        Direction::Flat => "=",
    };
    let words = format!("{arrow} {}", change.text);
    let at = (tile.x + tile.width / 2, tile.y + 22);
    text(body, at, &words, 13, MUTED, tile.width / 2);
}

fn draw_chart(body: &mut String, tile: Tile, answer: &Answer, panel: &PaperPanel<'_>) {
    let spec = ChartSpec {
        kind: panel.kind,
        options: panel.options.clone(),
        width: tile.width.max(1),
        height: tile.height.max(1),
        theme: Theme::Light,
    };
    let chart = render(answer, &spec);
    let _ = write!(
        body,
        "<g transform=\"translate({} {})\">{}</g>",
        tile.x,
        tile.y,
        chart.as_str()
    );
}

/// As many rows as there is room for; what is left out is said.
fn draw_table(body: &mut String, tile: Tile, answer: &Answer, panel: &PaperPanel<'_>) {
    let table = table(answer, panel.kind, panel.options);
    let count = u32::try_from(table.columns.len()).unwrap_or(1).max(1);
    let width = tile.width / count;
    let room = usize::try_from(tile.height / LINE_HEIGHT)
        .unwrap_or(1)
        .saturating_sub(1);
    let is_cut = table.rows.len() > room;
    let shown = if is_cut {
        room.saturating_sub(1)
    } else {
        table.rows.len()
    };
    let titles: Vec<String> = table.columns.into_iter().map(|column| column.title).collect();
    let mut top = tile.y + 12;
    let rows = std::iter::once((&titles, MUTED)).chain(table.rows.iter().take(shown).map(|row| (row, TEXT)));
    for (row, colour) in rows {
        for (position, words) in (0..count).zip(row) {
            let at = (tile.x + position * width, top);
            text(body, at, words, 12, colour, width.saturating_sub(8));
        }
        top += LINE_HEIGHT;
    }
    if is_cut {
        let words = t_with("and {0} more", &[&(table.rows.len() - shown).to_string()]);
        text(body, (tile.x, top), &words, 12, MUTED, tile.width);
    }
}

fn lines<'l>(body: &mut String, tile: Tile, words: impl IntoIterator<Item = &'l str>) {
    let mut top = tile.y + 12;
    let wrapped = words
        .into_iter()
        .flat_map(|line| wrapped(line, f64::from(tile.width)));
    for line in wrapped {
        if top > tile.y + tile.height {
            break;
        }
        text(body, (tile.x, top), &line, 13, TEXT, tile.width);
        top += LINE_HEIGHT;
    }
}

/// A line of words as lines that are as wide as there is room; none of an empty one.
fn wrapped(line: &str, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        let longer = lines.last().map(|last| format!("{last} {word}"));
        match longer {
            Some(longer) if text_width::width(&longer, 13.0) <= room => {
                lines.pop();
                lines.push(longer);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn text(body: &mut String, (x, y): (u32, u32), words: &str, size: u32, fill: &str, room: u32) {
    let words = escaped(&fitted(words, f64::from(size), f64::from(room)));
    let _ = write!(
        body,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\">{words}</text>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(title: &str, y: u16, h: u16) -> PaperPanel<'_> {
        static OPTIONS: std::sync::LazyLock<WidgetOptions> = std::sync::LazyLock::new(WidgetOptions::default);
        PaperPanel {
            title,
            shown: Shown::Words("Some <words>"),
            kind: WidgetType::Text,
            options: &OPTIONS,
            position: Position { x: 0, y },
            size: Size { w: 6, h },
        }
    }

    fn drawn(panels: &[PaperPanel<'_>]) -> Vec<String> {
        pages(&Paper {
            organization: "A & B",
            title: "Board",
            note: "",
            updated: "12:04",
            panels,
        })
    }

    #[test]
    fn cards_that_do_not_fit_go_to_the_next_page_whole() {
        let pages = drawn(&[panel("one", 0, 5), panel("two", 5, 6), panel("three", 11, 4)]);
        assert_eq!(pages.len(), 2);
        assert!(pages[0].contains(">one<") && pages[0].contains(">two<") && !pages[0].contains(">three<"));
        assert!(pages[1].contains(">three<") && pages[1].contains("page 2 of 2"));
        let bottom = TOP + 11 * (ROW + GAP);
        assert!(bottom < HEIGHT - FOOT, "the last row ends above the foot");
    }

    #[test]
    fn a_long_line_goes_on_in_the_next() {
        let words = "Made-up events of a small planning app. Change the range above, or edit any card: it is yours to try.";
        let lines = wrapped(words, 300.0);
        assert!(
            lines.len() > 1 && lines.iter().all(|line| text_width::width(line, 13.0) <= 300.0),
            "{lines:?}"
        );
        assert_eq!(lines.join(" "), words);
        assert!(wrapped("  ", 300.0).is_empty());
    }

    #[test]
    fn a_card_taller_than_a_page_is_cut_to_it_and_words_stay_words() {
        let pages = drawn(&[panel("tall", 0, 40)]);
        assert_eq!(pages.len(), 1);
        assert!(pages[0].contains("A &amp; B") && pages[0].contains("Some &lt;words&gt;"));
        assert_eq!(drawn(&[]).len(), 1, "an empty dashboard is a page, too");
    }
}
