//! Dates, comparisons and counts as people say them.

use crate::address::range_words;
use crate::clocks;
use crate::language::{drawn, key, t, t_with};
use jiff::civil::Date;
use leptos::prelude::*;
use model::Timestamp;
use model::format::{bucket, bucket_in_full};
use model::query::{Cohort, Comparison, Filter, Interval, Op, property_words};
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

/// What a property is called: `Path` for `$path`.
#[must_use]
pub(crate) fn property(name: &str) -> String {
    drawn(|| property_words(name).into_owned())
}

/// The suggestion of a property: its name is what is typed, and its words stand beside it.
pub(crate) fn suggested_property(name: String) -> AnyView {
    let words = property(&name);
    let label = (words != name).then_some(words);
    view! { <option value=name label=label></option> }.into_any()
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
    let property = property(&comparison.property.to_string());
    format!("{property} {} {joined}", t(op(comparison.op)))
        .trim_end()
        .to_owned()
}

/// A filter in words: `status is 200 and people who did sign_up, Last 30 days`.
#[must_use]
pub(crate) fn filter(filter: &Filter) -> String {
    let joined = |parts: &[Filter], word: &'static str| {
        let within = |part: &Filter| match part {
            Filter::And(_) | Filter::Or(_) => format!("({})", self::filter(part)),
            other => self::filter(other),
        };
        let parts: Vec<String> = parts.iter().map(within).collect();
        parts.join(t(word))
    };
    match filter {
        Filter::And(parts) if parts.is_empty() => t("everything").to_owned(),
        Filter::Or(parts) if parts.is_empty() => t("nothing").to_owned(),
        Filter::And(parts) => joined(parts, key(" and ")),
        Filter::Or(parts) => joined(parts, key(" or ")),
        Filter::Not(part) => t_with("not ({0})", &[&self::filter(part)]),
        Filter::Compare(compared) => comparison(compared),
        Filter::Cohort(people) => cohort(people),
        Filter::Segment(_) => t("people in a saved segment").to_owned(),
    }
}

/// `people who did sign_up at least 3 times, Last 30 days`
fn cohort(cohort: &Cohort) -> String {
    let event = cohort.event.as_deref().unwrap_or(t("anything"));
    let mut words = match (cohort.at_least(), cohort.at_most()) {
        (1, None) => t_with("people who did {0}", &[event]),
        (least, None) => t_with(
            "people who did {0} at least {1} times",
            &[event, &least.to_string()],
        ),
        (least, Some(most)) => t_with(
            "people who did {0} from {1} to {2} times",
            &[event, &least.to_string(), &most.to_string()],
        ),
    };
    if let Some(range) = &cohort.range {
        words = format!("{words}, {}", range_words(range));
    }
    match cohort.filter() {
        Some(only) => t_with("{0}, where {1}", &[&words, &filter(only)]),
        None => words,
    }
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
