//! The one place where our instants become the database driver's and back: whole microseconds, UTC.

use chrono::{DateTime, Utc};
use model::Timestamp;

pub(crate) fn to_db(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.as_microsecond()).unwrap_or(DateTime::UNIX_EPOCH)
}

pub(crate) fn from_db(at: DateTime<Utc>) -> Timestamp {
    Timestamp::from_microsecond(at.timestamp_micros()).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(crate) fn from_db_option(at: Option<DateTime<Utc>>) -> Option<Timestamp> {
    at.map(from_db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microseconds_survive_and_nanoseconds_do_not() {
        let at: Timestamp = "2026-02-03T04:05:06.123456789Z".parse().expect("an instant");
        assert_eq!(from_db(to_db(at)).to_string(), "2026-02-03T04:05:06.123456Z");
    }
}
