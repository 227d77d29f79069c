//! Dates, comparisons and counts as people say them.

use crate::clocks;
use crate::language::{drawn, key, t, t_with};
use jiff::civil::Date;
use model::Timestamp;
use model::format::{bucket, bucket_in_full};
use model::query::{Comparison, Interval, Op};
use model::role::Role;

/// `17 May 2015`
#[must_use]
pub(crate) fn day(date: Date) -> String {
    drawn(|| bucket(date.at(0, 0, 0, 0), Interval::Day, true))
}

/// `17 May 2015`, on the organization's clocks.
#[must_use]
pub(crate) fn day_of(time: Timestamp) -> String {
    let (local, _) = clocks::here(time);
    day(local.date())
}

/// `17 May 2015, 14:00`, on the organization's clocks; in UTC, and saying so, where there is no organization.
#[must_use]
pub(crate) fn moment(time: Timestamp) -> String {
    let (local, is_utc) = clocks::here(time);
    let words = drawn(|| bucket_in_full(local, Interval::Minute));
    if is_utc { format!("{words} UTC") } else { words }
}

/// `1 widget`, `3 widgets`
#[must_use]
pub(crate) fn counted(count: u32, one: &'static str, many: &'static str) -> String {
    if count == 1 {
        t(one).to_owned()
    } else {
        t_with(many, &[&count.to_string()])
    }
}

/// What an operator says between a property and a value.
#[must_use]
pub(crate) const fn op(op: Op) -> &'static str {
    match op {
        Op::Eq => key("is"),
        Op::Neq => key("is not"),
        Op::In => key("is one of"),
        Op::NotIn => key("is none of"),
        Op::Contains => key("contains"),
        Op::NotContains => key("does not contain"),
        Op::StartsWith => key("starts with"),
        Op::Matches => key("matches"),
        Op::Gt => key("is more than"),
        Op::Gte => key("is at least"),
        Op::Lt => key("is less than"),
        Op::Lte => key("is at most"),
        Op::Between => key("is between"),
        Op::Exists => key("is set"),
        Op::NotExists => key("is not set"),
    }
}

/// `status is 200`
#[must_use]
pub(crate) fn comparison(comparison: &Comparison) -> String {
    let values: Vec<String> = comparison.values().iter().map(ToString::to_string).collect();
    let joined = values.join(if comparison.op == Op::Between {
        t(" and ")
    } else {
        ", "
    });
    format!("{} {} {joined}", comparison.property, t(op(comparison.op)))
        .trim_end()
        .to_owned()
}

/// What a role is called.
#[must_use]
pub(crate) fn role(role: Role) -> &'static str {
    t(match role {
        Role::Viewer => key("viewer"),
        Role::Editor => key("editor"),
        Role::Admin => key("admin"),
        Role::Owner => key("owner"),
    })
}
