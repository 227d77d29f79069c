//! How the answer looks, as it was typed.

use model::dashboard::{Axis, Goal, Legend, Nulls, SeriesColour, Stacking, Unit, WidgetOptions};
use model::problem::FieldError;

use super::topic::Topic;
use super::typed::given;
use crate::language::t;

/// The currency that is offered first.
const USUAL_CURRENCY: &str = "EUR";

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LookDraft {
    pub(crate) unit: Unit,
    pub(crate) currency: String,
    pub(crate) text: String,
    pub(crate) goals: Vec<GoalDraft>,
    pub(crate) axis: Axis,
    pub(crate) legend: Legend,
    pub(crate) stacking: Option<Stacking>,
    pub(crate) nulls: Nulls,
    pub(crate) colours: Vec<ColourDraft>,
    /// What it was at first: options that do not matter here are kept.
    kept: WidgetOptions,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GoalDraft {
    pub(crate) value: String,
    pub(crate) label: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColourDraft {
    pub(crate) series: String,
    pub(crate) colour: u8,
}

impl Default for ColourDraft {
    fn default() -> Self {
        Self {
            series: String::new(),
            colour: 1,
        }
    }
}

impl LookDraft {
    pub(super) fn of(options: &WidgetOptions) -> Self {
        let goal = |goal: &Goal| GoalDraft {
            value: goal.value.to_string(),
            label: goal.label.clone().unwrap_or_default(),
        };
        let colour = |chosen: &SeriesColour| ColourDraft {
            series: chosen.series.clone(),
            colour: chosen.colour,
        };
        Self {
            unit: options.unit,
            currency: options.currency.clone().unwrap_or_default(),
            text: options.text.clone().unwrap_or_default(),
            goals: options.goals.iter().map(goal).collect(),
            axis: options.axis,
            legend: options.legend,
            stacking: options.stacking,
            nulls: options.nulls,
            colours: options.colours.iter().map(colour).collect(),
            kept: options.clone(),
        }
    }

    /// Figures are of this unit from now on.
    pub(crate) fn choose(&mut self, unit: Unit) {
        self.unit = unit;
        if unit == Unit::Currency && self.currency.trim().is_empty() {
            USUAL_CURRENCY.clone_into(&mut self.currency);
        }
    }

    /// Goals whose figure cannot be read.
    pub(super) fn check(&self, errors: &mut Vec<FieldError>) {
        for (position, goal) in self.goals.iter().enumerate() {
            if figure(&goal.value).is_none() && given(&goal.value).is_some() {
                let field = format!("goals[{position}].value");
                errors.push(FieldError::new(field, "invalid", t("Use a number such as 1000.")));
            }
        }
    }

    /// The options. Rows that are still empty are left out.
    pub(crate) fn options(&self, topic: Topic) -> WidgetOptions {
        let currency = if self.unit == Unit::Currency {
            Some(self.currency.trim().to_uppercase()).filter(|code| !code.is_empty())
        } else {
            self.kept.currency.clone()
        };
        let text = if topic == Topic::Text {
            Some(self.text.clone()).filter(|text| self.kept.text.is_some() || !text.is_empty())
        } else {
            self.kept.text.clone()
        };
        let goal = |goal: &GoalDraft| {
            Some(Goal {
                value: figure(&goal.value)?,
                label: given(&goal.label),
            })
        };
        let colour = |row: &ColourDraft| {
            Some(SeriesColour {
                series: given(&row.series)?,
                colour: row.colour,
            })
        };
        WidgetOptions {
            unit: self.unit,
            currency,
            text,
            goals: self.goals.iter().filter_map(goal).collect(),
            axis: self.axis,
            legend: self.legend,
            stacking: self.stacking,
            nulls: self.nulls,
            colours: self.colours.iter().filter_map(colour).collect(),
        }
    }
}

/// A number as people type it: `1,000` and `1 000` are a thousand.
fn figure(text: &str) -> Option<f64> {
    let plain: String = text
        .chars()
        .filter(|letter| !matches!(letter, ',' | ' ' | '\u{a0}'))
        .collect();
    plain.parse().ok().filter(|figure: &f64| figure.is_finite())
}
