use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{AnswerSeries, Meta};
use crate::query::Interval;

/// Users by what became of them from bucket to bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LifecycleAnswer {
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
    /// One for each of [`LifecycleAnswer::STATES`], in that order; their totals count every user once.
    pub series: Vec<AnswerSeries>,
    /// How it came about.
    pub meta: Meta,
}

impl LifecycleAnswer {
    /// Never seen before; also active in the bucket before; back after a pause; active in the bucket before and not in
    /// this one.
    pub const STATES: [&str; 4] = ["new", "returning", "resurrecting", "dormant"];

    pub(super) fn size(&self) -> usize {
        self.buckets.len() * (32 + Self::STATES.len() * size_of::<Option<f64>>()) + 500
    }
}
