use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Meta, NONE, OTHER, figures};
use crate::language::t;
use crate::query::Interval;

/// Who came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RetentionAnswer {
    /// How wide a cohort is.
    pub interval: Interval,
    /// IANA name of the time zone of the intervals.
    pub timezone: String,
    /// From this interval on, counted from that of the first cohort, they are still filling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_from: Option<usize>,
    /// One for each interval of the range; with a breakdown, for each value and interval, the largest value first.
    pub cohorts: Vec<Cohort>,
    /// The share of users that came back in the k-th interval, over all cohorts for which it has begun.
    #[serde(with = "figures")]
    pub average: Vec<Option<f64>>,
    /// How it came about.
    pub meta: Meta,
}

/// The users that began in the same interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    /// When the interval begins.
    pub start: Timestamp,
    /// The same beginning on the clocks of the question's time zone.
    pub local: DateTime,
    /// The value of the breakdown property, [`OTHER`] or [`NONE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<String>,
    /// How many users.
    pub size: u64,
    /// How many of them came back in the k-th interval after it, from the same one on; none where it has not begun.
    pub returned: Vec<Option<u64>>,
}

impl Cohort {
    /// What it is called among the cohorts of one interval: its breakdown value.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self.breakdown.as_deref() {
            Some(OTHER) => Some(t("Other")),
            Some(NONE) => Some(t("None")),
            value => value,
        }
    }
}

impl RetentionAnswer {
    pub(super) fn size(&self) -> usize {
        let width = 80 + self.average.len() * size_of::<Option<u64>>();
        200 + (self.cohorts.len() + 1) * width
    }

    /// The share of users that came back in the k-th interval: of these cohorts, as far as it has begun for them.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    pub fn share<'c>(cohorts: impl IntoIterator<Item = &'c Cohort>, k: usize) -> Option<f64> {
        let begun = cohorts
            .into_iter()
            .filter_map(|cohort| Some((cohort.size, (*cohort.returned.get(k)?)?)));
        let (users, returned) = begun.fold((0, 0), |(users, all), (size, returned)| {
            (users + size, all + returned)
        });
        (users > 0).then(|| returned as f64 / users as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cohort(size: u64, returned: &[Option<u64>]) -> Cohort {
        Cohort {
            start: Timestamp::UNIX_EPOCH,
            local: DateTime::constant(1970, 1, 1, 0, 0, 0, 0),
            breakdown: None,
            size,
            returned: returned.to_vec(),
        }
    }

    #[test]
    fn an_average_weighs_cohorts_that_have_got_there() {
        let cohorts = [cohort(30, &[Some(30), Some(15)]), cohort(10, &[Some(10), None])];
        assert_eq!(RetentionAnswer::share(&cohorts, 0), Some(1.0));
        assert_eq!(RetentionAnswer::share(&cohorts, 1), Some(0.5));
        assert_eq!(RetentionAnswer::share(&cohorts, 2), None);
        assert_eq!(RetentionAnswer::share(&[cohort(0, &[Some(0)])], 0), None);
    }
}
