//! What became of every user, as small as it can be kept.

use std::collections::HashMap;

use model::query::Attribution;

use super::attempts::{Attempts, Moment};
use super::compile::{Compiler, Layout};
use crate::query::window::Window;
use crate::store::{Cell, TakesRows};

pub(super) struct Tally {
    attempts: Attempts,
    layout: Layout,
    attribution: Attribution,
    moments: Vec<Moment>,
    /// The buckets' beginnings, in microseconds of the window.
    starts: Vec<i64>,
    values: Values,
    pub(super) users: Vec<User>,
    /// Microseconds from each reached step to the next, user after user.
    pub(super) durations: Vec<i64>,
    /// By the bucket of the first step.
    pub(super) started: Vec<u64>,
    pub(super) converted: Vec<u64>,
    pub(super) events: u64,
}

/// A user who reached at least the first step.
#[derive(Clone, Copy, Debug)]
pub(super) struct User {
    /// The position of the breakdown's value.
    pub(super) value: u32,
    /// How many steps.
    pub(super) reached: u8,
}

/// The different values of a breakdown.
#[derive(Default)]
struct Values {
    positions: HashMap<Option<String>, u32>,
    names: Vec<Option<String>>,
}

impl Values {
    /// As the statement writes it: empty, or the value after an equals sign.
    fn position(&mut self, written: &str) -> u32 {
        let value = written.strip_prefix('=').map(str::to_owned);
        if let Some(position) = self.positions.get(&value) {
            return *position;
        }
        let position = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.positions.insert(value.clone(), position);
        self.names.push(value);
        position
    }
}

impl Layout {
    /// Reads a user's events off the beginning of a row, in the order of their time; nothing where it does not begin with
    /// them.
    pub(super) fn read(
        self,
        cells: &mut impl Iterator<Item = Cell>,
        moments: &mut Vec<Moment>,
    ) -> Option<()> {
        let Some(Cell::Ints(times)) = cells.next() else {
            return None;
        };
        let bits = if self.has_own_column { cells.next() } else { None };
        moments.clear();
        if let Some(Cell::Ints(bits)) = bits {
            let both = times.iter().zip(bits);
            moments.extend(both.map(|(at, is)| Moment {
                at: *at,
                is: is.cast_unsigned(),
            }));
        } else {
            let below = (1_i64 << self.bits) - 1;
            moments.extend(times.iter().map(|packed| Moment {
                at: packed >> self.bits,
                is: (packed & below).cast_unsigned(),
            }));
        }
        if !self.is_sorted {
            moments.sort_unstable_by_key(|moment| moment.at);
        }
        Some(())
    }
}

/// A row for each user, as [`Compiler::users`] lists them.
impl TakesRows for Tally {
    fn take(&mut self, row: Vec<Cell>) {
        let mut cells = row.into_iter();
        if self.layout.read(&mut cells, &mut self.moments).is_none() {
            return;
        }
        self.events += self.moments.len() as u64;
        let values = match cells.next() {
            Some(Cell::Texts(values)) => values,
            _ => Vec::new(),
        };
        self.follow(&values);
    }
}

impl Tally {
    pub(super) fn new(compiler: &Compiler<'_>, window: &Window) -> Self {
        let from = window.from.as_microsecond();
        let begins = window.starts.iter().map(|start| start.as_microsecond() - from);
        let buckets = window.starts.len();
        Self {
            attempts: Attempts::new(compiler.rules()),
            layout: compiler.layout(),
            attribution: compiler.attribution(),
            moments: Vec::new(),
            starts: begins.collect(),
            values: Values::default(),
            users: Vec::new(),
            durations: Vec::new(),
            started: vec![0; buckets],
            converted: vec![0; buckets],
            events: 0,
        }
    }

    /// The values of the breakdown, at the positions that users name; none for events without one.
    pub(super) fn values(&self) -> &[Option<String>] {
        &self.values.names
    }

    fn follow(&mut self, values: &[String]) {
        let steps = self.attempts.steps();
        let best = self.attempts.best(&self.moments);
        let (Some(start), Ok(reached)) = (best.times.first(), u8::try_from(best.times.len())) else {
            return;
        };
        let event = match self.attribution {
            Attribution::First => best.first,
            Attribution::Last => best.last,
        };
        let written = values.get(event).map_or("", String::as_str);
        let value = self.values.position(written);
        self.users.push(User { value, reached });
        let pairs = best.times.windows(2);
        self.durations.extend(pairs.map(|pair| pair[1] - pair[0]));
        let after = self.starts.partition_point(|begin| begin <= start);
        let bucket = after.saturating_sub(1);
        self.started[bucket] += 1;
        self.converted[bucket] += u64::from(best.times.len() == steps);
    }
}
