use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use model::problem::FieldError;

use crate::address::without_password;

/// Where events are kept.
#[derive(Clone, PartialEq, Eq)]
pub enum EventsAt {
    /// In files of this folder.
    DuckDb(PathBuf),
    /// On a PostgreSQL server.
    Postgres(ServerAddress),
    /// On a ClickHouse server.
    ClickHouse(ServerAddress),
}

/// The URL of a server; printing it hides the password.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerAddress(String);

impl ServerAddress {
    /// The URL with its password, for connecting.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventsAt {
    type Err = FieldError;

    /// Reads `duckdb:FOLDER`, `postgres://…` or `clickhouse://…`.
    fn from_str(url: &str) -> Result<Self, FieldError> {
        if let Some(folder) = url.strip_prefix("duckdb:").filter(|folder| !folder.is_empty()) {
            return Ok(Self::DuckDb(PathBuf::from(folder)));
        }
        let server = || ServerAddress(url.to_owned());
        match url.split_once("://") {
            Some(("postgres" | "postgresql", host)) if !host.is_empty() => Ok(Self::Postgres(server())),
            Some(("clickhouse", host)) if !host.is_empty() => Ok(Self::ClickHouse(server())),
            _ => Err(FieldError::new(
                "events_url",
                "unsupported",
                format!(
                    "{} is not a store that this version has; write duckdb:FOLDER, postgres://user:password@host/database \
                     or clickhouse://user:password@host:8123/database",
                    without_password(url)
                ),
            )),
        }
    }
}

impl fmt::Display for EventsAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuckDb(folder) => write!(f, "duckdb:{}", folder.display()),
            Self::Postgres(server) | Self::ClickHouse(server) => server.fmt(f),
        }
    }
}

impl fmt::Debug for EventsAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_read_from_its_address_and_shown_without_password() {
        for (url, shown) in [
            ("duckdb:./data/events", "duckdb:./data/events"),
            (
                "postgres://ada:secret@db:5432/events",
                "postgres://ada:…@db:5432/events",
            ),
            (
                "clickhouse://ada:secret@db:8123/events",
                "clickhouse://ada:…@db:8123/events",
            ),
        ] {
            let at: EventsAt = url.parse().expect("there is such a store");
            assert_eq!(
                (at.to_string(), format!("{at:?}")),
                (shown.to_owned(), shown.to_owned())
            );
        }
    }

    #[test]
    fn other_stores_are_refused_without_their_password() {
        for url in [
            "",
            "duckdb:",
            "postgres://",
            "mongodb://ada:secret@db/events",
            "events",
        ] {
            let error = EventsAt::from_str(url).expect_err("there is no such store");
            assert_eq!(
                (error.field.as_str(), error.code.as_str()),
                ("events_url", "unsupported")
            );
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }
}
