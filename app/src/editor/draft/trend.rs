//! A trend as it was typed.

use model::problem::FieldError;
use model::query::{Compare, Measure, Query, Series, TrendQuery, TrendSpec};

use super::selector::SelectorDraft;
use super::typed::{given, property};
use super::{Checked, Shared};
use crate::language::t;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TrendDraft {
    pub(crate) series: Vec<SeriesDraft>,
    pub(crate) compare: Option<Compare>,
    pub(crate) formula: String,
    pub(crate) cumulative: bool,
    /// Not offered here; kept as it is.
    rolling_average: Option<usize>,
    /// Not offered here; kept as it is.
    approximate: bool,
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
            cumulative: false,
            rolling_average: None,
            approximate: false,
        }
    }

    pub(super) fn of(spec: &TrendSpec) -> Self {
        Self {
            series: spec.series.iter().map(SeriesDraft::of).collect(),
            compare: spec.compare,
            formula: spec.formula.clone().unwrap_or_default(),
            cumulative: spec.cumulative,
            rolling_average: spec.rolling_average,
            approximate: spec.approximate,
        }
    }

    pub(super) fn query(&self, shared: &Shared, errors: &mut Vec<FieldError>) -> Checked {
        let series = self.series.iter().enumerate();
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
            cumulative: self.cumulative,
            rolling_average: self.rolling_average,
            approximate: self.approximate,
        };
        TrendQuery::parse(spec).map(Query::Trend)
    }
}
