//! Properties of users as columns of their events: what `$set` last said of a user, or else what `$set_once` first said,
//! each since `$unset` last took it back.

use model::problem::FieldError;
use model::query::{Property, Query};

use super::source::Source;
use super::sql::Sql;
use crate::error::Error;

/// Most properties of users that one question may name: each is one more reading of the events that say it.
const MOST: usize = 10;

/// One reading of a property of users.
#[derive(Clone, Copy)]
pub(super) enum Reading {
    /// Any value as people would write it.
    Text,
    /// The value where it is text.
    OnlyText,
    /// The value where it is a number.
    Number,
    /// The value where it is a truth value.
    Truth,
    /// The value as JSON text.
    Json,
}

const READINGS: [Reading; 5] = [
    Reading::Text,
    Reading::OnlyText,
    Reading::Number,
    Reading::Truth,
    Reading::Json,
];

/// The paths of the properties of users that `query` names.
///
/// # Errors
/// [`Error::Invalid`] for too many.
pub(super) fn named_in(query: &Query) -> Result<Vec<Vec<String>>, Error> {
    let paths = query.user_properties();
    if paths.len() <= MOST {
        return Ok(paths);
    }
    let message = format!(
        "A question names at most {MOST} properties of users, and this one {}.",
        paths.len()
    );
    Err(Error::Invalid(vec![FieldError::new(
        "query", "too_many", message,
    )]))
}

impl Source<'_> {
    /// One reading of a property of users that the question names.
    pub(super) fn of_user(&self, path: &[String], reading: Reading) -> Sql {
        match self.user_properties.iter().position(|named| named == path) {
            Some(number) => Sql::new(&column(number, reading)),
            None => Sql::new("NULL"),
        }
    }

    /// What follows the events and their users in `FROM`: the properties of users that the question names.
    pub(super) fn joined_user_properties(&self) -> Sql {
        let named = self.user_properties.iter().enumerate();
        let joins = named.map(|(number, path)| {
            Sql::new(" LEFT JOIN (")
                .add(self.said(number, path))
                .text(&format!(") AS said_{number} ON said_{number}.who_{number} = "))
                .add(self.person())
        });
        Sql::join(joins, "")
    }

    /// A row for each user of whom the property was said.
    fn said(&self, number: usize, path: &[String]) -> Sql {
        let events = Self {
            user_properties: &[],
            ..*self
        };
        let said = &Said::of(path);
        let readings = READINGS.into_iter().map(|reading| {
            self.reading(said, reading)
                .text(&format!(" AS {}", column(number, reading)))
        });
        let is_set = || self.dialect.exists(&said.set, self.kinds);
        let is_unset = || self.dialect.lists(&said.unset, &path[0]);
        let told = Sql::new("SELECT ")
            .add(self.person())
            .text(&format!(" AS who_{number}, "))
            .add(Sql::join(readings, ", "))
            .text(&format!(", ts AS at_{number}, id AS id_{number}, CASE WHEN "))
            .add(is_unset())
            .text(" THEN 0 WHEN ")
            .add(is_set())
            .text(" THEN 2 WHEN ")
            .add(self.dialect.exists(&said.set_once, self.kinds))
            .text(&format!(" THEN 1 ELSE 0 END AS weight_{number}, max(CASE WHEN "))
            .add(is_set())
            .text(" OR ")
            .add(is_unset())
            .text(" THEN ts END) OVER (PARTITION BY ")
            .add(self.person())
            .text(&format!(") AS decided_{number} FROM "))
            .add(events.events())
            .text(" WHERE ")
            .add(self.person())
            .text(" IS NOT NULL AND (")
            .add(self.is_said(path))
            .text(" OR ")
            .add(is_unset())
            .text(")");
        Sql::new(&format!(
            "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY who_{number}
                 ORDER BY weight_{number} DESC, at_{number}, id_{number}) AS nth_{number} FROM ("
        ))
        .add(told)
        .text(&format!(
            ") AS told_{number} WHERE weight_{number} > 0
                 AND (decided_{number} IS NULL OR at_{number} >= decided_{number})) AS every_{number} WHERE nth_{number} = 1"
        ))
    }

    /// Whether an event says the property of its user: a condition, to be put in brackets.
    pub(super) fn is_said(&self, path: &[String]) -> Sql {
        let said = Said::of(path);
        self.dialect
            .exists(&said.set, self.kinds)
            .text(" OR ")
            .add(self.dialect.exists(&said.set_once, self.kinds))
    }

    /// What an event says the property of its user to be, as people would write it; NULL where it says nothing of it.
    pub(super) fn said_text(&self, path: &[String]) -> Sql {
        self.reading(&Said::of(path), Reading::Text)
    }

    fn reading(&self, said: &Said, reading: Reading) -> Sql {
        let of = |path: &[String]| match reading {
            Reading::Text => self.dialect.as_text(path, self.kinds),
            Reading::OnlyText => self.dialect.only_text(path, self.kinds),
            Reading::Number => self.dialect.number(path, self.kinds),
            Reading::Truth => Sql::new("CASE WHEN ")
                .add(self.dialect.is_bool(path, true))
                .text(" THEN 1 WHEN ")
                .add(self.dialect.is_bool(path, false))
                .text(" THEN 0 END"),
            Reading::Json => self.dialect.as_json(path),
        };
        Sql::new("CASE WHEN ")
            .add(self.dialect.exists(&said.set, self.kinds))
            .text(" THEN ")
            .add(of(&said.set))
            .text(" ELSE ")
            .add(of(&said.set_once))
            .text(" END")
    }
}

/// The keys below which events say what their user is.
const SET: &str = "$set";
const SET_ONCE: &str = "$set_once";
/// The key of the names that an event takes back.
const UNSET: &str = "$unset";

/// The property of users that a property of events says, of its name in the catalogue.
pub(super) fn said_by(name: &str) -> Option<Property> {
    let (key, path) = name.split_once('.')?;
    let path = || path.split('.').map(str::to_owned).collect();
    matches!(key, SET | SET_ONCE).then(|| Property::User(path()))
}

/// Where events say a property of their user.
struct Said {
    set: Vec<String>,
    set_once: Vec<String>,
    unset: [String; 1],
}

impl Said {
    fn of(path: &[String]) -> Self {
        let below = |key: &str| {
            std::iter::once(key.to_owned())
                .chain(path.iter().cloned())
                .collect()
        };
        Self {
            set: below(SET),
            set_once: below(SET_ONCE),
            unset: [UNSET.to_owned()],
        }
    }
}

fn column(number: usize, reading: Reading) -> String {
    let reading = match reading {
        Reading::Text => "text",
        Reading::OnlyText => "only_text",
        Reading::Number => "number",
        Reading::Truth => "truth",
        Reading::Json => "json",
    };
    format!("said_{number}_{reading}")
}
