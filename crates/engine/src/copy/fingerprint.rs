//! A checksum over events that does not depend on their order nor on how a store writes JSON.

use model::event::Event;
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

/// What a copy brought over, equal in both stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// How many events there are.
    pub events: u64,
    /// The sum of their digests, whatever their order; see [`super::copy_events`].
    pub checksum: u128,
}

impl Copied {
    pub(super) fn add(&mut self, events: &[Event]) {
        for event in events {
            self.add_one(event);
        }
    }

    fn add_one(&mut self, event: &Event) {
        let mut digest = Sha256::new();
        let micros = event.timestamp().as_microsecond().to_string();
        let properties = serde_json::from_str(event.properties())
            .map(plain)
            .unwrap_or_default();
        for field in [
            Some(event.id()),
            Some(event.name()),
            Some(micros.as_str()),
            event.user_id(),
            event.anonymous_id(),
            event.session_id(),
            Some(properties.to_string().as_str()),
        ] {
            digest.update(match field {
                Some(text) => format!("{}:{text}", text.len()),
                None => "-".to_owned(),
            });
        }
        let mut first = [0; 16];
        first.copy_from_slice(&digest.finalize()[..16]);
        self.events += 1;
        self.checksum = self.checksum.wrapping_add(u128::from_be_bytes(first));
    }
}

/// What every store keeps of a value: keys in their order, whole numbers without a fraction, no U+0000, and nothing of
/// what is null or holds nothing.
fn plain(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(whole(&number).unwrap_or(number)),
        Value::String(text) => Value::String(text.replace('\0', "\u{fffd}")),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(fields) => {
            let mut kept: Vec<(String, Value)> = fields
                .into_iter()
                .map(|(key, value)| (key.replace('\0', "\u{fffd}"), plain(value)))
                .filter(|(_, value)| {
                    !value.is_null() && value.as_object().is_none_or(|inner| !inner.is_empty())
                })
                .collect();
            kept.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(Map::from_iter(kept))
        }
        other => other,
    }
}

/// `200` for `200.0`.
fn whole(number: &Number) -> Option<Number> {
    let float = number.as_f64().filter(|_| number.is_f64())?;
    let is_exact = float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number within 53 bits")]
    is_exact.then(|| Number::from(float as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stores_write_differently_is_plain() {
        let sent = json!({"b": 200.0, "a": {"z": null}, "t": "x\u{0}", "l": [1.5, null]});
        assert_eq!(
            plain(sent).to_string(),
            "{\"b\":200,\"l\":[1.5,null],\"t\":\"x\u{fffd}\"}"
        );
    }
}
