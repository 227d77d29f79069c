//! People as their events tell of them: who did something, and each one's sessions.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::dashboard::is_value;
use crate::problem::FieldError;
use crate::query::{
    Breakdown, Comparison, Edge, EventsQuery, EventsSpec, Filter, Op, Property, Query, Range, Scalar, Series,
};

/// Somebody who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Somebody in a list: what they are called, and what they did in the time that was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListedPerson {
    /// The user's id, or that of a device whose user is not known.
    pub id: String,
    /// What people call them, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their e-mail address, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// How many of the events in question were theirs.
    pub events: u64,
    /// When the earliest of these happened; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    /// When the latest of these happened; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
}

impl ListedPerson {
    /// Somebody who did nothing of what was asked about.
    #[must_use]
    pub fn without_events(id: String) -> Self {
        Self {
            id,
            name: None,
            email: None,
            events: 0,
            first_seen: None,
            last_seen: None,
        }
    }
}

impl From<Person> for ListedPerson {
    fn from(person: Person) -> Self {
        Self {
            events: person.events,
            first_seen: Some(person.first_seen),
            last_seen: Some(person.last_seen),
            ..Self::without_events(person.id)
        }
    }
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

/// A place in the answer to a question about users, where some of them are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// A step of a funnel.
    Step {
        /// Which, from 0.
        step: usize,
        /// Those who came so far, or those who were lost on the way to it.
        #[serde(default)]
        outcome: Outcome,
    },
    /// A cell of retention: the users of cohorts who came back.
    Cohort {
        /// When the cohort began; none for all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<Timestamp>,
        /// The value of the breakdown; none for all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        /// In which interval after it, from 0.
        period: usize,
    },
    /// A link of paths: the users whose journeys go from one node to the next.
    Link {
        /// The id of the node that they leave.
        source: String,
        /// The id of the node that they reach.
        target: String,
    },
    /// A node of paths: the users whose journeys come by it.
    Node {
        /// Its id.
        node: String,
    },
}

/// What became of users on the way to a step of a funnel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// They reached it.
    #[default]
    Converted,
    /// They reached the step before and went no further.
    Dropped,
}

/// Which users are meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Whose {
    /// Those who did the events of a question.
    Events(Box<EventsSpec>),
    /// Those at a place of the answer to a question about users.
    At(Box<At>),
}

/// A question about users, and a place in its answer.
#[derive(Clone, Debug, PartialEq)]
pub struct At {
    /// A funnel, retention or paths.
    pub query: Query,
    /// Where in its answer.
    pub place: Place,
}

impl Whose {
    /// Reads a question for events, or `{"query": …, "place": …}`.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn parse(json: &str) -> Result<Self, Vec<FieldError>> {
        let invalid = |field: &str, error: &dyn std::fmt::Display| {
            vec![FieldError::new(
                field,
                "invalid",
                format!("This cannot be read: {error}."),
            )]
        };
        let value: Value = serde_json::from_str(json).map_err(|error| invalid("", &error))?;
        let Value::Object(mut fields) = value else {
            return Err(invalid("", &"it is no object"));
        };
        if let Some(place) = fields.remove("place") {
            let query = fields.remove("query").unwrap_or_default();
            if let Some(unknown) = fields.keys().next() {
                return Err(invalid(unknown, &"there is no such field"));
            }
            let place = serde_json::from_value(place).map_err(|error| invalid("place", &error))?;
            return Self::at(Query::from_value(query)?, place);
        }
        match Query::from_value(Value::Object(fields))? {
            Query::Events(events) => Ok(Self::Events(Box::new(events.spec().clone()))),
            _ => Err(vec![FieldError::new(
                "kind",
                "invalid",
                "Ask for events, or name a place in the answer: `{\"query\": …, \"place\": …}`.",
            )]),
        }
    }

    /// The users at `place` in the answer to `query`.
    ///
    /// # Errors
    /// Where there is no such place in answers to such a question.
    pub fn at(query: Query, place: Place) -> Result<Self, Vec<FieldError>> {
        let fits = match (&query, &place) {
            (Query::Funnel(funnel), Place::Step { step, outcome }) => {
                *step < funnel.spec().steps.len() && !(*step == 0 && *outcome == Outcome::Dropped)
            }
            (Query::Retention(retention), Place::Cohort { period, .. }) => {
                *period <= retention.spec().periods
            }
            (Query::Paths(_), Place::Link { source, target }) => {
                let steps = node(source).zip(node(target));
                steps.is_some_and(|((from, _), (to, _))| to == from + 1)
            }
            (Query::Paths(_), Place::Node { node: id }) => node(id).is_some(),
            _ => false,
        };
        if fits {
            return Ok(Self::At(Box::new(At { query, place })));
        }
        let message = "There is no such place in the answer to this question.";
        Err(vec![FieldError::new("place", "invalid", message)])
    }
}

