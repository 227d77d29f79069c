//! Checks the properties of an event without building a tree of them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use super::text::Text;
use crate::problem::FieldError;

/// Most properties of one event.
pub const MAX_PROPERTIES: usize = 100;
/// How deep a property may nest.
pub const MAX_DEPTH: usize = 20;

const TOO_DEEP: &str = "too_deep";

/// What the properties of an event hold for the server itself, beside what is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carries {
    /// `$user_agent`, `$raw_user_agent` or `$ip`: what the sender knows of somebody else's browser.
    pub client: bool,
    /// A change of a profile: `$set`, `$set_once`, `$unset` or `$group_set`, or a person who says who they are.
    pub profile: bool,
}

impl Carries {
    fn note(&mut self, key: &str) {
        match key {
            "$user_agent" | "$raw_user_agent" | "$ip" => self.client = true,
            "$set" | "$set_once" | "$unset" | "$group_set" => self.profile = true,
            _ => {}
        }
    }
}

/// The text of a JSON object that every store can take: every number is finite, every string well-formed, no key repeats.
pub(super) fn checked(text: Option<&str>) -> Result<(String, Carries), FieldError> {
    let Some(text) = text.filter(|text| *text != "null") else {
        return Ok(("{}".to_owned(), Carries::default()));
    };
    if !text.starts_with('{') {
        return Err(FieldError::new(
            "properties",
            "invalid",
            "`properties` must be a JSON object.",
        ));
    }
    let mut seen = Seen::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Walk {
        seen: &mut seen,
        depth: 0,
    }
    .deserialize(&mut deserializer)
    .map_err(|error| walk_error(&error))?;
    if seen.top_level_keys > MAX_PROPERTIES {
        let message = format!("An event may have at most {MAX_PROPERTIES} properties.");
        return Err(FieldError::new("properties", "too_many", message));
    }
    let text = if seen.repeated_key {
        without_repeated_keys(text)
    } else {
        text.to_owned()
    };
    Ok((text, seen.carries))
}

fn walk_error(error: &serde_json::Error) -> FieldError {
    let message = error.to_string();
    if message.starts_with(TOO_DEEP) || message.starts_with("recursion limit") {
        let message = format!("Properties may nest at most {MAX_DEPTH} levels deep.");
        return FieldError::new("properties", "too_deep", message);
    }
    FieldError::new(
        "properties",
        "invalid",
        format!("`properties` cannot be stored: {message}."),
    )
}

/// `serde_json` keeps the last of repeated keys, as browsers do.
fn without_repeated_keys(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => value.to_string(),
        Err(_) => text.to_owned(),
    }
}

#[derive(Default)]
struct Seen {
    top_level_keys: usize,
    repeated_key: bool,
    carries: Carries,
}

/// The keys of one object: most have few, and comparing few is cheaper than hashing them.
#[derive(Default)]
struct Keys<'a> {
    few: Vec<Cow<'a, str>>,
    more: HashSet<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    const FEW: usize = 12;

    /// False for a key that is there already.
    fn insert(&mut self, key: Cow<'a, str>) -> bool {
        if self.few.contains(&key) {
            return false;
        }
        if self.few.len() < Self::FEW {
            self.few.push(key);
            return true;
        }
        self.more.insert(key)
    }

    fn len(&self) -> usize {
        self.few.len() + self.more.len()
    }
}

struct Walk<'s> {
    seen: &'s mut Seen,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.depth >= MAX_DEPTH {
            return Err(A::Error::custom(TOO_DEEP));
        }
        while items
            .next_element_seed(Walk {
                seen: self.seen,
                depth: self.depth + 1,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        if self.depth >= MAX_DEPTH {
            return Err(A::Error::custom(TOO_DEEP));
        }
        let mut keys = Keys::default();
        while let Some(key) = entries.next_key::<Text<'de>>()? {
            if self.depth == 0 && key.0.starts_with('$') {
                self.seen.carries.note(&key.0);
            }
            self.seen.repeated_key |= !keys.insert(key.0);
            entries.next_value_seed(Walk {
                seen: self.seen,
                depth: self.depth + 1,
            })?;
        }
        if self.depth == 0 {
            self.seen.top_level_keys = keys.len();
        }
        Ok(())
    }
}
