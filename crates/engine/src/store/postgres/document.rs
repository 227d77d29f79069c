//! Properties as `jsonb` can keep them.

use serde_json::Value;

use crate::store::document::readable;

/// As [`readable`]; U+0000, which PostgreSQL cannot keep, as U+FFFD.
pub(super) fn storable(properties: &str) -> String {
    let mut document = readable(properties);
    if properties.contains("\\u0000") || properties.contains('\0') {
        replace(&mut document);
    }
    document.to_string()
}

/// Text without U+0000.
pub(super) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn replace(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_nul(text),
        Value::Array(items) => items.iter_mut().for_each(replace),
        Value::Object(entries) => {
            let renamed = std::mem::take(entries).into_iter().map(|(key, mut value)| {
                replace(&mut value);
                (without_nul(&key), value)
            });
            *entries = renamed.collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_jsonb_cannot_keep_is_replaced() {
        for (sent, kept) in [
            (
                r#"{"a":"x\u0000y","b":["\\u0000"]}"#,
                "{\"a\":\"x\u{fffd}y\",\"b\":[\"\\\\u0000\"]}",
            ),
            (r#"{"a":1e-400,"b":200.0}"#, r#"{"a":0.0,"b":200.0}"#),
            ("{broken", r#"{"$unreadable":"{broken"}"#),
        ] {
            assert_eq!(storable(sent), kept);
        }
    }
}
