//! Whether an event passes a filter, decided here and not in a store: for events that are on their way to a listener.

use std::cmp::Ordering;
use std::sync::Arc;

use model::Timestamp;
use model::event::Event;
use model::query::{Comparison, Filter, Op, Property, Scalar};
use regex_lite::Regex;
use serde_json::Value;

use super::hub::LiveEvent;
use crate::error::Error;

/// A filter that is ready to be asked about one event after another.
#[derive(Clone, Debug, Default)]
pub struct Matcher(Option<Arc<Node>>);

#[derive(Debug)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Compare(Comparison, Option<Regex>),
}

/// A property of an event, borrowed where it is one already.
enum Found<'e> {
    Absent,
    Text(&'e str),
    Time(Timestamp),
    Json(&'e Value),
}

impl Matcher {
    /// Reads `filter`; none passes everything.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what cannot be told from one event alone: cohorts, and regular expressions that cannot be
    /// read. Segments have to be replaced before.
    pub(crate) fn new(filter: Option<&Filter>) -> Result<Self, Error> {
        Ok(Self(filter.map(node).transpose()?.map(Arc::new)))
    }

    /// Whether `event` passes.
    #[must_use]
    pub fn passes(&self, event: &LiveEvent) -> bool {
        self.0.as_ref().is_none_or(|node| holds(node, event))
    }
}

fn node(filter: &Filter) -> Result<Node, Error> {
    let nodes = |parts: &[Filter]| parts.iter().map(node).collect::<Result<Vec<Node>, Error>>();
    Ok(match filter {
        Filter::And(parts) => Node::All(nodes(parts)?),
        Filter::Or(parts) => Node::Any(nodes(parts)?),
        Filter::Not(part) => Node::Not(Box::new(node(part)?)),
        Filter::Compare(Comparison {
            property: Property::User(_),
            ..
        })
        | Filter::Cohort(_)
        | Filter::Segment(_) => {
            let message = "Events as they arrive can be filtered by what they hold, not by who their user is or what they did.";
            return Err(Error::invalid("filter", "not_live", message));
        }
        Filter::Compare(comparison) => Node::Compare(comparison.clone(), pattern(comparison)?),
    })
}

fn pattern(comparison: &Comparison) -> Result<Option<Regex>, Error> {
    match (comparison.op, comparison.values()) {
        (Op::Matches, [Scalar::Text(pattern)]) => Regex::new(pattern).map(Some).map_err(|fault| {
            let message = format!("This regular expression cannot be read: {fault}.");
            Error::invalid("filter.value", "invalid_pattern", message)
        }),
        _ => Ok(None),
    }
}

fn holds(node: &Node, event: &LiveEvent) -> bool {
    match node {
        Node::All(parts) => parts.iter().all(|part| holds(part, event)),
        Node::Any(parts) => parts.iter().any(|part| holds(part, event)),
        Node::Not(part) => !holds(part, event),
        Node::Compare(comparison, pattern) => {
            compares(comparison, pattern.as_ref(), &found(&comparison.property, event))
        }
    }
}

fn found<'e>(property: &Property, live: &'e LiveEvent) -> Found<'e> {
    let event: &Event = live.event();
    let text = |text: Option<&'e str>| text.map_or(Found::Absent, Found::Text);
    match property {
        Property::Name => Found::Text(event.name()),
        Property::Timestamp => Found::Time(event.timestamp()),
        Property::UserId => text(event.user_id()),
        Property::AnonymousId => text(event.anonymous_id()),
        Property::SessionId => text(event.session_id()),
        // A filter that asks for it was refused.
        Property::User(_) => Found::Absent,
        Property::Key(path) => {
            let inside = path
                .iter()
                .try_fold(live.properties(), |inside, key| inside.get(key));
            match inside {
                None | Some(Value::Null) => Found::Absent,
                Some(Value::String(text)) => Found::Text(text),
                Some(other) => Found::Json(other),
            }
        }
    }
}

