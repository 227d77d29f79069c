//! How much room a card leaves for what is on it, before any browser has measured it.

use model::dashboard::{COLUMNS, Size};

/// Pixels across and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Box2 {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// The room for a chart on a phone.
#[cfg(feature = "ssr")]
pub(super) const PHONE_WIDTH: u32 = 330;

const PAGE_WIDTH: u32 = 1156;
const GAP: u32 = 16;
const ROW: u32 = 56;
const PADDING: u32 = 34;
const HEADER: u32 = 54;

/// The room for a chart on a card of `size`, on a desk.
pub(crate) fn chart_box(size: Size) -> Box2 {
    let (columns, rows) = (u32::from(size.w), u32::from(size.h));
    let column = (PAGE_WIDTH - GAP * (u32::from(COLUMNS) - 1)) / u32::from(COLUMNS);
    let width = (columns * column + columns.saturating_sub(1) * GAP).saturating_sub(PADDING);
    let height = (rows * ROW + rows.saturating_sub(1) * GAP).saturating_sub(HEADER);
    Box2 {
        width: width.max(120),
        height: height.max(40),
    }
}

/// The room for the course beside a figure.
pub(crate) fn spark_box(size: Size) -> Box2 {
    let room = chart_box(size);
    Box2 {
        width: (room.width / 2).min(320),
        height: room.height.min(120),
    }
}
