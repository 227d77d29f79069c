//! What the words of a question mean, as plainly as it can be written: every event is looked at, nothing is clever.

use std::collections::BTreeSet;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use model::Timestamp;
use model::account::WeekStart;
use model::event::Event;
use model::query::{
    Comparison, Edge, Filter, Interval, Measure, Op, Property, Range, Scalar, Series, TrendQuery,
};
use regex_lite::Regex;
use serde_json::Value;

/// A line of the answer: breakdown value, figures, total.
pub(crate) type Line = (usize, Option<String>, Vec<Option<f64>>, Option<f64>);

pub(crate) struct Expected {
    pub(crate) buckets: Vec<Timestamp>,
    pub(crate) lines: Vec<Line>,
    pub(crate) events: u64,
}

struct Seen<'e> {
    event: &'e Event,
    properties: Value,
}

pub(crate) fn answer(events: &[Event], query: &TrendQuery, week_start: WeekStart) -> Expected {
    let spec = query.spec();
    let zone =
        TimeZone::get(spec.timezone.as_deref().expect("questions name their zone")).expect("a known zone");
    let interval = spec.interval.expect("questions name their interval");
    let bucket = |time: Timestamp| bucket_of(time, interval, &zone, week_start);
    let (from, to) = edges(&spec.range, &zone);
    let seen: Vec<Seen<'_>> = events
        .iter()
        .filter(|event| from <= event.timestamp() && event.timestamp() < to)
        .map(|event| Seen {
            event,
            properties: serde_json::from_str(event.properties()).expect("JSON"),
        })
        .filter(|seen| spec.filter.as_ref().is_none_or(|filter| holds(filter, seen)))
        .collect();
    let buckets = every_bucket(from, to, interval, &bucket);
    let mut lines: Vec<Line> = Vec::new();
    let mut counted = 0;
    let mut chosen: Option<Vec<Option<String>>> = None;
    for (position, series) in spec.series.iter().enumerate() {
        let own: Vec<&Seen<'_>> = seen.iter().filter(|seen| belongs(series, seen)).collect();
        counted += own.len() as u64;
        let line = |label: Option<String>, part: &[&Seen<'_>]| {
            let in_bucket = |start: &Timestamp| {
                let here: Vec<&Seen<'_>> = part
                    .iter()
                    .copied()
                    .filter(|seen| bucket(seen.event.timestamp()) == *start)
                    .collect();
                figure(series, &here)
            };
            (
                position,
                label,
                buckets.iter().map(in_bucket).collect(),
                figure(series, part),
            )
        };
        let Some(breakdown) = &spec.breakdown else {
            lines.push(line(None, &own));
            continue;
        };
        let value = |seen: &&Seen<'_>| text(&breakdown.property, seen);
        let values: BTreeSet<Option<String>> = own.iter().map(value).collect();
        let of = |wanted: &Option<String>| -> Vec<&Seen<'_>> {
            own.iter()
                .copied()
                .filter(|seen| value(seen) == *wanted)
                .collect()
        };
        let mut ranked: Vec<Option<String>> = values.into_iter().collect();
        ranked.sort_by(|one, other| {
            let total =
                |value: &Option<String>| figure(series, &of(value)).unwrap_or(f64::NEG_INFINITY) + 0.0;
            let by_value = (one.is_none(), one).cmp(&(other.is_none(), other));
            total(other).total_cmp(&total(one)).then(by_value)
        });
        ranked.truncate(breakdown.limit);
        let top = match (&query.formula(), &chosen) {
            (Some(_), Some(first)) => first.clone(),
            _ => ranked,
        };
        for value in &top {
            let label = value.clone().unwrap_or_else(|| "$none".to_owned());
            lines.push(line(Some(label), &of(value)));
        }
        let rest: Vec<&Seen<'_>> = own
            .iter()
            .copied()
            .filter(|seen| !top.contains(&value(seen)))
            .collect();
        if !rest.is_empty() || query.formula().is_some() {
            lines.push(line(Some("$other".to_owned()), &rest));
        }
        chosen.get_or_insert(top);
    }
    Expected {
        buckets,
        lines: computed(query, lines),
        events: counted,
    }
}

