//! `datapulse import`: sends a file of events through the API of a running server, here or on another machine.
//!
//! Every line gets an id made of its own bytes, so the same file twice adds nothing and a broken-off import can be
//! repeated. A line that cannot be read is reported with its number and never costs its neighbours.

mod batch;
pub(crate) mod combined_log;
mod courier;
mod csv_rows;
mod exports;
mod format;
pub(crate) mod identity;
mod ndjson;
mod pipeline;
mod progress;
mod records;
mod report;

use std::fs::File;
use std::io::{BufReader, Write, stderr, stdin, stdout};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

pub(crate) use format::Format;
pub(crate) use report::{Failure, Summary};

use courier::Courier;
use progress::Progress;

/// What to import, and where to.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Address of the server, for example `http://127.0.0.1:3000`.
    pub(crate) server: String,
    /// A write key or secret key of the organization.
    pub(crate) key: String,
    /// What the lines are.
    pub(crate) format: Format,
    /// Where the lines come from.
    pub(crate) source: Source,
    /// Mixed into the hash of client addresses of an access log.
    pub(crate) salt: Option<String>,
    /// Begins again instead of going on where the last import of this file stopped.
    pub(crate) restart: bool,
    /// Folder that remembers how far each import came; nothing is remembered without one.
    pub(crate) state_dir: Option<PathBuf>,
}

/// Where the lines come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input: read once, so it cannot be resumed.
    Stdin,
}

impl Source {
    /// `-` is standard input.
    pub(crate) fn parse(argument: &Path) -> Self {
        if argument == Path::new("-") {
            Self::Stdin
        } else {
            Self::File(argument.to_path_buf())
        }
    }
}

/// Imports and tells about it: a bar and a summary for people on standard error, one line of JSON on standard output.
///
/// # Errors
/// When not everything readable could be delivered. What was done until then has been told.
pub(crate) fn run(options: &Options) -> Result<Summary, Failure> {
    let outcome = import(options);
    let summary = match &outcome {
        Ok(summary) => summary,
        Err(failure) => &failure.so_far,
    };
    // A reader that went away is no reason to call the import failed.
    let _ = write!(stderr(), "{summary}");
    let _ = writeln!(stdout(), "{}", summary.json_line());
    outcome
}

fn import(options: &Options) -> Result<Summary, Failure> {
    let summary = match &options.source {
        Source::Stdin => {
            let bar = spinner();
            let courier = Courier::new(&options.server, &options.key, bar.clone())?;
            pipeline::import(
                BufReader::new(stdin()),
                options,
                &courier,
                &mut Progress::none(),
                &bar,
            )?
        }
        Source::File(path) => import_file(path, options)?,
    };
    if summary.read > 0 && summary.accepted + summary.duplicates == 0 {
        let message = format!(
            "No line could be imported. Is this file really `{}`?",
            options.format.as_str()
        );
        return Err(Failure::new(message, summary));
    }
    Ok(summary)
}

fn import_file(path: &Path, options: &Options) -> Result<Summary, Failure> {
    let unreadable =
        |error: std::io::Error| Failure::early(format!("{} cannot be read: {error}.", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Failure::early(format!(
            "{} is a folder. Name a file.",
            path.display()
        )));
    }
    let mut progress = match &options.state_dir {
        Some(folder) if metadata.is_file() => Progress::of(folder, path, options),
        _ => Progress::none(),
    };
    if options.restart {
        progress.forget();
    }
    let bar = bytes_bar(metadata.len());
    let courier = Courier::new(&options.server, &options.key, bar.clone())?;
    pipeline::import(
        BufReader::with_capacity(1 << 16, file),
        options,
        &courier,
        &mut progress,
        &bar,
    )
}

/// Drawn on standard error, and only where that is a terminal.
fn bytes_bar(bytes: u64) -> ProgressBar {
    const LOOK: &str = "{bar:32} {percent:>3}%  {bytes} of {total_bytes}  {eta} left  {msg}";
    let style = ProgressStyle::with_template(LOOK).expect("the template is well-formed");
    ProgressBar::new(bytes).with_style(style)
}

fn spinner() -> ProgressBar {
    let style =
        ProgressStyle::with_template("{spinner} {bytes} read  {msg}").expect("the template is well-formed");
    ProgressBar::new_spinner().with_style(style)
}

#[cfg(test)]
mod tests;
