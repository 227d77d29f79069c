//! Cuts a file into records: lines, or for CSV the lines between which a quotation stays open.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};

/// Most bytes of one record; no event is nearly as large.
pub(crate) const MAX_RECORD: usize = 1 << 20;
/// How far an open quotation may reach before its line alone is called broken.
const MAX_QUOTED: usize = 64 * 1024;

const TOO_LONG: &str = "This line is longer than 1 MiB.";
const NEVER_CLOSED: &str = "A quotation mark is never closed.";

/// One record of the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Number of its first line, from 1.
    pub(crate) line: u64,
    /// Its bytes without the line end, or why it is broken.
    pub(crate) text: Result<Vec<u8>, &'static str>,
}

struct Line {
    number: u64,
    bytes: Vec<u8>,
    length: u64,
}

impl Line {
    fn is_cut(&self) -> bool {
        self.length > self.bytes.len() as u64
    }

    fn opens_or_closes(&self) -> bool {
        self.bytes
            .iter()
            .fold(false, |is_odd, byte| is_odd ^ (*byte == b'"'))
    }
}

/// Reads records one by one and knows how far it came.
pub(crate) struct Records<R> {
    reader: R,
    quoted_line_ends: bool,
    ahead: VecDeque<Line>,
    lines_read: u64,
    offset: u64,
    digest: Sha256,
}

impl<R: BufRead> Records<R> {
    /// `quoted_line_ends`: whether a record may go on over a line end inside quotation marks.
    pub(crate) fn new(reader: R, quoted_line_ends: bool) -> Self {
        Self {
            reader,
            quoted_line_ends,
            ahead: VecDeque::new(),
            lines_read: 0,
            offset: 0,
            digest: Sha256::new(),
        }
    }

    /// Bytes up to the end of the last record.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// A digest of everything up to the end of the last record.
    pub(crate) fn digest(&self) -> String {
        super::identity::hex16(&self.digest.clone().finalize())
    }

    /// The next record that is not blank.
    ///
    /// # Errors
    /// When the file cannot be read on.
    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
        while let Some(line) = self.take_line()? {
            let number = line.number;
            if line.is_cut() {
                return Ok(Some(Record {
                    line: number,
                    text: Err(TOO_LONG),
                }));
            }
            let whole = if self.quoted_line_ends && line.opens_or_closes() {
                self.close(&line)?
            } else {
                Some(line.bytes)
            };
            let Some(bytes) = whole else {
                return Ok(Some(Record {
                    line: number,
                    text: Err(NEVER_CLOSED),
                }));
            };
            let text = without_line_end(&bytes, number == 1);
            if !text.trim_ascii().is_empty() {
                return Ok(Some(Record {
                    line: number,
                    text: Ok(text.to_vec()),
                }));
            }
        }
        Ok(None)
    }

    /// Adds the lines up to the one that closes the quotation which `first` opens.
    fn close(&mut self, first: &Line) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = first.bytes.clone();
        let mut looked_at = 0;
        loop {
            if looked_at == self.ahead.len() {
                let Some(line) = self.read_line()? else {
                    return Ok(None);
                };
                self.ahead.push_back(line);
            }
            let line = &self.ahead[looked_at];
            bytes.extend_from_slice(&line.bytes);
            looked_at += 1;
            if line.is_cut() || bytes.len() > MAX_QUOTED {
                return Ok(None);
            }
            if line.opens_or_closes() {
                break;
            }
        }
        for _ in 0..looked_at {
            self.take_line()?;
        }
        Ok(Some(bytes))
    }

    fn take_line(&mut self) -> io::Result<Option<Line>> {
        let line = match self.ahead.pop_front() {
            Some(line) => Some(line),
            None => self.read_line()?,
        };
        if let Some(line) = &line {
            self.offset += line.length;
            self.digest.update(&line.bytes);
        }
        Ok(line)
    }

    fn read_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let most = MAX_RECORD as u64;
        let mut length = self.reader.by_ref().take(most).read_until(b'\n', &mut bytes)? as u64;
        if length == 0 {
            return Ok(None);
        }
        if length == most && !bytes.ends_with(b"\n") {
            length += self.reader.skip_until(b'\n')? as u64;
        }
        self.lines_read += 1;
        Ok(Some(Line {
            number: self.lines_read,
            bytes,
            length,
        }))
    }
}

fn without_line_end(bytes: &[u8], is_first: bool) -> &[u8] {
    const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    if is_first {
        bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
    } else {
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &[u8], quoted_line_ends: bool) -> Vec<(u64, Result<String, &'static str>)> {
        let mut records = Records::new(text, quoted_line_ends);
        let mut all = Vec::new();
        while let Some(record) = records.next().expect("memory can be read") {
            all.push((
                record.line,
                record
                    .text
                    .map(|text| String::from_utf8(text).expect("the test is UTF-8")),
            ));
        }
        assert_eq!(records.offset(), text.len() as u64);
        all
    }

    fn good(line: u64, text: &str) -> (u64, Result<String, &'static str>) {
        (line, Ok(text.to_owned()))
    }

    #[test]
    fn lines_end_in_every_way_and_blank_ones_do_not_count() {
        let found = records(b"\xEF\xBB\xBFa\r\n\n  \nb\nc", false);
        assert_eq!(found, [good(1, "a"), good(4, "b"), good(5, "c")]);
        assert_eq!(records(b"", false), []);
    }

    #[test]
    fn quotations_span_lines_only_where_they_may() {
        let text = b"a,\"1\n2\"\nb\n";
        assert_eq!(records(text, true), [good(1, "a,\"1\n2\""), good(3, "b")]);
        assert_eq!(records(text, false).len(), 3);
    }

    #[test]
    fn a_quotation_that_never_closes_costs_its_own_line_only() {
        let found = records(b"a\nb,\"oops\nc\nd\n", true);
        assert_eq!(
            found,
            [good(1, "a"), (2, Err(NEVER_CLOSED)), good(3, "c"), good(4, "d")]
        );
    }

    #[test]
    fn an_endless_line_costs_itself_only() {
        let mut text = vec![b'x'; 3 * MAX_RECORD];
        text.extend_from_slice(b"\nb\n");
        assert_eq!(records(&text, false), [(1, Err(TOO_LONG)), good(2, "b")]);
    }
}
