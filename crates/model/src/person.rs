//! People as their events tell of them: who did something, and each one's sessions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::dashboard::is_value;
use crate::query::{
    Breakdown, Comparison, Edge, EventsSpec, Filter, Op, Property, Query, Range, Scalar, Series,
};

/// Somebody who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The user's id, or that of a device whose user is not known.
    pub id: String,
    /// How many of the events in question were theirs.
    pub events: u64,
    /// When the earliest of these happened.
    pub first_seen: Timestamp,
    /// When the latest of these happened.
    pub last_seen: Timestamp,
}

/// A stretch of one person's events without a gap of 30 minutes or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonSession {
    /// When its first event happened.
    pub start: Timestamp,
    /// When its last event happened.
    pub end: Timestamp,
    /// How many events it has.
    pub events: u64,
    /// The name of its first event.
    pub entry: String,
    /// The name of its last event.
    pub exit: String,
}

/// A mark of a chart: a stretch of time, a value of the breakdown, or both.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    /// The stretch of time, from its first day or moment to its last day or the moment that no longer belongs to it.
    pub time: Option<(Edge, Edge)>,
    /// The value of the breakdown's property, as the chart writes it.
    pub value: Option<String>,
}

impl Mark {
    fn range(&self) -> Option<Range> {
        self.time.map(|(from, to)| Range::Between { from, to })
    }

    /// The chart writes numbers and texts alike.
    fn has_value(&self, property: &Property) -> Option<Filter> {
        is_value(property.clone(), self.value.as_ref()?)
    }
}

/// The events that a mark of the answer to `query` was counted from; `None` for questions whose marks are not sums of events.
#[must_use]
pub fn behind(query: &Query, mark: &Mark) -> Option<EventsSpec> {
    let (filter, breakdown, own) = match query {
        Query::Trend(trend) => {
            let spec = trend.spec();
            (&spec.filter, spec.breakdown.as_ref(), of_series(&spec.series))
        }
        Query::Sessions(sessions) => {
            let spec = sessions.spec();
            (&spec.filter, spec.breakdown.as_ref(), (None, None))
        }
        Query::Events(events) => {
            let spec = events.spec();
            (&spec.filter, None, (spec.event.clone(), None))
        }
        _ => return None,
    };
    let value = breakdown.and_then(|Breakdown { property, .. }| mark.has_value(property));
    let (event, own) = own;
    let filter = Filter::both(filter.as_ref(), own.as_ref());
    let timeframe = query.timeframe();
    Some(EventsSpec {
        event,
        columns: None,
        limit: 50,
        cursor: None,
        range: mark.range().unwrap_or_else(|| timeframe.range.clone()),
        timezone: timeframe.timezone.map(str::to_owned),
        filter: Filter::both(filter.as_ref(), value.as_ref()),
    })
}

/// The event's name where all series count the same one, and the filter that lets through what any of them counts.
fn of_series(series: &[Series]) -> (Option<String>, Option<Filter>) {
    if let [only] = series {
        return (only.event.clone(), only.filter.clone());
    }
    let condition = |series: &Series| {
        let named = series.event.as_ref().and_then(|name| {
            Comparison::new(Property::Name, Op::Eq, vec![Scalar::Text(name.clone())])
                .ok()
                .map(Filter::Compare)
        });
        Filter::both(named.as_ref(), series.filter.as_ref())
    };
    // A series without a condition counts every event.
    let any: Option<Vec<Filter>> = series.iter().map(condition).collect();
    (None, any.map(Filter::Or))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn asked(query: Value, mark: &Mark) -> Option<Value> {
        let query = Query::from_value(query).expect("a question");
        behind(&query, mark).map(|spec| serde_json::to_value(spec).expect("it serializes"))
    }

    fn mark(time: Option<(&str, &str)>, value: Option<&str>) -> Mark {
        let edge = |text: &str| text.parse().expect("an edge");
        Mark {
            time: time.map(|(from, to)| (edge(from), edge(to))),
            value: value.map(str::to_owned),
        }
    }

    #[test]
    fn a_mark_of_one_series_stands_for_its_events() {
        let plan = json!({"property": "plan", "op": "eq", "value": "pro"});
        let query = json!({"kind": "trend", "series": [{"event": "buy", "measure": "count", "filter": plan}],
            "range": {"last": "30d"}, "timezone": "Europe/Berlin", "breakdown": {"property": "status", "limit": 5}});
        let spec = asked(query.clone(), &mark(Some(("2026-05-01", "2026-05-02")), None)).expect("events");
        assert_eq!(spec["event"], "buy");
        assert_eq!(spec["range"], json!({"from": "2026-05-01", "to": "2026-05-02"}));
        assert_eq!(spec["timezone"], "Europe/Berlin");
        assert_eq!(spec["filter"], plan);
        let spec = asked(query, &mark(None, Some("200"))).expect("events");
        assert_eq!(spec["range"], json!({"last": "30d"}));
        let status = json!({"property": "status", "op": "in", "value": ["200", 200.0]});
        assert_eq!(spec["filter"], json!({"and": [plan, status]}));
    }

    #[test]
    fn a_mark_of_several_series_stands_for_what_any_of_them_counts() {
        let two = |second: Value| json!({"kind": "trend", "series": [{"event": "a", "measure": "count"}, second], "range": {"last": "7d"}});
        let named = |name: &str| json!({"property": "$name", "op": "eq", "value": name});
        let both = asked(two(json!({"event": "b", "measure": "count"})), &Mark::default()).expect("events");
        assert_eq!(both["filter"], json!({"or": [named("a"), named("b")]}));
        assert_eq!(both.get("event"), None);
        let any = asked(two(json!({"measure": "count"})), &Mark::default()).expect("events");
        assert_eq!(any.get("filter"), None);
    }

    #[test]
    fn what_is_no_sum_of_events_has_none_behind_it() {
        let funnel = json!({"kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}], "window": "7d", "range": {"last": "7d"}});
        assert_eq!(asked(funnel, &Mark::default()), None);
    }
}
