//! The picture that a link shows where it is posted: what the dashboard is called, its figures and a chart or two.

use std::fmt::Write as _;

use model::answer::Answer;
use model::dashboard::{WidgetOptions, WidgetType};

use crate::finish::escaped;
use crate::text_width::fitted;
use crate::{ChartSpec, Theme, is_empty, render, stat};

/// Pixels across: what sites that show such cards ask for.
pub const CARD_WIDTH: u32 = 1200;
/// Pixels down.
pub const CARD_HEIGHT: u32 = 630;

const EDGE: u32 = 56;
const GAP: u32 = 24;
const MOST_FIGURES: usize = 4;
const MOST_CHARTS: usize = 2;
const PAGE: &str = "#fafafb";
const PAPER: &str = "#ffffff";
const TEXT: &str = "#16181d";
const MUTED: &str = "#5f6673";
const LINE: &str = "#e6e8ec";
const ACCENT: &str = "#4f4fc9";

/// One widget on a card.
#[derive(Clone, Copy, Debug)]
pub struct CardPanel<'a> {
    /// The line above it.
    pub title: &'a str,
    /// What it shows.
    pub answer: &'a Answer,
    /// How.
    pub kind: WidgetType,
    /// With which unit.
    pub options: &'a WidgetOptions,
}

/// What a card is made of.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    /// Whose dashboard it is.
    pub organization: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// A line below the title; may be empty.
    pub note: &'a str,
    /// Its widgets, in the order of the dashboard.
    pub panels: &'a [CardPanel<'a>],
}

#[derive(Clone, Copy)]
struct Tile {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// The card as SVG.
#[must_use]
pub fn card(card: &Card<'_>) -> String {
    let mut body = String::new();
    rect(
        &mut body,
        Tile {
            x: 0,
            y: 0,
            width: CARD_WIDTH,
            height: CARD_HEIGHT,
        },
        PAGE,
        None,
        0,
    );
    rect(
        &mut body,
        Tile {
            x: 0,
            y: 0,
            width: CARD_WIDTH,
            height: 8,
        },
        ACCENT,
        None,
        0,
    );
    let wide = CARD_WIDTH - 2 * EDGE;
    text(&mut body, (EDGE, 76), card.organization, 26, MUTED, wide);
    text(&mut body, (EDGE, 134), card.title, 48, TEXT, wide);
    text(&mut body, (EDGE, 176), card.note, 26, MUTED, wide);
    let figures: Vec<&CardPanel<'_>> = card
        .panels
        .iter()
        .filter(|panel| panel.kind == WidgetType::Stat)
        .take(MOST_FIGURES)
        .collect();
    let charts: Vec<&CardPanel<'_>> = card
        .panels
        .iter()
        .filter(|panel| is_a_chart(panel))
        .take(MOST_CHARTS)
        .collect();
    let top = if card.note.is_empty() { 176 } else { 212 };
    let below = if figures.is_empty() { top } else { top + 116 + GAP };
    for (tile, panel) in tiles(figures.len(), top, 116).zip(figures) {
        draw_figure(&mut body, tile, panel);
    }
    let room = CARD_HEIGHT - 40 - below;
    for (tile, panel) in tiles(charts.len(), below, room).zip(charts) {
        draw_chart(&mut body, tile, panel);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{CARD_WIDTH}\" height=\"{CARD_HEIGHT}\" \
         viewBox=\"0 0 {CARD_WIDTH} {CARD_HEIGHT}\" font-family=\"Roboto\">{body}</svg>"
    )
}

fn is_a_chart(panel: &CardPanel<'_>) -> bool {
    let is_drawn = !matches!(
        panel.kind,
        WidgetType::Stat | WidgetType::Feed | WidgetType::Table | WidgetType::Text
    );
    is_drawn && !is_empty(panel.answer)
}

/// So many tiles side by side.
fn tiles(count: usize, y: u32, height: u32) -> impl Iterator<Item = Tile> {
    let count = u32::try_from(count).unwrap_or(1).max(1);
    let width = (CARD_WIDTH - 2 * EDGE - GAP * (count - 1)) / count;
    (0..count).map(move |place| Tile {
        x: EDGE + place * (width + GAP),
        y,
        width,
        height,
    })
}

fn draw_figure(body: &mut String, tile: Tile, panel: &CardPanel<'_>) {
    rect(body, tile, PAPER, Some(LINE), 12);
    let figure = stat(panel.answer, panel.options);
    let room = tile.width - 48;
    text(body, (tile.x + 24, tile.y + 40), panel.title, 20, MUTED, room);
    text(body, (tile.x + 24, tile.y + 92), &figure.value, 44, TEXT, room);
}

fn draw_chart(body: &mut String, tile: Tile, panel: &CardPanel<'_>) {
    /// Charts are laid out for screens that are read from near by.
    const SCALE: f64 = 1.35;
    rect(body, tile, PAPER, Some(LINE), 12);
    text(
        body,
        (tile.x + 24, tile.y + 40),
        panel.title,
        20,
        MUTED,
        tile.width - 48,
    );
    let scaled = |length: u32| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of the card's own pixels"
        )]
        let units = (f64::from(length) / SCALE) as u32;
        units
    };
    let spec = ChartSpec {
        kind: panel.kind,
        options: panel.options.clone(),
        width: scaled(tile.width.saturating_sub(48)),
        height: scaled(tile.height.saturating_sub(76)),
        theme: Theme::Light,
    };
    let chart = render(panel.answer, &spec);
    let _ = write!(
        body,
        "<g transform=\"translate({} {}) scale({SCALE})\">{}</g>",
        tile.x + 24,
        tile.y + 58,
        chart.as_str()
    );
}

fn rect(body: &mut String, tile: Tile, fill: &str, line: Option<&str>, radius: u32) {
    let Tile { x, y, width, height } = tile;
    let stroke = line.map_or_else(String::new, |line| {
        format!(" stroke=\"{line}\" stroke-width=\"2\"")
    });
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" fill=\"{fill}\"{stroke}/>"
    );
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

    #[test]
    fn long_titles_end_in_an_ellipsis_and_words_stay_words() {
        let title = "An <unreasonably> long title ".repeat(20);
        let picture = card(&Card {
            organization: "A & B",
            title: &title,
            note: "",
            panels: &[],
        });
        assert!(picture.contains("A &amp; B") && picture.contains("…</text>"));
        assert!(!picture.contains("<unreasonably>"));
    }
}
