//! A funnel as it was typed.

use model::problem::FieldError;
use model::query::{
    Attribution, Exclusion, FunnelBreakdown, FunnelQuery, FunnelSpec, FunnelStep, Length, MAX_WINDOW_DAYS,
    Query, StepOrder,
};

use super::selector::SelectorDraft;
use super::typed::given;
use super::{Checked, Shared};
use crate::language::t_with;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FunnelDraft {
    pub(crate) steps: Vec<StepDraft>,
    /// How many of `window_unit`.
    pub(crate) window: String,
    /// The letter of the unit.
    pub(crate) window_unit: String,
    pub(crate) order: StepOrder,
    pub(crate) exclude: Vec<ExclusionDraft>,
    pub(crate) attribution: Attribution,
    /// Not offered here; kept as it is.
    over_time: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StepDraft {
    pub(crate) on: SelectorDraft,
    pub(crate) label: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ExclusionDraft {
    pub(crate) on: SelectorDraft,
    /// The step after which it counts; empty for the first.
    pub(crate) from_step: String,
    /// The step before which it counts; empty for the last.
    pub(crate) to_step: String,
}

impl StepDraft {
    fn new(event: &str) -> Self {
        Self {
            on: SelectorDraft::named(event),
            label: String::new(),
        }
    }

    fn of(step: &FunnelStep) -> Self {
        Self {
            on: SelectorDraft::of(Some(&step.event), step.filter.as_ref()),
            label: step.label.clone().unwrap_or_default(),
        }
    }

    fn step(&self, position: usize, errors: &mut Vec<FieldError>) -> FunnelStep {
        FunnelStep {
            event: self.on.name().unwrap_or_default(),
            filter: self.on.conditions.filter(&format!("steps[{position}]."), errors),
            label: given(&self.label),
        }
    }
}

impl ExclusionDraft {
    fn of(exclusion: &Exclusion) -> Self {
        let written = |step: Option<usize>| step.map(|step| step.to_string()).unwrap_or_default();
        Self {
            on: SelectorDraft::of(Some(&exclusion.event), exclusion.filter.as_ref()),
            from_step: written(exclusion.from_step),
            to_step: written(exclusion.to_step),
        }
    }

    fn exclusion(&self, position: usize, errors: &mut Vec<FieldError>) -> Exclusion {
        Exclusion {
            event: self.on.name().unwrap_or_default(),
            filter: self
                .on
                .conditions
                .filter(&format!("exclude[{position}]."), errors),
            from_step: self.from_step.parse().ok(),
            to_step: self.to_step.parse().ok(),
        }
    }
}

impl FunnelDraft {
    pub(super) fn new(event: &str) -> Self {
        Self {
            steps: vec![StepDraft::new(event), StepDraft::default()],
            window: "14".to_owned(),
            window_unit: "d".to_owned(),
            order: StepOrder::default(),
            exclude: Vec::new(),
            attribution: Attribution::default(),
            over_time: false,
        }
    }

    pub(super) fn of(spec: &FunnelSpec) -> Self {
        let window = spec.window.to_string();
        let digits = window.chars().take_while(char::is_ascii_digit).count();
        let (count, unit) = window.split_at(digits);
        Self {
            steps: spec.steps.iter().map(StepDraft::of).collect(),
            window: count.to_owned(),
            window_unit: unit.to_owned(),
            order: spec.order,
            exclude: spec.exclude.iter().map(ExclusionDraft::of).collect(),
            attribution: spec
                .breakdown
                .as_ref()
                .map(|breakdown| breakdown.attribution)
                .unwrap_or_default(),
            over_time: spec.over_time,
        }
    }

    pub(super) fn query(&self, shared: &Shared, errors: &mut Vec<FieldError>) -> Checked {
        let steps = self.steps.iter().enumerate();
        let steps = steps
            .map(|(position, step)| step.step(position, errors))
            .collect();
        let window = self.window(errors);
        let exclude = self.exclude.iter().enumerate();
        let exclude = exclude
            .map(|(position, exclusion)| exclusion.exclusion(position, errors))
            .collect();
        let breakdown = shared.breakdown.breakdown(errors);
        let spec = FunnelSpec {
            steps,
            window,
            order: self.order,
            exclude,
            breakdown: breakdown.map(|breakdown| FunnelBreakdown {
                property: breakdown.property,
                limit: breakdown.limit,
                attribution: self.attribution,
            }),
            over_time: self.over_time,
            range: shared.range.clone(),
            interval: shared.interval,
            timezone: shared.timezone.clone(),
            filter: shared.filter.clone(),
        };
        FunnelQuery::parse(spec).map(Query::Funnel)
    }

    fn window(&self, errors: &mut Vec<FieldError>) -> Length {
        let typed = format!("{}{}", self.window.trim(), self.window_unit);
        let longest = Length::days(MAX_WINDOW_DAYS);
        let length: Option<Length> = typed.parse().ok();
        let fits = |length: &Length| (1..=longest.seconds()).contains(&length.seconds());
        length.filter(fits).unwrap_or_else(|| {
            let message = t_with(
                "Use a whole number, and at most {0} days.",
                &[&MAX_WINDOW_DAYS.to_string()],
            );
            errors.push(FieldError::new("window", "invalid", message));
            longest
        })
    }
}
