use crate::language::key;
use serde::{Deserialize, Serialize};

/// What is computed of the events in a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many events.
    Count,
    /// How many different users: `user_id`, or `anonymous_id` where there is none.
    UniqueUsers,
    /// How many different `session_id`.
    UniqueSessions,
    /// Events per user: `count` divided by `unique_users`.
    CountPerUser,
    /// The sum of a numeric property.
    Sum,
    /// Its mean.
    Avg,
    /// Its least value.
    Min,
    /// Its greatest value.
    Max,
    /// Its median, interpolated linearly.
    Median,
    /// Its 90th percentile, interpolated linearly.
    P90,
    /// Its 95th percentile.
    P95,
    /// Its 99th percentile.
    P99,
    /// How many different values of a property.
    Unique,
    /// How many different groups: values of `$groups.company`, where the series' group is `company`.
    UniqueGroups,
    /// The sum of a property in one currency.
    Revenue,
}

impl Measure {
    /// Every measure, in the order in which an editor offers them.
    pub const ALL: [Self; 15] = [
        Self::Count,
        Self::UniqueUsers,
        Self::UniqueSessions,
        Self::CountPerUser,
        Self::Sum,
        Self::Avg,
        Self::Min,
        Self::Max,
        Self::Median,
        Self::P90,
        Self::P95,
        Self::P99,
        Self::Unique,
        Self::UniqueGroups,
        Self::Revenue,
    ];

    /// Whether it is computed of a property.
    #[must_use]
    pub const fn needs_property(self) -> bool {
        !matches!(
            self,
            Self::Count | Self::UniqueUsers | Self::UniqueSessions | Self::CountPerUser | Self::UniqueGroups
        )
    }

    /// Whether a bucket without events is 0; otherwise it has no value.
    #[must_use]
    pub const fn is_a_count(self) -> bool {
        matches!(self, Self::Count) || self.counts_different()
    }

    /// Whether it counts how many different ones there are: of users, sessions, groups or values.
    #[must_use]
    pub const fn counts_different(self) -> bool {
        matches!(
            self,
            Self::UniqueUsers | Self::UniqueSessions | Self::Unique | Self::UniqueGroups
        )
    }

    /// Whether it can run on from bucket to bucket.
    #[must_use]
    pub const fn can_run_on(self) -> bool {
        self.is_a_count() || matches!(self, Self::Sum | Self::Revenue | Self::Min | Self::Max)
    }

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::UniqueUsers => "unique_users",
            Self::UniqueSessions => "unique_sessions",
            Self::CountPerUser => "count_per_user",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Median => "median",
            Self::P90 => "p90",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Unique => "unique",
            Self::UniqueGroups => "unique_groups",
            Self::Revenue => "revenue",
        }
    }

    /// The words that people read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Count => key("Total events"),
            Self::UniqueUsers => key("Unique users"),
            Self::UniqueSessions => key("Unique sessions"),
            Self::CountPerUser => key("Events per user"),
            Self::Sum => key("Sum"),
            Self::Avg => key("Average"),
            Self::Min => key("Minimum"),
            Self::Max => key("Maximum"),
            Self::Median => key("Median"),
            Self::P90 => key("90th percentile"),
            Self::P95 => key("95th percentile"),
            Self::P99 => key("99th percentile"),
            Self::Unique => key("Unique values"),
            Self::UniqueGroups => key("Unique groups"),
            Self::Revenue => key("Revenue"),
        }
    }
}
