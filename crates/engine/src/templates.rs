//! Dashboards that fill themselves from the events that are there.

mod errors;
mod pages;
mod people;

use model::catalogue::{EventName, EventProperty};
use model::dashboard::{Dashboard, DashboardSpec, Document, WidgetSpec};
use model::language::{Language, key, t, within};
use model::query::Range;
use model::role::Action;
use serde::Serialize;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::Error;

/// A dashboard that can be made of an organization's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// Who is active and what they do.
    ProductOverview,
    /// Views, visitors and where they come from.
    WebTraffic,
    /// How far people get.
    Funnel,
    /// Who comes back.
    Retention,
    /// What goes wrong.
    Errors,
}

/// What is told of a template before it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TemplateInfo {
    /// The word on the wire.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// A line below it.
    pub description: &'static str,
    /// Whether the organization has events to fill it with.
    pub fits: bool,
}

impl Template {
    /// Every template, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::ProductOverview,
        Self::WebTraffic,
        Self::Funnel,
        Self::Retention,
        Self::Errors,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProductOverview => "product_overview",
            Self::WebTraffic => "web_traffic",
            Self::Funnel => "funnel",
            Self::Retention => "retention",
            Self::Errors => "errors",
        }
    }

    /// Reads the word; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.as_str() == word)
    }

    /// What people read.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ProductOverview => key("Product overview"),
            Self::WebTraffic => key("Web traffic"),
            Self::Funnel => key("Funnel"),
            Self::Retention => key("Retention"),
            Self::Errors => key("Errors"),
        }
    }

    /// A line below it.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::ProductOverview => key("Who is active, what they do, and when."),
            Self::WebTraffic => key("Views, visitors, pages, and where people come from."),
            Self::Funnel => key("How far people get, step by step, and how that changes."),
            Self::Retention => key("Who comes back, how often, and who falls silent."),
            Self::Errors => key("What goes wrong, how often, for whom and where."),
        }
    }

    /// The dashboard for these events, in the current language; `None` where there are too few kinds of them.
    fn document(self, known: &Known) -> Option<Document> {
        let widgets = match self {
            Self::ProductOverview => people::overview(known)?,
            Self::WebTraffic => pages::traffic(known)?,
            Self::Funnel => people::funnel(known)?,
            Self::Retention => people::retention(known)?,
            Self::Errors => errors::errors(known)?,
        };
        let read = |widget: Value| serde_json::from_value::<WidgetSpec>(widget).ok();
        Some(Document {
            dashboard: DashboardSpec {
                name: t(self.title()).to_owned(),
                description: t(self.description()).to_owned(),
                range: Some(known.range()),
                ..DashboardSpec::default()
            },
            widgets: widgets.into_iter().map(read).collect::<Option<_>>()?,
        })
    }
}

/// What there is to make a dashboard of.
struct Known {
    names: Vec<EventName>,
    properties: Vec<EventProperty>,
    today: jiff::Timestamp,
}

impl Known {
    /// The first event that has one of these words in its name, in the order of the words.
    fn event(&self, words: &[&str]) -> Option<&str> {
        let plain = |name: &str| name.to_lowercase().replace([' ', '-', '$'], "_");
        let found = words
            .iter()
            .find_map(|word| self.names.iter().find(|event| plain(&event.name).contains(word)));
        found.map(|event| event.name.as_str())
    }

    fn page_view(&self) -> Option<&str> {
        self.event(&["page_view", "pageview", "screen_view", "view"])
    }

    fn most_frequent(&self) -> Option<&str> {
        self.names.first().map(|event| event.name.as_str())
    }

