//! The visit that Umami's script carries from call to call in `x-umami-cache`: two random ids and a time, nothing else.

use axum::http::HeaderMap;
use engine::Engine;
use jiff::SignedDuration;
use model::Timestamp;
use serde_json::{Value, json};

/// A visit ends after this long without a call.
const GAP: SignedDuration = SignedDuration::from_mins(30);

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Visit {
    session: String,
    current: String,
    at: Timestamp,
}

impl Visit {
    /// The visit that the caller is on, or a new one.
    pub(super) fn of(headers: &HeaderMap, engine: &Engine) -> Self {
        let cache = headers.get("x-umami-cache").and_then(|value| value.to_str().ok());
        let now = engine.clock().now();
        let cache = carried(cache.unwrap_or_default());
        Self::from_cache(&cache, now, || engine.fresh_id())
    }

    fn from_cache(cache: &str, now: Timestamp, fresh: impl Fn() -> String) -> Self {
        let mut words = cache.split('.');
        let mut word = || words.next().filter(|word| is_id(word)).map(str::to_owned);
        let (session, visit) = (word(), word());
        let last = words.next().and_then(|second| second.parse().ok());
        let last = last.and_then(|second| Timestamp::from_second(second).ok());
        let goes_on = last.is_some_and(|last| now.duration_since(last).abs() < GAP);
        Self {
            session: session.unwrap_or_else(&fresh),
            current: visit.filter(|_| goes_on).unwrap_or_else(&fresh),
            at: now,
        }
    }

    #[cfg(test)]
    fn known(session: &str, visit: &str, at: Timestamp) -> Self {
        Self {
            session: session.to_owned(),
            current: visit.to_owned(),
            at,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.current
    }

    pub(super) fn cache(&self) -> String {
        format!("{}.{}.{}", self.session, self.current, self.at.as_second())
    }

    /// What the script expects to hear.
    pub(super) fn answer(&self) -> Value {
        json!({"cache": self.cache(), "sessionId": self.session, "visitId": self.current})
    }
}

/// Older scripts carry the whole answer from call to call, not the word in it.
fn carried(header: &str) -> String {
    let answer: Option<Value> = serde_json::from_str(header).ok();
    let word = answer.and_then(|answer| Some(answer.get("cache")?.as_str()?.to_owned()));
    word.unwrap_or_else(|| header.to_owned())
}

fn is_id(word: &str) -> bool {
    word.len() == 36 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_goes_on_for_half_an_hour() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let fresh = || "01890a5d-ac96-774b-bcce-b302099a0000".to_owned();
        let first = Visit::known(id, id, at("2026-01-01T00:00:00Z"));
        let soon = Visit::from_cache(&first.cache(), at("2026-01-01T00:29:00Z"), fresh);
        assert_eq!((soon.session.as_str(), soon.current.as_str()), (id, id));
        let late = Visit::from_cache(&first.cache(), at("2026-01-01T00:31:00Z"), fresh);
        assert_eq!((late.session.as_str(), late.current), (id, fresh()));
        for header in [first.cache(), first.answer().to_string()] {
            assert_eq!(carried(&header), first.cache());
        }
        assert_eq!(
            Visit::from_cache("<script>.x.y", first.at, fresh).session,
            fresh()
        );
    }
}
