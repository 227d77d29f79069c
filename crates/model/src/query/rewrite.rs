//! The same question with other filters, whatever its kind.

use serde_json::Value;

use super::{Filter, Query};
use crate::problem::{FieldError, read_value};

/// Gives the filter that takes the place of one, told by the field that holds it.
pub type Replace<'r> = &'r mut dyn FnMut(&str, &Filter) -> Result<Filter, Vec<FieldError>>;

impl Query {
    /// The question with every filter replaced, checked anew.
    ///
    /// # Errors
    /// What `replace` says, or what is wrong with the question that it makes.
    pub fn with_filters(&self, replace: Replace<'_>) -> Result<Self, Vec<FieldError>> {
        let mut value = Value::from(self.clone());
        replace_in(&mut value, "", replace)?;
        Self::from_value(value)
    }
}

/// On the wire every kind of question calls its filters `filter`, and nothing else so.
fn replace_in(value: &mut Value, path: &str, replace: Replace<'_>) -> Result<(), Vec<FieldError>> {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                if name == "filter" && field.is_object() {
                    let filter: Filter = read_value(field.take()).map_err(|error| vec![error])?;
                    *field = serde_json::to_value(replace(&path, &filter)?).unwrap_or_default();
                } else {
                    replace_in(field, &path, replace)?;
                }
            }
            Ok(())
        }
        Value::Array(items) => items
            .iter_mut()
            .enumerate()
            .try_for_each(|(place, item)| replace_in(item, &format!("{path}[{place}]"), replace)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_is_replaced_and_named() {
        let flag = r#"{"property":"flag","op":"exists"}"#;
        let json = format!(
            r#"{{"kind":"trend","range":{{"last":"7d"}},"filter":{flag},
            "series":[{{"measure":"count"}},{{"measure":"count","filter":{flag}}}]}}"#
        );
        let query = Query::parse(&json).expect("it is valid");
        let mut seen = Vec::new();
        let replaced = query.with_filters(&mut |field, filter| {
            seen.push(field.to_owned());
            Ok(Filter::Not(Box::new(filter.clone())))
        });
        seen.sort();
        assert_eq!(seen, ["filter", "series[1].filter"]);
        let replaced = replaced.expect("it is still valid");
        assert!(
            replaced
                .filters()
                .iter()
                .all(|(_, filter)| matches!(filter, Filter::Not(_)))
        );
        assert_eq!(replaced.filters().len(), 2);
    }
}
