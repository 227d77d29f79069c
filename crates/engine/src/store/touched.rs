//! Which hours got events at which position: what tells whether a figure that was kept is still right.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::ids::OrgId;

use super::Appended;

const HOUR: i64 = 3_600_000_000;
/// Most stretches of time that are told apart for one organization; beyond them, each becomes twice as long.
const MOST_STRETCHES: usize = 4_096;

/// When an organization's events of some hour were last added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touched {
    /// What was stored up to here is not known.
    known_from: u64,
    /// Hours in one stretch.
    width: i64,
    /// The position of the last batch with an event in each stretch.
    stretches: BTreeMap<i64, u64>,
}

impl Touched {
    fn known_from(position: u64) -> Self {
        Self {
            known_from: position,
            width: 1,
            stretches: BTreeMap::new(),
        }
    }

    fn stretch(&self, micros: i64) -> i64 {
        micros.div_euclid(HOUR).div_euclid(self.width)
    }

    fn record(&mut self, micros: i64, position: u64) {
        let last = self.stretches.entry(self.stretch(micros)).or_default();
        *last = position.max(*last);
        while self.stretches.len() > MOST_STRETCHES {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        self.width *= 2;
        for (stretch, position) in std::mem::take(&mut self.stretches) {
            let last = self.stretches.entry(stretch.div_euclid(2)).or_default();
            *last = position.max(*last);
        }
    }

    /// Whether what was read of `[start, end)` at `position` is still all there is; when in doubt it is not.
    pub(crate) fn is_current(&self, start: i64, end: i64, position: u64) -> bool {
        let stretches = self.stretch(start)..=self.stretch(end.max(start + 1) - 1);
        position >= self.known_from && self.stretches.range(stretches).all(|(_, last)| *last <= position)
    }
}

/// The same for every organization that somebody asked about.
#[derive(Debug, Default)]
pub(super) struct TouchedHours(Mutex<HashMap<OrgId, Arc<Touched>>>);

impl TouchedHours {
    /// Remembers batches before they are committed, so that whoever sees their position also finds their hours here.
    pub(super) fn record(&self, org: OrgId, batches: &[Appended]) {
        let Some(last) = batches.iter().map(|batch| batch.position).max() else {
            return;
        };
        let mut orgs = self.orgs();
        let touched = orgs
            .entry(org)
            .or_insert_with(|| Arc::new(Touched::known_from(last)));
        let touched = Arc::make_mut(touched);
        for batch in batches {
            for event in &batch.events {
                touched.record(event.timestamp().as_microsecond(), batch.position);
            }
        }
    }

    /// What is known to somebody who read `position` before.
    pub(super) fn seen_from(&self, org: OrgId, position: u64) -> Arc<Touched> {
        let mut orgs = self.orgs();
        let touched = orgs
            .entry(org)
            .or_insert_with(|| Arc::new(Touched::known_from(position)));
        Arc::clone(touched)
    }

    fn orgs(&self) -> MutexGuard<'_, HashMap<OrgId, Arc<Touched>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_touched_later_is_out_of_date() {
        let mut touched = Touched::known_from(5);
        touched.record(10 * HOUR + 7, 8);
        assert!(touched.is_current(9 * HOUR, 10 * HOUR, 5), "the hour before");
        assert!(touched.is_current(11 * HOUR, 12 * HOUR, 5), "the hour after");
        assert!(!touched.is_current(9 * HOUR, 12 * HOUR, 7));
        assert!(
            !touched.is_current(10 * HOUR, 10 * HOUR + 1, 7),
            "a part of the hour, to be safe"
        );
        assert!(touched.is_current(9 * HOUR, 12 * HOUR, 8));
        assert!(!touched.is_current(0, HOUR, 4), "nobody knows what came before");
    }

    #[test]
    fn before_1970_hours_begin_where_they_begin() {
        let mut touched = Touched::known_from(0);
        touched.record(-1, 3);
        assert!(!touched.is_current(-HOUR, 0, 2));
        assert!(touched.is_current(0, HOUR, 2));
    }

    #[test]
    fn many_hours_become_longer_stretches_and_none_is_forgotten() {
        let mut touched = Touched::known_from(0);
        let hours: Vec<i64> = (0..20_000).map(|hour| hour * 3 - 30_000).collect();
        for (hour, position) in hours.iter().zip(1..) {
            touched.record(hour * HOUR, position);
        }
        assert!(touched.stretches.len() <= MOST_STRETCHES);
        for (hour, position) in hours.iter().zip(1..) {
            assert!(!touched.is_current(hour * HOUR, (hour + 1) * HOUR, position - 1));
        }
        assert!(touched.is_current(i64::from(i32::MIN), i64::from(i32::MAX), 20_000));
    }
}
