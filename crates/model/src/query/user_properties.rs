//! Which properties of users a question asks for, whatever its kind.

use serde_json::Value;

use super::{Property, Query};

impl Query {
    /// The paths of the properties of users that it names anywhere, in order and each once.
    #[must_use]
    pub fn user_properties(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        collect(&Value::from(self.clone()), &mut paths);
        paths.sort_unstable();
        paths.dedup();
        paths
    }
}

/// On the wire every kind of question calls a property `property` and a list of them `columns`, and nothing else so.
fn collect(value: &Value, paths: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match (name.as_str(), field) {
                    ("property", Value::String(text)) => paths.extend(path(text)),
                    ("columns", Value::Array(columns)) => {
                        paths.extend(columns.iter().filter_map(Value::as_str).filter_map(path));
                    }
                    _ => collect(field, paths),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, paths)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn path(text: &str) -> Option<Vec<String>> {
    match text.parse() {
        Ok(Property::User(path)) => Some(path),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_of_users_are_found_wherever_they_are_named() {
        let json = r#"{"kind":"trend","range":{"last":"7d"},
            "filter":{"or":[{"property":"$user.plan","op":"eq","value":"$user.no"},
                {"cohort":{"filter":{"property":"$user.address.city","op":"exists"}}}]},
            "series":[{"measure":"sum","property":"$user.seats"},
                {"measure":"count","filter":{"not":{"property":"$user.plan","op":"exists"}}}],
            "breakdown":{"property":"$user.size","limit":3}}"#;
        let query = Query::parse(json).expect("it is valid");
        let found = query.user_properties().into_iter().map(|path| path.join("."));
        assert_eq!(
            found.collect::<Vec<_>>(),
            ["address.city", "plan", "seats", "size"]
        );
        let columns = r#"{"kind":"events","range":{"last":"7d"},"columns":["$user.plan","plan"]}"#;
        let query = Query::parse(columns).expect("it is valid");
        assert_eq!(query.user_properties(), [["plan"]]);
    }
}
