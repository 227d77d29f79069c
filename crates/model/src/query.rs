//! Questions: the wire shapes of `/api/analytics/query`, checked once, at the door.

mod activity;
mod check;
mod cohort;
mod events;
mod filter;
mod formula;
mod funnel;
mod length;
mod measure;
mod paths;
mod property;
mod range;
mod reach;
mod retention;
mod rewrite;
mod selector;
mod sessions;
mod sql;
mod timeframe;
mod trend;
mod user_properties;
mod words;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::problem::{FieldError, read_value};
pub use activity::{ActivityQuery, ActivitySpec};
pub use cohort::Cohort;
pub use events::{EventsQuery, EventsSpec, MAX_COLUMNS, MAX_EVENTS};
pub use filter::{Comparison, Filter, MAX_FILTER_DEPTH, MAX_LIST_VALUES, Op, Scalar};
pub use formula::{Formula, Token};
pub use funnel::{
    Attribution, Exclusion, FUNNEL_STEPS, FunnelBreakdown, FunnelQuery, FunnelSpec, FunnelStep,
    MAX_EXCLUSIONS, MAX_WINDOW_DAYS, StepOrder,
};
pub use length::Length;
pub use measure::Measure;
pub use paths::{MAX_PATH_NODES, PATH_STEPS, PathEnd, PathsBy, PathsPer, PathsQuery, PathsSide, PathsSpec};
pub use property::Property;
pub use range::{Edge, Interval, LastUnit, Period, Range};
pub use reach::Reach;
pub use retention::{CohortBy, MAX_PERIODS, RetentionMode, RetentionQuery, RetentionSpec};
pub use rewrite::Replace;
pub use selector::Selector;
pub use sessions::{SessionMeasure, SessionsQuery, SessionsSpec};
pub use sql::{MAX_SQL_CHARS, MAX_SQL_ROWS, SqlQuery, SqlSpec};
pub use timeframe::Timeframe;
pub use trend::{Breakdown, Compare, MAX_BREAKDOWN, MAX_ROLLING, MAX_SERIES, Series, TrendQuery, TrendSpec};
pub use words::{label_words, property_words};

/// A question that was checked; tagged by `kind` on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Query {
    /// How far users get.
    Funnel(FunnelQuery),
    /// The events themselves.
    Events(EventsQuery),
    /// Users by what became of them from bucket to bucket.
    Lifecycle(ActivityQuery),
    /// The ways people go.
    Paths(PathsQuery),
    /// Who came back.
    Retention(RetentionQuery),
    /// Figures of sessions over time.
    Sessions(SessionsQuery),
    /// A SELECT of one's own.
    Sql(SqlQuery),
    /// Users by how often they are active.
    Stickiness(ActivityQuery),
    /// Figures over time.
    Trend(TrendQuery),
}

