//! NDJSON: each line is an event of the HTTP contract, as it is.

use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};

/// The line as an event that has an id: its own, or `id`.
///
/// # Errors
/// A sentence that says what is wrong.
pub(crate) fn event(line: &[u8], id: &str) -> Result<String, String> {
    let text = std::str::from_utf8(line)
        .map_err(|_| "This line is not UTF-8.")?
        .trim();
    if !text.starts_with('{') {
        return Err("An event is a JSON object on one line.".to_owned());
    }
    let mut fields: BTreeMap<String, Box<RawValue>> =
        serde_json::from_str(text).map_err(|error| format!("This is not JSON: {}.", without_line(&error)))?;
    match fields.get("id") {
        Some(own) if own.get() != "null" => return Ok(text.to_owned()),
        Some(_) => {}
        None => return Ok(with_id(text, fields.is_empty(), id)),
    }
    fields.insert(
        "id".to_owned(),
        to_raw_value(id).map_err(|error| error.to_string())?,
    );
    serde_json::to_string(&fields).map_err(|error| error.to_string())
}

fn with_id(object: &str, is_empty: bool, id: &str) -> String {
    let comma = if is_empty { "" } else { "," };
    format!("{{\"id\":\"{id}\"{comma}{}", &object[1..])
}

/// Every event is one line, so only the column says where.
fn without_line(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_event_keeps_its_own_id_and_gets_one_otherwise() {
        let cases = [
            (r#" {"name":"x","id":"mine"} "#, r#"{"name":"x","id":"mine"}"#),
            (
                r#"{"name":"x","properties":{"id":1}}"#,
                r#"{"id":"new","name":"x","properties":{"id":1}}"#,
            ),
            (r"{}", r#"{"id":"new"}"#),
            (r#"{"name":"x","id":null}"#, r#"{"id":"new","name":"x"}"#),
        ];
        for (line, expected) in cases {
            assert_eq!(event(line.as_bytes(), "new").expect(line), expected);
        }
    }

    #[test]
    fn broken_lines_say_why() {
        let cases: [(&[u8], &str); 4] = [
            (b"[1]", "An event is a JSON object on one line."),
            (b"\xFF{}", "This line is not UTF-8."),
            (
                br#"{"name":"x""#,
                "This is not JSON: EOF while parsing an object at column 11.",
            ),
            (
                br#"{"name":"x"} {}"#,
                "This is not JSON: trailing characters at column 14.",
            ),
        ];
        for (line, reason) in cases {
            assert_eq!(event(line, "new").expect_err("it is broken"), reason);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = event(&bytes, "id");
        }

        #[test]
        fn what_comes_out_is_json(line in r#"\{("(id|name|a)": ?("x"|null|1|\{\}|\[1,2\]),? ?){0,3}\}"#) {
            if let Ok(event) = event(line.as_bytes(), "id") {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&event).is_ok());
            }
        }
    }
}
