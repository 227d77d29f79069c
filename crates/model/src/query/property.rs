use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Something that an event has: one of its own columns, a key of its `properties`, or what its user is said to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Property {
    /// `$name`: the event's name.
    Name,
    /// `$timestamp`: when it happened.
    Timestamp,
    /// `$user_id`: the user as the sender named them.
    UserId,
    /// `$anonymous_id`: the device.
    AnonymousId,
    /// `$session_id`: the visit.
    SessionId,
    /// A key of `properties`; more than one part reaches inside an object.
    Key(Vec<String>),
    /// `$user.plan`: what the user was last said to be by `$set`, or else first by `$set_once`; the same for all events of
    /// a user, those before it was said among them. More than one part reaches inside an object.
    User(Vec<String>),
}

/// How the name of a property of users begins.
const OF_USERS: &str = "$user.";

impl FromStr for Property {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "$name" => return Ok(Self::Name),
            "$timestamp" => return Ok(Self::Timestamp),
            "$user_id" => return Ok(Self::UserId),
            "$anonymous_id" => return Ok(Self::AnonymousId),
            "$session_id" => return Ok(Self::SessionId),
            _ => {}
        }
        if text.chars().count() > 300 {
            return Err("a property's name has at most 300 characters".to_owned());
        }
        let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
        if parts.iter().any(String::is_empty) {
            return Err(format!(
                "`{text}` is not a property: name one, and use `a.b` to reach inside it"
            ));
        }
        if text.contains('\0') {
            return Err("a property's name has no NUL characters".to_owned());
        }
        Ok(match text.strip_prefix(OF_USERS) {
            Some(_) => Self::User(parts[1..].to_vec()),
            None => Self::Key(parts),
        })
    }
}

impl TryFrom<String> for Property {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Property> for String {
    fn from(property: Property) -> Self {
        property.to_string()
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("$name"),
            Self::Timestamp => f.write_str("$timestamp"),
            Self::UserId => f.write_str("$user_id"),
            Self::AnonymousId => f.write_str("$anonymous_id"),
            Self::SessionId => f.write_str("$session_id"),
            Self::Key(parts) => f.write_str(&parts.join(".")),
            Self::User(parts) => write!(f, "{OF_USERS}{}", parts.join(".")),
        }
    }
}
