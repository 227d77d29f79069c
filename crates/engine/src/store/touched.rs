//! Which hours got events at which position: what tells whether a figure that was kept is still right.
//!
//! A store that one process has to itself is told here what it appends. A store on a server keeps the hours beside the
//! events, written together with the position that they came with; here is what was read of them so far.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::event::Event;
use model::ids::OrgId;

use super::Appended;

const HOUR: i64 = 3_600_000_000;
/// Most hours that are kept of one append; one that reaches into more counts as [`EVERYWHERE`].
const MOST_HOURS: usize = 1_000;
/// Stands for all hours.
pub(super) const EVERYWHERE: i64 = i64::MIN;
/// Most stretches of time that are told apart for one organization; beyond them, each becomes twice as long.
const MOST_STRETCHES: usize = 4_096;

/// The hours of `events`, counted from 1970, in their order; `micros` is the time that the store keeps of an event.
pub(super) fn hours_of<'e>(
    events: impl IntoIterator<Item = &'e Event>,
    micros: impl Fn(&Event) -> i64,
) -> Vec<i64> {
    let mut hours: Vec<i64> = events
        .into_iter()
        .map(|event| micros(event).div_euclid(HOUR))
        .collect();
    hours.sort_unstable();
    hours.dedup();
    if hours.len() > MOST_HOURS {
        return vec![EVERYWHERE];
    }
    hours
}

/// What a store says of an organization, all of it at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// How far the events are stored.
    pub(super) position: u64,
    /// Below this position the hours are not known.
    pub(super) known_from: u64,
    /// How often events were erased.
    pub(super) erasures: u64,
    /// Hours with the position of the last batch that had an event in them, as far as it is later than what was asked for.
    pub(super) hours: Vec<(i64, u64)>,
}

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
    pub(super) fn known_from(position: u64) -> Self {
        Self {
            known_from: position,
            width: 1,
            stretches: BTreeMap::new(),
        }
    }

    fn stretch(&self, micros: i64) -> i64 {
        micros.div_euclid(HOUR).div_euclid(self.width)
    }

    fn record(&mut self, hour: i64, position: u64) {
        if hour == EVERYWHERE {
            self.known_from = position.max(self.known_from);
            return;
        }
        let last = self.stretches.entry(hour.div_euclid(self.width)).or_default();
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
pub(super) struct TouchedHours(Mutex<HashMap<OrgId, Known>>);

#[derive(Debug)]
struct Known {
    touched: Arc<Touched>,
    /// Everything up to here is in `touched`.
    up_to: u64,
}

impl Known {
    fn from(position: u64) -> Self {
        Self {
            touched: Arc::new(Touched::known_from(position)),
            up_to: position,
        }
    }
}

impl TouchedHours {
    /// Remembers batches before they are committed, so that whoever sees their position also finds their hours here.
    pub(super) fn record(&self, org: OrgId, batches: &[Appended]) {
        let Some(last) = batches.iter().map(|batch| batch.position).max() else {
            return;
        };
        let mut orgs = self.orgs();
        let known = orgs.entry(org).or_insert_with(|| Known::from(last));
        let touched = Arc::make_mut(&mut known.touched);
        for batch in batches {
            for hour in hours_of(&batch.events, |event| event.timestamp().as_microsecond()) {
                touched.record(hour, batch.position);
            }
        }
    }

    /// What is known to somebody who read `position` before.
    pub(super) fn seen_from(&self, org: OrgId, position: u64) -> Arc<Touched> {
        let mut orgs = self.orgs();
        let known = orgs.entry(org).or_insert_with(|| Known::from(position));
        Arc::clone(&known.touched)
    }

    /// Up to which position the store has told everything; nothing where it was never asked.
    pub(super) fn told_up_to(&self, org: OrgId) -> u64 {
        self.orgs().get(&org).map_or(0, |known| known.up_to)
    }

    /// Adds what the store told of everything after [`TouchedHours::told_up_to`].
    pub(super) fn learn(&self, org: OrgId, told: &Told) -> Arc<Touched> {
        let mut orgs = self.orgs();
        let known = orgs.entry(org).or_insert_with(|| Known::from(0));
        let is_news = !told.hours.is_empty() || told.known_from > known.touched.known_from;
        if is_news {
            let touched = Arc::make_mut(&mut known.touched);
            touched.known_from = told.known_from.max(touched.known_from);
            for (hour, position) in &told.hours {
                touched.record(*hour, *position);
            }
        }
        known.up_to = told.position.max(known.up_to);
        Arc::clone(&known.touched)
    }

    fn orgs(&self) -> MutexGuard<'_, HashMap<OrgId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_touched_later_is_out_of_date() {
        let mut touched = Touched::known_from(5);
        touched.record(10, 8);
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
    fn what_a_store_tells_is_added_to_what_it_told() {
        let (hours, org) = (TouchedHours::default(), OrgId::new(uuid::Uuid::from_u128(1)));
        let told = |position, known_from, hours: &[(i64, u64)]| Told {
            position,
            known_from,
            erasures: 0,
            hours: hours.to_vec(),
        };
        hours.learn(org, &told(7, 2, &[(1, 5), (3, 7)]));
        assert_eq!(hours.told_up_to(org), 7);
        let touched = hours.learn(org, &told(9, 2, &[(1, 9)]));
        assert!(touched.is_current(2 * HOUR, 3 * HOUR, 2) && !touched.is_current(2 * HOUR, 3 * HOUR, 1));
        assert!(touched.is_current(3 * HOUR, 4 * HOUR, 7) && !touched.is_current(3 * HOUR, 4 * HOUR, 6));
        assert!(!touched.is_current(HOUR, 2 * HOUR, 8));
        let touched = hours.learn(org, &told(10, 2, &[(EVERYWHERE, 10)]));
        assert!(!touched.is_current(2 * HOUR, 3 * HOUR, 9) && touched.is_current(2 * HOUR, 3 * HOUR, 10));
    }

    #[test]
    fn an_append_into_very_many_hours_is_one_into_all() {
        let event = |hour: usize| {
            let time = jiff::Timestamp::from_second(i64::try_from(hour).expect("small") * 3_600 + 5)
                .expect("a time");
            model::event::Event::from_parts(model::event::EventParts {
                id: hour.to_string(),
                name: "x".to_owned(),
                timestamp: time,
                user_id: None,
                anonymous_id: None,
                session_id: None,
                properties: "{}".to_owned(),
            })
        };
        let events: Vec<Event> = (0..=MOST_HOURS).map(event).collect();
        let micros = |event: &Event| event.timestamp().as_microsecond();
        assert_eq!(hours_of(&events, micros), [EVERYWHERE]);
        assert_eq!(hours_of(&events[3..6], micros), [3, 4, 5]);
    }

    #[test]
    fn many_hours_become_longer_stretches_and_none_is_forgotten() {
        let mut touched = Touched::known_from(0);
        let hours: Vec<i64> = (0..20_000).map(|hour| hour * 3 - 30_000).collect();
        for (hour, position) in hours.iter().zip(1..) {
            touched.record(*hour, position);
        }
        assert!(touched.stretches.len() <= MOST_STRETCHES);
        for (hour, position) in hours.iter().zip(1..) {
            assert!(!touched.is_current(hour * HOUR, (hour + 1) * HOUR, position - 1));
        }
        assert!(touched.is_current(i64::from(i32::MIN), i64::from(i32::MAX), 20_000));
    }
}
