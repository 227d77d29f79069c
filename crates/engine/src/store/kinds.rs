use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Most property paths whose kinds are told apart; beyond, a path may hold anything.
const MOST_PATHS: usize = 10_000;
/// The property that keeps text which is no JSON.
pub(in crate::store) const UNREADABLE: &str = "$unreadable";
/// Longer paths cannot be asked for.
const MOST_PATH_BYTES: usize = 1_200;

/// Which kinds of JSON values a property was seen with; null does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindSet(u8);

impl KindSet {
    /// Numbers.
    pub const NUMBER: Self = Self(1);
    /// Text.
    pub const TEXT: Self = Self(2);
    /// `true` and `false`.
    pub const BOOL: Self = Self(4);
    /// Objects and arrays.
    pub const NESTED: Self = Self(8);
    /// Numbers without a fraction that were written with one, such as `200.0`; they are [`KindSet::NUMBER`] too.
    pub const WHOLE_FLOAT: Self = Self(16);
    /// What has one text form and no other.
    pub const PLAIN: Self = Self(1 | 2 | 4);
    /// Anything at all.
    pub const ANY: Self = Self(31);

    /// Whether nothing else than `kinds` was seen.
    #[must_use]
    pub const fn only(self, kinds: Self) -> bool {
        self.0 & !kinds.0 == 0
    }

    /// Either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These and not `kinds`.
    #[must_use]
    pub(crate) const fn without(self, kinds: Self) -> Self {
        Self(self.0 & !kinds.0)
    }

    pub(in crate::store) const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ANY.0)
    }

    pub(in crate::store) const fn bits(self) -> u8 {
        self.0
    }
}

/// The kinds of every property of an organization, by its path: `a.b` reaches inside.
///
/// DuckDB reads a VARIANT's property several times faster when a statement need not ask each value for its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    paths: HashMap<String, KindSet>,
    unknown: bool,
}

impl Kinds {
    /// Every property may hold anything: never wrong, only slower.
    #[must_use]
    pub fn unknown() -> Self {
        Self {
            paths: HashMap::new(),
            unknown: true,
        }
    }

    /// The kinds at a path.
    #[must_use]
    pub fn of(&self, path: &str) -> KindSet {
        match self.paths.get(path) {
            Some(kinds) => *kinds,
            None if self.unknown || self.paths.len() >= MOST_PATHS => KindSet::ANY,
            None => KindSet::default(),
        }
    }

    pub(in crate::store) fn with(&self, fresh: &Self) -> Self {
        self.paths
            .iter()
            .chain(&fresh.paths)
            .map(|(path, kinds)| (path.clone(), *kinds))
            .collect()
    }

    /// Every path that was seen, with its kinds, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, KindSet)> {
        self.paths.iter().map(|(path, kinds)| (path.as_str(), *kinds))
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    fn add(&mut self, path: &str, kind: KindSet) {
        match self.paths.get_mut(path) {
            Some(kinds) => *kinds = kinds.or(kind),
            None => {
                self.paths.insert(path.to_owned(), kind);
            }
        }
    }
}

impl FromIterator<(String, KindSet)> for Kinds {
    fn from_iter<I: IntoIterator<Item = (String, KindSet)>>(pairs: I) -> Self {
        let mut kinds = Self::default();
        for (path, kind) in pairs {
            kinds.add(&path, kind);
        }
        kinds
    }
}

/// Collects the kinds that are not known yet.
pub(in crate::store) struct Observer<'k> {
    known: &'k Kinds,
    fresh: Kinds,
    path: String,
}

impl<'k> Observer<'k> {
    pub(in crate::store) fn new(known: &'k Kinds) -> Self {
        Self {
            known,
            fresh: Kinds::default(),
            path: String::new(),
        }
    }

    /// Looks at one event's properties. Text that is no JSON has no kinds: the store keeps it as text.
    pub(in crate::store) fn observe(&mut self, properties: &str) {
        self.path.clear();
        let mut deserializer = serde_json::Deserializer::from_str(properties);
        if Walk(self).deserialize(&mut deserializer).is_err() {
            UNREADABLE.clone_into(&mut self.path);
            self.saw(KindSet::TEXT);
        }
    }

