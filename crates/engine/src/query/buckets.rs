//! Where buckets begin: computed once, here, with the time zone, and bound to statements as instants.

mod beyond;
mod period;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, ToSpan, Zoned};
use model::Timestamp;
use model::account::WeekStart;
use model::query::{Edge, Interval, LastUnit, Range, Timeframe};

use super::window::Window;
use crate::error::Error;
pub(crate) use beyond::Beyond;

/// Most buckets of one answer.
pub const MAX_BUCKETS: usize = 10_000;

/// How an organization's days and weeks fall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// IANA time zone.
    pub timezone: String,
    /// The first day of a week.
    pub week_start: WeekStart,
}

/// The buckets of one question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Buckets {
    pub(crate) interval: Interval,
    pub(crate) timezone: String,
    pub(crate) window: Window,
    /// The beginnings on the clocks of the time zone.
    pub(crate) local: Vec<DateTime>,
    /// From this position on they are still filling.
    pub(crate) open_from: Option<usize>,
    pub(crate) previous: Option<Window>,
    pub(crate) beyond: Beyond,
}

/// Works out the buckets of a question that is asked at `now`.
pub(crate) fn resolve(
    timeframe: Timeframe<'_>,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Buckets, Error> {
    let name = timeframe.timezone.unwrap_or(&calendar.timezone);
    let zone = time_zone(name)?;
    let (from, to) = edges(timeframe.range, &zone, calendar.week_start, now)?;
    if to <= from {
        let message = "The range ends before it starts. Swap `from` and `to`.";
        return Err(Error::invalid("range.to", "before_start", message));
    }
    let interval = timeframe.interval.unwrap_or_else(|| fitting_interval(from, to));
    let walk = Walk {
        zone: &zone,
        interval,
        week_start: calendar.week_start,
    };
    let (starts, natural_end) = walk.starts(from, to)?;
    let window = Window { from, to, starts };
    let moves_with_the_clock = match timeframe.range {
        Range::Last { .. } => true,
        Range::Period(period) => period.is_running(),
        Range::Between { .. } => false,
    };
    let last_end = if moves_with_the_clock {
        natural_end
    } else {
        natural_end.min(to)
    };
    let previous = timeframe
        .compare
        .map(|compare| {
            let shifted = super::compare::shifted(&window, timeframe.range, compare, interval, &zone)?;
            if super::compare::goes_by_pages(timeframe.range, compare) {
                walk.to_its_end(shifted)
            } else {
                Ok(shifted)
            }
        })
        .transpose()?;
    Ok(Buckets {
        interval,
        timezone: name.to_owned(),
        local: window
            .starts
            .iter()
            .map(|start| zone.to_datetime(*start))
            .collect(),
        open_from: open_from(&window.starts, last_end, now),
        window,
        previous,
        beyond: Beyond::default(),
    })
}

