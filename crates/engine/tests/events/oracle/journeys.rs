//! Who did what, one event after another.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use model::Timestamp;
use model::event::Event;
use model::query::Filter;

use super::{Seen, holds, seen};

/// The events between two instants that a filter lets through.
pub(super) fn between<'e>(
    events: &'e [Event],
    (from, to): (Timestamp, Timestamp),
    filter: Option<&Filter>,
) -> Vec<Seen<'e>> {
    let mut seen = seen(events);
    seen.retain(|seen| from <= seen.event.timestamp() && seen.event.timestamp() < to);
    seen.retain(|seen| filter.is_none_or(|filter| holds(filter, seen)));
    seen
}

/// Each user's events in their order; users without any name are nobody.
pub(super) fn of_users<'s, 'e>(seen: &'s [Seen<'e>]) -> Vec<Vec<&'s Seen<'e>>> {
    let mut users: BTreeMap<&str, Vec<&Seen<'e>>> = BTreeMap::new();
    for event in seen {
        if let Some(user) = event.person.as_deref() {
            users.entry(user).or_default().push(event);
        }
    }
    let mut journeys: Vec<Vec<&Seen<'e>>> = users.into_values().collect();
    for journey in &mut journeys {
        journey.sort_by_key(|seen| (seen.event.timestamp(), seen.event.id()));
    }
    journeys
}

/// The same, cut where 30 minutes pass without an event.
pub(super) fn of_sessions<'s, 'e>(seen: &'s [Seen<'e>]) -> Vec<Vec<&'s Seen<'e>>> {
    let mut sessions = Vec::new();
    for user in of_users(seen) {
        let mut session: Vec<&Seen<'e>> = Vec::new();
        for event in user {
            let pause = session
                .last()
                .map(|last| event.event.timestamp().duration_since(last.event.timestamp()));
            if pause.is_some_and(|pause| pause >= SignedDuration::from_mins(30)) {
                sessions.push(std::mem::take(&mut session));
            }
            session.push(event);
        }
        sessions.push(session);
    }
    sessions
}
