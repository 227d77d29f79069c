use serde::{Deserialize, Serialize};

use super::trend::MAX_BREAKDOWN;
use super::{Breakdown, Filter, Interval, Property, Range, Timeframe, check};
use crate::language::key;
use crate::problem::FieldError;

const DEFAULT_PAGES: usize = 10;

/// Figures of sessions over time, as the question is on the wire. [`SessionsQuery::parse`] checks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionsSpec {
    /// What is computed, at least one.
    pub measures: Vec<SessionMeasure>,
    /// The property that `entry` and `exit` tell apart; `$path` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Property>,
    /// How many values `entry` and `exit` tell apart, the largest first; the rest become `$other`. 1 to 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Over which time.
    pub range: Range,
    /// How wide a bucket is; chosen by the length of the range when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// IANA time zone of the buckets; the organization's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Which events count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// A property of the session's first event whose values each get a line of their own. Not with `entry` and `exit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
}

/// What is computed of sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionMeasure {
    /// How many.
    Sessions,
    /// The share of them with one event alone, 0 to 1.
    BounceRate,
    /// The mean time from the first event to the last, in seconds.
    AvgSeconds,
    /// How many, by a property's value on the first event that has it.
    Entry,
    /// How many, by its value on the last event that has it.
    Exit,
}

impl SessionMeasure {
    /// Every measure, in the order in which an editor offers them.
    pub const ALL: [Self; 5] = [
        Self::Sessions,
        Self::BounceRate,
        Self::AvgSeconds,
        Self::Entry,
        Self::Exit,
    ];

    /// Whether it tells sessions apart by a property on the way.
    #[must_use]
    pub const fn is_an_end(self) -> bool {
        matches!(self, Self::Entry | Self::Exit)
    }

    /// Whether a bucket without sessions is 0; otherwise it has no value.
    #[must_use]
    pub const fn is_a_count(self) -> bool {
        !matches!(self, Self::BounceRate | Self::AvgSeconds)
    }

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::BounceRate => "bounce_rate",
            Self::AvgSeconds => "avg_seconds",
            Self::Entry => "entry",
            Self::Exit => "exit",
        }
    }

    /// The words that people read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Sessions => key("Sessions"),
            Self::BounceRate => key("Bounce rate"),
            Self::AvgSeconds => key("Average seconds"),
            Self::Entry => key("Entry"),
            Self::Exit => key("Exit"),
        }
    }
}

/// A checked question for sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionsQuery(SessionsSpec);

