//! Where a server is, out of `clickhouse://user:password@host:8123/database?secure=1`.

use reqwest::{Certificate, Url};

use crate::error::Error;

const PORT: u16 = 8123;
const SECURE_PORT: u16 = 8443;
const DATABASE: &str = "default";

/// A server and the database on it.
#[derive(Debug)]
pub(super) struct Place {
    /// Where it listens, with who asks.
    pub(super) base: Url,
    pub(super) database: String,
    /// Who else may vouch for the server, beside those that the machine trusts.
    pub(super) authorities: Vec<Certificate>,
}

impl Place {
    pub(super) fn read(address: &str) -> Result<Self, Error> {
        let rest = address.strip_prefix("clickhouse://").unwrap_or(address);
        let given = Url::parse(&format!("http://{rest}")).map_err(|error| not_one(&error.to_string()))?;
        let database = match given.path().trim_matches('/') {
            "" => DATABASE,
            name => name,
        };
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        if !database.chars().all(is_name) {
            return Err(not_one("the name of a database has letters, digits, - and _"));
        }
        let options = Options::read(&given)?;
        let scheme = if options.is_secure { "https" } else { "http" };
        let mut base =
            Url::parse(&format!("{scheme}://{rest}")).map_err(|error| not_one(&error.to_string()))?;
        base.set_path("/");
        base.set_query(None);
        let usual = if options.is_secure { SECURE_PORT } else { PORT };
        if base.port().is_none() && !has_port(rest) {
            base.set_port(Some(usual))
                .map_err(|()| not_one("it has no host"))?;
        }
        Ok(Self {
            base,
            database: database.to_owned(),
            authorities: options.authorities,
        })
    }
}

/// What stands behind the question mark.
#[derive(Default)]
struct Options {
    is_secure: bool,
    authorities: Vec<Certificate>,
}

impl Options {
    fn read(given: &Url) -> Result<Self, Error> {
        let mut options = Self::default();
        for (name, value) in given.query_pairs() {
            match (name.as_ref(), value.as_ref()) {
                ("secure", "1" | "true") => options.is_secure = true,
                ("secure", "0" | "false") => options.is_secure = false,
                ("ca_certificate", file) => options.authorities = certificates(file)?,
                _ => {
                    return Err(not_one(
                        "its options are `secure=1` for TLS and `ca_certificate=FILE` for who vouches for the server",
                    ));
                }
            }
        }
        if !options.authorities.is_empty() && !options.is_secure {
            return Err(not_one("`ca_certificate` is of no use without `secure=1`"));
        }
        Ok(options)
    }
}

fn certificates(file: &str) -> Result<Vec<Certificate>, Error> {
    let pem = std::fs::read(file).map_err(|error| not_one(&format!("{file}: {error}")))?;
    let read = Certificate::from_pem_bundle(&pem);
    let certificates = read.map_err(|error| not_one(&format!("{file}: {error}")))?;
    if certificates.is_empty() {
        return Err(not_one(&format!("{file} holds no certificate")));
    }
    Ok(certificates)
}

fn not_one(why: &str) -> Error {
    let message = format!("This is not an address of a ClickHouse database: {why}.");
    Error::invalid("events_url", "invalid", message)
}

/// Whether an address names a port; the usual ones of HTTP are dropped when it is read.
fn has_port(rest: &str) -> bool {
    let place = rest.split(['/', '?']).next().unwrap_or_default();
    let host = place.rsplit_once('@').map_or(place, |(_, host)| host);
    host.rsplit_once(':')
        .is_some_and(|(_, port)| ["80", "443"].contains(&port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_server_and_a_database() {
        for (address, base, database) in [
            ("clickhouse://db", "http://db:8123/", "default"),
            (
                "clickhouse://ada:s%40cret@db:9000/events",
                "http://ada:s%40cret@db:9000/",
                "events",
            ),
            ("clickhouse://db:80/a-b_1/", "http://db/", "a-b_1"),
            ("clickhouse://[::1]/events", "http://[::1]:8123/", "events"),
            ("clickhouse://db/events?secure=1", "https://db:8443/", "events"),
            ("clickhouse://db:443?secure=true", "https://db/", "default"),
            ("clickhouse://db/?secure=0", "http://db:8123/", "default"),
        ] {
            let place = Place::read(address).expect("an address");
            assert_eq!(
                (place.base.as_str(), place.database.as_str()),
                (base, database),
                "{address}"
            );
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        for address in [
            "clickhouse://",
            "clickhouse://db/a/b",
            "clickhouse://db/a'b",
            "clickhouse://db/a?secure=yes",
            "clickhouse://db/a?compress=1",
            "clickhouse://db/a?secure=1&ca_certificate=/nowhere.pem",
        ] {
            let Err(Error::Invalid(fields)) = Place::read(address) else {
                panic!("{address}")
            };
            assert_eq!(fields[0].field, "events_url");
        }
    }
}
