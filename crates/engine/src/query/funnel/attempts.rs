//! One user's way through the steps: pure, the same for every store.
//!
//! An attempt begins at an event of the first step (in any order: of any step) and takes each further step at the
//! earliest instant that fits. The best attempt is the one that gets furthest; of several, the one that began first.

use model::query::StepOrder;

use super::in_any_order::InAnyOrder;

/// One event of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Microseconds.
    pub(super) at: i64,
    /// A bit for each step that it is, then one for each exclusion.
    pub(super) is: u64,
}

/// The rules of one funnel.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) steps: usize,
    /// Microseconds.
    pub(super) window: i64,
    pub(super) order: StepOrder,
    pub(super) exclusions: Vec<Between>,
}

impl Rules {
    fn all_steps(&self) -> u64 {
        (1 << self.steps) - 1
    }
}

/// Between which reached steps an exclusion ends an attempt, from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    pub(super) from: usize,
    pub(super) to: usize,
}

/// When a user did what, and how far they got; used again for every user.
#[derive(Debug)]
pub(super) struct Attempts {
    rules: Rules,
    of_step: Vec<Vec<i64>>,
    excluded: Vec<Vec<i64>>,
    in_any_order: InAnyOrder,
    times: Vec<i64>,
    best: Best,
}

/// The best attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Best {
    /// When each step was reached; empty where not even the first was.
    pub(super) times: Vec<i64>,
    /// The position of the event that was the first step.
    pub(super) first: usize,
    /// The position of the event that was the last reached step.
    pub(super) last: usize,
}

impl Attempts {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            of_step: vec![Vec::new(); rules.steps],
            excluded: vec![Vec::new(); rules.exclusions.len()],
            in_any_order: InAnyOrder::default(),
            times: Vec::new(),
            best: Best::default(),
            rules,
        }
    }

    /// How many steps there are.
    pub(super) const fn steps(&self) -> usize {
        self.rules.steps
    }

    /// The best attempt of a user whose events these are, in the order of their time (and of their ids, where the order
    /// is strict or the positions matter).
    pub(super) fn best(&mut self, moments: &[Moment]) -> &Best {
        self.best.times.clear();
        self.sort_out(moments);
        match self.rules.order {
            StepOrder::Ordered => self.in_order(),
            StepOrder::Strict => self.strictly(moments),
            StepOrder::Any => self.in_any_order(moments),
        }
        if self.rules.order != StepOrder::Strict {
            self.find_positions(moments);
        }
        &self.best
    }

    fn sort_out(&mut self, moments: &[Moment]) {
        let lists = self.of_step.iter_mut().chain(&mut self.excluded);
        for (bit, list) in lists.enumerate() {
            list.clear();
            let is_it = |moment: &&Moment| (moment.is >> bit) & 1 == 1;
            list.extend(moments.iter().filter(is_it).map(|moment| moment.at));
            list.dedup();
        }
    }

    fn in_order(&mut self) {
        for attempt in 0..self.of_step[0].len() {
            let start = self.of_step[0][attempt];
            self.times.clear();
            self.times.push(start);
            let mut reached = start;
            for list in &self.of_step[1..] {
                let Some(next) = first_after(list, reached) else {
                    break;
                };
                let is_ended = ends(&self.rules, &self.excluded, &self.times, next);
                if next - start > self.rules.window || is_ended {
                    break;
                }
                self.times.push(next);
                reached = next;
            }
            if self.keep_better(0, 0) {
                return;
            }
        }
    }

    fn strictly(&mut self, moments: &[Moment]) {
        for (first, start) in moments.iter().enumerate() {
            if start.is & 1 == 0 {
                continue;
            }
            self.times.clear();
            self.times.push(start.at);
            let mut reached = start.at;
            let following = moments[first + 1..].iter().take(self.rules.steps - 1);
            for (step, next) in (1..).zip(following) {
                let fits = (next.is >> step) & 1 == 1
                    && next.at > reached
                    && next.at - start.at <= self.rules.window
                    && !ends(&self.rules, &self.excluded, &self.times, next.at);
                if !fits {
                    break;
                }
                self.times.push(next.at);
                reached = next.at;
            }
            if self.keep_better(first, first + self.times.len() - 1) {
                return;
            }
        }
    }

    fn in_any_order(&mut self, moments: &[Moment]) {
        self.in_any_order.take(moments, self.rules.all_steps());
        for attempt in 0..self.in_any_order.len() {
            let found = self
                .in_any_order
                .earliest(attempt, self.rules.window, self.rules.steps);
            self.times.clear();
            for next in found {
                if !self.times.is_empty() && ends(&self.rules, &self.excluded, &self.times, *next) {
                    break;
                }
                self.times.push(*next);
            }
            if self.keep_better(0, 0) {
                return;
            }
        }
    }

    /// Whether the attempt got so far that none can get further.
    fn keep_better(&mut self, first: usize, last: usize) -> bool {
        if self.times.len() > self.best.times.len() {
            self.best.times.clone_from(&self.times);
            self.best.first = first;
            self.best.last = last;
        }
        self.best.times.len() == self.rules.steps
    }

    /// Of several events at the instant of a step, the first one is it.
    fn find_positions(&mut self, moments: &[Moment]) {
        let (Some(start), Some(end)) = (self.best.times.first(), self.best.times.last()) else {
            return;
        };
        let (first_step, last_step) = match self.rules.order {
            StepOrder::Any => (self.rules.all_steps(), self.rules.all_steps()),
            StepOrder::Ordered | StepOrder::Strict => (1, 1 << (self.best.times.len() - 1)),
        };
        let position = |at: i64, steps: u64| {
            let from = moments.partition_point(|moment| moment.at < at);
            let offset = moments[from..].iter().position(|moment| moment.is & steps != 0);
            from + offset.unwrap_or(0)
        };
        self.best.first = position(*start, first_step);
        self.best.last = position(*end, last_step);
    }
}

