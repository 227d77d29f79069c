//! Shares of a whole: pie and donut, with their list.

use model::answer::TrendAnswer;
use model::dashboard::WidgetOptions;
use model::format;
use model::language::{t, t_with};

use crate::layout::{Frame, count, fits};
use crate::palette::{Ink, SERIES};
use crate::scale::drawable;
use crate::series::{self, colour, is_other, name};
use crate::sheet::{Anchor, LABEL_SIZE, Ring, Sheet};
use crate::text_width;

const ROW: f64 = 26.0;
const GAP: f64 = 20.0;
const NARROW: f64 = 300.0;
const LARGEST: f64 = 260.0;
const HOLE: f64 = 0.66;

/// What is in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Middle {
    Filled,
    Total,
}

struct Share {
    name: String,
    ink: Ink,
    value: f64,
    /// The breakdown value.
    of: Option<String>,
}

/// Draws the round and the list of its shares.
pub(crate) fn draw(sheet: &mut Sheet, trend: &TrendAnswer, options: &WidgetOptions, middle: Middle) {
    let shares = shares(trend, options);
    let whole: f64 = drawable(shares.iter().map(|share| share.value).sum());
    let frame = sheet.frame();
    let (round, list) = areas(frame, shares.len());
    let ring = ring(round, middle);
    if whole <= 0.0 {
        sheet.slice(ring, (0.0, 360.0), Ink::Line, "0");
    }
    sheet.edged(2.0, |sheet| draw_slices(sheet, ring, &shares, whole, options));
    if middle == Middle::Total && ring.outer >= 36.0 {
        draw_total(sheet, ring, whole, options);
    }
    draw_list(sheet, list, &shares, whole);
}

/// The largest shares with a colour each, then all that is left.
fn shares(trend: &TrendAnswer, options: &WidgetOptions) -> Vec<Share> {
    let positive = |series: &&model::answer::AnswerSeries| series.total.is_some_and(|total| total > 0.0);
    let (mut rest, mut named): (Vec<_>, Vec<_>) = trend
        .series
        .iter()
        .filter(positive)
        .partition(|series| is_other(series));
    named.sort_by(|one, other| {
        other
            .total
            .unwrap_or_default()
            .total_cmp(&one.total.unwrap_or_default())
    });
    let most = if rest.is_empty() { SERIES } else { SERIES - 1 };
    if named.len() > most {
        rest.extend(named.split_off(SERIES - 1));
    }
    let value = |series: &model::answer::AnswerSeries| drawable(series.total.unwrap_or_default());
    let mut shares: Vec<Share> = named
        .iter()
        .enumerate()
        .map(|(position, series)| Share {
            ink: Ink::Series(colour(trend, series, options).unwrap_or(position)),
            name: name(trend, series),
            value: value(series),
            of: series::value(series).map(str::to_owned),
        })
        .collect();
    if !rest.is_empty() {
        let value = drawable(rest.iter().map(|series| value(series)).sum());
        shares.push(Share {
            name: t("Other").to_owned(),
            ink: Ink::Other,
            value,
            of: None,
        });
    }
    shares
}

/// Where the round and where its list go: side by side, or below one another where it is narrow.
fn areas(frame: Frame, shares: usize) -> (Frame, Frame) {
    let rows = ROW * count(shares);
    if frame.width() < NARROW {
        let height = (frame.height() - rows - GAP / 2.0)
            .max(frame.height() * 0.5)
            .min(LARGEST);
        let bottom = frame.top + height;
        return (
            Frame { bottom, ..frame },
            Frame {
                top: bottom + GAP / 2.0,
                ..frame
            },
        );
    }
    let side = frame.height().min(frame.width() * 0.46).min(LARGEST);
    let list_width = (frame.width() - side - 2.0 * GAP).min(320.0);
    let left = frame.left + ((frame.width() - side - 2.0 * GAP - list_width) / 2.0).max(0.0);
    let round = Frame {
        left,
        right: left + side,
        ..frame
    };
    let list_left = left + side + 2.0 * GAP;
    let top = frame.top + ((frame.height() - rows) / 2.0).max(0.0);
    (
        round,
        Frame {
            left: list_left,
            right: list_left + list_width,
            top,
            bottom: frame.bottom,
        },
    )
}

