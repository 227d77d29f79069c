//! What is known of a user or a group beside their events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A user or a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The user's id, or the group's.
    pub id: String,
    /// Of a group, what kind of group it is, for example `company`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_type: Option<String>,
    /// Other ids of the same user: of devices before they said who they are, and aliases.
    pub other_ids: Vec<String>,
    /// What `$set` and `$set_once` left.
    pub properties: Map<String, Value>,
    /// When the profile was first heard of.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The properties that say what people call somebody, in the order in which they count.
const NAMES: [&str; 6] = [
    "name",
    "$name",
    "full_name",
    "fullName",
    "display_name",
    "username",
];
/// The properties that hold somebody's e-mail address.
const EMAILS: [&str; 3] = ["email", "$email", "mail"];
/// The parts of a name.
const PARTS: [&str; 4] = ["first_name", "last_name", "firstName", "lastName"];

/// The properties that somebody is known by, the foremost first: names, addresses and the parts of a name.
pub fn known_by() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().chain(EMAILS).chain(PARTS)
}

/// What people call somebody of whom this was said.
#[must_use]
pub fn name_in(properties: &Map<String, Value>) -> Option<&str> {
    first_text(properties, &NAMES)
}

/// The e-mail address of somebody of whom this was said.
#[must_use]
pub fn email_in(properties: &Map<String, Value>) -> Option<&str> {
    first_text(properties, &EMAILS)
}

fn first_text<'p>(properties: &'p Map<String, Value>, keys: &[&str]) -> Option<&'p str> {
    let said = |key: &&str| properties.get(*key)?.as_str().map(str::trim);
    keys.iter().filter_map(said).find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_are_called_what_was_said_first_of_all() {
        let said =
            json!({"username": "al", "name": " ", "full_name": "Ada L", "email": 4, "mail": "a@x.org"});
        let Value::Object(said) = said else { unreachable!() };
        assert_eq!(
            (name_in(&said), email_in(&said)),
            (Some("Ada L"), Some("a@x.org"))
        );
        assert_eq!((name_in(&Map::new()), email_in(&Map::new())), (None, None));
        assert!(
            NAMES
                .iter()
                .chain(&EMAILS)
                .all(|key| known_by().any(|known| known == *key))
        );
    }
}