/// The step and the name of a node of paths, by its id.
#[must_use]
pub fn node(id: &str) -> Option<(usize, &str)> {
    let (step, name) = id.split_once(':')?;
    Some((step.parse().ok()?, name))
}

impl Serialize for Whose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Named<'a> {
            query: &'a Query,
            place: &'a Place,
        }
        match self {
            Self::Events(spec) => {
                let query = EventsQuery::parse((**spec).clone())
                    .map_err(|_| serde::ser::Error::custom("a question for events that cannot be asked"))?;
                Query::Events(query).serialize(serializer)
            }
            Self::At(at) => Named {
                query: &at.query,
                place: &at.place,
            }
            .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Whose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?.to_string();
        Self::parse(&json).map_err(|errors| {
            let first = errors.into_iter().next();
            serde::de::Error::custom(first.map_or_else(String::new, |error| error.message))
        })
    }
}

/// A mark of a chart: a stretch of time, a value of the breakdown, or both; or a place in an answer about users.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    /// The place in the answer.
    pub place: Option<Place>,
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

/// The users that a mark of the answer to `query` stands for; `None` where nobody is behind such a mark.
#[must_use]
pub fn behind(query: &Query, mark: &Mark) -> Option<Whose> {
    match &mark.place {
        Some(place) => Whose::at(query.clone(), place.clone()).ok(),
        None => events_behind(query, mark).map(|spec| Whose::Events(Box::new(spec))),
    }
}

/// The events that a mark was counted from; `None` for questions whose marks are not sums of events.
fn events_behind(query: &Query, mark: &Mark) -> Option<EventsSpec> {
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
            place: None,
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
    fn what_is_no_sum_of_events_has_users_at_places_behind_it() {
        let funnel = json!({"kind": "funnel", "steps": [{"event": "a"}, {"event": "b"}], "window": "7d", "range": {"last": "7d"}});
        let retention =
            json!({"kind": "retention", "start": {}, "return": {}, "periods": 3, "range": {"last": "30d"}});
        let paths = json!({"kind": "paths", "range": {"last": "7d"}});
        assert_eq!(asked(funnel.clone(), &Mark::default()), None);
        let at = |place: &Value| Mark {
            place: Some(serde_json::from_value(place.clone()).expect("a place")),
            ..Mark::default()
        };
        for (query, place) in [
            (&funnel, json!({"of": "step", "step": 1, "outcome": "dropped"})),
            (&funnel, json!({"of": "step", "step": 0, "outcome": "converted"})),
            (
                &retention,
                json!({"of": "cohort", "start": "2026-05-01T00:00:00Z", "period": 3}),
            ),
            (&retention, json!({"of": "cohort", "value": "pro", "period": 0})),
            (&paths, json!({"of": "link", "source": "0:a:b", "target": "1:c"})),
        ] {
            let told = asked(query.clone(), &at(&place)).expect("users");
            assert_eq!(told["place"], place);
            assert_eq!(told["query"]["kind"], query["kind"]);
            let again = Whose::parse(&told.to_string()).expect("it can be read");
            assert_eq!(serde_json::to_value(again).expect("it serializes"), told);
        }
        for (query, place) in [
            (&funnel, json!({"of": "step", "step": 2})),
            (&funnel, json!({"of": "step", "step": 0, "outcome": "dropped"})),
            (&funnel, json!({"of": "cohort", "period": 0})),
            (&retention, json!({"of": "cohort", "period": 4})),
            (&paths, json!({"of": "link", "source": "0:a", "target": "2:c"})),
            (&paths, json!({"of": "link", "source": "a", "target": "b"})),
        ] {
            assert_eq!(asked(query.clone(), &at(&place)), None, "{place}");
        }
    }
}
