//! Dates, comparisons and counts as people say them.

use jiff::civil::Date;
use jiff::tz::Offset;
use model::Timestamp;
use model::format::{bucket, bucket_in_full};
use model::query::{Comparison, Interval, Op};

/// `17 May 2015`
#[must_use]
pub(crate) fn day(date: Date) -> String {
    bucket(date.at(0, 0, 0, 0), Interval::Day, true)
}

/// `17 May 2015`, in UTC.
#[must_use]
pub(crate) fn day_of(time: Timestamp) -> String {
    day(Offset::UTC.to_datetime(time).date())
}

/// `17 May 2015, 14:00 UTC`
#[must_use]
pub(crate) fn moment(time: Timestamp) -> String {
    format!(
        "{} UTC",
        bucket_in_full(Offset::UTC.to_datetime(time), Interval::Minute)
    )
}

/// `1 widget`, `3 widgets`
#[must_use]
pub(crate) fn counted(count: u32, one: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {one}s")
    }
}

/// What an operator says between a property and a value.
#[must_use]
pub(crate) const fn op(op: Op) -> &'static str {
    match op {
        Op::Eq => "is",
        Op::Neq => "is not",
        Op::In => "is one of",
        Op::NotIn => "is none of",
        Op::Contains => "contains",
        Op::NotContains => "does not contain",
        Op::StartsWith => "starts with",
        Op::Matches => "matches",
        Op::Gt => "is more than",
        Op::Gte => "is at least",
        Op::Lt => "is less than",
        Op::Lte => "is at most",
        Op::Between => "is between",
        Op::Exists => "is set",
        Op::NotExists => "is not set",
    }
}

/// `status is 200`
#[must_use]
pub(crate) fn comparison(comparison: &Comparison) -> String {
    let values: Vec<String> = comparison.values().iter().map(ToString::to_string).collect();
    let joined = values.join(if comparison.op == Op::Between {
        " and "
    } else {
        ", "
    });
    format!("{} {} {joined}", comparison.property, op(comparison.op))
        .trim_end()
        .to_owned()
}
