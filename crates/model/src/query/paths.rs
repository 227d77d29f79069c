use serde::{Deserialize, Serialize};

use super::{Filter, Property, Range, Timeframe, check};
use crate::problem::FieldError;

/// Fewest and most steps of a journey that are told.
pub const PATH_STEPS: std::ops::RangeInclusive<usize> = 2..=10;
/// Most nodes that are told apart at one step.
pub const MAX_PATH_NODES: usize = 50;
const DEFAULT_STEPS: usize = 5;
const DEFAULT_NODES: usize = 20;

/// Which ways people go, as the question is on the wire. [`PathsQuery::parse`] checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathsSpec {
    /// Where journeys begin: at their first such event. At their own beginning when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PathEnd>,
    /// Where journeys end: at their first such event, with the steps that lead to it. Not beside `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<PathEnd>,
    /// How many steps are told, 2 to 10.
    #[serde(default = "default_steps")]
    pub steps: usize,
    /// Whose journeys they are.
    #[serde(default)]
    pub per: PathsPer,
    /// What a step is.
    #[serde(default)]
    pub by: PathsBy,
    /// The property whose values are the steps; only with `by: property`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Property>,
    /// How many nodes of each step are told apart, the largest first; the rest become `$other`. 1 to 50.
    #[serde(default = "default_nodes")]
    pub limit: usize,
    /// Over which time.
    pub range: Range,
    /// IANA time zone of the range's days; the organization's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Which events count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

const fn default_steps() -> usize {
    DEFAULT_STEPS
}

const fn default_nodes() -> usize {
    DEFAULT_NODES
}

/// The event at an end of a journey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathEnd {
    /// Its name.
    pub event: String,
    /// What else must hold of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

/// Whose journeys are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathsPer {
    /// One journey for each user.
    User,
    /// One for each session: a user's events without a gap of 30 minutes or more.
    #[default]
    Session,
}

impl PathsPer {
    /// What the figures count.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Session => "sessions",
        }
    }
}

/// What a step of a journey is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathsBy {
    /// The event's name.
    #[default]
    Event,
    /// The value of a property; events without it are no steps.
    Property,
}

/// A checked question for paths.
#[derive(Clone, Debug, PartialEq)]
pub struct PathsQuery(PathsSpec);

/// From which side a journey is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PathsSide<'q> {
    /// From its own beginning.
    Whole,
    /// From its first such event on.
    From(&'q PathEnd),
    /// Back from its first such event.
    To(&'q PathEnd),
}

impl PathsQuery {
    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(spec: PathsSpec) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        check::range(&spec.range, &mut errors);
        let mut wrong = |field: &str, code: &str, message: String| {
            errors.push(FieldError::new(field, code, message));
        };
        if spec.from.is_some() && spec.to.is_some() {
            let message = "A path is told from one side. Leave out `from` or `to`.";
            wrong("to", "conflict", message.to_owned());
        }
        for (field, end) in [("from.event", &spec.from), ("to.event", &spec.to)] {
            if end.as_ref().is_some_and(|end| end.event.is_empty()) {
                wrong(field, "required", "Name an event.".to_owned());
            }
        }
        if !PATH_STEPS.contains(&spec.steps) {
            let message = format!("Use {} to {} steps.", PATH_STEPS.start(), PATH_STEPS.end());
            wrong("steps", "out_of_range", message);
        }
        if !(1..=MAX_PATH_NODES).contains(&spec.limit) {
            let message = format!("Use a limit of 1 to {MAX_PATH_NODES}.");
            wrong("limit", "out_of_range", message);
        }
        match (spec.by, &spec.property) {
            (PathsBy::Property, None) => {
                let message = "`by: property` needs to know which. Name one, such as `$path`.";
                wrong("property", "required", message.to_owned());
            }
            (PathsBy::Event, Some(_)) => {
                let message = "Steps are events here. Leave `property` out, or say `by: property`.";
                wrong("property", "not_needed", message.to_owned());
            }
            _ => {}
        }
        if errors.is_empty() {
            Ok(Self(spec))
        } else {
            Err(errors)
        }
    }

    /// The question as it was asked.
    #[must_use]
    pub fn spec(&self) -> &PathsSpec {
        &self.0
    }

    /// From which side journeys are told.
    #[must_use]
    pub fn side(&self) -> PathsSide<'_> {
        match (&self.0.from, &self.0.to) {
            (Some(from), _) => PathsSide::From(from),
            (None, Some(to)) => PathsSide::To(to),
            (None, None) => PathsSide::Whole,
        }
    }

    /// What a step's name is.
    #[must_use]
    pub fn step_property(&self) -> &Property {
        self.0.property.as_ref().unwrap_or(&Property::Name)
    }

    /// See [`super::Query::timeframe`].
    #[must_use]
    pub fn timeframe(&self) -> Timeframe<'_> {
        Timeframe::of(&self.0.range, self.0.timezone.as_deref())
    }

    /// See [`super::Query::filters`].
    #[must_use]
    pub fn filters(&self) -> Vec<(String, &Filter)> {
        let named = [
            ("filter", self.0.filter.as_ref()),
            ("from.filter", filter_of(self.0.from.as_ref())),
            ("to.filter", filter_of(self.0.to.as_ref())),
        ];
        let given = named
            .into_iter()
            .filter_map(|(field, filter)| Some((field.to_owned(), filter?)));
        given.collect()
    }

    /// See [`super::Query::within`].
    #[must_use]
    pub fn within(&self, range: Option<&Range>, filter: Option<&Filter>) -> Self {
        let mut narrowed = self.clone();
        if let Some(range) = range {
            narrowed.0.range = range.clone();
        }
        narrowed.0.filter = Filter::both(narrowed.0.filter.as_ref(), filter);
        narrowed
    }
}

