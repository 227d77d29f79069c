//! The lengths of time that figures are cut by, as people say them.

use model::language::t;
use model::query::Interval;

/// `day`
pub(crate) fn one(interval: Interval) -> &'static str {
    match interval {
        Interval::Minute => t("minute"),
        Interval::Hour => t("hour"),
        Interval::Day => t("day"),
        Interval::Week => t("week"),
        Interval::Month => t("month"),
    }
}

/// `days`
pub(crate) fn many(interval: Interval) -> &'static str {
    match interval {
        Interval::Minute => t("minutes"),
        Interval::Hour => t("hours"),
        Interval::Day => t("days"),
        Interval::Week => t("weeks"),
        Interval::Month => t("months"),
    }
}