    /// The first of these properties that events have.
    fn property(&self, wanted: &[&'static str]) -> Option<&'static str> {
        let has = |name: &&&str| self.properties.iter().any(|property| property.property == **name);
        wanted.iter().find(has).copied()
    }

    /// The last 30 days, or the days on which there were events where that is long ago.
    fn range(&self) -> Range {
        let usual = Range::Last {
            count: 30,
            unit: model::query::LastUnit::Day,
        };
        let first = self.names.iter().map(|event| event.first_seen).min();
        let last = self.names.iter().map(|event| event.last_seen).max();
        let (Some(first), Some(last)) = (first, last) else {
            return usual;
        };
        let day = std::time::Duration::from_hours(24);
        if last + 7 * day > self.today {
            return usual;
        }
        let first = first.max(last - 29 * day);
        let date = |at: jiff::Timestamp| jiff::tz::Offset::UTC.to_datetime(at).date();
        Range::Between {
            from: model::query::Edge::Date(date(first)),
            to: model::query::Edge::Date(date(last)),
        }
    }

    /// A question over time; the dashboard's range is the one that counts.
    fn trend(&self, series: &Value, more: Value) -> Value {
        let mut query = json!({ "kind": "trend", "series": series, "range": self.range() });
        if let (Some(query), Value::Object(more)) = (query.as_object_mut(), more) {
            query.extend(more);
        }
        query
    }
}

/// A card on the grid.
fn card(kind: &str, title: &str, (x, y, w, h): (u16, u16, u16, u16), query: Value) -> Value {
    let mut card = json!({
        "type": kind,
        "title": title,
        "position": { "x": x, "y": y },
        "size": { "w": w, "h": h },
        "config": {},
    });
    card["config"]["query"] = query;
    card
}

impl Engine {
    /// Every template, and whether the organization's events fill it.
    ///
    /// # Errors
    /// [`Error::Forbidden`], or what the catalogue says.
    pub async fn templates(&self, caller: &Caller) -> Result<Vec<TemplateInfo>, Error> {
        let known = self.known(caller).await?;
        let info = |template: Template| TemplateInfo {
            name: template.as_str(),
            title: template.title(),
            description: template.description(),
            fits: template.document(&known).is_some(),
        };
        Ok(Template::ALL.map(info).into())
    }

    /// Makes a dashboard of a template, with titles in `language`.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Conflict`] where there are no events to fill it with.
    pub async fn create_from_template(
        &self,
        caller: &Caller,
        template: Template,
        language: Language,
    ) -> Result<Dashboard, Error> {
        caller.must(Action::EditDashboards)?;
        let known = self.known(caller).await?;
        let document = within(language, || template.document(&known)).ok_or_else(|| {
            let message = "There are too few kinds of events for this dashboard. Send some first.";
            Error::Conflict(message.to_owned())
        })?;
        self.dashboards().import(caller, document).await
    }

    async fn known(&self, caller: &Caller) -> Result<Known, Error> {
        Ok(Known {
            names: self.catalogue().names(caller).await?,
            properties: self.catalogue().properties(caller, None).await?,
            today: self.clock().now(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, count: u64) -> EventName {
        EventName {
            name: name.to_owned(),
            count,
            first_seen: "2026-10-01T00:00:00Z".parse().expect("a time"),
            last_seen: "2026-11-20T00:00:00Z".parse().expect("a time"),
        }
    }

    fn known(names: &[&str], properties: &[&str], today: &str) -> Known {
        let property = |name: &&str| EventProperty {
            property: (*name).to_owned(),
            types: Vec::new(),
            count: 1,
            sampled: false,
        };
        let count = |position: usize| u64::try_from(1_000 - position).expect("it is small");
        Known {
            names: names
                .iter()
                .enumerate()
                .map(|(at, name)| event(name, count(at)))
                .collect(),
            properties: properties.iter().map(property).collect(),
            today: today.parse().expect("a time"),
        }
    }

    #[test]
    fn every_template_makes_a_dashboard_that_the_api_takes() {
        for (names, properties) in [
            (
                vec!["page_view", "sign_up", "feature_used", "purchase", "$exception"],
                vec!["$path", "$referrer", "country", "$browser"],
            ),
            (vec!["a", "b"], vec!["status"]),
        ] {
            let known = known(&names, &properties, "2026-11-22T00:00:00Z");
            for template in Template::ALL {
                let document = template.document(&known).expect("there are events enough");
                assert!(document.widgets.len() >= 3, "{template:?}");
                assert!(document.dashboard.check().is_ok());
                let mut cells = std::collections::HashSet::new();
                for widget in document.widgets {
                    let (title, position, size) = (
                        widget.title.clone(),
                        widget.position.expect("it says where"),
                        widget.size.expect("it says how large"),
                    );
                    assert!(widget.check().is_ok(), "{template:?}: {title}");
                    for x in position.x..position.x + size.w {
                        for y in position.y..position.y + size.h {
                            assert!(cells.insert((x, y)), "{template:?}: {title} overlaps");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn without_events_there_is_nothing_to_fill_a_template_with() {
        let nothing = known(&[], &[], "2026-11-22T00:00:00Z");
        assert!(
            Template::ALL
                .iter()
                .all(|template| template.document(&nothing).is_none())
        );
        let one = known(&["a"], &[], "2026-11-22T00:00:00Z");
        assert!(
            Template::Funnel.document(&one).is_none(),
            "a funnel has two steps"
        );
        assert!(Template::Retention.document(&one).is_some());
        assert!(
            Template::Errors.document(&one).is_none(),
            "nothing says that something went wrong"
        );
    }

    #[test]
    fn old_events_are_shown_on_their_own_days() {
        let known = known(&["a"], &[], "2030-01-01T00:00:00Z");
        let json = serde_json::to_value(known.range()).expect("it serializes");
        assert_eq!(json, json!({ "from": "2026-10-22", "to": "2026-11-20" }));
    }
}
