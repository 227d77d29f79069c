//! What the words of a question mean, as plainly as it can be written: every event is looked at, nothing is clever.

pub(crate) mod activity;
pub(crate) mod funnel;
pub(crate) mod journeys;
pub(crate) mod paths;
pub(crate) mod retention;
pub(crate) mod rows;
pub(crate) mod sessions;
pub(crate) mod trend;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use model::Timestamp;
use model::account::WeekStart;
use model::event::Event;
use model::query::{Cohort, Comparison, Edge, Filter, Interval, Op, Property, Range, Scalar};
use regex_lite::Regex;
use serde_json::Value;

/// An event, its properties, and who did it.
pub(crate) struct Seen<'e> {
    pub(crate) event: &'e Event,
    pub(crate) properties: Value,
    pub(crate) person: Option<String>,
    /// Everything that anybody ever did: what cohorts are made of.
    everyone: Rc<Vec<Deed<'e>>>,
}

/// What somebody did.
struct Deed<'e> {
    event: &'e Event,
    properties: Value,
    person: Option<String>,
}

/// Every event with its properties read and its user known, in the order given.
pub(crate) fn seen(events: &[Event]) -> Vec<Seen<'_>> {
    let users = users_of_visitors(events);
    let deed = |event| Deed {
        event,
        properties: serde_json::from_str(event.properties()).expect("JSON"),
        person: person(event, &users),
    };
    let everyone = Rc::new(events.iter().map(deed).collect::<Vec<_>>());
    everyone.iter().map(|deed| deed.seen(&everyone)).collect()
}

/// The user of each visitor who was ever seen with one: of the earliest event, then the least user.
fn users_of_visitors(events: &[Event]) -> BTreeMap<&str, (Timestamp, &str)> {
    let mut users: BTreeMap<&str, (Timestamp, &str)> = BTreeMap::new();
    for event in events {
        if let (Some(user), Some(visitor)) = (event.user_id(), event.anonymous_id()) {
            let link = (event.timestamp(), user);
            if users.get(visitor).is_none_or(|known| link < *known) {
                users.insert(visitor, link);
            }
        }
    }
    users
}

impl<'e> Deed<'e> {
    fn seen(&self, everyone: &Rc<Vec<Deed<'e>>>) -> Seen<'e> {
        Seen {
            event: self.event,
            properties: self.properties.clone(),
            person: self.person.clone(),
            everyone: Rc::clone(everyone),
        }
    }
}

/// Whether the event's user did it as often as the cohort wants.
fn is_member(cohort: &Cohort, seen: &Seen<'_>) -> bool {
    let Some(person) = &seen.person else {
        return false;
    };
    let counts = |deed: &&Deed<'_>| {
        let time = deed.event.timestamp();
        let in_time = cohort.range.as_ref().is_none_or(|range| {
            let (from, to) = edges(range, &TimeZone::UTC);
            from <= time && time < to
        });
        deed.person.as_ref() == Some(person)
            && in_time
            && cohort
                .event
                .as_deref()
                .is_none_or(|name| name == deed.event.name())
            && cohort
                .filter()
                .is_none_or(|filter| holds(filter, &deed.seen(&seen.everyone)))
    };
    let times = seen.everyone.iter().filter(counts).count();
    let times = u32::try_from(times).expect("a test has few events");
    times >= cohort.at_least() && cohort.at_most().is_none_or(|most| times <= most)
}

fn person(event: &Event, users: &BTreeMap<&str, (Timestamp, &str)>) -> Option<String> {
    if let Some(user) = event.user_id() {
        return Some(user.to_owned());
    }
    let visitor = event.anonymous_id()?;
    let user = users.get(visitor).map_or(visitor, |(_, user)| user);
    Some(user.to_owned())
}

pub(crate) fn edges(range: &Range, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let Range::Between { from, to } = range else {
        panic!("questions name both ends")
    };
    let start = |date: jiff::civil::Date| date.to_zoned(zone.clone()).expect("a day").timestamp();
    let from = match from {
        Edge::Date(date) => start(*date),
        Edge::Time(time) => *time,
    };
    let to = match to {
        Edge::Date(date) => start(date.tomorrow().expect("a day")),
        Edge::Time(time) => *time,
    };
    (from, to)
}

pub(crate) fn bucket_of(
    time: Timestamp,
    interval: Interval,
    zone: &TimeZone,
    week_start: WeekStart,
) -> Timestamp {
    let local = time.to_zoned(zone.clone());
    let into_hour = SignedDuration::from_secs(i64::from(local.minute()) * 60 + i64::from(local.second()));
    let fraction = SignedDuration::from_nanos(i64::from(local.subsec_nanosecond()));
    let day = |date: jiff::civil::Date| date.to_zoned(zone.clone()).expect("a day").timestamp();
    match interval {
        Interval::Minute => time - fraction - SignedDuration::from_secs(local.second().into()),
        Interval::Hour => time - fraction - into_hour,
        Interval::Day => day(local.date()),
        Interval::Month => day(local.date().first_of_month()),
        Interval::Week => {
            let first = if week_start == WeekStart::Sunday {
                Weekday::Sunday
            } else {
                Weekday::Monday
            };
            let mut date = local.date();
            while date.weekday() != first {
                date = date.checked_sub(1.day()).expect("a day");
            }
            day(date)
        }
    }
}

pub(crate) fn every_bucket(
    from: Timestamp,
    to: Timestamp,
    interval: Interval,
    bucket: &dyn Fn(Timestamp) -> Timestamp,
) -> Vec<Timestamp> {
    let step = SignedDuration::from_secs(if interval == Interval::Minute { 60 } else { 900 });
    let mut starts = BTreeSet::from([bucket(to - SignedDuration::from_micros(1))]);
    let mut time = from;
    while time < to {
        starts.insert(bucket(time));
        time += step;
    }
    starts.into_iter().collect()
}

