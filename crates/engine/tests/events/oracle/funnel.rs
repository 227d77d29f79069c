//! How far users get: every attempt of every user is tried.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::Timestamp;
use model::account::WeekStart;
use model::event::Event;
use model::query::{Attribution, Filter, FunnelQuery, FunnelSpec, Interval, StepOrder};

use super::{Seen, as_figure, bucket_of, edges, every_bucket, holds, text};

/// Count, share of the step before, share of the first, median and mean seconds since the step before.
pub(crate) type Step = (u64, Option<f64>, Option<f64>, Option<f64>, Option<f64>);

pub(crate) struct Expected {
    pub(crate) steps: Vec<Step>,
    pub(crate) groups: Vec<(String, Vec<Step>)>,
    /// Seconds from the first step to the last.
    pub(crate) whole: Vec<f64>,
    pub(crate) started: Vec<u64>,
    pub(crate) converted: Vec<u64>,
}

/// When each step was reached, and the events that were the first and the last of them.
struct Attempt<'s, 'e> {
    times: Vec<Timestamp>,
    first: &'s Seen<'e>,
    last: &'s Seen<'e>,
}

pub(crate) fn answer(events: &[Event], query: &FunnelQuery) -> Expected {
    let spec = query.spec();
    let zone = TimeZone::get(spec.timezone.as_deref().unwrap_or("UTC")).expect("a known zone");
    let (from, to) = edges(&spec.range, &zone);
    let mut users: BTreeMap<String, Vec<Seen<'_>>> = BTreeMap::new();
    for seen in super::seen(events) {
        let counts = from <= seen.event.timestamp()
            && seen.event.timestamp() < to
            && spec.filter.as_ref().is_none_or(|filter| holds(filter, &seen));
        if let (true, Some(person)) = (counts, seen.person.clone()) {
            users.entry(person).or_default().push(seen);
        }
    }
    for events in users.values_mut() {
        events.sort_by_key(|seen| (seen.event.timestamp(), seen.event.id().to_owned()));
    }
    let best: Vec<Attempt<'_, '_>> = users
        .values()
        .filter_map(|events| furthest(spec, events))
        .collect();
    let interval = spec.interval.unwrap_or(Interval::Day);
    let bucket = |time: Timestamp| bucket_of(time, interval, &zone, WeekStart::Monday);
    let in_buckets = |attempts: &[&Attempt<'_, '_>]| -> Vec<u64> {
        let here = |start: &Timestamp| {
            attempts
                .iter()
                .filter(|attempt| bucket(attempt.times[0]) == *start)
                .count()
        };
        let buckets = every_bucket(from, to, interval, &bucket);
        buckets.iter().map(|start| here(start) as u64).collect()
    };
    let all: Vec<&Attempt<'_, '_>> = best.iter().collect();
    let converted: Vec<&Attempt<'_, '_>> = best
        .iter()
        .filter(|attempt| attempt.times.len() == spec.steps.len())
        .collect();
    let whole = converted
        .iter()
        .map(|attempt| seconds(attempt.times[0], attempt.times[spec.steps.len() - 1]));
    Expected {
        steps: steps(spec, &all),
        groups: groups(spec, &all),
        whole: whole.collect(),
        started: in_buckets(&all),
        converted: in_buckets(&converted),
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

fn steps(spec: &FunnelSpec, attempts: &[&Attempt<'_, '_>]) -> Vec<Step> {
    let count = |step: usize| {
        attempts
            .iter()
            .filter(|attempt| attempt.times.len() > step)
            .count()
    };
    let share = |part: usize, whole: usize| (whole > 0).then(|| as_figure(part) / as_figure(whole));
    let step = |step: usize| {
        let previous = if step == 0 { count(0) } else { count(step - 1) };
        let reached = attempts
            .iter()
            .filter(|attempt| step > 0 && attempt.times.len() > step);
        let mut times: Vec<f64> = reached
            .map(|attempt| seconds(attempt.times[step - 1], attempt.times[step]))
            .collect();
        times.sort_by(f64::total_cmp);
        (
            count(step) as u64,
            share(count(step), previous),
            share(count(step), count(0)),
            median(&times),
            mean(&times),
        )
    };
    (0..spec.steps.len()).map(step).collect()
}

pub(crate) fn median(sorted: &[f64]) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(f64::midpoint(sorted[last / 2], sorted[last - last / 2]))
}

pub(crate) fn mean(times: &[f64]) -> Option<f64> {
    (!times.is_empty()).then(|| times.iter().sum::<f64>() / as_figure(times.len()))
}

fn groups(spec: &FunnelSpec, attempts: &[&Attempt<'_, '_>]) -> Vec<(String, Vec<Step>)> {
    let Some(breakdown) = &spec.breakdown else {
        return Vec::new();
    };
    let value = |attempt: &Attempt<'_, '_>| match breakdown.attribution {
        Attribution::First => text(&breakdown.property, attempt.first),
        Attribution::Last => text(&breakdown.property, attempt.last),
    };
    let values: BTreeSet<Option<String>> = attempts.iter().map(|attempt| value(attempt)).collect();
    let of = |wanted: &dyn Fn(&Option<String>) -> bool| -> Vec<&Attempt<'_, '_>> {
        attempts
            .iter()
            .copied()
            .filter(|attempt| wanted(&value(attempt)))
            .collect()
    };
    let mut ranked: Vec<Option<String>> = values.into_iter().collect();
    ranked.sort_by_key(|value| {
        let users = of(&|other| other == value).len();
        (std::cmp::Reverse(users), value.is_none(), value.clone())
    });
    let rest = ranked.split_off(ranked.len().min(breakdown.limit));
    let mut groups: Vec<(String, Vec<Step>)> = ranked
        .iter()
        .map(|value| {
            let name = value.clone().unwrap_or_else(|| "$none".to_owned());
            (name, steps(spec, &of(&|other| other == value)))
        })
        .collect();
    if !rest.is_empty() {
        groups.push((
            "$other".to_owned(),
            steps(spec, &of(&|value| rest.contains(value))),
        ));
    }
    groups
}

/// Of the attempts that got furthest, the one that began first.
fn furthest<'s, 'e>(spec: &FunnelSpec, events: &'s [Seen<'e>]) -> Option<Attempt<'s, 'e>> {
    let attempts: Vec<Attempt<'s, 'e>> = match spec.order {
        StepOrder::Ordered => (0..events.len())
            .filter_map(|start| ordered(spec, events, start))
            .collect(),
        StepOrder::Strict => (0..events.len())
            .filter_map(|start| strict(spec, events, start))
            .collect(),
        StepOrder::Any => in_any_order(spec, events),
    };
    let most = attempts.iter().map(|attempt| attempt.times.len()).max()?;
    attempts.into_iter().find(|attempt| attempt.times.len() == most)
}

