//! One thread reads, a few send, this one counts: the parts of an import that run at the same time.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use indicatif::ProgressBar;

use super::batch::{Batch, Draft};
use super::combined_log::CombinedLog;
use super::courier::{Courier, Delivered};
use super::csv_rows::CsvRows;
use super::exports::{self, Tool, UmamiRows};
use super::identity::Identities;
use super::progress::{Confirmed, Progress};
use super::records::{Record, Records};
use super::report::{Failure, Rejection, Summary};
use super::{Format, Options, ndjson};

const SENDERS: usize = 3;

/// Imports everything that `input` holds.
pub(super) fn import(
    mut input: impl BufRead + Send + Rewind,
    options: &Options,
    courier: &Courier,
    progress: &mut Progress,
    bar: &ProgressBar,
) -> Result<Summary, Failure> {
    let mut lines = Lines::new(&mut input, options)?;
    let mut summary = Summary::default();
    if let Some(confirmed) = progress.confirmed() {
        if lines.skip_to(&confirmed)? {
            summary.skipped = lines.skipped;
        } else {
            drop(lines);
            input.rewind()?;
            lines = Lines::new(&mut input, options)?;
        }
    }
    let outcome = send_all(lines, courier, progress, bar, &mut summary);
    bar.finish_and_clear();
    match outcome {
        Ok(()) => {
            progress.forget();
            Ok(summary)
        }
        Err(message) => Err(Failure::new(message, summary)),
    }
}

/// Input that may be read again from its start.
pub(super) trait Rewind {
    /// Goes back to the start.
    fn rewind(&mut self) -> Result<(), Failure>;
}

impl Rewind for std::io::BufReader<std::fs::File> {
    fn rewind(&mut self) -> Result<(), Failure> {
        std::io::Seek::rewind(self).map_err(|error| Failure::early(unreadable(&error)))
    }
}

impl Rewind for std::io::BufReader<std::io::Stdin> {
    fn rewind(&mut self) -> Result<(), Failure> {
        Err(Failure::early("Standard input cannot be read again.".to_owned()))
    }
}

fn unreadable(error: &std::io::Error) -> String {
    format!("The file cannot be read on: {error}.")
}

fn send_all(
    lines: Lines<impl BufRead + Send>,
    courier: &Courier,
    progress: &mut Progress,
    bar: &ProgressBar,
    summary: &mut Summary,
) -> Result<(), String> {
    let (to_senders, batches) = sync_channel::<Batch>(SENDERS);
    let (to_counter, outcomes) = channel();
    let batches = Mutex::new(batches);
    thread::scope(|scope| {
        let reader = scope.spawn(move || read_all(lines, &to_senders, courier));
        for _ in 0..SENDERS {
            let (to_counter, batches) = (to_counter.clone(), &batches);
            scope.spawn(move || {
                while let Some(batch) = next_batch(batches) {
                    let delivered = courier.deliver(&batch.drafts);
                    let has_failed = delivered.is_err();
                    if to_counter.send((batch, delivered)).is_err() {
                        return;
                    }
                    // After the cause was told, so that it is told first.
                    if has_failed {
                        courier.stop();
                    }
                }
            });
        }
        drop(to_counter);
        let counted = count(outcomes, progress, bar, summary);
        let read = reader
            .join()
            .unwrap_or_else(|_| Err("The import broke off. Please report this.".to_owned()));
        counted.and(read)
    })
}