fn compares(comparison: &Comparison, pattern: Option<&Regex>, found: &Found<'_>) -> bool {
    let values = comparison.values();
    let same = |scalar: &Scalar| order(found, scalar).is_some_and(Ordering::is_eq);
    let ordered = |scalar: &Scalar, wanted: fn(Ordering) -> bool| {
        !matches!(scalar, Scalar::Bool(_)) && order(found, scalar).is_some_and(wanted)
    };
    let text = |holds: fn(&str, &str) -> bool| match (found, values.first()) {
        (Found::Text(text), Some(Scalar::Text(part))) => holds(text, part),
        _ => false,
    };
    match (comparison.op, values) {
        (Op::Eq | Op::In, _) => values.iter().any(same),
        (Op::Neq | Op::NotIn, _) => !values.iter().any(same),
        (Op::Contains, _) => text(|text, part| text.contains(part)),
        (Op::NotContains, _) => !text(|text, part| text.contains(part)),
        (Op::StartsWith, _) => text(|text, part| text.starts_with(part)),
        (Op::Matches, _) => match (found, pattern) {
            (Found::Text(text), Some(pattern)) => pattern.is_match(text),
            _ => false,
        },
        (Op::Gt, [value]) => ordered(value, Ordering::is_gt),
        (Op::Gte, [value]) => ordered(value, Ordering::is_ge),
        (Op::Lt, [value]) => ordered(value, Ordering::is_lt),
        (Op::Lte, [value]) => ordered(value, Ordering::is_le),
        (Op::Between, [low, high]) => ordered(low, Ordering::is_ge) && ordered(high, Ordering::is_le),
        (Op::Exists, _) => !matches!(found, Found::Absent),
        (Op::NotExists, _) => matches!(found, Found::Absent),
        // A comparison holds as many values as its operator takes.
        (Op::Gt | Op::Gte | Op::Lt | Op::Lte | Op::Between, _) => false,
    }
}

/// Only values of one type have an order.
fn order(found: &Found<'_>, scalar: &Scalar) -> Option<Ordering> {
    match (found, scalar) {
        (Found::Time(time), Scalar::Text(other)) => Some(time.cmp(&other.parse::<Timestamp>().ok()?)),
        (Found::Text(text), Scalar::Text(other)) => Some((*text).cmp(other.as_str())),
        (Found::Json(Value::Number(number)), Scalar::Number(other)) => number.as_f64()?.partial_cmp(other),
        (Found::Json(Value::Bool(one)), Scalar::Bool(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use model::event::EventParts;

    use super::*;
    use crate::live::hub::live_event;

    fn passes(filter: &str) -> bool {
        let event = live_event(EventParts {
            id: "e1".to_owned(),
            name: "purchase".to_owned(),
            timestamp: "2026-01-02T03:04:05Z".parse().expect("a time"),
            user_id: Some("ada".to_owned()),
            anonymous_id: None,
            session_id: None,
            properties: r#"{"amount":12.5,"plan":"pro","trial":false,"a":{"b":[1]},"none":null}"#.to_owned(),
        });
        let filter: Filter = serde_json::from_str(filter).expect(filter);
        Matcher::new(Some(&filter)).expect("it is live").passes(&event)
    }

    #[test]
    fn filters_mean_here_what_they_mean_in_a_store() {
        for (filter, expected) in [
            (r#"{"property":"$name","op":"eq","value":"purchase"}"#, true),
            (
                r#"{"property":"$timestamp","op":"lt","value":"2026-01-02T04:04:05+01:00"}"#,
                false,
            ),
            (
                r#"{"property":"$timestamp","op":"gte","value":"2026-01-02T04:04:05+01:00"}"#,
                true,
            ),
            (r#"{"property":"amount","op":"gt","value":12}"#, true),
            (r#"{"property":"amount","op":"gt","value":"12"}"#, false),
            (r#"{"property":"amount","op":"between","value":[12.5,13]}"#, true),
            (r#"{"property":"plan","op":"in","value":["free","pro"]}"#, true),
            (r#"{"property":"plan","op":"matches","value":"^p.o$"}"#, true),
            (r#"{"property":"plan","op":"not_contains","value":"r"}"#, false),
            (r#"{"property":"absent","op":"not_contains","value":"r"}"#, true),
            (r#"{"property":"trial","op":"eq","value":false}"#, true),
            (r#"{"property":"trial","op":"gte","value":false}"#, false),
            (r#"{"property":"a.b","op":"exists"}"#, true),
            (r#"{"property":"none","op":"exists"}"#, false),
            (r#"{"property":"$session_id","op":"not_exists"}"#, true),
            (r#"{"and":[]}"#, true),
            (r#"{"or":[]}"#, false),
            (
                r#"{"not":{"property":"$user_id","op":"starts_with","value":"a"}}"#,
                false,
            ),
        ] {
            assert_eq!(passes(filter), expected, "{filter}");
        }
    }

    #[test]
    fn what_one_event_cannot_tell_is_refused() {
        for filter in [
            r#"{"segment":"0192f0c1-2345-7000-8000-000000000001"}"#,
            r#"{"property":"plan","op":"matches","value":"("}"#,
        ] {
            let filter: Filter = serde_json::from_str(filter).expect("a filter");
            assert!(matches!(Matcher::new(Some(&filter)), Err(Error::Invalid(_))));
        }
    }
}