fn is(event: &str, filter: Option<&Filter>, seen: &Seen<'_>) -> bool {
    event == seen.event.name() && filter.is_none_or(|filter| holds(filter, seen))
}

fn is_step(spec: &FunnelSpec, step: usize, seen: &Seen<'_>) -> bool {
    let step = &spec.steps[step];
    is(&step.event, step.filter.as_ref(), seen)
}

fn in_window(spec: &FunnelSpec, start: Timestamp, time: Timestamp) -> bool {
    let window = SignedDuration::from_secs(i64::try_from(spec.window.seconds()).expect("short"));
    time.duration_since(start) <= window
}

/// Whether an excluded event lies between the step where its exclusion begins and the next one.
fn is_ended(spec: &FunnelSpec, events: &[Seen<'_>], times: &[Timestamp], next: Timestamp) -> bool {
    spec.exclude.iter().any(|excluded| {
        let from = excluded.from_step.unwrap_or(1);
        let to = excluded.to_step.unwrap_or(spec.steps.len());
        let (reached, wanted) = (times.len(), times.len() + 1);
        let between = |seen: &Seen<'_>| {
            let time = seen.event.timestamp();
            times[from - 1] < time && time < next && is(&excluded.event, excluded.filter.as_ref(), seen)
        };
        from <= reached && wanted <= to && events.iter().any(between)
    })
}

fn ordered<'s, 'e>(spec: &FunnelSpec, events: &'s [Seen<'e>], start: usize) -> Option<Attempt<'s, 'e>> {
    let first = &events[start];
    let mut times = vec![first.event.timestamp()];
    let mut last = first;
    is_step(spec, 0, first).then_some(())?;
    for step in 1..spec.steps.len() {
        let reached = last.event.timestamp();
        let next = events
            .iter()
            .find(|seen| seen.event.timestamp() > reached && is_step(spec, step, seen));
        let Some(next) = next else { break };
        let time = next.event.timestamp();
        if !in_window(spec, times[0], time) || is_ended(spec, events, &times, time) {
            break;
        }
        times.push(time);
        last = next;
    }
    Some(Attempt { times, first, last })
}

fn strict<'s, 'e>(spec: &FunnelSpec, events: &'s [Seen<'e>], start: usize) -> Option<Attempt<'s, 'e>> {
    let first = &events[start];
    let mut times = vec![first.event.timestamp()];
    let mut last = first;
    is_step(spec, 0, first).then_some(())?;
    for step in 1..spec.steps.len() {
        let Some(next) = events.get(start + step) else {
            break;
        };
        let time = next.event.timestamp();
        let fits =
            is_step(spec, step, next) && time > last.event.timestamp() && in_window(spec, times[0], time);
        if !fits || is_ended(spec, events, &times, time) {
            break;
        }
        times.push(time);
        last = next;
    }
    Some(Attempt { times, first, last })
}

/// What a user does at one instant counts as one event that is all the steps that its events are.
fn in_any_order<'s, 'e>(spec: &FunnelSpec, events: &'s [Seen<'e>]) -> Vec<Attempt<'s, 'e>> {
    let mut instants: BTreeMap<Timestamp, (BTreeSet<usize>, &'s Seen<'e>)> = BTreeMap::new();
    for seen in events {
        let steps: BTreeSet<usize> = (0..spec.steps.len())
            .filter(|step| is_step(spec, *step, seen))
            .collect();
        if !steps.is_empty() {
            let (known, _) = instants
                .entry(seen.event.timestamp())
                .or_insert((BTreeSet::new(), seen));
            known.extend(steps);
        }
    }
    let attempt = |start: &Timestamp| {
        let mut times: Vec<Timestamp> = Vec::new();
        let mut done: BTreeSet<BTreeSet<usize>> = BTreeSet::from([BTreeSet::new()]);
        for (time, (steps, _)) in instants.range(*start..) {
            if !in_window(spec, *start, *time) {
                break;
            }
            for before in done.clone() {
                for step in steps {
                    let mut after = before.clone();
                    after.insert(*step);
                    done.insert(after);
                }
            }
            if *time == *start {
                done.remove(&BTreeSet::new());
            }
            if done.iter().any(|steps| steps.len() > times.len()) {
                if !times.is_empty() && is_ended(spec, events, &times, *time) {
                    break;
                }
                times.push(*time);
            }
        }
        let last = instants[times.last().expect("the start is a step")].1;
        Attempt {
            first: instants[start].1,
            last,
            times,
        }
    };
    instants.keys().map(attempt).collect()
}
