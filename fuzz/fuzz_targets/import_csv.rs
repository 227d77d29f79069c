//! Files of events as CSV: cut into records, each an event that the server takes or refuses.
#![no_main]

#[path = "../../src/import/csv_rows.rs"]
mod csv_rows;
#[path = "../../src/import/identity.rs"]
mod identity;
#[path = "../../src/import/records.rs"]
mod records;

use csv_rows::CsvRows;
use identity::Identities;
use libfuzzer_sys::fuzz_target;
use model::Timestamp;
use model::event::Event;
use records::Records;

fuzz_target!(|bytes: &[u8]| {
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().expect("an instant");
    for quoted_line_ends in [true, false] {
        let mut records = Records::new(bytes, quoted_line_ends);
        let mut identities = Identities::of(b"csv");
        let mut rows: Option<CsvRows> = None;
        while let Some(record) = records.next().expect("memory is read") {
            let Ok(text) = record.text else { continue };
            let Some(header) = &rows else {
                rows = CsvRows::from_header(&text).ok();
                continue;
            };
            let id = identities.next(&text);
            if let Ok(event) = header.event(&text, &id) {
                serde_json::from_str::<serde_json::Value>(&event).expect("it writes JSON");
                let _ = Event::parse(&event, now, || "fresh".to_owned());
            }
        }
        assert_eq!(records.offset(), bytes.len() as u64, "every byte was read");
    }
});
