//! The period that a question is compared with: every edge of its buckets, moved back.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use model::Timestamp;
use model::query::{Compare, Interval, Period, Range};

use super::buckets::start_of_day;
use super::window::Window;
use crate::error::Error;

/// How far back an edge moves.
enum Shift {
    Absolute(jiff::SignedDuration),
    /// On the clocks of the zone.
    Civil(Span),
    /// By pages of the calendar. A day that an earlier page lacks becomes the first day after it, so that its own bucket
    /// is empty and its neighbours are whole.
    Pages(Span),
}

/// The window that answers bucket by bucket to `window`.
pub(super) fn shifted(
    window: &Window,
    range: &Range,
    compare: Compare,
    interval: Interval,
    zone: &TimeZone,
) -> Result<Window, Error> {
    let shift = match (compare, range) {
        (Compare::PreviousYear, _) => Shift::Pages(1.year()),
        (Compare::PreviousPeriod, Range::Period(period)) => Shift::Pages(page(*period)),
        (Compare::PreviousPeriod, _) => by_its_length(window, interval, zone),
    };
    let moved = |edge: &Timestamp| {
        shift.back(*edge, zone).map_err(|_| {
            let message = "The period to compare with lies outside of the years that can be computed with.";
            Error::invalid("compare", "out_of_range", message)
        })
    };
    let starts = window.starts.iter().map(moved).collect::<Result<_, _>>()?;
    Ok(Window {
        from: moved(&window.from)?,
        to: moved(&window.to)?,
        starts,
    })
}

/// Whether pages of the calendar are compared, which may be of different lengths.
pub(super) fn goes_by_pages(range: &Range, compare: Compare) -> bool {
    compare == Compare::PreviousYear || matches!(range, Range::Period(_))
}

/// How far back the page before it lies.
fn page(period: Period) -> Span {
    match period {
        Period::Yesterday => 1.day(),
        Period::ThisWeek | Period::LastWeek => 7.days(),
        Period::ThisMonth | Period::LastMonth => 1.month(),
        Period::ThisQuarter | Period::LastQuarter => 3.months(),
        Period::ThisYear | Period::LastYear => 1.year(),
    }
}

/// Whole months by month move by months, whole days by days, anything else by its length.
fn by_its_length(window: &Window, interval: Interval, zone: &TimeZone) -> Shift {
    let whole_day = |time: Timestamp| {
        let date = zone.to_datetime(time).date();
        start_of_day(date, zone)
            .is_ok_and(|start| start == time)
            .then_some(date)
    };
    let length = window.to.duration_since(window.from);
    let Some((first, end)) = whole_day(window.from).zip(whole_day(window.to)) else {
        return Shift::Absolute(length);
    };
    if interval == Interval::Month && first.day() == 1 && end.day() == 1 {
        return Shift::Civil(months_between(first, end).months());
    }
    match first.until(end) {
        Ok(days) => Shift::Civil(days),
        Err(_) => Shift::Absolute(length),
    }
}

fn months_between(first: Date, end: Date) -> i64 {
    let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    months(end) - months(first)
}

impl Shift {
    fn back(&self, edge: Timestamp, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
        let local = zone.to_datetime(edge);
        match self {
            Self::Absolute(length) => edge.checked_sub(*length),
            Self::Civil(span) => instant(local.checked_sub(*span)?, zone),
            Self::Pages(span) => instant(pages_earlier(local, *span)?, zone),
        }
    }
}

fn instant(local: DateTime, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    Ok(local.to_zoned(zone.clone())?.timestamp())
}

fn pages_earlier(local: DateTime, span: Span) -> Result<DateTime, jiff::Error> {
    let goes_by_months = span.get_months() > 0 || span.get_years() > 0;
    let earlier = local.date().checked_sub(span)?;
    let is_there = !goes_by_months || earlier.day() == local.day();
    let day = if is_there { earlier } else { earlier.tomorrow()? };
    Ok(day.to_datetime(local.time()))
}
