use std::fmt;

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Cohort, Property};
use crate::ids::SegmentId;
use crate::problem::FieldError;

/// How deep filters may nest.
pub const MAX_FILTER_DEPTH: usize = 16;
/// Most values in the list of `in` and `not_in`.
pub const MAX_LIST_VALUES: usize = 10_000;

/// Which events count.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Every part holds; an empty list holds.
    And(Vec<Filter>),
    /// At least one part holds; an empty list does not.
    Or(Vec<Filter>),
    /// The part does not hold.
    Not(Box<Filter>),
    /// One property is compared.
    Compare(Comparison),
    /// The user is one of those who did something; nobody is.
    Cohort(Cohort),
    /// A saved filter holds.
    Segment(SegmentId),
}

/// One property against a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub property: Property,
    /// How.
    pub op: Op,
    /// With what: one scalar, a list for `in`, `not_in` and `between`, nothing for `exists` and `not_exists`.
    values: Vec<Scalar>,
}

/// A value in a filter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// Any JSON number.
    Number(f64),
    /// Text; for `$timestamp` an RFC 3339 time.
    Text(String),
}

/// How a property is compared. The negative forms are exact opposites: they also hold where the property is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Equal, of the same type.
    Eq,
    /// Not `eq`.
    Neq,
    /// Equal to one of a list.
    In,
    /// Not `in`.
    NotIn,
    /// Text that holds this text; case counts.
    Contains,
    /// Not `contains`.
    NotContains,
    /// Text that begins with this text.
    StartsWith,
    /// Text that this regular expression matches somewhere.
    Matches,
    /// Greater; numbers with numbers, text with text.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// From the first to the second value, both included.
    Between,
    /// Present and not null.
    Exists,
    /// Absent or null.
    NotExists,
}

impl Op {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Neq => "neq",
            Self::In => "in",
            Self::NotIn => "not_in",
            Self::Contains => "contains",
            Self::NotContains => "not_contains",
            Self::StartsWith => "starts_with",
            Self::Matches => "matches",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Between => "between",
            Self::Exists => "exists",
            Self::NotExists => "not_exists",
        }
    }
}

impl Comparison {
    /// Compares `property` with `values`: as many as `op` takes.
    ///
    /// # Errors
    /// A [`FieldError`] on `value` when there are too many, too few, or of a type that `op` cannot take.
    pub fn new(property: Property, op: Op, values: Vec<Scalar>) -> Result<Self, FieldError> {
        if let Some(message) = wrong_values(op, &values) {
            return Err(FieldError::new("value", "invalid", message));
        }
        if let Some(text) = unreadable_time(&property, op, &values) {
            let message = format!("`$timestamp` is compared with an RFC 3339 time, not `{text}`.");
            return Err(FieldError::new("value", "invalid", message));
        }
        Ok(Self { property, op, values })
    }

    /// The values: one for most operators, two for `between`, any number for `in`, none for `exists`.
    #[must_use]
    pub fn values(&self) -> &[Scalar] {
        &self.values
    }
}

fn wrong_values(op: Op, values: &[Scalar]) -> Option<String> {
    let word = op.as_str();
    match op {
        Op::Exists | Op::NotExists => (!values.is_empty()).then(|| format!("`{word}` takes no value.")),
        Op::In | Op::NotIn => {
            let fits = (1..=MAX_LIST_VALUES).contains(&values.len());
            (!fits).then(|| format!("`{word}` takes a list of 1 to {MAX_LIST_VALUES} values."))
        }
        Op::Between => (values.len() != 2).then(|| "`between` takes a list of two values.".to_owned()),
        Op::Contains | Op::NotContains | Op::StartsWith | Op::Matches => {
            (!matches!(values, [Scalar::Text(_)])).then(|| format!("`{word}` takes text."))
        }
        Op::Eq | Op::Neq | Op::Gt | Op::Gte | Op::Lt | Op::Lte => {
            (values.len() != 1).then(|| format!("`{word}` takes one value."))
        }
    }
}