impl Query {
    /// Every `kind`, in the order of the alphabet.
    pub const KINDS: [&str; 9] = [
        "events",
        "funnel",
        "lifecycle",
        "paths",
        "retention",
        "sessions",
        "sql",
        "stickiness",
        "trend",
    ];

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
        Self::read(value, &NamingFields)
    }

    fn read(value: Value, reader: &impl Reader) -> Result<Self, Vec<FieldError>> {
        let (kind, fields) = untagged(value)?;
        match kind.as_str() {
            "funnel" => FunnelQuery::parse(reader.read(fields)?).map(Self::Funnel),
            "events" => EventsQuery::parse(reader.read(fields)?).map(Self::Events),
            "lifecycle" => ActivityQuery::parse(reader.read(fields)?).map(Self::Lifecycle),
            "paths" => PathsQuery::parse(reader.read(fields)?).map(Self::Paths),
            "retention" => RetentionQuery::parse(reader.read(fields)?).map(Self::Retention),
            "sessions" => SessionsQuery::parse(reader.read(fields)?).map(Self::Sessions),
            "sql" => SqlQuery::parse(reader.read(fields)?).map(Self::Sql),
            "stickiness" => ActivityQuery::parse(reader.read(fields)?).map(Self::Stickiness),
            "trend" => TrendQuery::parse(reader.read(fields)?).map(Self::Trend),
            _ => Err(wrong_kind("unknown", "This `kind` of question is not known.")),
        }
    }

    /// The word on the wire that says which kind of question it is.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Funnel(_) => "funnel",
            Self::Events(_) => "events",
            Self::Lifecycle(_) => "lifecycle",
            Self::Paths(_) => "paths",
            Self::Retention(_) => "retention",
            Self::Sessions(_) => "sessions",
            Self::Sql(_) => "sql",
            Self::Stickiness(_) => "stickiness",
            Self::Trend(_) => "trend",
        }
    }

    /// The same question for another range or only some of the events; what is `None` stays as it is.
    #[must_use]
    pub fn within(&self, range: Option<&Range>, filter: Option<&Filter>) -> Self {
        match self {
            Self::Funnel(funnel) => Self::Funnel(funnel.within(range, filter)),
            Self::Events(events) => Self::Events(events.within(range, filter)),
            Self::Paths(paths) => Self::Paths(paths.within(range, filter)),
            Self::Sessions(sessions) => Self::Sessions(sessions.within(range, filter)),
            Self::Lifecycle(lifecycle) => Self::Lifecycle(lifecycle.within(range, filter)),
            Self::Retention(retention) => Self::Retention(retention.within(range, filter)),
            Self::Sql(sql) => Self::Sql(sql.within(range)),
            Self::Stickiness(stickiness) => Self::Stickiness(stickiness.within(range, filter)),
            Self::Trend(trend) => Self::Trend(trend.within(range, filter)),
        }
    }

    /// The same question cut by `interval`, where it leaves that open and can be cut.
    #[must_use]
    pub fn cut_by(&self, interval: Interval) -> Self {
        match self {
            Self::Trend(trend) => Self::Trend(trend.cut_by(interval)),
            Self::Sessions(sessions) => Self::Sessions(sessions.cut_by(interval)),
            other => other.clone(),
        }
    }

    /// The same question compared with another period, where it can be compared.
    #[must_use]
    pub fn compared(&self, compare: Compare) -> Self {
        match self {
            Self::Trend(trend) => Self::Trend(trend.compared(compare)),
            other => other.clone(),
        }
    }

    /// The same question told apart by `property`, where it can be.
    #[must_use]
    pub fn broken_down_by(&self, property: &Property) -> Self {
        let told = match self {
            Self::Trend(trend) => trend.broken_down_by(property).map(Self::Trend),
            Self::Sessions(sessions) => sessions.broken_down_by(property).map(Self::Sessions),
            _ => None,
        };
        told.unwrap_or_else(|| self.clone())
    }

    /// Whether its figures are told apart by a property.
    #[must_use]
    pub fn is_broken_down(&self) -> bool {
        self.breakdown().is_some()
    }

    /// The property by which its figures are told apart.
    #[must_use]
    pub fn breakdown(&self) -> Option<&Property> {
        match self {
            Self::Trend(trend) => trend
                .spec()
                .breakdown
                .as_ref()
                .map(|breakdown| &breakdown.property),
            Self::Sessions(sessions) => {
                let breakdown = sessions.spec().breakdown.as_ref();
                breakdown.map(|breakdown| &breakdown.property)
            }
            _ => None,
        }
    }

    /// The property whose values the marks of a drawing stand for: that of the breakdown, or what the steps of paths are.
    #[must_use]
    pub fn marked_by(&self) -> Option<&Property> {
        match self {
            Self::Paths(paths) => paths.spec().property.as_ref().or(Some(&Property::Name)),
            _ => self.breakdown(),
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
            Self::Funnel(funnel) => funnel.timeframe(),
            Self::Events(events) => events.timeframe(),
            Self::Lifecycle(activity) | Self::Stickiness(activity) => activity.timeframe(),
            Self::Paths(paths) => paths.timeframe(),
            Self::Sessions(sessions) => sessions.timeframe(),
            Self::Retention(retention) => retention.timeframe(),
            Self::Sql(sql) => sql.timeframe(),
            Self::Trend(trend) => trend.timeframe(),
        }
    }

    /// How far beyond its range it looks.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self {
            Self::Lifecycle(_) => ActivityQuery::LIFECYCLE_REACH,
            Self::Retention(retention) => retention.reach(),
            Self::Events(_)
            | Self::Funnel(_)
            | Self::Paths(_)
            | Self::Sessions(_)
            | Self::Sql(_)
            | Self::Stickiness(_)
            | Self::Trend(_) => Reach::default(),
        }
    }

    /// Every filter in it, with the field that holds it.
    #[must_use]
    pub fn filters(&self) -> Vec<(String, &Filter)> {
        match self {
            Self::Funnel(funnel) => funnel.filters(),
            Self::Events(events) => events.filters(),
            Self::Lifecycle(activity) | Self::Stickiness(activity) => activity.filters(),
            Self::Paths(paths) => paths.filters(),
            Self::Sessions(sessions) => sessions.filters(),
            Self::Retention(retention) => retention.filters(),
            Self::Sql(_) => Vec::new(),
            Self::Trend(trend) => trend.filters(),
        }
    }

    /// Its fields, without the `kind`.
    fn fields(&self) -> Value {
        let fields = match self {
            Self::Funnel(funnel) => serde_json::to_value(funnel.spec()),
            Self::Events(events) => serde_json::to_value(events.spec()),
            Self::Lifecycle(activity) | Self::Stickiness(activity) => serde_json::to_value(activity.spec()),
            Self::Paths(paths) => serde_json::to_value(paths.spec()),
            Self::Sessions(sessions) => serde_json::to_value(sessions.spec()),
            Self::Retention(retention) => serde_json::to_value(retention.spec()),
            Self::Sql(sql) => serde_json::to_value(sql.spec()),
            Self::Trend(trend) => serde_json::to_value(trend.spec()),
        };
        fields.unwrap_or_default()
    }
}

