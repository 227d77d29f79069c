//! From rows to cohorts: each interval of the range has one, also where nobody began.

use std::collections::BTreeMap;

use model::answer::{Cohort, NONE, OTHER};
use model::query::RetentionSpec;

use crate::query::buckets::Buckets;
use crate::store::Cell;

/// The cohorts, and the events that they are made of.
#[derive(Default)]
pub(super) struct Shaped {
    pub(super) cohorts: Vec<Cohort>,
    pub(super) events: u64,
}

/// The cohorts of one breakdown value.
struct Line {
    value: Option<String>,
    /// By interval of the range: users, and how many came back.
    cells: BTreeMap<usize, (u64, Vec<u64>)>,
}

/// Puts the rows of the statement in order.
pub(super) fn cohorts<'r>(
    rows: impl IntoIterator<Item = &'r Vec<Cell>>,
    buckets: &Buckets,
    spec: &RetentionSpec,
) -> Shaped {
    let mut lines: BTreeMap<u64, Line> = BTreeMap::new();
    let mut events = 0;
    for row in rows {
        let [rank, value, cohort, users, counted, returned @ ..] = row.as_slice() else {
            continue;
        };
        events += whole(counted);
        let Some(cohort) = cohort.int().and_then(|cohort| usize::try_from(cohort).ok()) else {
            continue;
        };
        let line = lines.entry(whole(rank)).or_insert_with(|| Line {
            value: value.text().map(str::to_owned),
            cells: BTreeMap::new(),
        });
        let returned = returned.iter().map(whole).collect();
        line.cells.insert(cohort, (whole(users), returned));
    }
    let limit = spec.breakdown.as_ref().map(|breakdown| breakdown.limit);
    if limit.is_none() {
        lines.entry(1).or_insert_with(|| Line {
            value: None,
            cells: BTreeMap::new(),
        });
    }
    let cohorts = lines.into_iter().flat_map(|(rank, line)| {
        let name = limit.map(|limit| name(rank, line.value.as_deref(), limit));
        line.cohorts(name.as_deref(), buckets, spec.periods)
    });
    Shaped {
        cohorts: cohorts.collect(),
        events,
    }
}

fn whole(cell: &Cell) -> u64 {
    cell.int()
        .and_then(|value| u64::try_from(value).ok())
        .unwrap_or(0)
}

fn name(rank: u64, value: Option<&str>, limit: usize) -> String {
    let is_rest = usize::try_from(rank).is_ok_and(|rank| rank > limit);
    if is_rest { OTHER } else { value.unwrap_or(NONE) }.to_owned()
}

impl Line {
    fn cohorts(&self, name: Option<&str>, buckets: &Buckets, periods: usize) -> Vec<Cohort> {
        let begun = buckets.beyond.begun;
        let starts = buckets.window.starts.iter().zip(&buckets.local).enumerate();
        let cohort = |(position, (start, local)): (usize, (&_, &_))| {
            let cell = self.cells.get(&position);
            let returned = |k: usize| {
                let users = || {
                    cell.and_then(|(_, returned)| returned.get(k))
                        .copied()
                        .unwrap_or(0)
                };
                (position + k < begun).then(users)
            };
            Cohort {
                start: *start,
                local: *local,
                breakdown: name.map(str::to_owned),
                size: cell.map_or(0, |(size, _)| *size),
                returned: (0..=periods).map(returned).collect(),
            }
        };
        starts.map(cohort).collect()
    }
}