fn next_batch(batches: &Mutex<Receiver<Batch>>) -> Option<Batch> {
    batches.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Counts what became of the batches; notes how far everything was delivered without a gap.
fn count(
    outcomes: Receiver<(Batch, Result<Delivered, String>)>,
    progress: &mut Progress,
    bar: &ProgressBar,
    summary: &mut Summary,
) -> Result<(), String> {
    let mut ended: BTreeMap<u64, Confirmed> = BTreeMap::new();
    let mut next_place = 0;
    let mut failed = None;
    for (batch, delivered) in outcomes {
        let delivered = match delivered {
            Ok(delivered) => delivered,
            Err(message) => {
                failed.get_or_insert(message);
                continue;
            }
        };
        summary.read += batch.read;
        summary.accepted += delivered.accepted;
        summary.duplicates += delivered.duplicates;
        batch
            .rejected
            .into_iter()
            .chain(delivered.rejected)
            .for_each(|rejection| summary.reject(rejection));
        delivered
            .warnings
            .into_iter()
            .for_each(|warning| summary.warn(warning));
        ended.insert(batch.place, batch.end);
        while let Some(confirmed) = ended.remove(&next_place) {
            next_place += 1;
            bar.set_position(confirmed.offset);
            progress.confirm(&confirmed);
        }
    }
    failed.map_or(Ok(()), Err)
}

fn read_all(
    mut lines: Lines<impl BufRead>,
    to_senders: &SyncSender<Batch>,
    courier: &Courier,
) -> Result<(), String> {
    let mut batch = Batch::default();
    loop {
        let next = lines.next_draft()?;
        let is_last = next.is_none();
        if let Some((line, draft)) = next {
            batch.read += 1;
            match draft {
                Ok(draft) => batch.push(draft),
                Err(reason) => batch.rejected.push(Rejection { line, reason }),
            }
        }
        if batch.is_full() || (is_last && batch.read > 0) {
            let following = batch.following();
            let mut full = std::mem::replace(&mut batch, following);
            full.end = lines.end();
            if courier.is_stopped() || to_senders.send(full).is_err() {
                return Ok(());
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// A line as an event, or why it is none.
type Reading = Result<Draft, String>;

/// The records of a file as events.
struct Lines<'i, R> {
    records: Records<&'i mut R>,
    identities: Identities,
    reader: Reader,
    skipped: u64,
}

enum Reader {
    CombinedLog(CombinedLog),
    Ndjson,
    Csv(CsvRows),
    Export(Tool),
    Umami(UmamiRows),
}

impl<'i, R: BufRead> Lines<'i, R> {
    /// Starts at the first record; for CSV that is the one below the header.
    fn new(input: &'i mut R, options: &Options) -> Result<Self, Failure> {
        let mut records = Records::new(input, options.format.is_csv());
        let mut kind = options.format.as_str().as_bytes().to_vec();
        let reader = match options.format {
            Format::CombinedLog => Reader::CombinedLog(CombinedLog::new(options.salt.clone())),
            Format::Ndjson => Reader::Ndjson,
            Format::Csv => {
                let header = read_header(&mut records)?;
                kind.push(0);
                kind.extend_from_slice(&header);
                Reader::Csv(CsvRows::from_header(&header).map_err(Failure::early)?)
            }
            Format::Export(tool) => Reader::Export(tool),
            Format::Umami => {
                let header = read_header(&mut records)?;
                Reader::Umami(UmamiRows::from_header(&header).map_err(Failure::early)?)
            }
        };
        Ok(Self {
            records,
            identities: Identities::of(&kind),
            reader,
            skipped: 0,
        })
    }

    fn end(&self) -> Confirmed {
        Confirmed {
            offset: self.records.offset(),
            digest: self.records.digest(),
        }
    }

    /// Passes over what was delivered before; false when the file is no longer the same.
    fn skip_to(&mut self, confirmed: &Confirmed) -> Result<bool, Failure> {
        while self.records.offset() < confirmed.offset {
            let record = self
                .records
                .next()
                .map_err(|error| Failure::early(unreadable(&error)))?;
            let Some(record) = record else { break };
            self.skipped += 1;
            if let Ok(text) = &record.text {
                self.identities.next(text);
            }
        }
        Ok(self.end() == *confirmed)
    }

    fn next_draft(&mut self) -> Result<Option<(u64, Reading)>, String> {
        let record = self.records.next().map_err(|error| unreadable(&error))?;
        Ok(record.map(|Record { line, text }| {
            let json = text.map_err(str::to_owned).and_then(|text| self.event(&text));
            (line, json.map(|json| Draft { line, json }))
        }))
    }

    fn event(&mut self, text: &[u8]) -> Result<String, String> {
        let id = self.identities.next(text);
        match &mut self.reader {
            Reader::CombinedLog(log) => log.event(text, &id),
            Reader::Ndjson => ndjson::event(text, &id),
            Reader::Csv(rows) => rows.event(text, &id),
            Reader::Export(tool) => exports::event(*tool, text, &id),
            Reader::Umami(rows) => rows.event(text, &id),
        }
    }
}

fn read_header(records: &mut Records<impl BufRead>) -> Result<Vec<u8>, Failure> {
    let first = records
        .next()
        .map_err(|error| Failure::early(unreadable(&error)))?;
    let Some(record) = first else {
        return Err(Failure::early("The file is empty.".to_owned()));
    };
    record
        .text
        .map_err(|reason| Failure::early(format!("The header cannot be read. {reason}")))
}
