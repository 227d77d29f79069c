//! How many events an organization sends, and how many its plan allows.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::problem::FieldError;

/// A month of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthUsage {
    /// `2026-11`, in UTC.
    pub month: String,
    /// Events that were accepted.
    pub events: u64,
    /// Events that were not kept because the plan's were used up.
    pub dropped: u64,
}

/// What an organization used of its plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// The organization's plan.
    pub plan: String,
    /// Events a month that the plan allows; null for any number.
    pub limit: Option<u64>,
    /// This month.
    pub current: MonthUsage,
    /// Percent of the limit that is used, rounded down; null without a limit.
    pub percent: Option<u64>,
    /// The months before, the newest first.
    pub earlier: Vec<MonthUsage>,
}

/// The share of `limit` that `events` are, in percent, rounded down.
#[must_use]
pub fn percent(events: u64, limit: u64) -> u64 {
    let share = u128::from(events) * 100 / u128::from(limit.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// `2026-11` of a month that is counted from the year 0.
#[must_use]
pub fn month_name(month: i64) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// Events a month that each plan allows, as `free=100000,team=5000000`; a plan that is not named allows any number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quotas(BTreeMap<String, u64>);

impl Quotas {
    /// What a plan allows.
    #[must_use]
    pub fn of(&self, plan: &str) -> Option<u64> {
        self.0.get(plan).copied()
    }

    /// Whether any plan has a limit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Quotas {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let wrong = || {
            let message = "Write the plans and their events a month: free=100000,team=5000000.";
            FieldError::new("quotas", "invalid", message)
        };
        let mut quotas = BTreeMap::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (plan, events) = part.split_once('=').ok_or_else(wrong)?;
            let (plan, events) = (plan.trim(), events.trim().replace('_', ""));
            let events: u64 = events.parse().map_err(|_| wrong())?;
            if plan.is_empty() || quotas.insert(plan.to_owned(), events).is_some() {
                return Err(wrong());
            }
        }
        Ok(Self(quotas))
    }
}

impl fmt::Display for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|(plan, events)| format!("{plan}={events}"))
            .collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_read_and_written() {
        let quotas: Quotas = " free=100_000, team=5000000 ".parse().expect("quotas");
        assert_eq!(
            (quotas.of("free"), quotas.of("team"), quotas.of("x")),
            (Some(100_000), Some(5_000_000), None)
        );
        assert_eq!(quotas.to_string(), "free=100000,team=5000000");
        assert!("".parse::<Quotas>().expect("none").is_empty());
        for wrong in ["free", "free=x", "=1", "free=1,free=2", "free=-1"] {
            assert!(wrong.parse::<Quotas>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn shares_are_rounded_down_and_months_named() {
        assert_eq!(
            (percent(799, 1_000), percent(800, 1_000), percent(5, 0)),
            (79, 80, 500)
        );
        assert_eq!(percent(u64::MAX, 1), u64::MAX);
        assert_eq!(
            (month_name(2026 * 12), month_name(2026 * 12 + 11)),
            ("2026-01".to_owned(), "2026-12".to_owned())
        );
    }
}
