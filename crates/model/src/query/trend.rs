use serde::{Deserialize, Serialize};

use super::{Filter, Formula, Interval, Property, Range, Timeframe};
use crate::problem::FieldError;

/// Most series in a trend.
pub const MAX_SERIES: usize = 10;
/// Most values of a breakdown that are told apart.
pub const MAX_BREAKDOWN: usize = 50;
const DEFAULT_BREAKDOWN: usize = 10;

/// Figures over time, as they are on the wire. [`TrendQuery::parse`] checks them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrendSpec {
    /// What is counted; 1 to 10.
    pub series: Vec<Series>,
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
    /// A property whose values each get a line of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
    /// Another period to set beside this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// Arithmetic over the series; the answer then holds its result alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
}

/// One thing that is counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The event's name; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// What is computed of the events.
    pub measure: Measure,
    /// The property that the measure needs, where it needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Property>,
    /// Name in legends and tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Which of the events count, beside the question's own filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

impl Series {
    /// The label, or one made from measure, property and event.
    #[must_use]
    pub fn display_label(&self) -> String {
        if let Some(label) = &self.label {
            return label.clone();
        }
        let event = self.event.as_deref().unwrap_or("any event");
        match (&self.measure, &self.property) {
            (Measure::Count, _) => event.to_owned(),
            (measure, Some(property)) => format!("{} of {property}, {event}", measure.words()),
            (measure, None) => format!("{}, {event}", measure.words()),
        }
    }
}

/// What is computed of the events in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many events.
    Count,
    /// How many different users: `user_id`, or `anonymous_id` where there is none.
    UniqueUsers,
    /// How many different `session_id`.
    UniqueSessions,
    /// Events per user: `count` divided by `unique_users`.
    CountPerUser,
    /// The sum of a numeric property.
    Sum,
    /// Its mean.
    Avg,
    /// Its least value.
    Min,
    /// Its greatest value.
    Max,
    /// Its median, interpolated linearly.
    Median,
    /// Its 90th percentile, interpolated linearly.
    P90,
    /// Its 95th percentile.
    P95,
    /// Its 99th percentile.
    P99,
    /// How many different values of a property.
    Unique,
}

impl Measure {
    /// Every measure, in the order in which an editor offers them.
    pub const ALL: [Self; 13] = [
        Self::Count,
        Self::UniqueUsers,
        Self::UniqueSessions,
        Self::CountPerUser,
        Self::Sum,
        Self::Avg,
        Self::Min,
        Self::Max,
        Self::Median,
        Self::P90,
        Self::P95,
        Self::P99,
        Self::Unique,
    ];

    /// Whether it is computed of a property.
    #[must_use]
    pub const fn needs_property(self) -> bool {
        !matches!(
            self,
            Self::Count | Self::UniqueUsers | Self::UniqueSessions | Self::CountPerUser
        )
    }

    /// Whether a bucket without events is 0; otherwise it has no value.
    #[must_use]
    pub const fn is_a_count(self) -> bool {
        matches!(
            self,
            Self::Count | Self::UniqueUsers | Self::UniqueSessions | Self::Unique
        )
    }

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::UniqueUsers => "unique_users",
            Self::UniqueSessions => "unique_sessions",
            Self::CountPerUser => "count_per_user",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Median => "median",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Unique => "unique",
        }
    }

    /// The words that people read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Count => "Total events",
            Self::UniqueUsers => "Unique users",
            Self::UniqueSessions => "Unique sessions",
            Self::CountPerUser => "Events per user",
            Self::Sum => "Sum",
            Self::Avg => "Average",
            Self::Min => "Minimum",
            Self::Max => "Maximum",
            Self::Median => "Median",
            Self::P90 => "90th percentile",
            Self::P95 => "95th percentile",
            Self::P99 => "99th percentile",
            Self::Unique => "Unique values",
        }
    }
}

/// A property whose values each get a line of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breakdown {
    /// The property.
    pub property: Property,
    /// How many values, the largest first; the rest become `$other`. 1 to 50.
    #[serde(default = "default_breakdown")]
    pub limit: usize,
}

const fn default_breakdown() -> usize {
    DEFAULT_BREAKDOWN
}

