//! What every statement reads: the organization's events, their columns, and the conditions on them.

use model::Timestamp;
use model::query::{Filter, Property, Selector};

use super::dialect::Dialect;
use super::filter;
use super::sql::Sql;
use super::user_properties::Reading;
use super::window::Window;
use crate::store::{Kinds, Param};

/// The events of one organization as the compiler sees them.
#[derive(Clone, Copy)]
pub(super) struct Source<'s> {
    pub(super) dialect: Dialect,
    pub(super) kinds: &'s Kinds,
    /// Whether any anonymous visitor turned out to be a user; costs a join where users matter.
    pub(super) has_links: bool,
    /// The paths of the properties of users that the question names; each costs a join.
    pub(super) user_properties: &'s [Vec<String>],
}

impl Source<'_> {
    /// What follows `FROM`: the events, each with what [`Source::person`] needs.
    pub(super) fn events(&self) -> Sql {
        self.events_and_persons().add(self.joined_user_properties())
    }

    fn events_and_persons(&self) -> Sql {
        if !self.has_links {
            return self.events_alone();
        }
        // No column of one has the name of a column of the other, and the events stay a table whose values can be read
        // one by one.
        self.events_alone()
            .text(" LEFT JOIN (SELECT anonymous_id AS visitor, user_id AS linked_user_id FROM (")
            .add(self.links())
            .text(
                ") AS least) AS linked ON linked.visitor =
                 CASE WHEN events.user_id IS NULL THEN events.anonymous_id END",
            )
    }

    /// As [`Source::events`] for a statement that never names [`Source::person`] or a property of users; spares it the
    /// joins.
    #[expect(clippy::unused_self, reason = "stores that share a table will need it")]
    pub(super) fn events_alone(&self) -> Sql {
        Sql::new("events")
    }

    /// One row for each anonymous visitor who turned out to be a user: `anonymous_id`, `user_id`.
    fn links(&self) -> Sql {
        Sql::new(self.dialect.least_links())
    }

    /// Who did it: the user, or the anonymous visitor until they are known; NULL where it was nobody.
    pub(super) fn person(&self) -> Sql {
        if self.has_links {
            Sql::new("coalesce(user_id, linked_user_id, anonymous_id)")
        } else {
            Sql::new("coalesce(user_id, anonymous_id)")
        }
    }

    /// Any property as text; NULL where there is none.
    pub(super) fn text(&self, property: &Property) -> Sql {
        match property {
            Property::Key(path) => self.dialect.as_text(path, self.kinds),
            Property::User(path) => self.of_user(path, Reading::Text),
            Property::Timestamp => self.dialect.time_text(),
            column => Sql::new(filter::column_name(column)),
        }
    }

    /// A property as a number; NULL where it is none.
    pub(super) fn number(&self, property: &Property) -> Sql {
        match property {
            Property::Key(path) => self.dialect.number(path, self.kinds),
            Property::User(path) => self.of_user(path, Reading::Number),
            // No column of an event is a number.
            _ => Sql::new("CAST(NULL AS DOUBLE PRECISION)"),
        }
    }

    /// What follows `WHERE`: the time, the event's name where one is asked for, and every filter.
    pub(super) fn conditions<'f>(
        &self,
        window: &Window,
        event: Option<&str>,
        filters: impl IntoIterator<Item = &'f Filter>,
    ) -> Sql {
        Sql::new("ts >= ")
            .bind(Param::Time(window.from.as_microsecond()))
            .text(" AND ")
            .add(self.conditions_before(window.to, event, filters))
    }

    /// As [`Source::conditions`], of everything that ever happened before `end`.
    pub(super) fn conditions_before<'f>(
        &self,
        end: Timestamp,
        event: Option<&str>,
        filters: impl IntoIterator<Item = &'f Filter>,
    ) -> Sql {
        let mut conditions = vec![Sql::new("ts < ").bind(Param::Time(end.as_microsecond()))];
        conditions.extend(event.map(|name| self.is_named(name)));
        conditions.extend(filters.into_iter().map(|filter| self.holds(filter)));
        Sql::join(conditions, " AND ")
    }

    /// Whether an event is one of those that `selector` means.
    pub(super) fn is_selected(&self, selector: &Selector) -> Sql {
        let name = selector.event.as_deref().map(|name| self.is_named(name));
        let filter = selector.filter.as_ref().map(|filter| self.holds(filter));
        let conditions: Vec<Sql> = name.into_iter().chain(filter).collect();
        if conditions.is_empty() {
            return Sql::new("TRUE");
        }
        Sql::new("(").add(Sql::join(conditions, " AND ")).text(")")
    }

    /// Whether an event has this name.
    #[expect(clippy::unused_self, reason = "reads like the other conditions")]
    pub(super) fn is_named(&self, name: &str) -> Sql {
        Sql::new("name = ").bind(Param::Text(name.to_owned()))
    }

    /// The condition that `filter` puts on an event.
    pub(super) fn holds(&self, filter: &Filter) -> Sql {
        filter::condition(filter, *self)
    }
}
