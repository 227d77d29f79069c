use serde::{Deserialize, Serialize};

use super::Meta;
use crate::query::Interval;

/// Users by how often they are active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StickinessAnswer {
    /// How wide a bucket is.
    pub interval: Interval,
    /// IANA name of the time zone of the buckets.
    pub timezone: String,
    /// One for each number of buckets, from 1 to all of the range.
    pub histogram: Vec<ActiveUsers>,
    /// How it came about.
    pub meta: Meta,
}

/// The users that were active in so many buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveUsers {
    /// In how many different buckets.
    pub intervals: u64,
    /// How many users.
    pub users: u64,
}

impl StickinessAnswer {
    pub(super) fn size(&self) -> usize {
        self.histogram.len() * size_of::<ActiveUsers>() + 200
    }

    /// All users that were active at all.
    #[must_use]
    pub fn users(&self) -> u64 {
        self.histogram.iter().map(|active| active.users).sum()
    }

    /// In how many buckets a user was active on average; none where nobody was.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    pub fn average(&self) -> Option<f64> {
        let all: u64 = self
            .histogram
            .iter()
            .map(|active| active.intervals * active.users)
            .sum();
        let users = self.users();
        (users > 0).then(|| all as f64 / users as f64)
    }
}