/// Another period to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// The time of the same length right before the range.
    PreviousPeriod,
    /// The same dates one year earlier.
    PreviousYear,
}

/// A checked trend.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendQuery {
    spec: TrendSpec,
    formula: Option<Formula>,
}

impl TrendQuery {
    /// Checks what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(spec: TrendSpec) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        check_series(&spec, &mut errors);
        if spec.range.ends_before_it_starts() {
            let message = "The range ends before it starts. Swap `from` and `to`.";
            errors.push(FieldError::new("range.to", "before_start", message));
        }
        if spec
            .breakdown
            .as_ref()
            .is_some_and(|breakdown| !(1..=MAX_BREAKDOWN).contains(&breakdown.limit))
        {
            let message = format!("Use a limit of 1 to {MAX_BREAKDOWN}.");
            errors.push(FieldError::new("breakdown.limit", "out_of_range", message));
        }
        let formula = checked_formula(&spec, &mut errors);
        if errors.is_empty() {
            Ok(Self { spec, formula })
        } else {
            Err(errors)
        }
    }

    /// The question as it was asked.
    #[must_use]
    pub fn spec(&self) -> &TrendSpec {
        &self.spec
    }

    /// The parsed formula.
    #[must_use]
    pub fn formula(&self) -> Option<&Formula> {
        self.formula.as_ref()
    }

    /// See [`super::Query::timeframe`].
    #[must_use]
    pub fn timeframe(&self) -> Timeframe<'_> {
        Timeframe {
            range: &self.spec.range,
            interval: self.spec.interval,
            timezone: self.spec.timezone.as_deref(),
            compare: self.spec.compare,
        }
    }

    /// See [`super::Query::filters`].
    #[must_use]
    pub fn filters(&self) -> Vec<(String, &Filter)> {
        let of_series = self.spec.series.iter().enumerate();
        let own = of_series.filter_map(|(position, series)| {
            Some((format!("series[{position}].filter"), series.filter.as_ref()?))
        });
        let of_all = self
            .spec
            .filter
            .iter()
            .map(|filter| ("filter".to_owned(), filter));
        of_all.chain(own).collect()
    }

    /// See [`super::Query::within`].
    #[must_use]
    pub fn within(&self, range: Option<&Range>, filter: Option<&Filter>) -> Self {
        let mut narrowed = self.clone();
        if let Some(range) = range {
            // Buckets that fit one range rarely fit another.
            if *range != narrowed.spec.range {
                narrowed.spec.interval = None;
            }
            narrowed.spec.range = range.clone();
        }
        narrowed.spec.filter = Filter::both(narrowed.spec.filter.as_ref(), filter);
        narrowed
    }
}

fn check_series(spec: &TrendSpec, errors: &mut Vec<FieldError>) {
    if spec.series.is_empty() {
        errors.push(FieldError::new("series", "required", "Name at least one series."));
    }
    if spec.series.len() > MAX_SERIES {
        errors.push(FieldError::new(
            "series",
            "too_many",
            format!("Use at most {MAX_SERIES} series."),
        ));
    }
    for (position, series) in spec.series.iter().enumerate() {
        let measure = series.measure.as_str();
        let field = format!("series[{position}].property");
        match &series.property {
            None if series.measure.needs_property() => {
                let message = format!("`{measure}` is computed of a property. Name one.");
                errors.push(FieldError::new(field, "required", message));
            }
            Some(_) if !series.measure.needs_property() => {
                let message = format!("`{measure}` takes no property. Leave it out.");
                errors.push(FieldError::new(field, "not_needed", message));
            }
            _ => {}
        }
    }
}

fn checked_formula(spec: &TrendSpec, errors: &mut Vec<FieldError>) -> Option<Formula> {
    let formula = match Formula::parse(spec.formula.as_deref()?) {
        Ok(formula) => formula,
        Err(message) => {
            errors.push(FieldError::new(
                "formula",
                "invalid",
                format!("The formula cannot be read: {message}."),
            ));
            return None;
        }
    };
    if formula
        .highest_series()
        .is_some_and(|highest| highest >= spec.series.len())
    {
        let message = "The formula names a series that is not there. `A` is the first, `B` the second.";
        errors.push(FieldError::new("formula", "unknown_series", message));
    }
    Some(formula)
}
