//! Questions: the wire shapes of `/api/analytics/query`, checked once, at the door.

mod cohort;
mod filter;
mod formula;
mod property;
mod range;
mod rewrite;
mod timeframe;
mod trend;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::problem::{FieldError, read_value};
pub use cohort::Cohort;
pub use filter::{Comparison, Filter, MAX_FILTER_DEPTH, MAX_LIST_VALUES, Op, Scalar};
pub use formula::{Formula, Token};
pub use property::Property;
pub use range::{Edge, Interval, LastUnit, Range};
pub use rewrite::Replace;
pub use timeframe::Timeframe;
pub use trend::{Breakdown, Compare, MAX_BREAKDOWN, MAX_SERIES, Measure, Series, TrendQuery, TrendSpec};

/// A question that was checked; tagged by `kind` on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Query {
    /// Figures over time.
    Trend(TrendQuery),
}

impl Query {
    /// Reads a question from its JSON text.
    ///
    /// # Errors
    /// Every field that is wrong, each with what to do.
    pub fn parse(json: &str) -> Result<Self, Vec<FieldError>> {
        let value: Value = serde_json::from_str(json).map_err(|error| {
            vec![FieldError::new(
                "",
                "not_json",
                format!("This is not JSON: {error}."),
            )]
        })?;
        Self::from_value(value)
    }

    /// Reads a question from parsed JSON.
    ///
    /// # Errors
    /// As [`Query::parse`].
    pub fn from_value(value: Value) -> Result<Self, Vec<FieldError>> {
        let spec = read_value(untagged(value)?).map_err(|error| vec![error])?;
        TrendQuery::parse(spec).map(Self::Trend)
    }

    /// The same question for another range or only some of the events; what is `None` stays as it is.
    #[must_use]
    pub fn within(&self, range: Option<&Range>, filter: Option<&Filter>) -> Self {
        match self {
            Self::Trend(trend) => Self::Trend(trend.within(range, filter)),
        }
    }

    /// The range it asks about.
    #[must_use]
    pub fn range(&self) -> &Range {
        self.timeframe().range
    }

    /// The time that it asks about, and how that is cut.
    #[must_use]
    pub fn timeframe(&self) -> Timeframe<'_> {
        match self {
            Self::Trend(trend) => trend.timeframe(),
        }
    }

    /// Every filter in it, with the field that holds it.
    #[must_use]
    pub fn filters(&self) -> Vec<(String, &Filter)> {
        match self {
            Self::Trend(trend) => trend.filters(),
        }
    }
}

impl From<Query> for Value {
    fn from(query: Query) -> Self {
        let Query::Trend(trend) = query;
        let mut value = serde_json::to_value(trend.spec()).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("kind".to_owned(), Self::from("trend"));
        }
        value
    }
}

impl TryFrom<Value> for Query {
    type Error = String;

    /// For questions that were checked before, stored or sent by ourselves: quicker and smaller than naming the field.
    fn try_from(value: Value) -> Result<Self, String> {
        let spec =
            serde_json::from_value(untagged(value).map_err(in_words)?).map_err(|error| error.to_string())?;
        TrendQuery::parse(spec).map(Self::Trend).map_err(in_words)
    }
}

/// The fields of a question without its `kind`, which says what they are.
fn untagged(mut value: Value) -> Result<Value, Vec<FieldError>> {
    let wrong = |field: &str, code: &str, message: &str| vec![FieldError::new(field, code, message)];
    let Some(fields) = value.as_object_mut() else {
        return Err(wrong("", "invalid", "A question is a JSON object with a `kind`."));
    };
    match fields.remove("kind") {
        Some(Value::String(kind)) if kind == "trend" => Ok(value),
        Some(_) => Err(wrong("kind", "unknown", "`kind` must be `trend`.")),
        None => Err(wrong(
            "kind",
            "required",
            "Say which `kind` of question this is: `trend`.",
        )),
    }
}

