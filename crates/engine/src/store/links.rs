//! Which user an anonymous visitor turned out to be: told by the first event that names both.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::event::Event;

/// Most links of one organization that are kept in memory; beyond, the store is asked again whether it has them.
const MOST_RECENT: usize = 20_000;

/// A visitor's user, as one event said; the least of a visitor's links is the one that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Link {
    /// Microseconds since 1970.
    pub(in crate::store) ts: i64,
    pub(in crate::store) user_id: String,
}

/// The links of one organization, as far as the process must know them.
#[derive(Debug, Default)]
pub(in crate::store) struct Links {
    any: AtomicBool,
    /// Of each visitor here, the table holds this link or a lesser one.
    recent: Mutex<HashMap<String, Link>>,
}

impl Links {
    pub(in crate::store) fn new(any: bool) -> Self {
        Self {
            any: AtomicBool::new(any),
            recent: Mutex::default(),
        }
    }

    /// Whether any visitor has a user.
    pub(in crate::store) fn any(&self) -> bool {
        self.any.load(Ordering::SeqCst)
    }

    pub(in crate::store) fn set_any(&self, any: bool) {
        self.any.store(any, Ordering::SeqCst);
    }

    /// The least link of each visitor in `events`, without those that would change nothing.
    pub(in crate::store) fn news<'e>(&self, events: impl Iterator<Item = &'e Event>) -> Vec<(&'e str, Link)> {
        let recent = self.recent();
        let mut least: HashMap<&str, (i64, &str)> = HashMap::new();
        for event in events {
            let (Some(user_id), Some(anonymous_id)) = (event.user_id(), event.anonymous_id()) else {
                continue;
            };
            let link = (event.timestamp().as_microsecond(), user_id);
            let kept = least.entry(anonymous_id).or_insert(link);
            *kept = link.min(*kept);
        }
        let changes = |anonymous_id: &str, ts: i64, user_id: &str| {
            let known = recent.get(anonymous_id);
            known.is_none_or(|known| (ts, user_id) < (known.ts, known.user_id.as_str()))
        };
        least
            .into_iter()
            .filter(|(anonymous_id, (ts, user_id))| changes(anonymous_id, *ts, user_id))
            .map(|(anonymous_id, (ts, user_id))| {
                let user_id = user_id.to_owned();
                (anonymous_id, Link { ts, user_id })
            })
            .collect()
    }

    /// These are stored now.
    pub(in crate::store) fn remember(&self, news: Vec<(&str, Link)>) {
        let mut recent = self.recent();
        if recent.len() + news.len() > MOST_RECENT {
            recent.clear();
        }
        let few = news.into_iter().take(MOST_RECENT);
        recent.extend(few.map(|(anonymous_id, link)| (anonymous_id.to_owned(), link)));
    }

    fn recent(&self) -> MutexGuard<'_, HashMap<String, Link>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;

    fn event(second: u32, user: &str, visitor: &str) -> Event {
        let json = format!(
            r#"{{"name":"x","timestamp":"2026-01-01T00:00:{second:02}Z","user_id":{user},"anonymous_id":{visitor}}}"#
        );
        let now: Timestamp = "2026-01-02T00:00:00Z".parse().expect("a constant");
        Event::parse(&json, now, || "id".to_owned())
            .expect("it is valid")
            .event
    }

    fn news(links: &Links, events: &[Event]) -> Vec<(String, String)> {
        let mut news: Vec<(String, String)> = links
            .news(events.iter())
            .into_iter()
            .map(|(visitor, link)| (visitor.to_owned(), link.user_id))
            .collect();
        news.sort();
        news
    }

    #[test]
    fn only_what_changes_a_visitor_s_user_is_new() {
        let links = Links::new(false);
        let first = [
            event(5, r#""bo""#, r#""v""#),
            event(5, r#""al""#, r#""v""#),
            event(1, "null", r#""v""#),
            event(1, r#""al""#, "null"),
        ];
        assert_eq!(news(&links, &first), [("v".to_owned(), "al".to_owned())]);
        links.remember(links.news(first.iter()));
        assert_eq!(news(&links, &first), []);
        let later = [event(9, r#""al""#, r#""v""#), event(9, r#""al""#, r#""w""#)];
        assert_eq!(news(&links, &later), [("w".to_owned(), "al".to_owned())]);
        let earlier = [event(2, r#""zo""#, r#""v""#)];
        assert_eq!(news(&links, &earlier), [("v".to_owned(), "zo".to_owned())]);
    }
}
