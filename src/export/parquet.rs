//! Parquet: groups of rows that are compressed column by column and handed out as they are full.

use std::io;
use std::sync::Arc;

use model::event::Event;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

/// About how many bytes of events a group holds: what is kept in memory.
const BYTES_OF_A_GROUP: usize = 16 * 1024 * 1024;

const SCHEMA: &str = "message event {
    REQUIRED BYTE_ARRAY id (STRING);
    REQUIRED BYTE_ARRAY name (STRING);
    REQUIRED INT64 timestamp (TIMESTAMP(MICROS, true));
    OPTIONAL BYTE_ARRAY user_id (STRING);
    OPTIONAL BYTE_ARRAY anonymous_id (STRING);
    OPTIONAL BYTE_ARRAY session_id (STRING);
    REQUIRED BYTE_ARRAY properties (STRING);
}";

/// A file that is written to memory and taken away piece by piece.
pub(crate) struct Writer {
    file: SerializedFileWriter<Vec<u8>>,
    waiting: Vec<Event>,
    bytes: usize,
}

impl Writer {
    pub(super) fn new() -> io::Result<Self> {
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(other)?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .build();
        let file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).map_err(other)?;
        Ok(Self {
            file,
            waiting: Vec::new(),
            bytes: 0,
        })
    }

    pub(super) fn add(&mut self, events: &[Event]) -> io::Result<Vec<u8>> {
        self.bytes += events.iter().map(size).sum::<usize>();
        self.waiting.extend_from_slice(events);
        if self.bytes >= BYTES_OF_A_GROUP {
            self.write_group()?;
        }
        self.ready()
    }

    pub(super) fn finish(mut self) -> io::Result<Vec<u8>> {
        if !self.waiting.is_empty() {
            self.write_group()?;
        }
        self.file.finish().map_err(other)?;
        self.ready()
    }

    fn ready(&mut self) -> io::Result<Vec<u8>> {
        self.file.flush()?;
        Ok(std::mem::take(self.file.inner_mut()))
    }

    fn write_group(&mut self) -> io::Result<()> {
        let events = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        let mut group = self.file.next_row_group().map_err(other)?;
        let texts: [fn(&Event) -> Option<&str>; 2] = [|event| Some(event.id()), |event| Some(event.name())];
        for text in texts {
            required(&mut group, &events, text).map_err(other)?;
        }
        times(&mut group, &events).map_err(other)?;
        for text in [Event::user_id, Event::anonymous_id, Event::session_id] {
            optional(&mut group, &events, text).map_err(other)?;
        }
        required(&mut group, &events, |event| Some(event.properties())).map_err(other)?;
        group.close().map_err(other)?;
        Ok(())
    }
}

type Group<'f> = SerializedRowGroupWriter<'f, Vec<u8>>;

fn required(
    group: &mut Group<'_>,
    events: &[Event],
    text: fn(&Event) -> Option<&str>,
) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = events.iter().filter_map(text).map(ByteArray::from).collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
        column.close()?;
    }
    Ok(())
}

fn optional(
    group: &mut Group<'_>,
    events: &[Event],
    text: fn(&Event) -> Option<&str>,
) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = events.iter().filter_map(text).map(ByteArray::from).collect();
    let is_there: Vec<i16> = events
        .iter()
        .map(|event| i16::from(text(event).is_some()))
        .collect();
    if let Some(mut column) = group.next_column()? {
        column
            .typed::<ByteArrayType>()
            .write_batch(&values, Some(&is_there), None)?;
        column.close()?;
    }
    Ok(())
}

fn times(group: &mut Group<'_>, events: &[Event]) -> Result<(), ParquetError> {
    let micros: Vec<i64> = events
        .iter()
        .map(|event| event.timestamp().as_microsecond())
        .collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<Int64Type>().write_batch(&micros, None, None)?;
        column.close()?;
    }
    Ok(())
}

fn size(event: &Event) -> usize {
    event.properties().len() + event.name().len() + event.id().len() + 100
}

fn other(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
