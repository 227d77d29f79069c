use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Filter, Range};

/// Users by what they did: so often, in some time. As a filter it lets the events of those users pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohort {
    /// The event's name; any event when absent.
    pub event: Option<String>,
    /// At least so many of them; 1 or more.
    at_least: u32,
    /// At most so many of them; never less than the least.
    at_most: Option<u32>,
    /// In which time; ever when absent. The organization's clock and time zone say when it is.
    pub range: Option<Range>,
    /// Which of the events count; never holds a cohort or a segment.
    filter: Option<Box<Filter>>,
}

impl Cohort {
    /// Whoever did `event` (any, where it is none) at least so often, in `range` or ever.
    ///
    /// # Errors
    /// A sentence for `at_least` of 0 and for a range that ends before it starts.
    pub fn of(event: Option<String>, at_least: u32, range: Option<Range>) -> Result<Self, String> {
        Self::try_from(CohortWire {
            event,
            at_least: Some(at_least),
            at_most: None,
            last: None,
            range,
            filter: None,
        })
    }

    /// How often a member did it at least.
    #[must_use]
    pub const fn at_least(&self) -> u32 {
        self.at_least
    }

    /// How often a member did it at most.
    #[must_use]
    pub const fn at_most(&self) -> Option<u32> {
        self.at_most
    }

    /// Which of the events count.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_deref()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CohortWire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_least: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_most: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    filter: Option<Box<Filter>>,
}

impl TryFrom<CohortWire> for Cohort {
    type Error = String;

    fn try_from(wire: CohortWire) -> Result<Self, String> {
        let range = match (wire.last, wire.range) {
            (Some(_), Some(_)) => return Err("last: use `last` or `range`, not both".to_owned()),
            (Some(last), None) => {
                Some(Range::parse_last(&last).map_err(|message| format!("last: {message}"))?)
            }
            (None, range) => range,
        };
        if range.as_ref().is_some_and(Range::ends_before_it_starts) {
            return Err("range: it ends before it starts; swap `from` and `to`".to_owned());
        }
        let at_least = wire.at_least.unwrap_or(1);
        if at_least == 0 {
            return Err(
                "at_least: use 1 or more; for users who never did it, put the cohort inside `not`".to_owned(),
            );
        }
        if wire.at_most.is_some_and(|most| most < at_least) {
            return Err(format!(
                "at_most: use {at_least} or more, or a smaller `at_least`"
            ));
        }
        let names_users = |leaf: &&Filter| matches!(leaf, Filter::Cohort(_) | Filter::Segment(_));
        if wire
            .filter
            .as_ref()
            .is_some_and(|filter| filter.leaves().iter().any(names_users))
        {
            return Err(
                "filter: a cohort's own filter compares properties; it takes no cohort and no segment"
                    .to_owned(),
            );
        }
        Ok(Self {
            event: wire.event,
            at_least,
            at_most: wire.at_most,
            range,
            filter: wire.filter,
        })
    }
}

impl<'de> Deserialize<'de> for Cohort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        CohortWire::deserialize(deserializer)?
            .try_into()
            .map_err(D::Error::custom)
    }
}

impl Serialize for Cohort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = CohortWire {
            event: self.event.clone(),
            at_least: Some(self.at_least),
            at_most: self.at_most,
            last: None,
            range: self.range.clone(),
            filter: self.filter.clone(),
        };
        wire.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::read_json;

    fn wrong(cohort: &str) -> (String, String) {
        let json = format!(r#"{{"not":{{"cohort":{cohort}}}}}"#);
        let error = read_json::<Filter>(&json).expect_err(cohort);
        (error.field, error.code)
    }

    #[test]
    fn a_cohort_survives_a_round_trip() {
        let json = r#"{"cohort":{"event":"purchase","at_least":2,"at_most":9,"range":{"last":"30d"},"filter":{"property":"plan","op":"eq","value":"pro"}}}"#;
        let filter: Filter = read_json(json).expect("it is valid");
        assert_eq!(serde_json::to_string(&filter).expect("it serializes"), json);
        let short: Filter = read_json(r#"{"cohort":{"last":"24h"}}"#).expect("it is valid");
        let Filter::Cohort(cohort) = short else {
            panic!("it is a cohort")
        };
        assert_eq!((cohort.at_least(), cohort.at_most()), (1, None));
        assert_eq!(cohort.range, Range::parse_last("24h").ok());
    }

    #[test]
    fn wrong_cohorts_name_the_field() {
        for (cohort, field, code) in [
            (r#"{"at_least":0}"#, "not.cohort.at_least", "invalid"),
            (r#"{"at_least":3,"at_most":2}"#, "not.cohort.at_most", "invalid"),
            (r#"{"at_least":-1}"#, "not.cohort.at_least", "invalid"),
            (r#"{"last":"soon"}"#, "not.cohort.last", "invalid"),
            (
                r#"{"last":"1d","range":{"last":"2d"}}"#,
                "not.cohort.last",
                "invalid",
            ),
            (
                r#"{"range":{"from":"2026-02-02","to":"2026-02-01"}}"#,
                "not.cohort.range",
                "invalid",
            ),
            (r#"{"times":3}"#, "not.cohort.times", "unknown_field"),
            (
                r#"{"filter":{"not":{"cohort":{"at_least":1}}}}"#,
                "not.cohort.filter",
                "invalid",
            ),
        ] {
            assert_eq!(wrong(cohort), (field.to_owned(), code.to_owned()), "{cohort}");
        }
    }
}
