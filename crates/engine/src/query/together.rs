//! Lines out of the partial figures of buckets: the same as a statement over the whole range would give.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::compile::Lines;
use super::partial::{Additive, Partial};
use super::shape::{self, Line, Of};

type Values<'v> = &'v [(Option<String>, Partial)];

/// The lines of a series; `buckets` holds the figures of every value in each bucket.
pub(super) fn lines(
    buckets: &[Values<'_>],
    measure: Additive,
    lines: Lines<'_>,
    limit: usize,
) -> shape::Lines {
    let all = buckets.iter().copied().flatten().map(|(_, partial)| *partial);
    let events = all.clone().map(|partial| partial.events).sum();
    let lines = match lines {
        Lines::One => vec![Line {
            of: Of::All,
            values: buckets.iter().map(|values| of_all(values, measure)).collect(),
            total: measure.figure(sum(all, measure)),
        }],
        Lines::Top => told_apart(buckets, measure, &greatest(buckets, measure, limit)),
        Lines::Chosen(values) => {
            let chosen: Vec<Option<&str>> = values.iter().map(Option::as_deref).collect();
            told_apart(buckets, measure, &chosen)
        }
    };
    shape::Lines { lines, events }
}

fn sum(partials: impl Iterator<Item = Partial>, measure: Additive) -> Partial {
    partials.fold(Partial::default(), |one, other| measure.together(one, other))
}

fn of_all(values: Values<'_>, measure: Additive) -> Option<f64> {
    measure.figure(sum(values.iter().map(|(_, partial)| *partial), measure))
}

/// The values with the greatest totals, in order; of equal ones the one that sorts first.
fn greatest<'v>(buckets: &[Values<'v>], measure: Additive, limit: usize) -> Vec<Option<&'v str>> {
    let mut totals: HashMap<Option<&str>, Partial> = HashMap::new();
    for (value, partial) in buckets.iter().copied().flatten() {
        let total = totals.entry(value.as_deref()).or_default();
        *total = measure.together(*total, *partial);
    }
    let mut ranked: Vec<(Option<&str>, f64)> = totals
        .into_iter()
        // Adding zero makes a zero of the negative zero.
        .map(|(value, total)| (value, measure.figure(total).map_or(f64::NEG_INFINITY, |figure| figure + 0.0)))
        .collect();
    ranked.sort_by(|(one, first), (other, second)| second.total_cmp(first).then(none_last(*one, *other)));
    ranked.into_iter().take(limit).map(|(value, _)| value).collect()
}

fn none_last(one: Option<&str>, other: Option<&str>) -> Ordering {
    (one.is_none(), one).cmp(&(other.is_none(), other))
}

/// A line for each of `values` that has events, and one for all others together.
fn told_apart(buckets: &[Values<'_>], measure: Additive, values: &[Option<&str>]) -> Vec<Line> {
    let places: HashMap<Option<&str>, usize> = values.iter().copied().zip(0..).collect();
    let nothing = vec![None::<Partial>; buckets.len()];
    let mut figures = vec![nothing; values.len() + 1];
    for (at, bucket) in buckets.iter().enumerate() {
        for (value, partial) in *bucket {
            let place = places.get(&value.as_deref()).copied().unwrap_or(values.len());
            let figure = figures[place][at].get_or_insert_default();
            *figure = measure.together(*figure, *partial);
        }
    }
    let of = values
        .iter()
        .map(|value| Of::Value(value.map(str::to_owned)))
        .chain([Of::Other]);
    let has_events = |(_, figures): &(Of, Vec<Option<Partial>>)| figures.iter().any(Option::is_some);
    of.zip(figures)
        .filter(has_events)
        .map(|(of, figures)| line(of, &figures, measure))
        .collect()
}

fn line(of: Of, figures: &[Option<Partial>], measure: Additive) -> Line {
    let figure = |partial: &Option<Partial>| measure.figure(partial.unwrap_or_default());
    Line {
        of,
        values: figures.iter().map(figure).collect(),
        total: measure.figure(sum(figures.iter().flatten().copied(), measure)),
    }
}
