//! Which ways people go, told journey by journey.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::event::Event;
use model::query::{PathEnd, PathsPer, PathsQuery, PathsSide};

use super::journeys::{between, of_sessions, of_users};
use super::{Seen, edges, holds, text};

type Place = (usize, String);

#[derive(Debug, Default, PartialEq)]
pub(crate) struct ExpectedPaths {
    pub(crate) nodes: BTreeMap<Place, u64>,
    pub(crate) links: BTreeMap<(Place, Place), u64>,
    pub(crate) events: u64,
}

pub(crate) fn answer(events: &[Event], query: &PathsQuery) -> ExpectedPaths {
    let spec = query.spec();
    let zone =
        TimeZone::get(spec.timezone.as_deref().expect("questions name their zone")).expect("a known zone");
    let seen = between(events, edges(&spec.range, &zone), spec.filter.as_ref());
    let everybody = match spec.per {
        PathsPer::User => of_users(&seen),
        PathsPer::Session => of_sessions(&seen),
    };
    let journeys: Vec<Vec<Place>> = everybody.iter().map(|events| told(events, query)).collect();
    let mut totals: BTreeMap<Place, u64> = BTreeMap::new();
    for place in journeys.iter().flatten() {
        *totals.entry(place.clone()).or_default() += 1;
    }
    let named = |(step, name): &Place| -> Place {
        let mut rivals: Vec<(&Place, &u64)> = totals.iter().filter(|(place, _)| place.0 == *step).collect();
        rivals.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
        let is_told_apart = rivals[..rivals.len().min(spec.limit)]
            .iter()
            .any(|rival| rival.0.1 == *name);
        let name = if is_told_apart { name.as_str() } else { "$other" };
        (*step, name.to_owned())
    };
    let mut expected = ExpectedPaths {
        events: everybody.iter().map(|events| events.len() as u64).sum(),
        ..ExpectedPaths::default()
    };
    for journey in &journeys {
        for place in journey {
            *expected.nodes.entry(named(place)).or_default() += 1;
        }
        for pair in journey.windows(2) {
            *expected
                .links
                .entry((named(&pair[0]), named(&pair[1])))
                .or_default() += 1;
        }
    }
    expected
}

/// The steps of a journey that are told, each with its column.
fn told(events: &[&Seen<'_>], query: &PathsQuery) -> Vec<Place> {
    let spec = query.spec();
    let is_end = |end: &PathEnd, seen: &Seen<'_>| {
        seen.event.name() == end.event && end.filter.as_ref().is_none_or(|filter| holds(filter, seen))
    };
    let steps: Vec<&Seen<'_>> = events
        .iter()
        .copied()
        .filter(|seen| text(query.step_property(), seen).is_some())
        .collect();
    let part: Vec<&Seen<'_>> = match query.side() {
        PathsSide::Whole => steps,
        PathsSide::From(end) => steps.into_iter().skip_while(|seen| !is_end(end, seen)).collect(),
        PathsSide::To(end) => match steps.iter().position(|seen| is_end(end, seen)) {
            Some(position) => steps[..=position].to_vec(),
            None => Vec::new(),
        },
    };
    let mut names: Vec<String> = part
        .iter()
        .filter_map(|seen| text(query.step_property(), seen))
        .collect();
    names.dedup();
    if matches!(query.side(), PathsSide::To(_)) {
        let last: Vec<String> = names.split_off(names.len().saturating_sub(spec.steps));
        let first = spec.steps - last.len();
        return (first..).zip(last).collect();
    }
    names.truncate(spec.steps);
    (0..).zip(names).collect()
}
