//! Rows of CSV, safe to open in a spreadsheet.

use std::io;

use model::event::Event;

use crate::csv_text::harmless;

pub(super) const COLUMNS: [&str; 7] = [
    "id",
    "name",
    "timestamp",
    "user_id",
    "anonymous_id",
    "session_id",
    "properties",
];

/// The rows of these events.
pub(super) fn records(events: &[Event], with_header: bool) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if with_header {
        writer.write_record(COLUMNS)?;
    }
    for event in events {
        let time = event.timestamp().to_string();
        let column = |text: Option<&str>| text.map(harmless).unwrap_or_default();
        writer.write_record([
            column(Some(event.id())),
            column(Some(event.name())),
            time,
            column(event.user_id()),
            column(event.anonymous_id()),
            column(event.session_id()),
            event.properties().to_owned(),
        ])?;
    }
    writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}
