//! Answers: the figures that a question gets, exact, before anybody draws or words them.

mod events;
mod funnel;
mod lifecycle;
mod paths;
mod retention;
mod sql;
mod stickiness;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::language::t;
use crate::query::{Interval, Property};
pub use events::EventsAnswer;
pub use funnel::{Conversion, FunnelAnswer, FunnelGroup, StepFigures, TimeBin, TimeToConvert};
pub use lifecycle::LifecycleAnswer;
pub use paths::{PathLink, PathNode, PathsAnswer};
pub use retention::{Cohort, RetentionAnswer};
pub use sql::{SqlAnswer, SqlColumn, SqlType};
pub use stickiness::{ActiveUsers, StickinessAnswer};

/// The breakdown value that stands for all values beyond the limit.
pub const OTHER: &str = "$other";
/// The breakdown value of events that lack the property.
pub const NONE: &str = "$none";

/// The answer to a [`crate::query::Query`], tagged by `kind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// To a funnel.
    Funnel(FunnelAnswer),
    /// The events themselves.
    Events(EventsAnswer),
    /// To a lifecycle.
    Lifecycle(LifecycleAnswer),
    /// The ways people go.
    Paths(PathsAnswer),
    /// To a question about retention.
    Retention(RetentionAnswer),
    /// Figures of sessions over time.
    Sessions(TrendAnswer),
    /// To a SELECT of one's own.
    Sql(SqlAnswer),
    /// To a question about stickiness.
    Stickiness(StickinessAnswer),
    /// To a trend.
    Trend(TrendAnswer),
}

impl Answer {
    /// How it came about.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        match self {
            Self::Funnel(funnel) => &funnel.meta,
            Self::Events(events) => &events.meta,
            Self::Lifecycle(lifecycle) => &lifecycle.meta,
            Self::Paths(paths) => &paths.meta,
            Self::Retention(retention) => &retention.meta,
            Self::Sql(sql) => &sql.meta,
            Self::Stickiness(stickiness) => &stickiness.meta,
            Self::Sessions(trend) | Self::Trend(trend) => &trend.meta,
        }
    }

    /// As [`Answer::meta`], to be completed.
    #[must_use]
    pub fn meta_mut(&mut self) -> &mut Meta {
        match self {
            Self::Funnel(funnel) => &mut funnel.meta,
            Self::Events(events) => &mut events.meta,
            Self::Lifecycle(lifecycle) => &mut lifecycle.meta,
            Self::Paths(paths) => &mut paths.meta,
            Self::Retention(retention) => &mut retention.meta,
            Self::Sql(sql) => &mut sql.meta,
            Self::Stickiness(stickiness) => &mut stickiness.meta,
            Self::Sessions(trend) | Self::Trend(trend) => &mut trend.meta,
        }
    }

    /// About how many bytes it takes in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Funnel(funnel) => funnel.size(),
            Self::Events(events) => events.size(),
            Self::Lifecycle(lifecycle) => lifecycle.size(),
            Self::Paths(paths) => paths.size(),
            Self::Retention(retention) => retention.size(),
            Self::Sql(sql) => sql.size(),
            Self::Stickiness(stickiness) => stickiness.size(),
            Self::Sessions(trend) | Self::Trend(trend) => trend.size(),
        }
    }
}

/// Figures over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrendAnswer {
    /// When each bucket begins.
    pub buckets: Vec<Timestamp>,
    /// The same beginnings on the clocks of the question's time zone: what the x axis says.
    pub local: Vec<DateTime>,
    /// How wide a bucket is.
    pub interval: Interval,
    /// IANA name of the time zone of the buckets.
    pub timezone: String,
    /// From this position on, buckets are still filling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_from: Option<usize>,
    /// The property whose values tell the series apart; none without a breakdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Property>,
    /// One for each series, or for each series and breakdown value.
    pub series: Vec<AnswerSeries>,
    /// The same series in the period compared with, bucket by bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Vec<AnswerSeries>>,
    /// How it came about.
    pub meta: Meta,
}

