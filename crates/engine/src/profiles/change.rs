//! What one event says of a user or a group.

use model::event::Event;
use serde_json::{Map, Value};

/// Whom a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    User {
        id: String,
        /// Another id of the same user, of a device or an alias.
        other_id: Option<String>,
    },
    Group {
        group_type: String,
        id: String,
    },
}

/// A change of a profile, as an event said it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProfileChange {
    pub(super) subject: Subject,
    /// Microseconds since 1970.
    pub(super) at: i64,
    pub(super) set: Map<String, Value>,
    pub(super) set_once: Map<String, Value>,
    pub(super) unset: Vec<String>,
}

impl ProfileChange {
    /// Everything that `event` says of profiles: of its user, of a group.
    pub(crate) fn of(event: &Event) -> Vec<Self> {
        let Ok(Value::Object(mut properties)) = serde_json::from_str(event.properties()) else {
            return Vec::new();
        };
        let at = event.timestamp().as_microsecond();
        let mut object = |key: &str| match properties.remove(key) {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let (set, set_once, group_set) = (object("$set"), object("$set_once"), object("$group_set"));
        let unset = match properties.get("$unset") {
            Some(Value::Array(keys)) => keys.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        let text = |key: &str| properties.get(key).and_then(Value::as_str).map(str::to_owned);
        let group = match (text("$group_type"), text("$group_key")) {
            (Some(group_type), Some(id)) if event.name() == "$groupidentify" => Some(Self {
                subject: Subject::Group { group_type, id },
                at,
                set: group_set,
                set_once: Map::new(),
                unset: Vec::new(),
            }),
            _ => None,
        };
        let says_who = matches!(event.name(), "$identify" | "$create_alias");
        let says_something = says_who || !(set.is_empty() && set_once.is_empty() && unset.is_empty());
        let user = user(event).filter(|_| says_something).map(|subject| Self {
            subject,
            at,
            set,
            set_once,
            unset,
        });
        group.into_iter().chain(user).collect()
    }
}

fn user(event: &Event) -> Option<Subject> {
    let own = |id: Option<&str>| id.map(str::to_owned);
    match (own(event.user_id()), own(event.anonymous_id())) {
        (Some(id), other_id) => Some(Subject::User { id, other_id }),
        (None, Some(id)) => Some(Subject::User { id, other_id: None }),
        (None, None) => None,
    }
}
