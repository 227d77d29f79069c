//! Who is active when: every user is looked at in every bucket.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use model::Timestamp;
use model::account::WeekStart;
use model::event::Event;
use model::query::ActivityQuery;

use super::{bucket_of, edges, every_bucket, holds, seen};

/// When each user was active, and the buckets of the range.
struct Activity {
    users: BTreeMap<String, Vec<Timestamp>>,
    starts: Vec<Timestamp>,
    from: Timestamp,
    to: Timestamp,
    /// The bucket before the first.
    before: Timestamp,
}

fn activity(events: &[Event], query: &ActivityQuery, bucket: &dyn Fn(Timestamp) -> Timestamp) -> Activity {
    let spec = query.spec();
    let (from, to) = edges(&spec.range, &zone(query));
    let mut users: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for event in seen(events) {
        let counts = spec
            .event
            .as_deref()
            .is_none_or(|name| name == event.event.name())
            && spec.filter.as_ref().is_none_or(|filter| holds(filter, &event));
        if let (true, Some(person)) = (counts, event.person) {
            users.entry(person).or_default().push(event.event.timestamp());
        }
    }
    let interval = spec.interval.expect("questions name their interval");
    let starts = every_bucket(from, to, interval, bucket);
    let before = bucket(starts[0] - SignedDuration::from_micros(1));
    Activity {
        users,
        starts,
        from,
        to,
        before,
    }
}

fn zone(query: &ActivityQuery) -> TimeZone {
    TimeZone::get(
        query
            .spec()
            .timezone
            .as_deref()
            .expect("questions name their zone"),
    )
    .expect("a known zone")
}

/// The figures of the four states bucket by bucket, and how many users were ever in each.
pub(crate) fn lifecycle(
    events: &[Event],
    query: &ActivityQuery,
    now: Timestamp,
    week_start: WeekStart,
) -> Vec<(Vec<Option<f64>>, Option<f64>)> {
    let (zone, interval) = (zone(query), query.spec().interval.expect("questions name it"));
    let bucket = |time: Timestamp| bucket_of(time, interval, &zone, week_start);
    let all = activity(events, query, &bucket);
    let mut in_state: Vec<Vec<BTreeSet<&str>>> = vec![vec![BTreeSet::new(); all.starts.len()]; 4];
    for (user, times) in &all.users {
        let first = bucket(*times.iter().min().expect("an event"));
        let inside = |time: &&Timestamp| all.from <= **time && **time < all.to;
        let active: BTreeSet<Timestamp> = times.iter().filter(inside).map(|time| bucket(*time)).collect();
        let before_range = times.iter().any(|time| bucket(*time) == all.before);
        for (position, start) in all.starts.iter().enumerate() {
            let is_active = active.contains(start);
            let was_active = match position {
                0 => before_range,
                _ => active.contains(&all.starts[position - 1]),
            };
            let state = match (is_active, was_active) {
                (true, _) if first == *start => 0,
                (true, true) => 1,
                (true, false) => 2,
                (false, true) => 3,
                (false, false) => continue,
            };
            if state != 3 || *start <= now {
                in_state[state][position].insert(user);
            }
        }
    }
    let line = |(state, buckets): (usize, Vec<BTreeSet<&str>>)| {
        let ever: BTreeSet<&str> = buckets.iter().flatten().copied().collect();
        let known = |position: usize| state != 3 || all.starts[position] <= now;
        let figures = buckets.iter().enumerate();
        let values = figures.map(|(position, users)| known(position).then(|| figure(users.len())));
        (values.collect(), Some(figure(ever.len())))
    };
    in_state.into_iter().enumerate().map(line).collect()
}

fn figure(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a test has few users"))
}

/// How many users were active in exactly one bucket, in two, and so on.
pub(crate) fn stickiness(events: &[Event], query: &ActivityQuery, week_start: WeekStart) -> Vec<u64> {
    let (zone, interval) = (zone(query), query.spec().interval.expect("questions name it"));
    let bucket = |time: Timestamp| bucket_of(time, interval, &zone, week_start);
    let all = activity(events, query, &bucket);
    let mut histogram = vec![0; all.starts.len()];
    for times in all.users.values() {
        let inside = times.iter().filter(|time| all.from <= **time && **time < all.to);
        let active: BTreeSet<Timestamp> = inside.map(|time| bucket(*time)).collect();
        if !active.is_empty() {
            histogram[active.len() - 1] += 1;
        }
    }
    histogram
}