fn first_after(times: &[i64], time: i64) -> Option<i64> {
    times
        .get(times.partition_point(|earlier| *earlier <= time))
        .copied()
}

/// Whether an excluded event lies between an attempt that has got so far and its next step.
fn ends(rules: &Rules, excluded: &[Vec<i64>], times: &[i64], next: i64) -> bool {
    let mut exclusions = rules.exclusions.iter().zip(excluded);
    exclusions.any(|(between, excluded)| {
        let matters = between.from < times.len() && times.len() <= between.to;
        matters && first_after(excluded, times[between.from]).is_some_and(|time| time < next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXCLUDED: u64 = 1 << 3;

    fn rules(order: StepOrder, window: i64, exclusions: &[(usize, usize)]) -> Rules {
        let between = |(from, to): &(usize, usize)| Between { from: *from, to: *to };
        Rules {
            steps: 3,
            window,
            order,
            exclusions: exclusions.iter().map(between).collect(),
        }
    }

    fn best(rules: Rules, moments: &[(i64, u64)]) -> Best {
        let moments: Vec<Moment> = moments
            .iter()
            .map(|(at, is)| Moment { at: *at, is: *is })
            .collect();
        Attempts::new(rules).best(&moments).clone()
    }

    #[test]
    fn the_furthest_attempt_counts_and_of_several_the_first() {
        let ordered = || rules(StepOrder::Ordered, 10, &[]);
        let further_later = best(ordered(), &[(0, 1), (5, 2), (20, 1), (21, 2), (30, 4)]);
        assert_eq!(further_later.times, [20, 21, 30]);
        let equal = best(ordered(), &[(0, 1), (1, 1), (5, 2), (6, 2)]);
        assert_eq!((equal.times, equal.first, equal.last), (vec![0, 5], 0, 2));
        assert!(best(ordered(), &[(0, 2), (1, 4)]).times.is_empty());
    }

    #[test]
    fn steps_are_strictly_later_and_within_the_window() {
        let ordered = || rules(StepOrder::Ordered, 10, &[]);
        assert_eq!(best(ordered(), &[(0, 1), (0, 2), (10, 2)]).times, [0, 10]);
        assert_eq!(best(ordered(), &[(0, 1), (11, 2)]).times, [0]);
        assert_eq!(best(ordered(), &[(0, 7), (1, 7), (2, 7)]).times, [0, 1, 2]);
    }

    #[test]
    fn nothing_lies_between_strict_steps() {
        let strict = || rules(StepOrder::Strict, 10, &[]);
        assert_eq!(best(strict(), &[(0, 1), (1, 0), (2, 2)]).times, [0]);
        let again = best(strict(), &[(0, 1), (0, 1), (1, 2), (2, 4)]);
        assert_eq!((again.times, again.first, again.last), (vec![0, 1, 2], 1, 3));
    }

    #[test]
    fn in_any_order_an_event_is_one_step() {
        let any = || rules(StepOrder::Any, 10, &[]);
        assert_eq!(best(any(), &[(0, 4), (3, 1), (9, 2)]).times, [0, 3, 9]);
        assert_eq!(best(any(), &[(0, 3), (1, 3), (2, 3)]).times, [0, 1]);
        assert_eq!(best(any(), &[(0, 3), (1, 1), (2, 4)]).times, [0, 1, 2]);
    }

    #[test]
    fn an_excluded_event_ends_an_attempt() {
        let from_first = || rules(StepOrder::Ordered, 100, &[(0, 2)]);
        let excluded = [
            (0, 1),
            (1, EXCLUDED),
            (2, 2),
            (5, 1),
            (6, 2),
            (6, EXCLUDED),
            (9, 4),
        ];
        assert_eq!(best(from_first(), &excluded).times, [5, 6]);
        let until_second = rules(StepOrder::Ordered, 100, &[(0, 1)]);
        assert_eq!(best(until_second, &excluded).times, [5, 6, 9]);
        let at_the_step = [(0, 1), (0, EXCLUDED), (2, 2), (3, 4), (3, EXCLUDED)];
        assert_eq!(best(from_first(), &at_the_step).times, [0, 2, 3]);
    }
}