    pub(in crate::store) fn into_fresh(self) -> Kinds {
        self.fresh
    }

    fn saw(&mut self, kind: KindSet) {
        let path = self.path.as_str();
        if path.is_empty() || kind.only(self.known.of(path)) || kind.only(self.fresh.of(path)) {
            return;
        }
        let is_one_of_them = self.known.paths.contains_key(path) || self.fresh.paths.contains_key(path);
        if is_one_of_them || self.known.paths.len() + self.fresh.paths.len() < MOST_PATHS {
            self.fresh.add(path, kind);
        }
    }
}

struct Walk<'o, 'k>(&'o mut Observer<'k>);

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.0.saw(KindSet::BOOL);
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.0.saw(KindSet::NUMBER);
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.0.saw(KindSet::NUMBER);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        let is_whole = number.fract() == 0.0;
        self.0.saw(if is_whole {
            KindSet::NUMBER.or(KindSet::WHOLE_FLOAT)
        } else {
            KindSet::NUMBER
        });
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.0.saw(KindSet::TEXT);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.saw(KindSet::NESTED);
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let observer = self.0;
        observer.saw(KindSet::NESTED);
        let outer = observer.path.len();
        while let Some(key) = entries.next_key_seed(Key)? {
            let cannot_be_asked_for =
                key.is_empty() || key.contains('.') || outer + key.len() > MOST_PATH_BYTES;
            if cannot_be_asked_for {
                entries.next_value::<IgnoredAny>()?;
                continue;
            }
            if outer > 0 {
                observer.path.push('.');
            }
            observer.path.push_str(&key);
            entries.next_value_seed(Walk(observer))?;
            observer.path.truncate(outer);
        }
        Ok(())
    }
}

/// Borrows a key where it has no escapes, which is nearly always.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = std::borrow::Cow<'de, str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = std::borrow::Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(key.into())
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        if key.len() > 32 * 1024 {
            return Err(E::custom("a key of this length fits no event"));
        }
        Ok(key.to_owned().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(known: &Kinds, documents: &[&str]) -> Kinds {
        let mut observer = Observer::new(known);
        for document in documents {
            observer.observe(document);
        }
        observer.into_fresh()
    }

    #[test]
    fn every_kind_at_every_path_is_seen() {
        let kinds = observed(
            &Kinds::default(),
            &[
                r#"{"a":1,"b":{"c":"x","d":[1]},"n":null,"e.f":1,"":2}"#,
                r#"{"a":"one","b":{"c":true}}"#,
            ],
        );
        assert_eq!(kinds.of("a"), KindSet::NUMBER.or(KindSet::TEXT));
        assert_eq!(kinds.of("b"), KindSet::NESTED);
        assert_eq!(kinds.of("b.c"), KindSet::TEXT.or(KindSet::BOOL));
        assert_eq!(kinds.of("b.d"), KindSet::NESTED);
        assert_eq!((kinds.of("n"), kinds.of("e.f"), kinds.of("")), Default::default());
    }

    #[test]
    fn what_is_known_is_not_fresh() {
        let known = observed(&Kinds::default(), &[r#"{"a":1}"#]);
        assert!(observed(&known, &[r#"{"a":-2.5}"#]).is_empty());
        let both = known.with(&observed(&known, &[r#"{"a":"x"}"#]));
        assert_eq!(both.of("a"), KindSet::NUMBER.or(KindSet::TEXT));
    }

    #[test]
    fn beyond_the_bound_a_path_may_hold_anything() {
        let documents: Vec<String> = (0..MOST_PATHS + 5).map(|n| format!(r#"{{"k{n}":1}}"#)).collect();
        let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
        let kinds = observed(&Kinds::default(), &documents);
        assert_eq!(kinds.of("k1"), KindSet::NUMBER);
        assert_eq!(kinds.of(&format!("k{}", MOST_PATHS + 1)), KindSet::ANY);
    }
}
