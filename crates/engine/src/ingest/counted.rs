//! How many events were accepted and are not written down yet, by organization and month.
//!
//! Whoever writes them down says up to which position of the log; the log keeps what comes after. So a restart counts the
//! rest from the log again, and nothing twice.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::Timestamp;
use model::ids::OrgId;

use super::log::Header;

/// A month, counted from the year 0.
pub(crate) type Month = i64;

/// The month of an instant, in UTC.
pub(crate) fn month_of(at: Timestamp) -> Month {
    let date = jiff::tz::Offset::UTC.to_datetime(at).date();
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// Events that are to be written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unwritten {
    pub(crate) events: HashMap<(OrgId, Month), u64>,
    /// The position up to which they are in the log.
    pub(crate) up_to: u64,
}

/// Counts what is accepted.
#[derive(Debug)]
pub(crate) struct Counted(Mutex<State>);

#[derive(Debug)]
struct State {
    unwritten: Unwritten,
    /// Up to here it is written down; nothing where nobody writes anything down.
    written: Option<u64>,
}

impl Counted {
    /// Counts what comes after `written`.
    pub(super) fn after(written: Option<u64>) -> Self {
        let unwritten = Unwritten {
            up_to: written.unwrap_or(0),
            ..Unwritten::default()
        };
        Self(Mutex::new(State { unwritten, written }))
    }

    /// These are in the log; what was counted before is passed over.
    pub(super) fn count(&self, headers: &[Header]) {
        let mut state = self.state();
        if state.written.is_none() {
            return;
        }
        for header in headers {
            if header.position > state.unwritten.up_to {
                let events = u64::try_from(header.count).unwrap_or(u64::MAX);
                *state
                    .unwritten
                    .events
                    .entry((header.org, month_of(header.at)))
                    .or_default() += events;
                state.unwritten.up_to = header.position;
            }
        }
    }

    /// The position up to which the log need not keep anything for counting.
    pub(super) fn written(&self) -> u64 {
        self.state().written.unwrap_or(u64::MAX)
    }

    /// What is to be written down now.
    pub(crate) fn unwritten(&self) -> Unwritten {
        self.state().unwritten.clone()
    }

    /// Of an organization, in a month.
    pub(crate) fn unwritten_of(&self, org: OrgId, month: Month) -> u64 {
        self.state()
            .unwritten
            .events
            .get(&(org, month))
            .copied()
            .unwrap_or(0)
    }

    /// This is written down.
    pub(crate) fn wrote(&self, what: &Unwritten) {
        let mut state = self.state();
        state.written = Some(what.up_to);
        for (key, events) in &what.events {
            if let Some(left) = state.unwritten.events.get_mut(key) {
                *left = left.saturating_sub(*events);
            }
        }
        state.unwritten.events.retain(|_, left| *left > 0);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn header(position: u64, at: &str, count: usize) -> Header {
        Header {
            position,
            org: OrgId::new(Uuid::from_u128(1)),
            at: at.parse().expect("a time"),
            count,
            bytes: 10,
        }
    }

    #[test]
    fn what_is_written_down_is_counted_once_and_the_rest_stays() {
        let (org, counted) = (OrgId::new(Uuid::from_u128(1)), Counted::after(Some(5)));
        counted.count(&[
            header(5, "2026-01-31T23:59:59Z", 9),
            header(6, "2026-01-31T23:59:59Z", 2),
        ]);
        counted.count(&[header(7, "2026-02-01T00:00:00Z", 3)]);
        counted.count(&[header(7, "2026-02-01T00:00:00Z", 3)]);
        let (january, february) = (2026 * 12, 2026 * 12 + 1);
        let first = counted.unwritten();
        assert_eq!(
            (
                counted.unwritten_of(org, january),
                counted.unwritten_of(org, february)
            ),
            (2, 3)
        );
        counted.count(&[header(8, "2026-02-01T00:00:01Z", 4)]);
        assert_eq!(counted.written(), 5);
        counted.wrote(&first);
        assert_eq!(
            (
                counted.unwritten_of(org, january),
                counted.unwritten_of(org, february)
            ),
            (0, 4)
        );
        assert_eq!(counted.written(), 7);
    }

    #[test]
    fn where_nobody_writes_anything_down_nothing_is_kept_for_it() {
        let counted = Counted::after(None);
        counted.count(&[header(7, "2026-02-01T00:00:00Z", 3)]);
        assert_eq!(
            (counted.written(), counted.unwritten()),
            (u64::MAX, Unwritten::default())
        );
    }
}
