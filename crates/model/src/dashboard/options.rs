//! How a widget looks beside its type.

use serde::{Deserialize, Serialize};

use super::WidgetType;
use crate::problem::FieldError;

/// Most goals on one chart.
pub const MAX_GOALS: usize = 4;
/// Colours that a series can be given, the same as those that charts give in order.
pub const SERIES_COLOURS: u8 = 8;
const MAX_COLOURS: usize = 50;
const MAX_TEXT_CHARS: usize = 20_000;
const MAX_LABEL_CHARS: usize = 80;

/// What a widget's figures are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Plain numbers.
    #[default]
    Number,
    /// Per cent, already multiplied by 100.
    Percent,
    /// Money, in the major unit of [`WidgetOptions::currency`].
    Currency,
    /// Seconds.
    Duration,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// Every unit, in the order in which an editor offers them.
    pub const ALL: [Self; 5] = [
        Self::Number,
        Self::Percent,
        Self::Currency,
        Self::Duration,
        Self::Bytes,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Percent => "percent",
            Self::Currency => "currency",
            Self::Duration => "duration",
            Self::Bytes => "bytes",
        }
    }
}

/// How the value axis grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// By the same amount with each step.
    #[default]
    Linear,
    /// Tenfold with each step; what is not above zero lies at its foot.
    Log,
}

/// Whether a chart says which series is which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Legend {
    /// Where there is something to tell apart, and room.
    #[default]
    Auto,
    /// For one series, too.
    Shown,
    /// Never.
    Hidden,
}

/// How several series share a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stacking {
    /// Each for itself.
    None,
    /// On top of one another.
    Normal,
    /// As shares of their sum.
    Percent,
}

/// What a chart over time does where there is no figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nulls {
    /// It leaves a gap.
    #[default]
    Gap,
    /// It goes on to the next figure.
    Connect,
    /// It shows zero.
    Zero,
}

/// A figure that is aimed at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// In the widget's unit.
    pub value: f64,
    /// At most 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// The colour of one series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesColour {
    /// Its name in the legend: its label, or the value that it is broken down by.
    pub series: String,
    /// 1 to 8: one of the theme's colours, which are told apart in light and dark and with any colour vision.
    #[serde(rename = "color")]
    pub colour: u8,
}

/// How a widget looks beside its type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WidgetOptions {
    /// What the figures are.
    #[serde(default)]
    pub unit: Unit,
    /// ISO 4217 code, for [`Unit::Currency`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Markdown, for [`WidgetType::Text`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Lines across charts over time, the full circle of a gauge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goals: Vec<Goal>,
    /// How the value axis grows.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub axis: Axis,
    /// Whether there is a legend.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub legend: Legend,
    /// How series share a bucket; the type's own way when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stacking: Option<Stacking>,
    /// What stands where there is no figure.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub nulls: Nulls,
    /// Colours of some of the series; the others get theirs in order.
    #[serde(rename = "colors", default, skip_serializing_if = "Vec::is_empty")]
    pub colours: Vec<SeriesColour>,
}

fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl WidgetOptions {
    /// How series share a bucket on a chart of this type.
    #[must_use]
    pub fn stacking_of(&self, kind: WidgetType) -> Stacking {
        self.stacking.unwrap_or(if kind == WidgetType::StackedBar {
            Stacking::Normal
        } else {
            Stacking::None
        })
    }

    /// The colour that was chosen for a series, from 0.
    #[must_use]
    pub fn colour_of(&self, series: &str) -> Option<usize> {
        let chosen = self.colours.iter().find(|chosen| chosen.series == series)?;
        Some(usize::from(chosen.colour.checked_sub(1)?))
    }

    /// What is wrong, told by fields below `config.options`.
    pub(super) fn check(&self, errors: &mut Vec<FieldError>) {
        let mut wrong = |field: String, code: &str, message: String| {
            errors.push(FieldError::new(format!("config.options.{field}"), code, message));
        };
        let is_long = |text: &String, most: usize| text.chars().count() > most;
        if self
            .text
            .as_ref()
            .is_some_and(|text| is_long(text, MAX_TEXT_CHARS))
        {
            wrong("text".into(), "too_long", "Use at most 20,000 characters.".into());
        }
        let is_currency =
            |code: &String| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if self.currency.as_ref().is_some_and(|code| !is_currency(code)) {
            wrong(
                "currency".into(),
                "invalid",
                "Use an ISO 4217 code such as EUR.".into(),
            );
        }
        if self.goals.len() > MAX_GOALS {
            wrong(
                "goals".into(),
                "too_many",
                format!("Use at most {MAX_GOALS} goals."),
            );
        }
        for (position, goal) in self.goals.iter().enumerate() {
            if goal
                .label
                .as_ref()
                .is_some_and(|label| is_long(label, MAX_LABEL_CHARS))
            {
                let message = format!("Use at most {MAX_LABEL_CHARS} characters.");
                wrong(format!("goals[{position}].label"), "too_long", message);
            }
        }
        if self.colours.len() > MAX_COLOURS {
            let message = format!("Choose at most {MAX_COLOURS} colours.");
            wrong("colors".into(), "too_many", message);
        }
        for (position, chosen) in self.colours.iter().enumerate() {
            if !(1..=SERIES_COLOURS).contains(&chosen.colour) {
                let message = format!("Use a colour from 1 to {SERIES_COLOURS}.");
                wrong(format!("colors[{position}].color"), "out_of_range", message);
            }
        }
    }
}