fn in_words(errors: Vec<FieldError>) -> String {
    let lines: Vec<String> = errors
        .into_iter()
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: &str = r#"{"kind":"trend","series":[{"event":"page_view","measure":"count","label":"Views"}],
        "range":{"from":"2015-05-17","to":"2015-05-20"},"interval":"day",
        "breakdown":{"property":"status","limit":5},"compare":"previous_period"}"#;

    fn error(json: &str) -> (String, String) {
        let errors = Query::parse(json).expect_err("the question is wrong");
        let first = errors.into_iter().next().expect("it says why");
        (first.field, first.code)
    }

    #[test]
    fn the_contract_s_question_survives_a_round_trip() {
        let query = Query::parse(CONTRACT).expect("it is the contract's");
        let text = serde_json::to_string(&query).expect("it serializes");
        assert_eq!(Query::parse(&text).expect("it is still valid"), query);
        assert_eq!(
            serde_json::from_str::<Query>(&text).expect("serde reads it too"),
            query
        );
    }

    #[test]
    fn wrong_questions_name_the_field() {
        let range = r#""range":{"last":"7d"}"#;
        let count = r#""series":[{"measure":"count"}]"#;
        let cases = [
            (format!("{{{count},{range}}}"), "kind", "required"),
            (format!(r#"{{"kind":"poem",{count},{range}}}"#), "kind", "unknown"),
            (format!(r#"{{"kind":"trend",{range}}}"#), "series", "required"),
            (
                format!(r#"{{"kind":"trend","series":[],{range}}}"#),
                "series",
                "required",
            ),
            (
                format!(r#"{{"kind":"trend",{count},{range},"colour":1}}"#),
                "colour",
                "unknown_field",
            ),
            (
                format!(r#"{{"kind":"trend","series":[{{"measure":"sum"}}],{range}}}"#),
                "series[0].property",
                "required",
            ),
            (
                format!(r#"{{"kind":"trend","series":[{{"measure":"mode"}}],{range}}}"#),
                "series[0].measure",
                "invalid",
            ),
            (
                format!(r#"{{"kind":"trend",{count},"range":{{"from":"2015-05-20","to":"2015-05-17"}}}}"#),
                "range.to",
                "before_start",
            ),
            (
                format!(r#"{{"kind":"trend",{count},"range":{{"last":"soon"}}}}"#),
                "range.last",
                "invalid",
            ),
            (
                format!(r#"{{"kind":"trend",{count},{range},"formula":"A +"}}"#),
                "formula",
                "invalid",
            ),
            (
                format!(r#"{{"kind":"trend",{count},{range},"formula":"B / A"}}"#),
                "formula",
                "unknown_series",
            ),
            (
                format!(
                    r#"{{"kind":"trend",{count},{range},"filter":{{"property":"a","op":"in","value":3}}}}"#
                ),
                "filter.value",
                "invalid",
            ),
            (
                format!(r#"{{"kind":"trend",{count},{range},"breakdown":{{"property":"a","limit":0}}}}"#),
                "breakdown.limit",
                "out_of_range",
            ),
        ];
        for (json, field, code) in cases {
            assert_eq!(error(&json), (field.to_owned(), code.to_owned()), "{json}");
        }
    }

    #[test]
    fn a_dashboard_s_range_and_filter_narrow_a_question() {
        let query = Query::parse(CONTRACT).expect("it is the contract's");
        let range: Range = serde_json::from_str(r#"{"last":"24h"}"#).expect("a range");
        let filter: Filter =
            serde_json::from_str(r#"{"property":"status","op":"eq","value":200}"#).expect("a filter");
        let narrowed = query.within(Some(&range), Some(&filter));
        assert_eq!(narrowed.range(), &range);
        let Query::Trend(trend) = narrowed;
        assert_eq!(trend.spec().filter, Some(filter));
    }
}
