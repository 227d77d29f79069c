use serde::{Deserialize, Serialize};

use super::words::ANY_EVENT;
use super::{Filter, Formula, Interval, Measure, Property, Range, Timeframe};
use crate::problem::FieldError;
use crate::rates::is_currency;

/// Most series in a trend.
pub const MAX_SERIES: usize = 10;
/// Most values of a breakdown that are told apart.
pub const MAX_BREAKDOWN: usize = 50;
/// Most buckets that a rolling average looks at.
pub const MAX_ROLLING: usize = 365;
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
    /// Each bucket holds the figure from the beginning of the range up to its own end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cumulative: bool,
    /// Each bucket holds the mean of the figures of so many buckets, of which it is the last; 2 to 365.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolling_average: Option<usize>,
    /// Different users, sessions, groups and values may be counted approximately, which is quicker.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approximate: bool,
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
    /// Which groups `unique_groups` counts: `company` for `$groups.company`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The currency of `revenue`; the operator's first where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Name in legends and tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Which of the events count, beside the question's own filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

impl Series {
    /// The property whose different values are the groups that it counts.
    #[must_use]
    pub fn grouped_by(&self) -> Option<Property> {
        let group = self.group.as_deref()?;
        let property: Property = format!("$groups.{group}").parse().ok()?;
        matches!(&property, Property::Key(path) if path.len() == 2).then_some(property)
    }

    /// The label, or one made from measure, property and event.
    #[must_use]
    pub fn display_label(&self) -> String {
        if let Some(label) = &self.label {
            return label.clone();
        }
        let event = self.event.as_deref().unwrap_or(ANY_EVENT);
        match (&self.measure, &self.property) {
            (Measure::Count, _) => event.to_owned(),
            (Measure::UniqueGroups, _) => {
                let group = self.group.as_deref().unwrap_or("any kind");
                format!("Unique groups of {group}, {event}")
            }
            (measure, Some(property)) => format!("{} of {property}, {event}", measure.words()),
            (measure, None) => format!("{}, {event}", measure.words()),
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

impl Breakdown {
    /// By `property`, with as many values as before.
    pub(super) fn told_apart(before: Option<&Self>, property: &Property) -> Self {
        Self {
            property: property.clone(),
            limit: before.map_or(DEFAULT_BREAKDOWN, |before| before.limit),
        }
    }
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
    pub fn parse(mut spec: TrendSpec) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        for currency in spec
            .series
            .iter_mut()
            .filter_map(|series| series.currency.as_mut())
        {
            currency.make_ascii_uppercase();
        }
        check_series(&spec, &mut errors);
        check_runs(&spec, &mut errors);
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

    /// See [`super::Query::cut_by`].
    pub(super) fn cut_by(&self, interval: Interval) -> Self {
        let mut cut = self.clone();
        cut.spec.interval.get_or_insert(interval);
        cut
    }

    /// See [`super::Query::compared`].
    pub(super) fn compared(&self, compare: Compare) -> Self {
        let mut compared = self.clone();
        compared.spec.compare = Some(compare);
        compared
    }

    /// See [`super::Query::broken_down_by`].
    pub(super) fn broken_down_by(&self, property: &Property) -> Option<Self> {
        let mut spec = self.spec.clone();
        spec.breakdown = Some(Breakdown::told_apart(spec.breakdown.as_ref(), property));
        Self::parse(spec).ok()
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
        errors.extend(wrong_group(series, position));
        errors.extend(wrong_currency(series, position));
    }
}

fn wrong_group(series: &Series, position: usize) -> Option<FieldError> {
    let field = format!("series[{position}].group");
    let wants_group = series.measure == Measure::UniqueGroups;
    match &series.group {
        None if wants_group => {
            let message = "Say which groups are counted: `company` counts the values of `$groups.company`.";
            Some(FieldError::new(field, "required", message))
        }
        Some(_) if !wants_group => {
            let message = "Only `unique_groups` takes a group. Leave it out.";
            Some(FieldError::new(field, "not_needed", message))
        }
        Some(group) if series.grouped_by().is_none() => {
            let message = format!("`{group}` is no kind of group: name one key of `$groups`, without a dot.");
            Some(FieldError::new(field, "invalid", message))
        }
        _ => None,
    }
}

fn wrong_currency(series: &Series, position: usize) -> Option<FieldError> {
    let currency = series.currency.as_deref()?;
    let field = format!("series[{position}].currency");
    if series.measure != Measure::Revenue {
        let message = "Only `revenue` takes a currency. Leave it out.";
        return Some(FieldError::new(field, "not_needed", message));
    }
    let message = "Use the three letters of ISO 4217, such as `EUR`.";
    (!is_currency(currency)).then(|| FieldError::new(field, "invalid", message))
}

fn check_runs(spec: &TrendSpec, errors: &mut Vec<FieldError>) {
    let series = spec.series.iter().enumerate();
    for (position, series) in series.filter(|(_, series)| spec.cumulative && !series.measure.can_run_on()) {
        let measure = series.measure.as_str();
        let message = format!("`{measure}` cannot be cumulative. Use a count, a sum, `min` or `max`.");
        errors.push(FieldError::new(
            format!("series[{position}].measure"),
            "not_cumulative",
            message,
        ));
    }
    match spec.rolling_average {
        Some(buckets) if !(2..=MAX_ROLLING).contains(&buckets) => {
            let message = format!("Use 2 to {MAX_ROLLING} buckets.");
            errors.push(FieldError::new("rolling_average", "out_of_range", message));
        }
        Some(_) if spec.cumulative => {
            let message = "A cumulative trend has no rolling average. Leave one of them out.";
            errors.push(FieldError::new("rolling_average", "not_together", message));
        }
        _ => {}
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
