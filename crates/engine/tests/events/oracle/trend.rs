//! Figures over time.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use model::Timestamp;
use model::account::WeekStart;
use model::event::Event;
use model::query::{Measure, Property, Series, TrendQuery};

use super::{Seen, as_figure, bucket_of, edges, every_bucket, holds, text, value};

/// A line of the answer: breakdown value, figures, total.
pub(crate) type Line = (usize, Option<String>, Vec<Option<f64>>, Option<f64>);

pub(crate) struct Expected {
    pub(crate) buckets: Vec<Timestamp>,
    pub(crate) lines: Vec<Line>,
    pub(crate) events: u64,
}

pub(crate) fn answer(events: &[Event], query: &TrendQuery, week_start: WeekStart) -> Expected {
    let spec = query.spec();
    let zone =
        TimeZone::get(spec.timezone.as_deref().expect("questions name their zone")).expect("a known zone");
    let interval = spec.interval.expect("questions name their interval");
    let bucket = |time: Timestamp| bucket_of(time, interval, &zone, week_start);
    let (from, to) = edges(&spec.range, &zone);
    let seen: Vec<Seen<'_>> = super::seen(events)
        .into_iter()
        .filter(|seen| from <= seen.event.timestamp() && seen.event.timestamp() < to)
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
                    .filter(|seen| {
                        let own = bucket(seen.event.timestamp());
                        own == *start || (spec.cumulative && own < *start)
                    })
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
        lines: averaged(query, computed(query, lines)),
        events: counted,
    }
}

/// The mean of the figures that are there among the last so many buckets.
fn averaged(query: &TrendQuery, mut lines: Vec<Line>) -> Vec<Line> {
    let Some(buckets) = query.spec().rolling_average else {
        return lines;
    };
    for line in &mut lines {
        let figures = line.2.clone();
        for (at, value) in line.2.iter_mut().enumerate() {
            let last = figures.iter().take(at + 1).rev().take(buckets);
            let there: Vec<f64> = last.flatten().copied().collect();
            *value = (!there.is_empty()).then(|| there.iter().sum::<f64>() / as_figure(there.len()));
        }
    }
    lines
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

fn belongs(series: &Series, seen: &Seen<'_>) -> bool {
    series
        .event
        .as_deref()
        .is_none_or(|name| name == seen.event.name())
        && series.filter.as_ref().is_none_or(|filter| holds(filter, seen))
}

fn figure(series: &Series, events: &[&Seen<'_>]) -> Option<f64> {
    let count = |count: usize| Some(as_figure(count));
    let different = |values: Vec<Option<String>>| values.into_iter().flatten().collect::<BTreeSet<_>>().len();
    let users = || different(events.iter().map(|seen| seen.person.clone()).collect());
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
        Measure::UniqueGroups => {
            let property = Property::Key(vec!["$groups".to_owned(), series.group.clone().expect("a group")]);
            count(different(
                events.iter().map(|seen| text(&property, seen)).collect(),
            ))
        }
        Measure::Revenue => {
            let amounts: Vec<f64> = events.iter().filter_map(|seen| amount(series, seen)).collect();
            (!amounts.is_empty()).then(|| amounts.iter().sum())
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

/// In the currency wanted; amounts without a currency are in the table's first.
fn amount(series: &Series, seen: &Seen<'_>) -> Option<f64> {
    let number = value(series.property.as_ref()?, seen).as_f64()?;
    let worth = |currency: &str| match currency.to_uppercase().as_str() {
        "EUR" => Some(1.0),
        "USD" => Some(0.5),
        "JPY" => Some(0.00625),
        _ => None,
    };
    let currency = text(&Property::Key(vec!["currency".to_owned()]), seen);
    let own = worth(currency.as_deref().unwrap_or("EUR"))?;
    let wanted = worth(series.currency.as_deref().unwrap_or("EUR"))?;
    Some(number * own / wanted)
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
