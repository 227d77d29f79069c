//! Values that viewers choose for a whole dashboard: `layout.variables` names their properties.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::View;
use crate::problem::FieldError;
use crate::query::{Comparison, Filter, Op, Property, Scalar};

/// Most variables of one dashboard.
pub const MAX_VARIABLES: usize = 8;
const MAX_CHARS: usize = 200;

/// One of them: only events whose property has the chosen value count, in every widget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// What it is called.
    pub name: String,
    /// Whose values are chosen from.
    pub property: Property,
    /// The value that everybody begins with; any where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// The variables in a dashboard's `layout`; none where they cannot be read.
#[must_use]
pub fn variables(layout: &Value) -> Vec<Variable> {
    let listed = layout.get("variables").cloned().unwrap_or_default();
    serde_json::from_value(listed).unwrap_or_default()
}

/// What is wrong with the variables in a `layout` that somebody sent.
pub(super) fn check(layout: Option<&serde_json::Map<String, Value>>) -> Option<FieldError> {
    let listed = layout?.get("variables")?.clone();
    let wrong = |code: &str, message: &str| Some(FieldError::new("layout.variables", code, message));
    let Ok(listed) = serde_json::from_value::<Vec<Variable>>(listed) else {
        let message = "`layout.variables` is a list of `{name, property, default?}`.";
        return wrong("invalid", message);
    };
    if listed.len() > MAX_VARIABLES {
        return wrong("too_many", "A dashboard has at most 8 variables.");
    }
    let is_long = |text: &str| text.chars().count() > MAX_CHARS;
    let is_wrong = |variable: &Variable| {
        variable.name.trim().is_empty()
            || is_long(&variable.name)
            || variable.default.as_deref().is_some_and(is_long)
    };
    if listed.iter().any(is_wrong) {
        return wrong(
            "invalid",
            "Give each variable a name; names and values have at most 200 characters.",
        );
    }
    let is_twice = |(at, variable): (usize, &Variable)| {
        let before = &listed[..at];
        before.iter().any(|other| other.property == variable.property)
    };
    if listed.iter().enumerate().any(is_twice) {
        return wrong("twice", "One variable for each property is enough.");
    }
    None
}

/// The defaults of all variables, by their properties; empty text stands for any value.
pub(super) fn defaults(layout: &Value) -> BTreeMap<String, String> {
    let of = |variable: Variable| {
        (
            variable.property.to_string(),
            variable.default.unwrap_or_default(),
        )
    };
    variables(layout).into_iter().map(of).collect()
}

/// The condition of what is chosen in `view`, on a dashboard whose defaults are `saved`.
#[must_use]
pub(super) fn condition(saved: &View, view: &View) -> Option<Filter> {
    let mut parts = Vec::new();
    for (property, default) in &saved.variables {
        let chosen = view.variables.get(property).unwrap_or(default);
        if let (false, Ok(property)) = (chosen.is_empty(), property.parse()) {
            parts.extend(is_value(property, chosen));
        }
    }
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Filter::And(parts)),
    }
}

/// Whether `property` has a value that people write as `text`: as text, as a number, or as a truth value.
#[must_use]
pub fn is_value(property: Property, text: &str) -> Option<Filter> {
    let mut meanings = vec![Scalar::Text(text.to_owned())];
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    meanings.extend(number.map(Scalar::Number));
    meanings.extend(text.parse::<bool>().ok().map(Scalar::Bool));
    Comparison::new(property, Op::In, meanings)
        .ok()
        .map(Filter::Compare)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn layout(variables: &Value) -> Value {
        json!({ "variables": variables })
    }

    #[test]
    fn what_is_chosen_stands_before_the_default_and_only_what_the_dashboard_has_counts() {
        let layout = layout(
            &json!([{"name": "Country", "property": "country", "default": "DE"}, {"name": "Plan", "property": "plan"}]),
        );
        let saved = View {
            variables: defaults(&layout),
            ..View::default()
        };
        let chosen = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let view = View {
                variables: pairs.collect(),
                ..View::default()
            };
            condition(&saved, &view).map(|filter| serde_json::to_value(filter).expect("it serializes"))
        };
        let is = |property: &str, value: &str| json!({"property": property, "op": "in", "value": [value]});
        assert_eq!(chosen(&[]), Some(is("country", "DE")));
        assert_eq!(chosen(&[("country", "FR")]), Some(is("country", "FR")));
        assert_eq!(chosen(&[("country", "")]), None);
        assert_eq!(chosen(&[("secret", "1"), ("country", "")]), None);
        let both = json!({"and": [is("country", "DE"), is("plan", "pro")]});
        assert_eq!(chosen(&[("plan", "pro")]), Some(both));
    }

    #[test]
    fn wrong_ones_are_refused() {
        for (variables, code) in [
            (json!({}), "invalid"),
            (json!([{"name": "x"}]), "invalid"),
            (json!([{"name": " ", "property": "x"}]), "invalid"),
            (
                json!([{"name": "a", "property": "x"}, {"name": "b", "property": "x"}]),
                "twice",
            ),
            (json!(vec![json!({"name": "a", "property": "x"}); 9]), "too_many"),
        ] {
            let layout = layout(&variables);
            let found = check(layout.as_object());
            assert_eq!(
                found.map(|error| error.code).as_deref(),
                Some(code),
                "{variables}"
            );
        }
        assert_eq!(
            check(layout(&json!([{"name": "a", "property": "x"}])).as_object()),
            None
        );
        assert_eq!(check(None), None);
    }
}
