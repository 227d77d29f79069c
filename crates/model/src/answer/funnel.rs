use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Meta, NONE, OTHER};
use crate::language::t;
use crate::query::Interval;

/// How far users got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunnelAnswer {
    /// One for each step of the question.
    pub steps: Vec<StepFigures>,
    /// The same for each value of the breakdown, those with most users first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<FunnelGroup>>,
    /// How long those took who reached the last step.
    pub time_to_convert: TimeToConvert,
    /// The conversion by the time at which users began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_time: Option<Conversion>,
    /// How it came about.
    pub meta: Meta,
}

/// One step of a funnel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepFigures {
    /// Its name.
    pub label: String,
    /// How many users reached it.
    pub count: u64,
    /// Their share of those who reached the step before, 0 to 1; none where nobody did.
    pub from_previous: Option<f64>,
    /// Their share of those who reached the first step, 0 to 1; none where nobody did.
    pub from_first: Option<f64>,
    /// The median time since the step before.
    pub median_seconds: Option<f64>,
    /// The mean time since the step before.
    pub average_seconds: Option<f64>,
}

/// The funnel of one value of the breakdown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunnelGroup {
    /// The value, [`OTHER`] or [`NONE`].
    pub breakdown: String,
    /// One for each step of the question.
    pub steps: Vec<StepFigures>,
}

impl FunnelGroup {
    /// The words that people read.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.breakdown.as_str() {
            OTHER => t("Other"),
            NONE => t("None"),
            value => value,
        }
    }
}

/// The time from the first step to the last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimeToConvert {
    /// The median; none where nobody reached the last step.
    pub median_seconds: Option<f64>,
    /// The mean.
    pub average_seconds: Option<f64>,
    /// How many took how long: neighbours of one width, from the shortest time to the longest.
    pub bins: Vec<TimeBin>,
}

/// How many users took so long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeBin {
    /// At least so long.
    pub from_seconds: u64,
    /// Less than this.
    pub to_seconds: u64,
    /// How many users.
    pub count: u64,
}

/// Users by the bucket in which they began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversion {
    /// When each bucket begins.
    pub buckets: Vec<Timestamp>,
    /// The same beginnings on the clocks of the question's time zone.
    pub local: Vec<DateTime>,
    /// How wide a bucket is.
    pub interval: Interval,
    /// IANA name of the time zone of the buckets.
    pub timezone: String,
    /// From this position on, buckets are still filling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_from: Option<usize>,
    /// How many users began.
    pub started: Vec<u64>,
    /// How many of those reached the last step, whenever that was.
    pub converted: Vec<u64>,
    /// Their share, 0 to 1; none where nobody began.
    pub rate: Vec<Option<f64>>,
}

impl FunnelAnswer {
    pub(super) fn size(&self) -> usize {
        let groups = self.groups.as_deref().unwrap_or_default();
        let steps = self.steps.len() * (groups.len() + 1);
        let buckets = self
            .over_time
            .as_ref()
            .map_or(0, |conversion| conversion.buckets.len());
        steps * 120 + groups.len() * 100 + self.time_to_convert.bins.len() * 24 + buckets * 64
    }

    /// Whether nobody reached even the first step.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.first().is_none_or(|step| step.count == 0)
    }
}
