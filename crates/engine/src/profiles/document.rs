//! The properties of a profile, each with the time at which it was said: merging gives the same in any order.

use std::collections::BTreeMap;

use model::profile::known_by;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::USER;
use super::change::ProfileChange;
use super::folded::lines;

/// Most properties of one profile; more are not taken.
const MOST: usize = 1_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Said {
    #[serde(rename = "v")]
    value: Value,
    /// Microseconds since 1970.
    at: i64,
    /// By `$set_once`: the first counts, and any `$set` counts more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    once: bool,
    /// By `$unset`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gone: bool,
}

/// The properties of a profile.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Document(BTreeMap<String, Said>);

impl Document {
    /// What the profile says.
    pub(super) fn values(self) -> Map<String, Value> {
        let said = self.0.into_iter().filter(|(_, said)| !said.gone);
        said.map(|(key, said)| (key, said.value)).collect()
    }

    /// What a profile is looked for by: of a user the ids, then what they are called, then everything else that is said.
    pub(super) fn folded(&self, kind: &str, id: &str, other_ids: &[String]) -> String {
        if kind != USER {
            return String::new();
        }
        let is_first = |key: &str| known_by().any(|known| known == key);
        let there = || self.0.iter().filter(|(_, said)| !said.gone);
        let first = known_by()
            .filter_map(|key| self.0.get(key))
            .filter(|said| !said.gone);
        let others = there().filter(|(key, _)| !is_first(key)).map(|(_, said)| said);
        let ids = std::iter::once(id).chain(other_ids.iter().map(String::as_str));
        lines(ids, first.chain(others).map(|said| &said.value))
    }

    /// Takes over what an event said.
    pub(super) fn merge(&mut self, change: &ProfileChange) {
        let at = change.at;
        let said = |value: &Value, once, gone| Said {
            value: value.clone(),
            at,
            once,
            gone,
        };
        for (key, value) in &change.set_once {
            self.say(key, said(value, true, false));
        }
        for (key, value) in &change.set {
            self.say(key, said(value, false, false));
        }
        for key in &change.unset {
            self.say(key, said(&Value::Null, false, true));
        }
    }

    /// Takes in the profile of another id of the same user; what is known of the user counts more.
    pub(super) fn take_in(&mut self, other: Self) {
        for (key, said) in other.0 {
            if self.0.len() < MOST {
                self.0.entry(key).or_insert(said);
            }
        }
    }

    fn say(&mut self, key: &str, said: Said) {
        let counts = match self.0.get(key) {
            None => self.0.len() < MOST,
            Some(known) if known.once && said.once => said.at < known.at,
            Some(known) if said.once => known.gone && known.at <= said.at,
            Some(known) => (known.once && !said.gone) || said.at >= known.at,
        };
        if counts {
            self.0.insert(key.to_owned(), said);
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use model::event::Event;
    use serde_json::json;

    use super::*;

    fn said(minute: u8, properties: &Value) -> ProfileChange {
        let event = json!({"name": "$identify", "user_id": "u", "properties": properties,
            "timestamp": format!("2026-01-01T00:{minute:02}:00Z")});
        let event = Event::parse(&event.to_string(), Timestamp::MAX, String::new);
        ProfileChange::of(&event.expect("a valid event").event).remove(0)
    }

    #[test]
    fn the_last_said_counts_in_whatever_order_it_arrives() {
        let changes = [
            said(
                1,
                &json!({"$set": {"plan": "free", "name": "Ada"}, "$set_once": {"from": "ads"}}),
            ),
            said(
                2,
                &json!({"$set": {"plan": "team"}, "$set_once": {"from": "search", "name": "never"}}),
            ),
            said(3, &json!({"$unset": ["name"]})),
        ];
        let expected = json!({"plan": "team", "from": "ads"});
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut document = Document::default();
            for index in order {
                document.merge(&changes[index]);
                document.merge(&changes[index]);
            }
            assert_eq!(Value::Object(document.values()), expected, "{order:?}");
        }
    }
}
