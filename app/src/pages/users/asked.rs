//! What the address of the list of users asks for, and the addresses that ask for something else.

use model::dashboard::View;
use model::person::Whose;
use model::query::{Comparison, EventsSpec, Filter, Range};

use crate::address::{self, Address};
use crate::editor::FilterDraft;
use crate::language::{t, told};
use crate::query_string;

const PATH: &str = "/users";

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// The question as JSON; none for everybody of the last 30 days.
    pub(super) question: Option<String>,
    /// The same, where it is one for events.
    pub(super) spec: Option<EventsSpec>,
    /// What people are looked for by.
    pub(super) search: Option<String>,
    /// Whether the events are wanted, and not the people.
    pub(super) events: bool,
    pub(super) cursor: Option<String>,
    /// What in the address could not be read.
    pub(super) problem: Option<String>,
}

impl Asked {
    /// `?q={…}` is a whole question; `event`, `range` or `from` and `to`, and `filter` say it in parts, and say it anew where
    /// both stand there. `property`, `op` and `value` are one more condition, as the plain form sends it.
    pub(super) fn read(search: &str) -> Self {
        let given = |name: &str| query_string::value(search, name);
        let mut asked = Self {
            question: given("q"),
            spec: None,
            search: given("find"),
            events: given("show").as_deref() == Some("events"),
            cursor: given("cursor"),
            problem: None,
        };
        let base = match asked.question.as_deref().map(Whose::parse) {
            None => EventsSpec::last_30_days(),
            Some(Ok(Whose::Events(spec))) => *spec,
            // Places have no parts, and what cannot be read the server refuses.
            Some(_) => return asked,
        };
        let Address { view, problem } = Address::read(search);
        let mut spec = EventsSpec {
            event: given("event").or(base.event),
            range: view.range.unwrap_or(base.range),
            filter: view.filter.or(base.filter),
            cursor: None,
            ..base
        };
        asked.problem = problem;
        if let Some(property) = given("property") {
            let value = given("value").unwrap_or_default();
            match FilterDraft::sent(property, given("op").as_deref(), value).comparison() {
                Ok(comparison) => spec.filter = with(spec.filter.as_ref(), comparison),
                Err(error) => asked.problem = Some(told(&error.message)),
            }
        }
        asked.question = serde_json::to_string(&Whose::Events(Box::new(spec.clone()))).ok();
        if asked.question.is_some() {
            asked.spec = Some(spec);
        } else {
            asked.problem =
                Some(t("The question in this address cannot be asked, so it is left out.").to_owned());
            asked.spec = Some(EventsSpec::last_30_days());
        }
        asked
    }

    /// The address of the same question, of its people or of its events.
    pub(super) fn path(&self, events: bool, cursor: Option<String>) -> String {
        let mut pairs = self.pairs();
        if events {
            pairs.push(("show".to_owned(), "events".to_owned()));
        }
        pairs.extend(cursor.map(|cursor| ("cursor".to_owned(), cursor)));
        written(&pairs)
    }

    /// The address of the same people and events, of a question with a change.
    pub(super) fn changed(&self, change: impl FnOnce(&mut EventsSpec)) -> String {
        let mut other = self.clone();
        if let Some(spec) = &mut other.spec {
            change(spec);
        }
        other.path(self.events, None)
    }

    /// The address of a longer range of the same.
    pub(super) fn of_a_year(&self) -> String {
        self.changed(|spec| {
            if let Ok(range) = Range::parse_last("12mo") {
                spec.range = range;
            }
        })
    }

    /// What a plain form has to send along, but for what it says itself.
    pub(super) fn kept(&self, said: &[&str]) -> Vec<(String, String)> {
        let mut pairs = self.pairs();
        if self.events {
            pairs.push(("show".to_owned(), "events".to_owned()));
        }
        pairs.retain(|(name, _)| !said.contains(&name.as_str()));
        pairs
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = self.question_pairs();
        pairs.extend(self.search.clone().map(|search| ("find".to_owned(), search)));
        pairs
    }

    fn question_pairs(&self) -> Vec<(String, String)> {
        let whole = |question: Option<String>| question.map(|q| ("q".to_owned(), q)).into_iter().collect();
        let Some(spec) = &self.spec else {
            return whole(self.question.clone());
        };
        // The days of another time zone cannot be said in parts.
        if spec.timezone.is_some() {
            return whole(serde_json::to_string(&Whose::Events(Box::new(spec.clone()))).ok());
        }
        let usual = EventsSpec::last_30_days().range;
        let view = View {
            range: Some(spec.range.clone()).filter(|range| *range != usual),
            filter: spec.filter.clone(),
            ..View::default()
        };
        let event = spec.event.clone().map(|event| ("event".to_owned(), event));
        let parts = query_string::pairs(&address::written(&view));
        event.into_iter().chain(parts).collect()
    }
}

/// The filter and one condition more.
fn with(filter: Option<&Filter>, comparison: Comparison) -> Option<Filter> {
    match address::chips(filter) {
        Some(mut chips) => {
            chips.push(comparison);
            address::of_chips(chips)
        }
        None => Filter::both(filter, Some(&Filter::Compare(comparison))),
    }
}

fn written(pairs: &[(String, String)]) -> String {
    let pairs: Vec<(&str, String)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    format!("{PATH}{}", query_string::written(&pairs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Asked {
        let pairs: Vec<(&str, String)> = pairs
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        Asked::read(&query_string::written(&pairs))
    }

    #[test]
    fn everybody_has_the_shortest_address() {
        let asked = read(&[]);
        assert_eq!(asked.path(false, None), "/users");
        assert_eq!(
            asked.path(true, Some("c".to_owned())),
            "/users?show=events&cursor=c"
        );
        assert_eq!(asked.of_a_year(), "/users?range=12mo");
    }

    #[test]
    fn parts_come_back_from_their_address_and_a_condition_is_added() {
        let asked = read(&[
            ("event", "buy"),
            ("range", "7d"),
            ("find", "a%_b"),
            ("property", "plan"),
            ("op", "in"),
            ("value", "pro, team"),
        ]);
        assert_eq!(asked.problem, None);
        let path = asked.path(false, None);
        let again = Asked::read(path.trim_start_matches(PATH));
        assert_eq!(again.spec, asked.spec);
        assert_eq!(again.search.as_deref(), Some("a%_b"));
        assert_eq!(again.path(false, None), path);
        let names: Vec<String> = asked
            .kept(&["find", "range"])
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["event", "filter"]);
    }

    #[test]
    fn a_question_of_a_chart_keeps_its_time_zone_and_a_place_stays_as_it_is() {
        let chart = r#"{"kind":"events","event":"buy","range":{"last":"7d"},"timezone":"Europe/Berlin"}"#;
        let asked = read(&[("q", chart), ("range", "90d")]);
        let path = asked.path(false, None);
        assert!(
            path.starts_with("/users?q=") && path.contains("Berlin") && path.contains("90d"),
            "{path}"
        );
        let place = r#"{"query":{"kind":"paths","range":{"last":"7d"}},"place":{"of":"node","node":"0:a"}}"#;
        let asked = read(&[("q", place), ("range", "90d")]);
        assert_eq!(
            (asked.spec.is_none(), asked.question.as_deref()),
            (true, Some(place))
        );
    }

    #[test]
    fn what_cannot_be_read_says_so() {
        for pairs in [
            [("range", "soon"), ("op", "eq")],
            [("property", "plan"), ("op", "eq")],
            [("property", "a..b"), ("value", "1")],
        ] {
            assert!(read(&pairs).problem.is_some(), "{pairs:?}");
        }
    }
}
