//! A trend as it was typed.

use model::problem::FieldError;
use model::query::{Compare, MAX_ROLLING, Measure, Query, Series, TrendQuery, TrendSpec};

use super::selector::SelectorDraft;
use super::typed::{given, property, whole};
use super::{Checked, Shared};
use crate::language::t;

/// How many points are averaged at first.
const USUAL_ROLLING: usize = 7;

/// What each point of a trend tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Course {
    /// Its own figure.
    #[default]
    Each,
    /// All figures up to it.
    AddedUp,
    /// The mean of the last few.
    Averaged,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TrendDraft {
    pub(crate) series: Vec<SeriesDraft>,
    pub(crate) compare: Option<Compare>,
    pub(crate) formula: String,
    pub(crate) course: Course,
    /// Over how many points [`Course::Averaged`] looks.
    pub(crate) rolling: String,
    pub(crate) approximate: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SeriesDraft {
    pub(crate) on: SelectorDraft,
    pub(crate) measure: Measure,
    pub(crate) property: String,
    pub(crate) group: String,
    pub(crate) currency: String,
    pub(crate) label: String,
}

impl SeriesDraft {
    /// So many events of this name.
    pub(crate) fn new(event: &str) -> Self {
        Self {
            on: SelectorDraft::named(event),
            measure: Measure::Count,
            property: String::new(),
            group: String::new(),
            currency: String::new(),
            label: String::new(),
        }
    }

    fn of(series: &Series) -> Self {
        Self {
            on: SelectorDraft::of(series.event.as_deref(), series.filter.as_ref()),
            measure: series.measure,
            property: series
                .property
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            group: series.group.clone().unwrap_or_default(),
            currency: series.currency.clone().unwrap_or_default(),
            label: series.label.clone().unwrap_or_default(),
        }
    }

    fn series(&self, position: usize, errors: &mut Vec<FieldError>) -> Series {
        let property = if self.measure.needs_property() {
            property(&self.property, &format!("series[{position}].property"), errors)
        } else {
            None
        };
        let group = given(&self.group).filter(|_| self.measure == Measure::UniqueGroups);
        if group.is_none() && self.measure == Measure::UniqueGroups {
            let message = t("Say which groups are counted, for example company.");
            errors.push(FieldError::new(
                format!("series[{position}].group"),
                "required",
                message,
            ));
        }
        Series {
            event: self.on.name(),
            measure: self.measure,
            property,
            group,
            currency: given(&self.currency).filter(|_| self.measure == Measure::Revenue),
            label: given(&self.label),
            filter: self.on.conditions.filter(&format!("series[{position}]."), errors),
        }
    }
}

impl TrendDraft {
    pub(super) fn new(event: &str) -> Self {
        Self {
            series: vec![SeriesDraft::new(event)],
            compare: None,
            formula: String::new(),
            course: Course::default(),
            rolling: USUAL_ROLLING.to_string(),
            approximate: false,
        }
    }

    pub(super) fn of(spec: &TrendSpec) -> Self {
        Self {
            series: spec.series.iter().map(SeriesDraft::of).collect(),
            compare: spec.compare,
            formula: spec.formula.clone().unwrap_or_default(),
            course: match spec.rolling_average {
                Some(_) => Course::Averaged,
                None if spec.cumulative => Course::AddedUp,
                None => Course::Each,
            },
            rolling: spec.rolling_average.unwrap_or(USUAL_ROLLING).to_string(),
            approximate: spec.approximate,
        }
    }

    /// Whether something is counted that may be counted approximately: different users, visits, groups or values.
    pub(crate) fn counts_different(&self) -> bool {
        self.series.iter().any(|series| {
            matches!(
                series.measure,
                Measure::UniqueUsers
                    | Measure::UniqueSessions
                    | Measure::CountPerUser
                    | Measure::Unique
                    | Measure::UniqueGroups
            )
        })
    }

    pub(super) fn query(&self, shared: &Shared, errors: &mut Vec<FieldError>) -> Checked {
        let series = self.series.iter().enumerate();
        let rolling_average = (self.course == Course::Averaged)
            .then(|| whole(&self.rolling, "rolling_average", &(2..=MAX_ROLLING), errors))
            .flatten();
        let spec = TrendSpec {
            series: series
                .map(|(position, series)| series.series(position, errors))
                .collect(),
            range: shared.range.clone(),
            interval: shared.interval,
            timezone: shared.timezone.clone(),
            filter: shared.filter.clone(),
            breakdown: shared.breakdown.breakdown(errors),
            compare: self.compare,
            formula: given(&self.formula),
            cumulative: self.course == Course::AddedUp,
            rolling_average,
            approximate: self.approximate,
        };
        TrendQuery::parse(spec).map(Query::Trend)
    }
}
