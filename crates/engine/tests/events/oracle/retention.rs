//! Who came back, user by user and interval by interval.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::tz::TimeZone;
use model::Timestamp;
use model::account::WeekStart;
use model::event::Event;
use model::query::{CohortBy, Interval, RetentionMode, RetentionQuery, RetentionSpec, Selector};

use super::{Seen, bucket_of, edges, every_bucket, holds, seen, text};

/// Value, beginning, size and how many came back.
pub(crate) type Line = (Option<String>, Timestamp, u64, Vec<Option<u64>>);

pub(crate) fn answer(
    events: &[Event],
    query: &RetentionQuery,
    now: Timestamp,
    week_start: WeekStart,
) -> Vec<Line> {
    let spec = query.spec();
    let zone =
        TimeZone::get(spec.timezone.as_deref().expect("questions name their zone")).expect("a known zone");
    let bucket = |time: Timestamp| bucket_of(time, spec.interval, &zone, week_start);
    let (from, to) = edges(&spec.range, &zone);
    let starts = every_bucket(from, to, spec.interval, &bucket);
    let later = |start: Timestamp, k: usize| later(start, k, spec.interval, &zone);
    let last = *starts.last().expect("a range has a bucket");
    let until = later(last, 1).max(later(bucket(now), 1));

    let all = seen(events);
    let filtered = all
        .iter()
        .filter(|seen| spec.filter.as_ref().is_none_or(|filter| holds(filter, seen)));
    let mut users: BTreeMap<&str, Vec<&Seen<'_>>> = BTreeMap::new();
    for event in filtered {
        if let Some(person) = &event.person {
            users.entry(person).or_default().push(event);
        }
    }

    // Who is in which cohort, with which value.
    let mut members: BTreeMap<(Option<String>, Timestamp), Vec<&Vec<&Seen<'_>>>> = BTreeMap::new();
    for events in users.values() {
        for member in cohorts(events, spec, (from, to), &bucket) {
            members.entry(member).or_default().push(events);
        }
    }

    let figures = |wanted: &dyn Fn(&Option<String>) -> bool, start: Timestamp| {
        let here: Vec<&&Vec<&Seen<'_>>> = members
            .iter()
            .filter(|((value, cohort), _)| wanted(value) && *cohort == start)
            .flat_map(|(_, users)| users)
            .collect();
        let returned = |k: usize| {
            let (begin, end) = (later(start, k), later(start, k + 1));
            let end = if spec.mode == RetentionMode::On {
                end
            } else {
                until
            };
            let came_back = |events: &&&Vec<&Seen<'_>>| {
                events.iter().any(|seen| {
                    let time = seen.event.timestamp();
                    is(&spec.comeback, seen) && begin <= time && time < end
                })
            };
            (begin <= now).then(|| here.iter().filter(|events| came_back(events)).count() as u64)
        };
        (here.len() as u64, (0..=spec.periods).map(returned).collect())
    };
    let line = |name: Option<String>, wanted: &dyn Fn(&Option<String>) -> bool| -> Vec<Line> {
        let cohort = |start: &Timestamp| {
            let (size, returned) = figures(wanted, *start);
            (name.clone(), *start, size, returned)
        };
        starts.iter().map(cohort).collect()
    };

    let Some(breakdown) = &spec.breakdown else {
        return line(None, &|_| true);
    };
    let mut sizes: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for ((value, _), users) in &members {
        *sizes.entry(value.clone()).or_default() += users.len();
    }
    let mut ranked: Vec<Option<String>> = sizes.keys().cloned().collect();
    ranked.sort_by_key(|value| (std::cmp::Reverse(sizes[value]), value.is_none(), value.clone()));
    let has_rest = ranked.len() > breakdown.limit;
    ranked.truncate(breakdown.limit);
    let mut lines = Vec::new();
    for value in &ranked {
        let name = value.clone().unwrap_or_else(|| "$none".to_owned());
        lines.extend(line(Some(name), &|other| other == value));
    }
    if has_rest {
        lines.extend(line(Some("$other".to_owned()), &|other| !ranked.contains(other)));
    }
    lines
}

/// The cohorts of one user, each with the value of the start event that decides.
fn cohorts(
    events: &[&Seen<'_>],
    spec: &RetentionSpec,
    (from, to): (Timestamp, Timestamp),
    bucket: &dyn Fn(Timestamp) -> Timestamp,
) -> BTreeSet<(Option<String>, Timestamp)> {
    let ever: Vec<&Seen<'_>> = events
        .iter()
        .copied()
        .filter(|seen| is(&spec.start, seen))
        .collect();
    let time = |seen: &&Seen<'_>| seen.event.timestamp();
    let is_inside = |time: &Timestamp| from <= *time && *time < to;
    let inside: Vec<&Seen<'_>> = ever
        .iter()
        .copied()
        .filter(|seen| is_inside(&time(seen)))
        .collect();
    let first_ever = ever.iter().map(time).min();
    let cohorts: BTreeSet<Timestamp> = match spec.cohort {
        CohortBy::FirstInRange => inside.iter().map(time).min().map(bucket).into_iter().collect(),
        CohortBy::FirstTime => first_ever.filter(is_inside).map(bucket).into_iter().collect(),
        CohortBy::Recurring => inside.iter().map(|seen| bucket(time(seen))).collect(),
    };
    let value = |cohort: Timestamp| {
        let here = inside.iter().filter(|seen| bucket(time(seen)) == cohort);
        let first = here.clone().map(time).min();
        let breakdown = spec.breakdown.as_ref()?;
        let values = here
            .filter(|seen| Some(time(seen)) == first)
            .map(|seen| text(&breakdown.property, seen));
        values
            .min_by_key(|value| (value.is_none(), value.clone()))
            .expect("there is a first event")
    };
    cohorts
        .into_iter()
        .map(|cohort| (value(cohort), cohort))
        .collect()
}

fn is(selector: &Selector, seen: &Seen<'_>) -> bool {
    let has_name = selector
        .event
        .as_deref()
        .is_none_or(|name| name == seen.event.name());
    has_name && selector.filter.as_ref().is_none_or(|filter| holds(filter, seen))
}

/// When the k-th interval after the one that begins at `start` begins, by the calendar.
fn later(start: Timestamp, k: usize, interval: Interval, zone: &TimeZone) -> Timestamp {
    let k = i64::try_from(k).expect("a few");
    let span = match interval {
        Interval::Month => k.months(),
        Interval::Week => k.weeks(),
        _ => k.days(),
    };
    let date = start
        .to_zoned(zone.clone())
        .date()
        .checked_add(span)
        .expect("a day");
    date.to_zoned(zone.clone()).expect("a day").timestamp()
}