fn filter_of(end: Option<&PathEnd>) -> Option<&Filter> {
    end?.filter.as_ref()
}

#[cfg(test)]
mod tests {
    use crate::query::Query;

    fn error(more: &str) -> (String, String) {
        let json = format!(r#"{{"kind":"paths","range":{{"last":"7d"}}{more}}}"#);
        let first = Query::parse(&json).expect_err(&json).remove(0);
        (first.field, first.code)
    }

    #[test]
    fn wrong_fields_are_named() {
        for (more, field, code) in [
            (r#","from":{"event":"a"},"to":{"event":"b"}"#, "to", "conflict"),
            (r#","from":{"event":""}"#, "from.event", "required"),
            (r#","to":{}"#, "to.event", "required"),
            (r#","to":{"event":"a","after":1}"#, "to.after", "unknown_field"),
            (r#","steps":1"#, "steps", "out_of_range"),
            (r#","steps":11"#, "steps", "out_of_range"),
            (r#","limit":0"#, "limit", "out_of_range"),
            (r#","limit":51"#, "limit", "out_of_range"),
            (r#","by":"property""#, "property", "required"),
            (r#","property":"$path""#, "property", "not_needed"),
            (r#","per":"team""#, "per", "invalid"),
            (
                r#","from":{"event":"a","filter":{"property":"a","op":"in","value":3}}"#,
                "from.filter.value",
                "invalid",
            ),
        ] {
            assert_eq!(error(more), (field.to_owned(), code.to_owned()), "{more}");
        }
    }

    #[test]
    fn it_survives_a_round_trip() {
        let json = r#"{"by":"property","from":{"event":"a"},"kind":"paths","limit":20,"per":"user","property":"$path","range":{"last":"7d"},"steps":5}"#;
        let query = Query::parse(json).expect("it is valid");
        assert_eq!(serde_json::to_string(&query).expect("it serializes"), json);
        assert_eq!(serde_json::from_str::<Query>(json).expect("it reads back"), query);
    }

    #[test]
    fn every_filter_is_checked() {
        let json = r#"{"kind":"paths","range":{"last":"7d"},"to":{"event":"a","filter":{"property":"a","op":"exists"}},
            "filter":{"property":"b","op":"exists"}}"#;
        let query = Query::parse(json).expect("it is valid");
        let fields: Vec<String> = query.filters().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["filter", "to.filter"]);
    }
}
