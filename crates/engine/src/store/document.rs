//! Properties as JSON values, the same for every store that reads them.

use serde_json::{Map, Value};

use super::kinds::UNREADABLE;

/// Numbers as every store keeps them, whole ones of 64 bits and else the nearest `f64`; text that is no JSON under a key
/// of its own, so that it costs no neighbour. Written out again, it has no blanks and its keys are in the order of their
/// bytes.
pub(super) fn readable(properties: &str) -> Value {
    serde_json::from_str(properties)
        .unwrap_or_else(|_| Value::Object(Map::from_iter([(UNREADABLE.to_owned(), Value::from(properties))])))
}
