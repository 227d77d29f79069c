//! Rows as they are stored: the format `RowBinary`.

use model::event::Event;
use model::ids::OrgId;

use super::plain::plain;
use super::runs::Run;
use crate::store::document::readable;
use crate::store::links::Link;

/// What is the same in all rows of a batch.
#[derive(Clone, Copy)]
pub(super) struct Batch {
    pub(super) org: OrgId,
    pub(super) run: u32,
    pub(super) position: u64,
}

/// The columns of [`Rows::event`].
pub(super) const EVENTS: &str = "INSERT INTO events (org_id, run, position, id, name, ts, user_id, anonymous_id, session_id, properties, document) \
     FORMAT RowBinary";
/// The columns of [`Rows::link`].
pub(super) const LINKS: &str =
    "INSERT INTO links (org_id, run, position, anonymous_id, user_id, ts) FORMAT RowBinary";
/// The columns of [`Rows::kinds`].
pub(super) const KINDS: &str = "INSERT INTO property_kinds (org_id, path, kinds) FORMAT RowBinary";
/// The columns of [`Rows::run`].
pub(super) const RUNS: &str =
    "INSERT INTO runs (org_id, run, start, position, touched, ends, resumes) FORMAT RowBinary";

/// What the server must know to read these rows: properties come as text, and text that looks like a date is text.
pub(super) const SETTINGS: [(&str, &str); 5] = [
    ("input_format_binary_read_json_as_string", "1"),
    ("input_format_try_infer_dates", "0"),
    ("input_format_try_infer_datetimes", "0"),
    // An event of any time may come.
    ("max_partitions_per_insert_block", "0"),
    // The answer says that the rows are stored, not that somebody wants to store them.
    ("async_insert", "0"),
];

/// Rows of one table.
#[derive(Default)]
pub(super) struct Rows(Vec<u8>);

impl Rows {
    pub(super) fn bytes(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn event(&mut self, batch: Batch, event: &Event) {
        self.batch(batch);
        self.text(event.id());
        self.text(event.name());
        self.0.extend(event.timestamp().as_microsecond().to_le_bytes());
        self.optional(event.user_id());
        self.optional(event.anonymous_id());
        self.optional(event.session_id());
        let document = readable(event.properties());
        self.text(&plain(&document).to_string());
        self.text(&document.to_string());
    }

    pub(super) fn link(&mut self, batch: Batch, anonymous_id: &str, link: &Link) {
        self.batch(batch);
        self.text(anonymous_id);
        self.text(&link.user_id);
        self.0.extend(link.ts.to_le_bytes());
    }

    pub(super) fn kinds(&mut self, org: OrgId, path: &str, kinds: u8) {
        self.org(org);
        self.text(path);
        self.0.push(kinds);
    }

    /// How far a run has come, with the hours that its last batch has events in.
    pub(super) fn run(&mut self, org: OrgId, run: &Run, hours: &[i64]) {
        self.org(org);
        self.0.extend(run.number.to_le_bytes());
        self.0.extend(run.start.to_le_bytes());
        self.0.extend(run.position.to_le_bytes());
        self.length(hours.len());
        for hour in hours {
            self.0.extend(hour.to_le_bytes());
            self.0.extend(run.position.to_le_bytes());
        }
        self.0.extend(run.ends.to_le_bytes());
        self.0.extend(run.resumes.to_le_bytes());
    }

    fn batch(&mut self, batch: Batch) {
        self.org(batch.org);
        self.0.extend(batch.run.to_le_bytes());
        self.0.extend(batch.position.to_le_bytes());
    }

    /// Two halves, the high one first, the little end of each first.
    fn org(&mut self, org: OrgId) {
        let (high, low) = org.uuid().as_u64_pair();
        self.0.extend(high.to_le_bytes());
        self.0.extend(low.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn length(&mut self, mut length: usize) {
        while length >= 0x80 {
            self.0.push(u8::try_from(length & 0x7f).unwrap_or(0) | 0x80);
            length >>= 7;
        }
        self.0.push(u8::try_from(length).unwrap_or(0));
    }

    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.0.push(0);
                self.text(text);
            }
            None => self.0.push(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn rows_are_written_byte_by_byte() {
        let batch = Batch {
            org: OrgId::new(Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10)),
            run: 3,
            position: 258,
        };
        let mut rows = Rows::default();
        let link = Link {
            ts: -1,
            user_id: "u".repeat(200),
        };
        rows.link(batch, "v", &link);
        let mut expected = vec![8, 7, 6, 5, 4, 3, 2, 1, 16, 15, 14, 13, 12, 11, 10, 9];
        expected.extend([3, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 1, b'v', 200, 1]);
        expected.extend([b'u'; 200]);
        expected.extend([0xff; 8]);
        assert_eq!(rows.into_bytes(), expected);
        let mut rows = Rows::default();
        rows.optional(None);
        rows.optional(Some(""));
        assert_eq!(rows.into_bytes(), [1, 0, 0]);
    }
}
