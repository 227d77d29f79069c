//! Where an address is, as far as the operator's `MaxMind` file knows.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use maxminddb::{MaxMindDbError, Reader, geoip2};

use crate::error::Error;

/// Where somebody is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// ISO 3166-1, two letters, such as `DE`.
    pub country: Option<String>,
    /// The largest part of the country, such as `Bavaria`.
    pub region: Option<String>,
    /// Its English name.
    pub city: Option<String>,
}

impl Place {
    /// What this does not know is taken from `other`, unless that is another country.
    pub(super) fn or(self, other: impl FnOnce() -> Self) -> Self {
        if self.country.is_some() && self.region.is_some() && self.city.is_some() {
            return self;
        }
        let other = other();
        if self.country.is_some() && other.country != self.country {
            return self;
        }
        Self {
            country: self.country.or(other.country),
            region: self.region.or(other.region),
            city: self.city.or(other.city),
        }
    }
}

/// A file in the `MaxMind` format, for example `GeoLite2-City.mmdb`, held in memory.
#[derive(Clone)]
pub struct Places(Arc<Reader<Vec<u8>>>);

impl Places {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `geoip_file` when it cannot be read or is of another kind.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let unreadable = |error: MaxMindDbError| {
            let message = format!("{}: {error}", path.display());
            Error::invalid("geoip_file", "unreadable", message)
        };
        Reader::open_readfile(path)
            .map(|reader| Self(Arc::new(reader)))
            .map_err(unreadable)
    }

    /// Where `address` is; nothing where the file does not say.
    pub(super) fn of(&self, address: IpAddr) -> Place {
        let record = self
            .0
            .lookup(address)
            .and_then(|found| found.decode::<geoip2::City<'_>>());
        let Ok(Some(record)) = record else {
            return Place::default();
        };
        Place {
            country: record.country.iso_code.map(str::to_owned),
            region: record
                .subdivisions
                .first()
                .and_then(|part| part.names.english)
                .map(str::to_owned),
            city: record.city.names.english.map(str::to_owned),
        }
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Places({})", self.0.metadata().database_type)
    }
}