fn ring(frame: Frame, middle: Middle) -> Ring {
    let outer = (frame.width().min(frame.height()) / 2.0 - 2.0).max(1.0);
    let centre = (
        f64::midpoint(frame.left, frame.right),
        f64::midpoint(frame.top, frame.bottom),
    );
    let inner = if middle == Middle::Total {
        outer * HOLE
    } else {
        0.0
    };
    Ring { centre, outer, inner }
}

fn draw_slices(sheet: &mut Sheet, ring: Ring, shares: &[Share], whole: f64, options: &WidgetOptions) {
    let mut start = 0.0;
    for share in shares {
        let sweep = share.value / whole * 360.0;
        let title = format!(
            "{}: {} ({})",
            share.name,
            format::exact_with_unit(share.value, options),
            percent(share.value, whole)
        );
        sheet.mark(&title, share.of.as_deref(), |sheet| {
            sheet.slice(ring, (start, sweep), share.ink, &title);
        });
        start += sweep;
    }
}

fn draw_total(sheet: &mut Sheet, ring: Ring, whole: f64, options: &WidgetOptions) {
    let words = format::short_with_unit(whole, options);
    let room = ring.inner * 1.7;
    let size = [28.0, 20.0, 16.0, 13.0]
        .into_iter()
        .find(|size| text_width::width(&words, *size) * 1.05 <= room);
    let (x, y) = ring.centre;
    let Some(size) = size else { return };
    if ring.inner < 34.0 {
        return sheet.figure(&words, (x, y + size * 0.36), size);
    }
    sheet.figure(&words, (x, y + size * 0.18), size);
    sheet.text(
        t("in total"),
        (x, y + size * 0.18 + 19.0),
        Anchor::Middle,
        Ink::Muted,
    );
}

fn draw_list(sheet: &mut Sheet, frame: Frame, shares: &[Share], whole: f64) {
    if frame.width() < 70.0 {
        return;
    }
    let most = fits(frame.height(), ROW);
    let kept = if shares.len() > most {
        most.saturating_sub(1)
    } else {
        shares.len()
    };
    for (position, share) in shares[..kept].iter().enumerate() {
        let baseline = frame.top + (count(position) + 0.5) * ROW + 4.5;
        let percent = percent(share.value, whole);
        let room = frame.width() - 16.0 - text_width::width(&percent, LABEL_SIZE) - 12.0;
        sheet.mark(&share.name, share.of.as_deref(), |sheet| {
            sheet.dot((frame.left + 4.0, baseline - 4.5), 4.0, share.ink);
            let words = text_width::fitted(&share.name, LABEL_SIZE, room);
            sheet.text(&words, (frame.left + 16.0, baseline), Anchor::Start, Ink::Text);
            sheet.text(&percent, (frame.right, baseline), Anchor::End, Ink::Muted);
        });
    }
    if kept > 0 && kept < shares.len() {
        let baseline = frame.top + (count(kept) + 0.5) * ROW + 4.5;
        let words = t_with("+ {0} more", &[&(shares.len() - kept).to_string()]);
        sheet.text(&words, (frame.left + 16.0, baseline), Anchor::Start, Ink::Muted);
    }
}

fn percent(value: f64, whole: f64) -> String {
    let percent = value / whole * 100.0;
    if percent > 0.0 && percent < 0.1 {
        return format!("< {} %", format::fixed(0.1, 1));
    }
    let decimals = usize::from(percent < 10.0);
    format!("{} %", format::fixed(percent, decimals))
}
