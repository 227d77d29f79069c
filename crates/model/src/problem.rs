//! What went wrong, in a shape that programs can read: RFC 9457 problem details and per-item reports.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// One field that could not be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Path of the field, for example `range.to` or `series[0].measure`.
    pub field: String,
    /// A stable word for programs, for example `unknown_field`.
    pub code: String,
    /// A sentence for people that says what to do.
    pub message: String,
}

impl FieldError {
    /// Names a field, a stable code and a sentence for people.
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        }
    }
}

/// RFC 9457 problem details: the body of every error answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI reference that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short summary of the kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time, and the next step.
    pub detail: String,
    /// The fields concerned, where there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One event of a request that was not accepted, or was accepted with a remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemProblem {
    /// Position of the event in the request, from 0.
    pub index: usize,
    /// The event's own id, where it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The field concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// A stable word for programs.
    pub code: String,
    /// A sentence for people.
    pub message: String,
}

/// Reads JSON text into `T`; an error names the field.
///
/// # Errors
/// One [`FieldError`]: `not_json` for text that is not JSON; otherwise the path of the offending field with the code
/// `invalid`, `required` or `unknown_field`.
pub fn read_json<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, FieldError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| field_error(&error))
        .and_then(|value| match deserializer.end() {
            Ok(()) => Ok(value),
            Err(error) => Err(FieldError::new("", "not_json", error.to_string())),
        });
    // A field may be wrong in front of the place where the JSON breaks off, so only what is wrong is read twice.
    read.map_err(|error| match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => error,
        Err(error) => FieldError::new("", "not_json", format!("This is not JSON: {error}.")),
    })
}

/// Reads an already parsed JSON value into `T`; an error names the field.
///
/// # Errors
/// As [`read_json`].
pub fn read_value<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> Result<T, FieldError> {
    serde_path_to_error::deserialize(value).map_err(|error| field_error(&error))
}

fn field_error(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let message = without_position(&error.inner().to_string());
    let path = match error.path().to_string() {
        root if root == "." => String::new(),
        path => path,
    };
    if let Some(name) = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split('`').next())
    {
        let named_by_path = path == name || path.ends_with(&format!(".{name}"));
        let field = if named_by_path { path } else { joined(&path, name) };
        return FieldError::new(field, "unknown_field", message);
    }
    if let Some(name) = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next())
    {
        return FieldError::new(joined(&path, name), "required", "This field is required.");
    }
    match message
        .split_once(": ")
        .filter(|(name, _)| NAMED_BY_MESSAGE.contains(name))
    {
        Some((name, rest)) => FieldError::new(joined(&path, name), "invalid", rest),
        None => FieldError::new(path, "invalid", message),
    }
}

/// Fields that a type checks together, so that its message names the one that is wrong.
const NAMED_BY_MESSAGE: [&str; 8] = [
    "from", "to", "last", "value", "at_least", "at_most", "filter", "range",
];

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn without_position(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(end) => message[..end].to_owned(),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its parsing is of interest")]
        size: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its parsing is of interest")]
        inner: Inner,
    }

    fn error(text: &str) -> FieldError {
        read_json::<Outer>(text).expect_err("the document is wrong")
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(error(r#"{"inner":{"size":"x"}}"#).field, "inner.size");
        let unknown = error(r#"{"inner":{"size":1,"weight":2}}"#);
        assert_eq!(
            (unknown.field.as_str(), unknown.code.as_str()),
            ("inner.weight", "unknown_field")
        );
        let missing = error(r#"{"inner":{}}"#);
        assert_eq!(
            (missing.field.as_str(), missing.code.as_str()),
            ("inner.size", "required")
        );
    }

    #[test]
    fn what_is_no_json_is_told_from_json_of_another_shape() {
        for text in [
            "",
            "{",
            r#"{"inner":"#,
            r#"{"inner":3"#,
            "{} x",
            r#"{"inner":{"size":1}} 2"#,
        ] {
            assert_eq!(error(text).code, "not_json", "{text}");
        }
        assert_eq!(error(r#"{"inner":3}"#).code, "invalid");
    }
}
