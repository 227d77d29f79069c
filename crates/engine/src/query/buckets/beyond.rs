//! The buckets around a range that some questions also look at.

use jiff::SignedDuration;
use model::Timestamp;
use model::query::Reach;

use super::{Buckets, Calendar, Walk, open_from, out_of_range, time_zone};
use crate::error::Error;
use crate::query::window::Window;

/// What a question sees beyond the buckets of its range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Beyond {
    /// When the buckets before the first begin, in order.
    before: Vec<Timestamp>,
    /// When the buckets after the last begin, in order; all have begun.
    after: Vec<Timestamp>,
    /// The first instant after the last of them that does not count.
    end: Timestamp,
    /// How many buckets of the range and after it have begun.
    pub(crate) begun: usize,
    /// From this position on, among those of the range and after it, they are still filling.
    pub(crate) open_from: Option<usize>,
}

impl Buckets {
    /// The same buckets of a question that also looks beyond them, asked at `now`.
    pub(crate) fn reaching(
        mut self,
        reach: Reach,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Result<Self, Error> {
        if reach == Reach::default() {
            return Ok(self);
        }
        let zone = time_zone(&self.timezone)?;
        let walk = Walk {
            zone: &zone,
            interval: self.interval,
            week_start: calendar.week_start,
        };
        self.beyond = Beyond {
            before: walk
                .before(&self.window, reach.before)
                .map_err(out_of_range("range.from"))?,
            ..walk
                .after_all(&self.window, reach, now)
                .map_err(out_of_range("range.to"))?
        };
        Ok(self)
    }

    /// The buckets of the range and those after it, all of them whole.
    pub(crate) fn with_those_after(&self) -> Window {
        let range = &self.window;
        Window {
            from: range.starts.first().copied().unwrap_or(range.from),
            to: self.beyond.end,
            starts: range.starts.iter().chain(&self.beyond.after).copied().collect(),
        }
    }

    /// The buckets of the range, whole at their beginning, and those before it.
    pub(crate) fn with_those_before(&self) -> Window {
        let range = &self.window;
        let starts: Vec<Timestamp> = self.beyond.before.iter().chain(&range.starts).copied().collect();
        Window {
            from: starts.first().copied().unwrap_or(range.from),
            to: range.to,
            starts,
        }
    }
}

impl Walk<'_> {
    fn before(&self, window: &Window, count: usize) -> Result<Vec<Timestamp>, jiff::Error> {
        let mut starts = Vec::with_capacity(count);
        let mut first = window.starts.first().copied().unwrap_or(window.from);
        for _ in 0..count {
            first = self.containing(first.checked_sub(SignedDuration::from_micros(1))?)?;
            starts.push(first);
        }
        starts.reverse();
        Ok(starts)
    }

    fn after_all(&self, window: &Window, reach: Reach, now: Timestamp) -> Result<Beyond, jiff::Error> {
        let mut end = self.after(window.starts.last().copied().unwrap_or(window.from))?;
        let mut after = Vec::new();
        while after.len() < reach.after && end <= now {
            after.push(end);
            end = self.after(end)?;
        }
        let all: Vec<Timestamp> = window.starts.iter().chain(&after).copied().collect();
        let open_from = open_from(&all, end, now);
        if reach.until_now && end <= now {
            end = self.after(self.containing(now)?)?;
        }
        Ok(Beyond {
            before: Vec::new(),
            after,
            end,
            begun: all.iter().filter(|start| **start <= now).count(),
            open_from,
        })
    }
}
