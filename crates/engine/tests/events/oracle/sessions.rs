//! Figures of sessions, told session by session.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use model::account::WeekStart;
use model::event::Event;
use model::query::{Breakdown, SessionMeasure, SessionsQuery};

use super::journeys::{between, of_sessions};
use super::trend::{Expected, Line};
use super::{Seen, as_figure, bucket_of, edges, every_bucket, text};

type Session<'s, 'e> = Vec<&'s Seen<'e>>;

pub(crate) fn answer(events: &[Event], query: &SessionsQuery, week_start: WeekStart) -> Expected {
    let spec = query.spec();
    let zone =
        TimeZone::get(spec.timezone.as_deref().expect("questions name their zone")).expect("a known zone");
    let interval = spec.interval.expect("questions name their interval");
    let bucket = |time: model::Timestamp| bucket_of(time, interval, &zone, week_start);
    let (from, to) = edges(&spec.range, &zone);
    let seen = between(events, (from, to), spec.filter.as_ref());
    let sessions = of_sessions(&seen);
    let buckets = every_bucket(from, to, interval, &bucket);
    let mut lines: Vec<Line> = Vec::new();
    for (position, measure) in spec.measures.iter().enumerate() {
        let line = |label: Option<String>, part: &[&Session<'_, '_>]| -> Line {
            let in_bucket = |start: &model::Timestamp| {
                let here: Vec<&Session<'_, '_>> = part
                    .iter()
                    .copied()
                    .filter(|session| bucket(session[0].event.timestamp()) == *start)
                    .collect();
                figure(*measure, &here)
            };
            let values = buckets.iter().map(in_bucket).collect();
            (position, label, values, figure(*measure, part))
        };
        let Some((value, limit)) = told_apart(*measure, query) else {
            lines.push(line(None, &sessions.iter().collect::<Vec<_>>()));
            continue;
        };
        let of = |wanted: &Option<String>| -> Vec<&Session<'_, '_>> {
            sessions
                .iter()
                .filter(|session| value(session) == *wanted)
                .collect()
        };
        let values: BTreeSet<Option<String>> = sessions.iter().map(&value).collect();
        let mut ranked: Vec<Option<String>> = values.into_iter().collect();
        ranked.sort_by_key(|value| (std::cmp::Reverse(of(value).len()), value.is_none(), value.clone()));
        ranked.truncate(limit);
        for value in &ranked {
            lines.push(line(
                Some(value.clone().unwrap_or_else(|| "$none".to_owned())),
                &of(value),
            ));
        }
        let rest: Vec<&Session<'_, '_>> = sessions
            .iter()
            .filter(|session| !ranked.contains(&value(session)))
            .collect();
        if !rest.is_empty() {
            lines.push(line(Some("$other".to_owned()), &rest));
        }
    }
    Expected {
        buckets,
        lines,
        events: sessions.iter().map(|session| session.len() as u64).sum(),
    }
}

/// The value that a measure's sessions are told apart by.
type ValueOf<'q> = Box<dyn Fn(&Session<'_, '_>) -> Option<String> + 'q>;

fn told_apart(measure: SessionMeasure, query: &SessionsQuery) -> Option<(ValueOf<'_>, usize)> {
    let Breakdown { property, limit } = query.ends();
    let breakdown = query.spec().breakdown.as_ref();
    match measure {
        SessionMeasure::Entry => {
            let first =
                move |session: &Session<'_, '_>| session.iter().find_map(|seen| text(&property, seen));
            Some((Box::new(first), limit))
        }
        SessionMeasure::Exit => {
            let last =
                move |session: &Session<'_, '_>| session.iter().rev().find_map(|seen| text(&property, seen));
            Some((Box::new(last), limit))
        }
        _ => {
            let breakdown = breakdown?;
            let first = |session: &Session<'_, '_>| text(&breakdown.property, session[0]);
            Some((Box::new(first), breakdown.limit))
        }
    }
}

fn figure(measure: SessionMeasure, sessions: &[&Session<'_, '_>]) -> Option<f64> {
    let all = as_figure(sessions.len());
    match measure {
        SessionMeasure::Sessions | SessionMeasure::Entry | SessionMeasure::Exit => Some(all),
        _ if sessions.is_empty() => None,
        SessionMeasure::BounceRate => {
            let bounces = sessions.iter().filter(|session| session.len() == 1).count();
            Some(as_figure(bounces) / all)
        }
        SessionMeasure::AvgSeconds => {
            let seconds = |session: &&Session<'_, '_>| {
                let (first, last) = (session[0], session[session.len() - 1]);
                last.event
                    .timestamp()
                    .duration_since(first.event.timestamp())
                    .as_secs_f64()
            };
            Some(sessions.iter().map(seconds).sum::<f64>() / all)
        }
    }
}
