use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Timestamp;

use crate::error::Error;
use crate::query::window::Window;
use crate::store::Cell;

/// An event's id has at most this many bytes.
const MOST_ID_BYTES: usize = 800;

/// The last event of a page: the next page begins below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::query) struct Cursor {
    micros: i64,
    pub(super) id: String,
}

impl Cursor {
    /// Below something that happened at `time`.
    pub(in crate::query) fn new(time: Timestamp, id: &str) -> Self {
        Self {
            micros: time.as_microsecond(),
            id: id.to_owned(),
        }
    }

    /// The instant: microseconds since 1970.
    pub(in crate::query) const fn micros(&self) -> i64 {
        self.micros
    }

    /// What tells things of one instant apart.
    pub(in crate::query) fn id(&self) -> &str {
        &self.id
    }

    /// Of a row that begins with instant and id.
    pub(super) fn of(cells: &[Cell]) -> Option<Self> {
        let [time, id, ..] = cells else { return None };
        Some(Self {
            micros: time.int()?,
            id: id.text()?.to_owned(),
        })
    }

    /// Reads what [`Cursor::written`] wrote.
    pub(in crate::query) fn read(text: &str) -> Result<Self, Error> {
        let message = "Use the `next_cursor` of the page before, or leave `cursor` out for the first page.";
        Self::decoded(text).ok_or_else(|| Error::invalid("cursor", "invalid", message))
    }

    fn decoded(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = String::from_utf8(bytes).ok()?;
        let (micros, id) = plain.split_once(':')?;
        let is_an_id = !id.is_empty() && id.len() <= MOST_ID_BYTES && !id.contains('\0');
        Some(Self {
            micros: micros.parse().ok()?,
            id: is_an_id.then(|| id.to_owned())?,
        })
    }

    pub(in crate::query) fn written(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", self.micros, self.id))
    }

    /// The instant below which the next page begins, never one that a store could not hold.
    pub(super) fn within(&self, window: &Window) -> i64 {
        let (from, to) = (window.from.as_microsecond(), window.to.as_microsecond());
        self.micros.clamp(from, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_a_round_trip_and_anything_else_is_refused() {
        let cursor = Cursor {
            micros: -12,
            id: "a:b \"c\"".to_owned(),
        };
        assert_eq!(Cursor::read(&cursor.written()).expect("it is ours"), cursor);
        for broken in [
            "",
            "x",
            "LTEy",
            "%%%",
            &URL_SAFE_NO_PAD.encode("1e3:a"),
            &URL_SAFE_NO_PAD.encode("1:"),
        ] {
            assert!(Cursor::read(broken).is_err(), "{broken}");
        }
    }
}