/// The instants that a range means for an organization: the first that counts, and the first that no longer does.
pub(super) fn instants(
    range: &Range,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Error> {
    edges(range, &time_zone(&calendar.timezone)?, calendar.week_start, now)
}

pub(super) fn time_zone(name: &str) -> Result<TimeZone, Error> {
    TimeZone::get(name).map_err(|_| {
        let message = "This time zone is not known. Use an IANA name such as `Europe/Berlin` or `UTC`.";
        Error::invalid("timezone", "unknown", message)
    })
}

fn out_of_range(field: &'static str) -> impl Fn(jiff::Error) -> Error {
    move |_| {
        Error::invalid(
            field,
            "out_of_range",
            "This lies outside of the years that can be computed with.",
        )
    }
}

/// The first instant that counts, and the first that no longer does.
fn edges(
    range: &Range,
    zone: &TimeZone,
    week_start: WeekStart,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Error> {
    match range {
        Range::Between { from, to } => Ok((from_edge(from, zone)?, to_edge(to, zone)?)),
        Range::Last {
            count,
            unit: LastUnit::Minute,
        } => last_time(now, SignedDuration::from_mins((*count).into())),
        Range::Last {
            count,
            unit: LastUnit::Hour,
        } => last_time(now, SignedDuration::from_hours((*count).into())),
        Range::Last { count, unit } => last_days(days_and_longer(*count, *unit), zone, now),
        Range::Period(period) => {
            let today = zone.to_datetime(now).date();
            period::days(*period, today, week_start)
                .and_then(|(first, end)| Ok((start_of_day(first, zone)?, start_of_day(end, zone)?)))
                .map_err(out_of_range("range.period"))
        }
    }
}

fn from_edge(edge: &Edge, zone: &TimeZone) -> Result<Timestamp, Error> {
    match edge {
        Edge::Date(date) => start_of_day(*date, zone).map_err(out_of_range("range.from")),
        Edge::Time(time) => Ok(whole_micros(*time)),
    }
}

fn to_edge(edge: &Edge, zone: &TimeZone) -> Result<Timestamp, Error> {
    match edge {
        Edge::Date(date) => date
            .tomorrow()
            .and_then(|day| start_of_day(day, zone))
            .map_err(out_of_range("range.to")),
        Edge::Time(time) => Ok(whole_micros(*time)),
    }
}

/// Stores keep whole microseconds, so finer edges could not be told apart anyway.
fn whole_micros(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// Ends with the second that is running, so that what just happened counts.
fn last_time(now: Timestamp, length: SignedDuration) -> Result<(Timestamp, Timestamp), Error> {
    let second = Timestamp::from_second(now.as_microsecond().div_euclid(1_000_000) + 1);
    let to = second.map_err(out_of_range("range.last"))?;
    Ok((to.checked_sub(length).map_err(out_of_range("range.last"))?, to))
}

fn days_and_longer(count: u32, unit: LastUnit) -> Span {
    let count = i64::from(count);
    match unit {
        LastUnit::Week => count.weeks(),
        LastUnit::Month => count.months(),
        LastUnit::Year => count.years(),
        LastUnit::Day | LastUnit::Hour | LastUnit::Minute => count.days(),
    }
}

fn last_days(length: Span, zone: &TimeZone, now: Timestamp) -> Result<(Timestamp, Timestamp), Error> {
    let tomorrow = zone
        .to_datetime(now)
        .date()
        .tomorrow()
        .map_err(out_of_range("range.last"))?;
    let first = tomorrow.checked_sub(length).map_err(out_of_range("range.last"))?;
    let instants = start_of_day(first, zone).and_then(|from| Ok((from, start_of_day(tomorrow, zone)?)));
    instants.map_err(out_of_range("range.last"))
}

/// The first instant of a day, also where its midnight does not exist.
pub(crate) fn start_of_day(date: Date, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    Ok(date.to_zoned(zone.clone())?.timestamp())
}

/// The day with which the week of `date` begins.
fn first_of_week(date: Date, week_start: WeekStart) -> Result<Date, jiff::Error> {
    let first = match week_start {
        WeekStart::Monday => Weekday::Monday,
        WeekStart::Sunday => Weekday::Sunday,
    };
    date.checked_sub(i64::from(date.weekday().since(first)).days())
}

/// Enough buckets to see a shape, few enough to see it at a glance.
fn fitting_interval(from: Timestamp, to: Timestamp) -> Interval {
    match to.duration_since(from).as_hours() {
        ..=6 => Interval::Minute,
        7..=72 => Interval::Hour,
        73..=4_344 => Interval::Day,
        4_345..=17_544 => Interval::Week,
        _ => Interval::Month,
    }
}

fn open_from(starts: &[Timestamp], last_end: Timestamp, now: Timestamp) -> Option<usize> {
    let ends = starts.iter().skip(1).chain([&last_end]);
    ends.into_iter().position(|end| *end > now)
}

struct Walk<'z> {
    zone: &'z TimeZone,
    interval: Interval,
    week_start: WeekStart,
}

impl Walk<'_> {
    /// The beginnings of the buckets that touch the range, and the end of the last.
    fn starts(&self, from: Timestamp, to: Timestamp) -> Result<(Vec<Timestamp>, Timestamp), Error> {
        let mut starts = Vec::new();
        let mut start = self.containing(from).map_err(out_of_range("range.from"))?;
        while start < to {
            if starts.len() == MAX_BUCKETS {
                return Err(self.too_many());
            }
            starts.push(start);
            start = self.after(start).map_err(out_of_range("range.to"))?;
        }
        Ok((starts, start))
    }

    /// A period compared with may be longer than the one beside it, as January is than February: its last bucket is as long
    /// as the others, and more of them follow.
    fn to_its_end(&self, mut window: Window) -> Result<Window, Error> {
        while let Some(last) = window.starts.last() {
            let next = self.after(*last).map_err(out_of_range("compare"))?;
            if next >= window.to {
                break;
            }
            window.starts.push(next);
        }
        Ok(window)
    }

    fn too_many(&self) -> Error {
        let interval = self.interval.as_str();
        let message = format!(
            "By {interval} this range has more than {MAX_BUCKETS} buckets. Use a longer interval or a shorter range."
        );
        Error::invalid("interval", "too_many_buckets", message)
    }

    fn containing(&self, time: Timestamp) -> Result<Timestamp, jiff::Error> {
        match self.interval {
            Interval::Minute | Interval::Hour => {
                let start = self.floor(
                    time,
                    if self.interval == Interval::Hour {
                        3_600
                    } else {
                        60
                    },
                )?;
                // Clocks that were just set back by half an hour show a beginning that lies before the change.
                let next = self.after(start)?;
                Ok(if next <= time { next } else { start })
            }
            Interval::Day | Interval::Week | Interval::Month => {
                let start = start_of_day(self.first_day(self.zone.to_datetime(time).date())?, self.zone)?;
                // Clocks that were set back across midnight repeat the end of a day within the next one.
                if start <= time {
                    Ok(start)
                } else {
                    start_of_day(self.first_day(self.day_before(time)?)?, self.zone)
                }
            }
        }
    }

    fn day_before(&self, time: Timestamp) -> Result<Date, jiff::Error> {
        self.zone.to_datetime(time).date().yesterday()
    }

    fn first_day(&self, date: Date) -> Result<Date, jiff::Error> {
        match self.interval {
            Interval::Month => Ok(date.first_of_month()),
            Interval::Week => first_of_week(date, self.week_start),
            Interval::Day | Interval::Hour | Interval::Minute => Ok(date),
        }
    }

    fn after(&self, start: Timestamp) -> Result<Timestamp, jiff::Error> {
        match self.interval {
            Interval::Minute => self.ceil(start, 60),
            Interval::Hour => self.ceil(start, 3_600),
            Interval::Day => self.later_day(start, 1.days()),
            Interval::Week => self.later_day(start, 7.days()),
            Interval::Month => self.later_day(start, 1.month()),
        }
    }

    /// The next unit on the clocks of the zone: after a change by half an hour, one bucket is shorter.
    fn ceil(&self, start: Timestamp, unit: i64) -> Result<Timestamp, jiff::Error> {
        let since = self.seconds_into(start, unit);
        start.checked_add(SignedDuration::from_secs(unit - since))
    }

    fn floor(&self, time: Timestamp, unit: i64) -> Result<Timestamp, jiff::Error> {
        let second = Timestamp::from_second(time.as_microsecond().div_euclid(1_000_000))?;
        second.checked_sub(SignedDuration::from_secs(self.seconds_into(second, unit)))
    }

    fn seconds_into(&self, time: Timestamp, unit: i64) -> i64 {
        let offset = i64::from(self.zone.to_offset(time).seconds());
        (time.as_second() + offset).rem_euclid(unit)
    }

    /// A day that the zone left out altogether begins with the next one, which then does not get a bucket of its own.
    fn later_day(&self, start: Timestamp, step: Span) -> Result<Timestamp, jiff::Error> {
        let mut date = Zoned::new(start, self.zone.clone()).date();
        loop {
            date = date.checked_add(step)?;
            let next = start_of_day(date, self.zone)?;
            if next > start {
                return Ok(next);
            }
        }
    }
}
