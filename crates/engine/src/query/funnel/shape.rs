//! From what became of every user to the answer.

use std::collections::BTreeMap;

use model::answer::{
    Conversion, FunnelAnswer, FunnelGroup, Meta, NONE, OTHER, StepFigures, TimeBin, TimeToConvert,
};
use model::query::{FunnelBreakdown, FunnelSpec, FunnelStep};

use super::tally::Tally;
use crate::query::buckets::Buckets;

const MICROS: f64 = 1e6;
/// Most bins of the time to convert.
const MOST_BINS: u64 = 20;
/// How many seconds wide a bin may be.
const BIN_SECONDS: [u64; 18] = [
    1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 604_800,
    2_592_000,
];

/// Users by how far they got, and how long that took them.
struct Figures {
    counts: Vec<u64>,
    /// Microseconds since the step before, for each step but the first.
    durations: Vec<Vec<i64>>,
    /// Microseconds from the first step to the last.
    whole: Vec<i64>,
}

impl Figures {
    fn new(steps: usize) -> Self {
        Self {
            counts: vec![0; steps],
            durations: vec![Vec::new(); steps - 1],
            whole: Vec::new(),
        }
    }

    fn add(&mut self, durations: &[i64]) {
        for count in &mut self.counts[..=durations.len()] {
            *count += 1;
        }
        for (list, duration) in self.durations.iter_mut().zip(durations) {
            list.push(*duration);
        }
        if durations.len() == self.durations.len() {
            self.whole.push(durations.iter().sum());
        }
    }

    fn steps(&mut self, spec: &FunnelSpec) -> Vec<StepFigures> {
        let first = self.counts[0];
        let step = |(position, step): (usize, &FunnelStep)| {
            let count = self.counts[position];
            let before = position.checked_sub(1);
            let durations = before.map(|before| &mut self.durations[before]);
            let (median_seconds, average_seconds) = durations.map_or((None, None), |list| middle(list));
            StepFigures {
                label: step.display_label().to_owned(),
                count,
                from_previous: share(count, before.map_or(first, |before| self.counts[before])),
                from_first: share(count, first),
                median_seconds,
                average_seconds,
            }
        };
        spec.steps.iter().enumerate().map(step).collect()
    }
}

pub(super) fn answer(spec: &FunnelSpec, buckets: &Buckets, tally: &Tally) -> FunnelAnswer {
    let steps = spec.steps.len();
    let chosen = spec
        .breakdown
        .as_ref()
        .map(|breakdown| Chosen::of(breakdown, tally));
    let lines = chosen.as_ref().map_or(0, |chosen| chosen.names.len());
    let mut all = Figures::new(steps);
    let mut groups: Vec<Figures> = (0..lines).map(|_| Figures::new(steps)).collect();
    let mut from = 0;
    for user in &tally.users {
        let to = from + usize::from(user.reached) - 1;
        let durations = &tally.durations[from..to];
        from = to;
        all.add(durations);
        if let Some(chosen) = &chosen {
            groups[chosen.line(user.value)].add(durations);
        }
    }
    let named = |chosen: Chosen| {
        let group = |(breakdown, figures): (String, &mut Figures)| FunnelGroup {
            breakdown,
            steps: figures.steps(spec),
        };
        chosen.names.into_iter().zip(&mut groups).map(group).collect()
    };
    FunnelAnswer {
        steps: all.steps(spec),
        groups: chosen.map(named),
        time_to_convert: time_to_convert(&mut all.whole),
        over_time: spec.over_time.then(|| over_time(buckets, tally)),
        meta: Meta::fresh(tally.events),
    }
}

/// The values that have a line of their own.
struct Chosen {
    names: Vec<String>,
    /// Of a value's position.
    lines: BTreeMap<u32, usize>,
}

impl Chosen {
    fn of(breakdown: &FunnelBreakdown, tally: &Tally) -> Self {
        let mut users: BTreeMap<u32, u64> = BTreeMap::new();
        for user in &tally.users {
            *users.entry(user.value).or_default() += 1;
        }
        let values = tally.values();
        let value = |position: u32| values[usize::try_from(position).unwrap_or(0)].as_deref();
        let mut ranked: Vec<(u32, u64)> = users.into_iter().collect();
        ranked.sort_by(|(one, of_one), (other, of_other)| {
            let (one, other) = (value(*one), value(*other));
            let by_value = (one.is_none(), one).cmp(&(other.is_none(), other));
            of_other.cmp(of_one).then(by_value)
        });
        let has_rest = ranked.len() > breakdown.limit;
        ranked.truncate(breakdown.limit);
        let name = |(position, _): &(u32, u64)| value(*position).unwrap_or(NONE).to_owned();
        let mut names: Vec<String> = ranked.iter().map(name).collect();
        if has_rest {
            names.push(OTHER.to_owned());
        }
        let positions = ranked.into_iter().map(|(position, _)| position);
        Self {
            names,
            lines: positions.zip(0..).collect(),
        }
    }

    /// The value's own line, or that of the rest.
    fn line(&self, value: u32) -> usize {
        self.lines.get(&value).copied().unwrap_or(self.lines.len())
    }
}

fn time_to_convert(whole: &mut [i64]) -> TimeToConvert {
    let (median_seconds, average_seconds) = middle(whole);
    TimeToConvert {
        median_seconds,
        average_seconds,
        bins: bins(whole),
    }
}

/// Neighbours of the least width with which there are not too many.
fn bins(sorted: &[i64]) -> Vec<TimeBin> {
    let seconds = |micros: &i64| u64::try_from(*micros).unwrap_or(0) / 1_000_000;
    let (Some(least), Some(most)) = (sorted.first().map(seconds), sorted.last().map(seconds)) else {
        return Vec::new();
    };
    let widest = BIN_SECONDS[BIN_SECONDS.len() - 1];
    let fits = |width: &u64| most / width - least / width < MOST_BINS;
    let width = BIN_SECONDS.into_iter().find(fits).unwrap_or(widest);
    let first = least / width;
    let bin = |position: u64| TimeBin {
        from_seconds: position * width,
        to_seconds: (position + 1) * width,
        count: 0,
    };
    let mut bins: Vec<TimeBin> = (first..=most / width).map(bin).collect();
    for micros in sorted {
        let position = usize::try_from(seconds(micros) / width - first).unwrap_or(0);
        bins[position].count += 1;
    }
    bins
}

fn over_time(buckets: &Buckets, tally: &Tally) -> Conversion {
    let both = tally.converted.iter().zip(&tally.started);
    let rate = both.map(|(converted, started)| share(*converted, *started));
    Conversion {
        buckets: buckets.window.starts.clone(),
        local: buckets.local.clone(),
        interval: buckets.interval,
        timezone: buckets.timezone.clone(),
        open_from: buckets.open_from,
        started: tally.started.clone(),
        converted: tally.converted.clone(),
        rate: rate.collect(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures of an answer are f64, exact up to 2^53"
)]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The median and the mean in seconds; the durations are sorted for it.
#[expect(
    clippy::cast_precision_loss,
    reason = "figures of an answer are f64, exact up to 2^53"
)]
fn middle(durations: &mut [i64]) -> (Option<f64>, Option<f64>) {
    durations.sort_unstable();
    let Some(last) = durations.len().checked_sub(1) else {
        return (None, None);
    };
    let (below, above) = (durations[last / 2], durations[last.div_ceil(2)]);
    let sum: i128 = durations.iter().map(|micros| i128::from(*micros)).sum();
    let mean = sum as f64 / durations.len() as f64;
    (Some((below + above) as f64 / 2.0 / MICROS), Some(mean / MICROS))
}