impl TrendAnswer {
    fn size(&self) -> usize {
        let lines = self.series.iter().chain(self.previous.iter().flatten());
        let figures: usize = lines
            .map(|line| 100 + line.values.len() * size_of::<Option<f64>>())
            .sum();
        figures + self.buckets.len() * 32
    }

    /// Whether no event was counted at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let has_figure = |value: &Option<f64>| value.is_some_and(|value| value != 0.0);
        !self
            .series
            .iter()
            .any(|series| series.values.iter().any(has_figure))
    }

    /// The series of the period compared with that belongs to `series`.
    #[must_use]
    pub fn previous_of(&self, series: &AnswerSeries) -> Option<&AnswerSeries> {
        let same =
            |other: &&AnswerSeries| other.position == series.position && other.breakdown == series.breakdown;
        self.previous.as_ref()?.iter().find(same)
    }
}

/// One line of a trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerSeries {
    /// Which of the question's series it is, from 0.
    pub position: usize,
    /// Its name.
    pub label: String,
    /// The value of the breakdown property, [`OTHER`] or [`NONE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<String>,
    /// One figure for each bucket; none where there is nothing to compute it of.
    #[serde(with = "figures")]
    pub values: Vec<Option<f64>>,
    /// The measure over the whole range, computed over it and not summed up of the buckets.
    #[serde(with = "figure")]
    pub total: Option<f64>,
}

impl AnswerSeries {
    /// What tells it apart on a chart: the breakdown value where there is one, the label otherwise.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.breakdown.as_deref() {
            Some(OTHER) => t("Other"),
            Some(NONE) => t("None"),
            Some(value) => value,
            None => &self.label,
        }
    }
}

/// How an answer came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Milliseconds from question to answer.
    pub elapsed_ms: u64,
    /// Events that the store looked at for it.
    pub rows_read: u64,
    /// Whether all of it was kept from an earlier time.
    pub cached: bool,
    /// How much of it was kept: 0 for an answer that was read anew, 1 for one that the store was not asked for.
    #[serde(default)]
    pub cached_share: f64,
    /// Whether every figure is exact.
    pub exact: bool,
    /// What whoever reads the figures should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What happened in that time, as people noted it down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Moment>,
}

/// Something that happened: a release, a campaign, an outage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What, on one line.
    pub text: String,
}

impl Meta {
    /// Of an answer that was just worked out, exactly, from so many events.
    #[must_use]
    pub const fn fresh(rows_read: u64) -> Self {
        Self {
            elapsed_ms: 0,
            rows_read,
            cached: false,
            cached_share: 0.0,
            exact: true,
            warnings: Vec::new(),
            annotations: Vec::new(),
        }
    }
}

/// A figure on the wire: whole numbers without a decimal point.
mod figure {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Wire {
        Whole(i64),
        Fraction(f64),
    }

    const EXACT: f64 = 9_007_199_254_740_992.0;

    pub(super) fn wire(value: f64) -> Wire {
        if value.fract() == 0.0 && value.abs() < EXACT {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number within 53 bits")]
            return Wire::Whole(value as i64);
        }
        Wire::Fraction(value)
    }

    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    pub(super) fn serialize<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        value.map(wire).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        Option::deserialize(deserializer)
    }
}

mod figures {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(values: &[Option<f64>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|value| value.map(super::figure::wire)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Option<f64>>, D::Error> {
        Vec::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_people_would() {
        let series = AnswerSeries {
            position: 0,
            label: "Views".into(),
            breakdown: None,
            values: vec![Some(1496.0), None, Some(2.5)],
            total: Some(9126.0),
        };
        let text = serde_json::to_string(&series).expect("it serializes");
        assert_eq!(
            text,
            r#"{"position":0,"label":"Views","values":[1496,null,2.5],"total":9126}"#
        );
        assert_eq!(
            serde_json::from_str::<AnswerSeries>(&text).expect("it reads back"),
            series
        );
    }
}
