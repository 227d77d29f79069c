//! Events as files: one event on each line, rows of CSV, or Parquet. The server writes them as they are read, and the command line
//! turns what it fetched into them.

pub(crate) mod fetch;
mod ndjson;
mod parquet;
mod rows;

use std::io;
use std::str::FromStr;

use clap::ValueEnum;
use model::event::Event;

/// What an export is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// One event of the API on each line: what `import --format ndjson` reads.
    #[default]
    Ndjson,
    /// A header and a row for each event, its properties as JSON.
    Csv,
    /// Columns in compressed groups of rows.
    Parquet,
}

impl Format {
    /// The word in addresses, and the end of file names.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        [Self::Ndjson, Self::Csv, Self::Parquet]
            .into_iter()
            .find(|format| format.as_str() == word)
            .ok_or_else(|| "`format` is ndjson, csv or parquet.".to_owned())
    }
}

/// Turns events into the bytes of a file, piece by piece.
pub(crate) enum Writer {
    Ndjson,
    Csv { is_begun: bool },
    Parquet(Box<parquet::Writer>),
}

impl Writer {
    /// Of a format.
    ///
    /// # Errors
    /// Never in practice: bytes are written to memory.
    pub(crate) fn new(format: Format) -> io::Result<Self> {
        Ok(match format {
            Format::Ndjson => Self::Ndjson,
            Format::Csv => Self::Csv { is_begun: false },
            Format::Parquet => Self::Parquet(Box::new(parquet::Writer::new()?)),
        })
    }

    /// The bytes that are ready once these events were added; they may be none.
    ///
    /// # Errors
    /// As [`Writer::new`].
    pub(crate) fn add(&mut self, events: &[Event]) -> io::Result<Vec<u8>> {
        match self {
            Self::Ndjson => Ok(ndjson::lines(events)),
            Self::Csv { is_begun } => {
                let with_header = !std::mem::replace(is_begun, true);
                rows::records(events, with_header)
            }
            Self::Parquet(writer) => writer.add(events),
        }
    }

    /// The last bytes.
    ///
    /// # Errors
    /// As [`Writer::new`].
    pub(crate) fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Ndjson | Self::Csv { is_begun: true } => Ok(Vec::new()),
            Self::Csv { is_begun: false } => rows::records(&[], true),
            Self::Parquet(writer) => writer.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