impl SessionsQuery {
    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(spec: SessionsSpec) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        check::range(&spec.range, &mut errors);
        check_measures(&spec.measures, &mut errors);
        let mut wrong = |field: &str, code: &str, message: &str| {
            errors.push(FieldError::new(field, code, message));
        };
        let limits = 1..=MAX_BREAKDOWN;
        let out_of_range = format!("Use a limit of 1 to {MAX_BREAKDOWN}.");
        let has_ends = spec.measures.iter().any(|measure| measure.is_an_end());
        if spec.limit.is_some_and(|limit| !limits.contains(&limit)) {
            wrong("limit", "out_of_range", &out_of_range);
        }
        let not_needed = "Only `entry` and `exit` use it. Leave it out, or ask for one of them.";
        if spec.limit.is_some() && !has_ends {
            wrong("limit", "not_needed", not_needed);
        }
        if spec.property.is_some() && !has_ends {
            wrong("property", "not_needed", not_needed);
        }
        if let Some(breakdown) = &spec.breakdown {
            if has_ends {
                let message = "`entry` and `exit` are told apart by their property already. Ask for them without a breakdown.";
                wrong("breakdown", "conflict", message);
            }
            if !limits.contains(&breakdown.limit) {
                wrong("breakdown.limit", "out_of_range", &out_of_range);
            }
        }
        if errors.is_empty() {
            Ok(Self(spec))
        } else {
            Err(errors)
        }
    }

    /// See [`super::Query::cut_by`].
    pub(super) fn cut_by(&self, interval: Interval) -> Self {
        let mut cut = self.clone();
        cut.0.interval.get_or_insert(interval);
        cut
    }

    /// See [`super::Query::broken_down_by`].
    pub(super) fn broken_down_by(&self, property: &Property) -> Option<Self> {
        let mut spec = self.0.clone();
        spec.breakdown = Some(Breakdown::told_apart(spec.breakdown.as_ref(), property));
        Self::parse(spec).ok()
    }

    /// The question as it was asked.
    #[must_use]
    pub fn spec(&self) -> &SessionsSpec {
        &self.0
    }

    /// The property that `entry` and `exit` tell apart, and how many of its values.
    #[must_use]
    pub fn ends(&self) -> Breakdown {
        let property = self.0.property.clone();
        Breakdown {
            property: property.unwrap_or_else(|| Property::Key(vec!["$path".to_owned()])),
            limit: self.0.limit.unwrap_or(DEFAULT_PAGES),
        }
    }

    /// See [`super::Query::timeframe`].
    #[must_use]
    pub fn timeframe(&self) -> Timeframe<'_> {
        Timeframe {
            interval: self.0.interval,
            ..Timeframe::of(&self.0.range, self.0.timezone.as_deref())
        }
    }

    /// See [`super::Query::filters`].
    #[must_use]
    pub fn filters(&self) -> Vec<(String, &Filter)> {
        let all = self.0.filter.iter();
        all.map(|filter| ("filter".to_owned(), filter)).collect()
    }

    /// See [`super::Query::within`].
    #[must_use]
    pub fn within(&self, range: Option<&Range>, filter: Option<&Filter>) -> Self {
        let mut narrowed = self.clone();
        if let Some(range) = range {
            // Buckets that fit one range rarely fit another.
            if *range != narrowed.0.range {
                narrowed.0.interval = None;
            }
            narrowed.0.range = range.clone();
        }
        narrowed.0.filter = Filter::both(narrowed.0.filter.as_ref(), filter);
        narrowed
    }
}

fn check_measures(measures: &[SessionMeasure], errors: &mut Vec<FieldError>) {
    if measures.is_empty() {
        let message = "Name at least one measure, such as `sessions`.";
        errors.push(FieldError::new("measures", "required", message));
    }
    for (position, measure) in measures.iter().enumerate() {
        if measures[..position].contains(measure) {
            let message = format!("`{}` is there twice. Leave one out.", measure.as_str());
            errors.push(FieldError::new(
                format!("measures[{position}]"),
                "duplicate",
                message,
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::query::Query;

    fn error(more: &str) -> (String, String) {
        let json = format!(r#"{{"kind":"sessions","range":{{"last":"7d"}}{more}}}"#);
        let first = Query::parse(&json).expect_err(&json).remove(0);
        (first.field, first.code)
    }

    #[test]
    fn wrong_fields_are_named() {
        for (more, field, code) in [
            ("", "measures", "required"),
            (r#","measures":[]"#, "measures", "required"),
            (r#","measures":["sessions","length"]"#, "measures[1]", "invalid"),
            (r#","measures":["entry","entry"]"#, "measures[1]", "duplicate"),
            (r#","measures":["entry"],"limit":51"#, "limit", "out_of_range"),
            (r#","measures":["sessions"],"limit":5"#, "limit", "not_needed"),
            (
                r#","measures":["sessions"],"property":"plan""#,
                "property",
                "not_needed",
            ),
            (
                r#","measures":["exit"],"breakdown":{"property":"plan"}"#,
                "breakdown",
                "conflict",
            ),
            (
                r#","measures":["sessions"],"breakdown":{"property":"plan","limit":0}"#,
                "breakdown.limit",
                "out_of_range",
            ),
        ] {
            assert_eq!(error(more), (field.to_owned(), code.to_owned()), "{more}");
        }
    }

    #[test]
    fn it_survives_a_round_trip() {
        let json = r#"{"interval":"day","kind":"sessions","limit":3,"measures":["sessions","exit"],"property":"$path","range":{"last":"7d"}}"#;
        let query = Query::parse(json).expect("it is valid");
        assert_eq!(serde_json::to_string(&query).expect("it serializes"), json);
        assert_eq!(serde_json::from_str::<Query>(json).expect("it reads back"), query);
    }
}