fn computed(query: &TrendQuery, lines: Vec<Line>) -> Vec<Line> {
    let Some(formula) = query.formula() else {
        return lines;
    };
    let of = |position: usize| {
        lines
            .iter()
            .filter(move |line| line.0 == position)
            .collect::<Vec<_>>()
    };
    let series: Vec<Vec<&Line>> = (0..query.spec().series.len()).map(of).collect();
    let line = |place: usize| {
        let totals: Vec<Option<f64>> = series.iter().map(|lines| lines[place].3).collect();
        let bucket =
            |n: usize| formula.value(&series.iter().map(|lines| lines[place].2[n]).collect::<Vec<_>>());
        let values = (0..series[0][place].2.len()).map(bucket).collect();
        (0, series[0][place].1.clone(), values, formula.value(&totals))
    };
    (0..series[0].len()).map(line).collect()
}

fn edges(range: &Range, zone: &TimeZone) -> (Timestamp, Timestamp) {
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

fn bucket_of(time: Timestamp, interval: Interval, zone: &TimeZone, week_start: WeekStart) -> Timestamp {
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

fn every_bucket(
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

fn belongs(series: &Series, seen: &Seen<'_>) -> bool {
    series
        .event
        .as_deref()
        .is_none_or(|name| name == seen.event.name())
        && series.filter.as_ref().is_none_or(|filter| holds(filter, seen))
}

fn holds(filter: &Filter, seen: &Seen<'_>) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| holds(part, seen)),
        Filter::Or(parts) => parts.iter().any(|part| holds(part, seen)),
        Filter::Not(part) => !holds(part, seen),
        Filter::Compare(comparison) => compares(comparison, &value(&comparison.property, seen)),
    }
}

/// The value of a property as JSON; null where there is none.
fn value(property: &Property, seen: &Seen<'_>) -> Value {
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
    }
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
fn text(property: &Property, seen: &Seen<'_>) -> Option<String> {
    match value(property, seen) {
        Value::Null => None,
        Value::String(text) => Some(text),
        // Adding zero makes a zero of the negative zero.
        Value::Number(number) => Some((number.as_f64()? + 0.0).to_string()),
        other => Some(other.to_string()),
    }
}

fn figure(series: &Series, events: &[&Seen<'_>]) -> Option<f64> {
    let count = |count: usize| Some(as_figure(count));
    let different = |values: Vec<Option<String>>| values.into_iter().flatten().collect::<BTreeSet<_>>().len();
    let user = |seen: &&Seen<'_>| {
        seen.event
            .user_id()
            .or(seen.event.anonymous_id())
            .map(str::to_owned)
    };
    let users = || different(events.iter().map(user).collect());
    let mut numbers: Vec<f64> = Vec::new();
    if let Some(property) = &series.property {
        numbers = events
            .iter()
            .filter_map(|seen| value(property, seen).as_f64())
            .collect();
        numbers.sort_by(f64::total_cmp);
    }
    let sum = numbers.iter().sum::<f64>();
    let some_numbers = !numbers.is_empty();
    match series.measure {
        Measure::Count => count(events.len()),
        Measure::UniqueUsers => count(users()),
        Measure::UniqueSessions => count(different(
            events
                .iter()
                .map(|seen| seen.event.session_id().map(str::to_owned))
                .collect(),
        )),
        Measure::CountPerUser => (users() > 0).then(|| as_figure(events.len()) / as_figure(users())),
        Measure::Unique => {
            let property = series.property.as_ref().expect("it needs one");
            count(different(
                events.iter().map(|seen| text(property, seen)).collect(),
            ))
        }
        Measure::Sum => some_numbers.then_some(sum),
        Measure::Avg => some_numbers.then(|| sum / as_figure(numbers.len())),
        Measure::Min => numbers.first().copied(),
        Measure::Max => numbers.last().copied(),
        Measure::Median => percentile(&numbers, 0.5),
        Measure::P90 => percentile(&numbers, 0.9),
        Measure::P95 => percentile(&numbers, 0.95),
        Measure::P99 => percentile(&numbers, 0.99),
    }
}

fn as_figure(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a test has few events"))
}

/// The place of the percentile counts steps between neighbours: the whole ones in front, the rest within one step.
fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let mut place = share * as_figure(sorted.len().checked_sub(1)?);
    let mut below = 0;
    while place >= 1.0 {
        place -= 1.0;
        below += 1;
    }
    let above = sorted.get(below + 1).unwrap_or(&sorted[below]);
    Some(sorted[below] + (above - sorted[below]) * place)
}
