//! Steps in any order: how many can be done at different instants, and how early.
//!
//! Each instant does at most one step and each step needs one instant, so this is a matching. Taken in the order of
//! time, an instant adds a step exactly where an augmenting path leads from it to a step that is still free.

use super::attempts::Moment;

#[derive(Debug, Default)]
pub(super) struct InAnyOrder {
    /// When something was done, and every step that it could be; in the order of time.
    instants: Vec<(i64, u64)>,
    /// The instants of each different set of steps.
    alike: Vec<(u64, Vec<i64>)>,
    candidates: Vec<(i64, u64)>,
    found: Vec<i64>,
}

impl InAnyOrder {
    pub(super) fn take(&mut self, moments: &[Moment], all_steps: u64) {
        self.instants.clear();
        self.alike.clear();
        for moment in moments {
            let steps = moment.is & all_steps;
            match self.instants.last_mut() {
                _ if steps == 0 => {}
                Some((at, here)) if *at == moment.at => *here |= steps,
                _ => self.instants.push((moment.at, steps)),
            }
        }
        for (at, steps) in &self.instants {
            match self.alike.iter_mut().find(|(alike, _)| alike == steps) {
                Some((_, times)) => times.push(*at),
                None => self.alike.push((*steps, vec![*at])),
            }
        }
    }

    /// How many attempts there are: one from each instant.
    pub(super) fn len(&self) -> usize {
        self.instants.len()
    }

    /// When an attempt has done one step, two steps, and so on.
    pub(super) fn earliest(&mut self, attempt: usize, window: i64, steps: usize) -> &[i64] {
        let start = self.instants[attempt].0;
        self.candidates.clear();
        for (alike, times) in &self.alike {
            // Of instants for the same steps, no more than there are steps can be of use, and the first are best.
            let useful = usize::try_from(alike.count_ones()).unwrap_or(steps);
            let from = times.partition_point(|time| *time < start);
            let within = times[from..].iter().take_while(|time| **time - start <= window);
            self.candidates
                .extend(within.take(useful).map(|time| (*time, *alike)));
        }
        self.candidates.sort_unstable();
        self.found.clear();
        let mut done_by = vec![None; steps];
        for position in 0..self.candidates.len() {
            if adds_a_step(position, &self.candidates, &mut done_by, &mut 0) {
                self.found.push(self.candidates[position].0);
            }
            if self.found.len() == steps {
                break;
            }
        }
        &self.found
    }
}

/// Finds a step for an instant; instants that have one may be moved to another.
fn adds_a_step(
    instant: usize,
    instants: &[(i64, u64)],
    done_by: &mut [Option<usize>],
    tried: &mut u64,
) -> bool {
    for step in 0..done_by.len() {
        let bit = 1 << step;
        if instants[instant].1 & bit == 0 || *tried & bit != 0 {
            continue;
        }
        *tried |= bit;
        let is_free = match done_by[step] {
            None => true,
            Some(other) => adds_a_step(other, instants, done_by, tried),
        };
        if is_free {
            done_by[step] = Some(instant);
            return true;
        }
    }
    false
}
