//! The properties of an event as text in pieces: read without building a tree, written by copying the pieces.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// What stands in for a value that must not be stored.
const REDACTED: &str = "\"[redacted]\"";

/// The entries of one JSON object, each value in its own text.
#[derive(Debug, Default)]
pub(super) struct Entries<'a> {
    read: Vec<(Cow<'a, str>, &'a str)>,
    added: Vec<(Cow<'static, str>, String)>,
    changed: bool,
}

impl<'a> Entries<'a> {
    /// Reads `text`, the text of an object that was checked; anything else has no entries.
    pub(super) fn read(text: &'a str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The text of a value; `None` where it is no text or empty.
    pub(super) fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        let (_, raw) = self.read.iter().find(|(known, _)| known == key)?;
        let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
        let text = if inner.contains('\\') {
            Cow::Owned(serde_json::from_str(raw).ok()?)
        } else {
            Cow::Borrowed(inner)
        };
        Some(text).filter(|text| !text.is_empty())
    }

    fn has(&self, key: &str) -> bool {
        self.read.iter().any(|(known, _)| known == key) || self.added.iter().any(|(known, _)| known == key)
    }

    /// Adds a text under a key that is not there yet: what the sender says counts.
    pub(super) fn add(&mut self, key: impl Into<Cow<'static, str>>, value: &str) {
        self.add_raw(key, || serde_json::Value::from(value).to_string());
    }

    /// Adds a value, given as JSON text, under a key that is not there yet.
    pub(super) fn add_raw(&mut self, key: impl Into<Cow<'static, str>>, value: impl FnOnce() -> String) {
        let key = key.into();
        if !self.has(&key) {
            self.added.push((key, value()));
        }
    }

    /// Keeps what `keep` says yes to.
    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        let before = self.read.len();
        self.read.retain(|(key, _)| keep(key));
        self.added.retain(|(key, _)| keep(key));
        self.changed |= self.read.len() != before;
    }

    /// Treats the entries of the object under `key`; what is no object stays.
    pub(super) fn within(&mut self, key: &str, treat: impl Fn(&mut Entries<'_>)) {
        let Some(at) = self.read.iter().position(|(known, _)| known == key) else {
            return;
        };
        let text = self.read[at].1;
        let mut inner = Entries::read(text);
        treat(&mut inner);
        if let Some(written) = inner.written(text) {
            let (key, _) = self.read.remove(at);
            self.added.push((Cow::Owned(key.into_owned()), written));
            self.changed = true;
        }
    }

    /// Hides the values that `is_secret` says yes to.
    pub(super) fn redact(&mut self, is_secret: impl Fn(&str) -> bool) {
        for (key, value) in &mut self.read {
            if is_secret(key) {
                *value = REDACTED;
                self.changed = true;
            }
        }
        for (key, value) in &mut self.added {
            if is_secret(key) {
                REDACTED.clone_into(value);
            }
        }
    }

    /// The text of the object as it is now; `None` where nothing changed.
    pub(super) fn written(&self, original: &str) -> Option<String> {
        if !self.changed && self.added.is_empty() {
            return None;
        }
        let mut text = String::with_capacity(original.len() + 48 * self.added.len());
        if self.changed {
            text.push('{');
            for (key, value) in &self.read {
                push(&mut text, key, value);
            }
        } else {
            text.push_str(original.trim_end().strip_suffix('}').unwrap_or("{"));
            text.truncate(text.trim_end().len());
        }
        for (key, value) in &self.added {
            push(&mut text, key, value);
        }
        text.push('}');
        Some(text)
    }
}

/// Appends an entry to the text of an object that is still open.
fn push(text: &mut String, key: &str, value: &str) {
    if !text.ends_with('{') {
        text.push(',');
    }
    if key.contains(|letter: char| matches!(letter, '"' | '\\') || letter.is_control()) {
        text.push_str(&serde_json::Value::from(key).to_string());
    } else {
        text.push('"');
        text.push_str(key);
        text.push('"');
    }
    text.push(':');
    text.push_str(value);
}

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Entries::default();
        while let Some(Key(key)) = map.next_key()? {
            entries.read.push((key, map.next_value::<&RawValue>()?.get()));
        }
        Ok(entries)
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_untouched_keeps_its_text() {
        let text = r#"{ "a": 1.0, "b" : {"c":[1, 2]} }"#;
        let mut entries = Entries::read(text);
        assert_eq!(entries.written(text), None);
        entries.add("$os", "mac\"OS");
        entries.add("a", "the sender's own counts");
        let written = entries.written(text).expect("something was added");
        assert_eq!(written, r#"{ "a": 1.0, "b" : {"c":[1, 2]},"$os":"mac\"OS"}"#);
        let mut entries = Entries::read("{}");
        entries.add_raw("$bot", || "true".to_owned());
        assert_eq!(entries.written("{}").as_deref(), Some(r#"{"$bot":true}"#));
    }

    #[test]
    fn what_lies_within_an_object_is_treated_alike() {
        let text = r#"{"a":1,"$set":{"mail":"a@b.c","plan":"x","ip":1},"b":[2]}"#;
        let mut entries = Entries::read(text);
        for key in ["$set", "$set_once", "b"] {
            entries.within(key, |inner| {
                inner.retain(|key| key != "ip");
                inner.redact(|key| key == "mail");
            });
        }
        let written = entries.written(text);
        assert_eq!(
            written.as_deref(),
            Some(r#"{"a":1,"b":[2],"$set":{"mail":"[redacted]","plan":"x"}}"#)
        );
    }

    #[test]
    fn entries_go_and_values_are_hidden() {
        let text = r#"{"$ip":"1.2.3.4","q\"x":1.50,"mail":"a@b.c"}"#;
        let mut entries = Entries::read(text);
        entries.retain(|key| key != "$ip");
        entries.redact(|key| key == "mail");
        let written = entries.written(text);
        assert_eq!(written.as_deref(), Some(r#"{"q\"x":1.50,"mail":"[redacted]"}"#));
    }
}