pub(crate) fn holds(filter: &Filter, seen: &Seen<'_>) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| holds(part, seen)),
        Filter::Or(parts) => parts.iter().any(|part| holds(part, seen)),
        Filter::Not(part) => !holds(part, seen),
        Filter::Compare(comparison) => compares(comparison, &value(&comparison.property, seen)),
        Filter::Cohort(cohort) => is_member(cohort, seen),
        Filter::Segment(_) => panic!("segments take the place of their names before"),
    }
}

/// The value of a property as JSON; null where there is none.
pub(crate) fn value(property: &Property, seen: &Seen<'_>) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    match property {
        Property::Name => text(Some(seen.event.name())),
        Property::Timestamp => Value::from(seen.event.timestamp().to_string()),
        Property::UserId => text(seen.event.user_id()),
        Property::AnonymousId => text(seen.event.anonymous_id()),
        Property::SessionId => text(seen.event.session_id()),
        Property::Key(path) => path
            .iter()
            .try_fold(&seen.properties, |inside, key| inside.get(key))
            .cloned()
            .unwrap_or(Value::Null),
        Property::User(path) => said_of_user(path, seen),
    }
}

/// What the event's user was last said to be by `$set`, or else first by `$set_once`, since `$unset` last took it back; null
/// where nobody did.
fn said_of_user(path: &[String], seen: &Seen<'_>) -> Value {
    let said = |deed: &Deed<'_>, key: &str| {
        let value = path
            .iter()
            .try_fold(deed.properties.get(key)?, |inside, key| inside.get(key))?;
        (!value.is_null()).then(|| value.clone())
    };
    let takes_back = |deed: &Deed<'_>| {
        let names = deed.properties.get("$unset").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|name| name.as_str() == Some(&path[0])))
    };
    let own = seen
        .everyone
        .iter()
        .filter(|deed| seen.person.is_some() && deed.person == seen.person);
    let decided = own
        .clone()
        .filter(|deed| takes_back(deed) || said(deed, "$set").is_some())
        .map(|deed| deed.event.timestamp())
        .max();
    let mut counted: Vec<&Deed<'_>> = own
        .filter(|deed| !takes_back(deed) && decided.is_none_or(|decided| deed.event.timestamp() >= decided))
        .collect();
    counted.sort_by_key(|deed| (deed.event.timestamp(), deed.event.id().to_owned()));
    let first = |key: &str| counted.iter().find_map(|deed| said(deed, key));
    first("$set")
        .or_else(|| first("$set_once"))
        .unwrap_or(Value::Null)
}

fn compares(comparison: &Comparison, value: &Value) -> bool {
    let values = comparison.values();
    let same =
        |scalar: &Scalar| order(&comparison.property, value, scalar).is_some_and(std::cmp::Ordering::is_eq);
    let ordered = |scalar: &Scalar, wanted: fn(std::cmp::Ordering) -> bool| {
        !matches!(scalar, Scalar::Bool(_)) && order(&comparison.property, value, scalar).is_some_and(wanted)
    };
    let text = |matches: &dyn Fn(&str, &str) -> bool| match (value, values.first()) {
        (Value::String(text), Some(Scalar::Text(part))) => matches(text, part),
        _ => false,
    };
    match comparison.op {
        Op::Eq | Op::In => values.iter().any(same),
        Op::Neq | Op::NotIn => !values.iter().any(same),
        Op::Contains => text(&|text, part| text.contains(part)),
        Op::NotContains => !text(&|text, part| text.contains(part)),
        Op::StartsWith => text(&|text, part| text.starts_with(part)),
        Op::Matches => text(&|text, part| Regex::new(part).expect("a pattern").is_match(text)),
        Op::Gt => ordered(&values[0], std::cmp::Ordering::is_gt),
        Op::Gte => ordered(&values[0], std::cmp::Ordering::is_ge),
        Op::Lt => ordered(&values[0], std::cmp::Ordering::is_lt),
        Op::Lte => ordered(&values[0], std::cmp::Ordering::is_le),
        Op::Between => {
            ordered(&values[0], std::cmp::Ordering::is_ge) && ordered(&values[1], std::cmp::Ordering::is_le)
        }
        Op::Exists => !value.is_null(),
        Op::NotExists => value.is_null(),
    }
}

/// Only values of one type have an order.
fn order(property: &Property, value: &Value, scalar: &Scalar) -> Option<std::cmp::Ordering> {
    match (value, scalar) {
        (Value::String(text), Scalar::Text(other)) if *property == Property::Timestamp => {
            let time = |text: &str| text.parse::<Timestamp>().expect("a time");
            Some(time(text).cmp(&time(other)))
        }
        (Value::String(text), Scalar::Text(other)) => Some(text.as_str().cmp(other)),
        (Value::Number(number), Scalar::Number(other)) => number.as_f64()?.partial_cmp(other),
        (Value::Bool(one), Scalar::Bool(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// A value as people would write it.
pub(crate) fn text(property: &Property, seen: &Seen<'_>) -> Option<String> {
    match value(property, seen) {
        Value::Null => None,
        Value::String(text) => Some(text),
        // Adding zero makes a zero of the negative zero.
        Value::Number(number) => Some((number.as_f64()? + 0.0).to_string()),
        other => Some(other.to_string()),
    }
}

pub(crate) fn as_figure(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a test has few events"))
}