fn unreadable_time(property: &Property, op: Op, values: &[Scalar]) -> Option<String> {
    let is_text_op = matches!(op, Op::Contains | Op::NotContains | Op::StartsWith | Op::Matches);
    if *property != Property::Timestamp || is_text_op {
        return None;
    }
    values.iter().find_map(|value| match value {
        Scalar::Text(text) if text.parse::<jiff::Timestamp>().is_ok() => None,
        other => Some(other.to_string()),
    })
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

impl Serialize for Comparison {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("property", &self.property)?;
        map.serialize_entry("op", &self.op)?;
        match (self.op, self.values.as_slice()) {
            (Op::Exists | Op::NotExists, _) => {}
            (Op::In | Op::NotIn | Op::Between, values) => map.serialize_entry("value", values)?,
            (_, values) => map.serialize_entry("value", &values[0])?,
        }
        map.end()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ValueWire {
    One(Scalar),
    Many(Vec<Scalar>),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FilterWire {
    and: Option<Vec<Filter>>,
    or: Option<Vec<Filter>>,
    not: Option<Box<Filter>>,
    cohort: Option<Cohort>,
    segment: Option<SegmentId>,
    property: Option<Property>,
    op: Option<Op>,
    value: Option<ValueWire>,
}

impl FilterWire {
    /// The one form that was written; a comparison is written with three fields.
    fn filter(self) -> Result<Filter, String> {
        let forms = [
            self.and.map(Filter::And),
            self.or.map(Filter::Or),
            self.not.map(Filter::Not),
            self.cohort.map(Filter::Cohort),
            self.segment.map(Filter::Segment),
        ];
        let mut forms: Vec<Filter> = forms.into_iter().flatten().collect();
        match (forms.pop(), self.property, self.op, self.value) {
            (Some(form), None, None, None) if forms.is_empty() => Ok(form),
            (None, Some(property), Some(op), value) => compared(property, op, value),
            _ => Err(
                "a filter is `{and:[…]}`, `{or:[…]}`, `{not:…}`, `{cohort:…}`, `{segment:…}` or `{property, op, value}`"
                    .to_owned(),
            ),
        }
    }
}

fn compared(property: Property, op: Op, value: Option<ValueWire>) -> Result<Filter, String> {
    let values = match value {
        None => Vec::new(),
        Some(ValueWire::One(_)) if matches!(op, Op::In | Op::NotIn) => {
            return Err(format!("value: `{}` takes a list", op.as_str()));
        }
        Some(ValueWire::One(value)) => vec![value],
        Some(ValueWire::Many(values)) => values,
    };
    Comparison::new(property, op, values)
        .map(Filter::Compare)
        .map_err(|error| format!("{}: {}", error.field, error.message))
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let filter = FilterWire::deserialize(deserializer)?
            .filter()
            .map_err(D::Error::custom)?;
        if filter.depth() > MAX_FILTER_DEPTH {
            return Err(D::Error::custom(format!(
                "filters nest at most {MAX_FILTER_DEPTH} levels deep"
            )));
        }
        Ok(filter)
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self::Compare(comparison) = self {
            return comparison.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::And(parts) => map.serialize_entry("and", parts)?,
            Self::Or(parts) => map.serialize_entry("or", parts)?,
            Self::Not(part) => map.serialize_entry("not", part)?,
            Self::Cohort(cohort) => map.serialize_entry("cohort", cohort)?,
            Self::Segment(id) => map.serialize_entry("segment", id)?,
            Self::Compare(_) => {}
        }
        map.end()
    }
}

impl Filter {
    fn depth(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => 1 + parts.iter().map(Self::depth).max().unwrap_or(0),
            Self::Not(part) => 1 + part.depth(),
            Self::Cohort(cohort) => 1 + cohort.filter().map_or(0, Self::depth),
            Self::Compare(_) | Self::Segment(_) => 1,
        }
    }

    /// Both hold; absent ones do not restrict.
    #[must_use]
    pub fn both(one: Option<&Self>, other: Option<&Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(Self::And(vec![one.clone(), other.clone()])),
            (Some(only), None) | (None, Some(only)) => Some(only.clone()),
            (None, None) => None,
        }
    }

    /// Every comparison in it, left to right; those of cohorts too.
    #[must_use]
    pub fn comparisons(&self) -> Vec<&Comparison> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::comparisons).collect(),
            Self::Not(part) => part.comparisons(),
            Self::Compare(comparison) => vec![comparison],
            Self::Cohort(cohort) => cohort.filter().map(Self::comparisons).unwrap_or_default(),
            Self::Segment(_) => Vec::new(),
        }
    }

    /// What it is put together from, left to right.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::leaves).collect(),
            Self::Not(part) => part.leaves(),
            leaf => vec![leaf],
        }
    }

    /// Whether it asks who did it, so that a statement must know.
    #[must_use]
    pub fn asks_for_users(&self) -> bool {
        self.leaves().iter().any(|leaf| matches!(leaf, Self::Cohort(_)))
    }

    /// The same filter with every leaf replaced.
    ///
    /// # Errors
    /// The first that `replace` gives.
    pub fn with_leaves<E>(&self, replace: &mut dyn FnMut(&Self) -> Result<Self, E>) -> Result<Self, E> {
        Ok(match self {
            Self::And(parts) => Self::And(parts_with_leaves(parts, replace)?),
            Self::Or(parts) => Self::Or(parts_with_leaves(parts, replace)?),
            Self::Not(part) => Self::Not(Box::new(part.with_leaves(replace)?)),
            leaf => replace(leaf)?,
        })
    }
}