/// How the fields of a question become a spec.
trait Reader {
    fn read<T: DeserializeOwned>(&self, fields: Value) -> Result<T, Vec<FieldError>>;
}

/// For what people send: a wrong field is named.
struct NamingFields;

impl Reader for NamingFields {
    fn read<T: DeserializeOwned>(&self, fields: Value) -> Result<T, Vec<FieldError>> {
        read_value(fields).map_err(|error| vec![error])
    }
}

/// For questions that were checked before, stored or sent by ourselves: quicker and smaller than naming the field.
struct Trusting;

impl Reader for Trusting {
    fn read<T: DeserializeOwned>(&self, fields: Value) -> Result<T, Vec<FieldError>> {
        let message = |error: serde_json::Error| vec![FieldError::new("", "invalid", error.to_string())];
        serde_json::from_value(fields).map_err(message)
    }
}

impl From<Query> for Value {
    fn from(query: Query) -> Self {
        let mut value = query.fields();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("kind".to_owned(), Self::from(query.kind()));
        }
        value
    }
}

impl TryFrom<Value> for Query {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        Self::read(value, &Trusting).map_err(in_words)
    }
}

/// The `kind` of a question, and its other fields.
fn untagged(mut value: Value) -> Result<(String, Value), Vec<FieldError>> {
    let Some(fields) = value.as_object_mut() else {
        let message = "A question is a JSON object with a `kind`.";
        return Err(vec![FieldError::new("", "invalid", message)]);
    };
    match fields.remove("kind") {
        Some(Value::String(kind)) => Ok((kind, value)),
        Some(_) => Err(wrong_kind("unknown", "`kind` is a word.")),
        None => Err(wrong_kind("required", "Say which `kind` of question this is.")),
    }
}

fn wrong_kind(code: &str, message: &str) -> Vec<FieldError> {
    let kinds = Query::KINDS.join("`, `");
    let message = format!("{message} Use one of `{kinds}`.");
    vec![FieldError::new("kind", code, message)]
}

fn in_words(errors: Vec<FieldError>) -> String {
    let lines: Vec<String> = errors
        .into_iter()
        .map(|error| match error.field.as_str() {
            "" => error.message,
            field => format!("{field}: {}", error.message),
        })
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
    fn wrong_options_of_trends_name_the_field() {
        let range = r#""range":{"last":"7d"}"#;
        let count = r#""series":[{"measure":"count"}]"#;
        let cases = [
            (
                format!(r#"{{"kind":"trend","series":[{{"measure":"unique_groups"}}],{range}}}"#),
                "series[0].group",
                "required",
            ),
            (
                format!(
                    r#"{{"kind":"trend","series":[{{"measure":"unique_groups","group":"a.b"}}],{range}}}"#
                ),
                "series[0].group",
                "invalid",
            ),
            (
                format!(r#"{{"kind":"trend","series":[{{"measure":"count","group":"a"}}],{range}}}"#),
                "series[0].group",
                "not_needed",
            ),
            (
                format!(r#"{{"kind":"trend","series":[{{"measure":"revenue"}}],{range}}}"#),
                "series[0].property",
                "required",
            ),
            (
                format!(
                    r#"{{"kind":"trend","series":[{{"measure":"revenue","property":"a","currency":"€"}}],{range}}}"#
                ),
                "series[0].currency",
                "invalid",
            ),
            (
                format!(
                    r#"{{"kind":"trend","series":[{{"measure":"sum","property":"a","currency":"EUR"}}],{range}}}"#
                ),
                "series[0].currency",
                "not_needed",
            ),
            (
                format!(
                    r#"{{"kind":"trend","series":[{{"measure":"p95","property":"a"}}],{range},"cumulative":true}}"#
                ),
                "series[0].measure",
                "not_cumulative",
            ),
            (
                format!(r#"{{"kind":"trend",{count},{range},"rolling_average":1}}"#),
                "rolling_average",
                "out_of_range",
            ),
            (
                format!(r#"{{"kind":"trend",{count},{range},"rolling_average":7,"cumulative":true}}"#),
                "rolling_average",
                "not_together",
            ),
        ];
        for (json, field, code) in cases {
            assert_eq!(error(&json), (field.to_owned(), code.to_owned()), "{json}");
        }
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
        let Query::Trend(trend) = narrowed else {
            panic!("it stays a trend")
        };
        assert_eq!(trend.spec().filter, Some(filter));
    }
}
