//! Which values have a place of their own in the column `properties`.

use serde_json::{Map, Value};

/// What means something in the name of a subcolumn.
const SIGNS: [char; 7] = ['.', ':', '^', '@', '%', '`', '\\'];

/// Whether a key can be part of a subcolumn's name; values under other keys are read from the document.
pub(crate) fn is_plain(key: &str) -> bool {
    !key.is_empty() && !key.contains(|letter: char| letter.is_control() || SIGNS.contains(&letter))
}

/// Of a document, the text, numbers and truth values that lie under plain keys all the way.
///
/// Lists are left out, and NULL: nothing can be asked of them that the column would be quick at.
pub(super) fn plain(document: &Value) -> Value {
    let Value::Object(entries) = document else {
        return Value::Object(Map::new());
    };
    let entries = entries.iter().filter(|(key, _)| is_plain(key));
    let kept = entries.filter_map(|(key, value)| match value {
        Value::Null | Value::Array(_) => None,
        Value::Object(_) => Some((key.clone(), plain(value))),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some((key.clone(), value.clone())),
    });
    Value::Object(kept.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_single_values_under_plain_keys_are_kept() {
        let document = json!({"a": 1, "b": {"c": "x", "d": [1], "e.f": 2, "": 3}, "n": null, "^g": 4, "$path": "/",
            "ключ и": true, "p`": 5, "x:y": 6});
        assert_eq!(
            plain(&document),
            json!({"a": 1, "b": {"c": "x"}, "$path": "/", "ключ и": true})
        );
        assert_eq!(plain(&json!([1])), json!({}));
    }
}