fn parts_with_leaves<E>(
    parts: &[Filter],
    replace: &mut dyn FnMut(&Filter) -> Result<Filter, E>,
) -> Result<Vec<Filter>, E> {
    parts.iter().map(|part| part.with_leaves(replace)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Filter, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn every_form_survives_a_round_trip() {
        for json in [
            r#"{"and":[{"property":"status","op":"eq","value":200.0},{"not":{"property":"$user_id","op":"exists"}}]}"#,
            r#"{"or":[]}"#,
            r#"{"not":{"segment":"0192f0c1-2345-7000-8000-000000000001"}}"#,
            r#"{"property":"plan","op":"in","value":["free","pro"]}"#,
            r#"{"property":"amount","op":"between","value":[1.0,2.5]}"#,
        ] {
            let filter = read(json).expect(json);
            assert_eq!(serde_json::to_string(&filter).expect("it serializes"), json);
        }
    }

    #[test]
    fn a_list_of_one_stays_a_list() {
        let json = r#"{"property":"plan","op":"in","value":["free"]}"#;
        let filter = read(json).expect("it is valid");
        let text = serde_json::to_string(&filter).expect("it serializes");
        assert_eq!(read(&text).expect("it is still valid"), filter);
    }

    #[test]
    fn wrong_forms_say_why() {
        for (json, why) in [
            (r#"{"and":[],"or":[]}"#, "a filter is"),
            (r#"{"property":"a","op":"eq"}"#, "takes one value"),
            (r#"{"property":"a","op":"between","value":[1]}"#, "two values"),
            (r#"{"property":"a","op":"contains","value":1}"#, "takes text"),
            (
                r#"{"property":"$timestamp","op":"gt","value":"noon"}"#,
                "RFC 3339",
            ),
            (r#"{"property":"a..b","op":"exists"}"#, "not a property"),
            (r#"{"property":"a","op":"like","value":"x"}"#, "unknown variant"),
        ] {
            let error = read(json).expect_err(json);
            assert!(error.contains(why), "{json}: {error}");
        }
        let deep = format!(
            r#"{}{{"property":"a","op":"exists"}}{}"#,
            r#"{"not":"#.repeat(40),
            "}".repeat(40)
        );
        assert!(read(&deep).expect_err("it is too deep").contains("levels deep"));
    }
}
