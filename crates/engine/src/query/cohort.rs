//! Behavioural cohorts: the users who did something often enough.

use std::borrow::Cow;

use model::Timestamp;
use model::problem::FieldError;
use model::query::{Cohort, Edge, Filter, Query, Range};

use super::buckets::{self, Calendar};
use super::source::Source;
use super::sql::Sql;
use crate::error::Error;
use crate::store::Param;

/// The same question with every cohort's time as instants, by the organization's clock and zone.
///
/// From here on a question says all that decides its answer, so answers may be kept by it.
pub(super) fn settled<'q>(
    query: &'q Query,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Cow<'q, Query>, Error> {
    let is_open = |leaf: &Filter| matches!(leaf, Filter::Cohort(_) | Filter::Segment(_));
    let mut leaves = query
        .filters()
        .into_iter()
        .flat_map(|(_, filter)| filter.leaves());
    if !leaves.any(is_open) {
        return Ok(Cow::Borrowed(query));
    }
    let settled = query.with_filters(&mut |field, filter| {
        filter.with_leaves(&mut |leaf| match leaf {
            Filter::Cohort(cohort) => settled_cohort(field, cohort, calendar, now).map(Filter::Cohort),
            Filter::Segment(_) => Err(vec![unknown_segment(field)]),
            other => Ok(other.clone()),
        })
    })?;
    Ok(Cow::Owned(settled))
}

/// A filter names a segment that is not there, or is another organization's.
pub(crate) fn unknown_segment(field: &str) -> FieldError {
    let message = "There is no such segment. It may have been deleted: choose another one.";
    FieldError::new(format!("{field}.segment"), "unknown", message)
}

fn settled_cohort(
    field: &str,
    cohort: &Cohort,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Cohort, Vec<FieldError>> {
    let mut settled = cohort.clone();
    if let Some(range) = &cohort.range {
        let message = "This time cannot be computed with. Use a shorter or a later one.";
        let outside = || {
            vec![FieldError::new(
                format!("{field}.cohort.range"),
                "out_of_range",
                message,
            )]
        };
        let (from, to) = buckets::instants(range, calendar, now).map_err(|_| outside())?;
        if to <= from {
            let message = "The range ends before it starts. Swap `from` and `to`.";
            return Err(vec![FieldError::new(
                format!("{field}.cohort.range.to"),
                "before_start",
                message,
            )]);
        }
        settled.range = Some(Range::Between {
            from: Edge::Time(from),
            to: Edge::Time(to),
        });
    }
    Ok(settled)
}

/// Whether an event's user is in the cohort; NULL or false where it is nobody's.
pub(super) fn is_member(source: Source<'_>, cohort: &Cohort) -> Sql {
    let mut conditions: Vec<Sql> = Vec::new();
    if let Some(Range::Between {
        from: Edge::Time(from),
        to: Edge::Time(to),
    }) = &cohort.range
    {
        conditions.push(Sql::new("ts >= ").bind(Param::Time(from.as_microsecond())));
        conditions.push(Sql::new("ts < ").bind(Param::Time(to.as_microsecond())));
    }
    conditions.extend(cohort.event.as_deref().map(|name| source.is_named(name)));
    conditions.extend(cohort.filter().map(|filter| source.holds(filter)));
    if conditions.is_empty() {
        conditions.push(Sql::new("TRUE"));
    }
    let often_enough = Sql::new("count(*) >= ").bind(Param::Int(cohort.at_least().into()));
    let times = match cohort.at_most() {
        Some(most) => often_enough
            .text(" AND count(*) <= ")
            .bind(Param::Int(most.into())),
        None => often_enough,
    };
    source
        .person()
        .text(" IN (SELECT person FROM (SELECT ")
        .add(source.person())
        .text(" AS person FROM ")
        .add(source.events())
        .text(" WHERE ")
        .add(Sql::join(conditions, " AND "))
        .text(") AS doers WHERE person IS NOT NULL GROUP BY person HAVING ")
        .add(times)
        .text(")")
}
