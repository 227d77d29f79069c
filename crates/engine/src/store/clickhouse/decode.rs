//! Rows out of the pieces in which an answer arrives: the format `RowBinaryWithNamesAndTypes`.

use super::fault::Fault;
use super::types::{Type, length, text};
use crate::store::{Cell, Frame};

/// Takes pieces of an answer and gives its rows.
pub(super) struct Decoder {
    /// What has arrived and was not read yet.
    waiting: Vec<u8>,
    columns: Option<Vec<Type>>,
    frame: Frame,
}

impl Decoder {
    /// Of an answer that may have so many rows.
    pub(super) fn of_at_most(most_rows: usize) -> Self {
        Self {
            waiting: Vec::new(),
            columns: None,
            frame: Frame::of_at_most(most_rows),
        }
    }

    /// Reads every row that is complete with this piece.
    pub(super) fn add(&mut self, piece: &[u8]) -> Result<(), Fault> {
        self.waiting.extend_from_slice(piece);
        let mut rest = self.waiting.as_slice();
        if self.columns.is_none() {
            self.columns = header(&mut rest)?;
        }
        if let Some(columns) = &self.columns {
            while let Some(row) = row(columns, &mut rest) {
                self.frame.push(row)?;
            }
        }
        let read = self.waiting.len() - rest.len();
        self.waiting.drain(..read);
        Ok(())
    }

    /// The rows; nothing may be left over.
    pub(super) fn finish(self) -> Result<Frame, Fault> {
        if self.waiting.is_empty() {
            Ok(self.frame)
        } else {
            Err(Fault::CutOff)
        }
    }
}

/// The types of the columns; nothing, and nothing taken, where they are not all there.
fn header(bytes: &mut &[u8]) -> Result<Option<Vec<Type>>, Fault> {
    let mut rest = *bytes;
    let Some(names) = names(&mut rest) else {
        return Ok(None);
    };
    *bytes = rest;
    names
        .iter()
        .map(|name| Type::read(name))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// The names of the types, which follow those of the columns.
fn names(bytes: &mut &[u8]) -> Option<Vec<String>> {
    let columns = length(bytes)?;
    for _ in 0..columns {
        text(bytes)?;
    }
    (0..columns).map(|_| text(bytes)).collect()
}

fn row(columns: &[Type], bytes: &mut &[u8]) -> Option<Vec<Cell>> {
    // A statement without columns is none, and would give rows without end.
    if bytes.is_empty() || columns.is_empty() {
        return None;
    }
    let mut rest = *bytes;
    let row = columns
        .iter()
        .map(|column| column.value(&mut rest))
        .collect::<Option<_>>()?;
    *bytes = rest;
    Some(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"\x02\x01a\x01b\x05UInt8\x06String\x01\x01x\x02\x02yz";

    #[test]
    fn rows_do_not_depend_on_where_pieces_end() {
        for size in 1..=ANSWER.len() {
            let mut decoder = Decoder::of_at_most(2);
            for piece in ANSWER.chunks(size) {
                decoder.add(piece).expect("it is well formed");
            }
            let rows = decoder.finish().expect("it is complete").rows;
            let text = |text: &str| Cell::Text(text.to_owned());
            assert_eq!(rows, [[Cell::Int(1), text("x")], [Cell::Int(2), text("yz")]]);
        }
    }

    #[test]
    fn an_answer_that_is_cut_off_is_none() {
        let mut decoder = Decoder::of_at_most(2);
        decoder.add(&ANSWER[..ANSWER.len() - 1]).expect("so far");
        assert!(matches!(decoder.finish(), Err(Fault::CutOff)));
    }
}
