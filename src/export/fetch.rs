//! `datapulse export`: fetches events as lines, goes on where it broke off, and then turns them into what was asked for.
//!
//! Lines go to a file of their own beside the result until all of them are there. The last whole line says from where to
//! ask again, after a broken connection and in the next run alike.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use model::Timestamp;
use model::event::{Event, EventParts};
use model::problem::Problem;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Format, Writer};

/// How often in a row nothing may come.
const MOST_TRIES: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// Events that are turned at once.
const AT_ONCE: usize = 2_000;

/// What to fetch, and where to.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Address of the server.
    pub(crate) server: String,
    /// A secret or a personal key.
    pub(crate) key: String,
    /// What the file is written as.
    pub(crate) format: Format,
    /// Which events: parameters of the call.
    pub(crate) wanted: Vec<(&'static str, String)>,
    /// The file; standard output where it is `-`.
    pub(crate) output: PathBuf,
    /// Begins anew instead of going on where the last export to this file broke off.
    pub(crate) restart: bool,
    /// Folder for what is fetched before it goes to standard output.
    pub(crate) state_dir: PathBuf,
}

/// One line.
#[derive(Deserialize)]
struct Line {
    id: String,
    name: String,
    timestamp: Timestamp,
    user_id: Option<String>,
    anonymous_id: Option<String>,
    session_id: Option<String>,
    properties: Box<RawValue>,
}

/// Lines that were fetched so far.
struct Part {
    path: PathBuf,
    file: File,
    lines: u64,
    last: Option<(Timestamp, String)>,
}

/// Why a request gave nothing more.
enum Broken {
    /// Asking again may help.
    Again(String),
    /// It does not.
    Fatal(String),
}

/// Writes the file and tells how many events are in it.
///
/// # Errors
/// A sentence for the person at the terminal. What was fetched stays, and the same command goes on from there.
pub(crate) fn run(options: &Options) -> Result<u64, String> {
    let is_stdout = options.output == Path::new("-");
    let beside = if is_stdout {
        fs::create_dir_all(&options.state_dir)
            .map_err(|error| format!("{}: {error}.", options.state_dir.display()))?;
        options.state_dir.join(format!("export-{}", std::process::id()))
    } else {
        options.output.clone()
    };
    let mut part = Part::open(&beside, options).map_err(|error| format!("{}: {error}.", beside.display()))?;
    let bar = bar();
    if let Err(why) = fetch_all(options, &mut part, &bar) {
        if is_stdout {
            part.remove();
        }
        return Err(why);
    }
    let told = |error: io::Error| format!("{} could not be written: {error}.", options.output.display());
    bar.set_message("writing the file");
    if is_stdout {
        part.turn_into(options.format, io::stdout().lock())
            .map_err(told)?;
    } else if options.format == Format::Ndjson {
        part.file.sync_all().map_err(told)?;
        fs::rename(&part.path, &options.output).map_err(told)?;
    } else {
        let unfinished = with_end(&options.output, "unfinished");
        let file = File::create(&unfinished).map_err(told)?;
        part.turn_into(options.format, &file).map_err(told)?;
        file.sync_all().map_err(told)?;
        fs::rename(&unfinished, &options.output).map_err(told)?;
    }
    let lines = part.lines;
    part.remove();
    bar.finish_and_clear();
    Ok(lines)
}

fn bar() -> ProgressBar {
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len} events, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn fetch_all(options: &Options, part: &mut Part, bar: &ProgressBar) -> Result<(), String> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(Duration::from_secs(10)))
        .timeout_recv_response(Some(Duration::from_mins(2)))
        .user_agent(concat!("datapulse-export/", env!("CARGO_PKG_VERSION")))
        .build();
    let agent: ureq::Agent = config.into();
    let mut tries = 0;
    loop {
        let had = part.lines;
        match fetch(&agent, options, part, bar) {
            Ok(()) => return Ok(()),
            Err(Broken::Fatal(why)) => return Err(why),
            Err(Broken::Again(why)) => {
                tries = if part.lines > had { 1 } else { tries + 1 };
                if tries > MOST_TRIES {
                    return Err(format!("{why} Export again: it goes on where it broke off."));
                }
                bar.set_message("waiting");
                thread::sleep(FIRST_WAIT.saturating_mul(1 << tries).min(LONGEST_WAIT));
            }
        }
    }
}

fn fetch(agent: &ureq::Agent, options: &Options, part: &mut Part, bar: &ProgressBar) -> Result<(), Broken> {
    let server = options.server.trim().trim_end_matches('/');
    let mut request = agent
        .get(format!("{server}/api/analytics/export"))
        .header("Authorization", format!("Bearer {}", options.key.trim()))
        .query("format", Format::Ndjson.as_str());
    for (name, value) in &options.wanted {
        request = request.query(*name, value);
    }
    if let Some((time, id)) = &part.last {
        request = request.query("after", format!("{time}/{id}"));
    }
    let unreachable = |error: &dyn std::fmt::Display| {
        Broken::Again(format!(
            "{server} cannot be reached: {error}. Check --server and that it runs."
        ))
    };
    let mut response = match request.call() {
        Ok(response) => response,
        Err(ureq::Error::BadUri(_) | ureq::Error::Http(_)) => {
            let why = "The server's address or the key holds characters that cannot be sent.";
            return Err(Broken::Fatal(why.to_owned()));
        }
        Err(error) => return Err(unreachable(&error)),
    };
    let status = response.status().as_u16();
    if status != 200 {
        let text = response.body_mut().read_to_string().unwrap_or_default();
        let detail = serde_json::from_str::<Problem>(&text).map(|problem| problem.detail);
        let why = detail.unwrap_or_else(|_| format!("{server} answered {status}."));
        return Err(match status {
            429 | 500..=599 => Broken::Again(why),
            _ => Broken::Fatal(why),
        });
    }
    let total = response.headers().get("x-datapulse-events");
    let total = total.and_then(|total| total.to_str().ok()?.parse().ok());
    bar.set_length(total.unwrap_or(0));
    bar.set_message("Exporting");
    let reader = response.body_mut().as_reader();
    part.add_lines(reader, bar).map_err(|error| unreachable(&error))
}

impl Part {
    /// Goes on with what an earlier run left, if it asked for the same.
    fn open(output: &Path, options: &Options) -> io::Result<Self> {
        let (path, asked) = (with_end(output, "part"), with_end(output, "part-of"));
        let question = format!("{} {:?}", options.server, options.wanted);
        let is_same = fs::read_to_string(&asked).is_ok_and(|before| before == question);
        if options.restart || !is_same {
            let _ = fs::remove_file(&path);
            fs::write(&asked, question)?;
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        let mut part = Self {
            path,
            file,
            lines: 0,
            last: None,
        };
        part.find_the_end()?;
        Ok(part)
    }

    /// Cuts what is no whole line.
    fn find_the_end(&mut self) -> io::Result<()> {
        let mut reader = BufReader::new(&self.file);
        let (mut end, mut line) = (0, Vec::new());
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line)?;
            let Some(known) = whole(&line).filter(|_| read > 0) else {
                break;
            };
            end += read as u64;
            self.lines += 1;
            self.last = Some((known.timestamp, known.id));
        }
        self.file.set_len(end)?;
        self.file.seek(SeekFrom::Start(end))?;
        Ok(())
    }

    /// Takes whole lines until there are no more.
    fn add_lines(&mut self, from: impl Read, bar: &ProgressBar) -> io::Result<()> {
        let mut reader = BufReader::with_capacity(1 << 16, from);
        let mut out = BufWriter::with_capacity(1 << 18, &self.file);
        let mut line = Vec::new();
        let outcome = loop {
            line.clear();
            match reader.read_until(b'\n', &mut line) {
                Ok(0) => break Ok(()),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
            let Some(known) = whole(&line) else {
                break Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the answer broke off",
                ));
            };
            out.write_all(&line)?;
            self.lines += 1;
            self.last = Some((known.timestamp, known.id));
            bar.set_position(self.lines);
        };
        out.flush()?;
        outcome
    }

    fn turn_into(&mut self, format: Format, mut out: impl Write) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut writer = Writer::new(format)?;
        let mut events = Vec::with_capacity(AT_ONCE);
        for line in BufReader::new(&self.file).split(b'\n') {
            let known: Line = serde_json::from_slice(&line?)?;
            events.push(known.event());
            if events.len() == AT_ONCE {
                out.write_all(&writer.add(&events)?)?;
                events.clear();
            }
        }
        out.write_all(&writer.add(&events)?)?;
        out.write_all(&writer.finish()?)?;
        out.flush()
    }

    fn remove(self) {
        let asked = self.path.with_extension("part-of");
        // They may be in the place of the result already.
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(asked);
    }
}

impl Line {
    fn event(self) -> Event {
        Event::from_parts(EventParts {
            id: self.id,
            name: self.name,
            timestamp: self.timestamp,
            user_id: self.user_id,
            anonymous_id: self.anonymous_id,
            session_id: self.session_id,
            properties: self.properties.get().to_owned(),
        })
    }
}

fn whole(line: &[u8]) -> Option<Line> {
    serde_json::from_slice(line.strip_suffix(b"\n")?).ok()
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    PathBuf::from(name)
}
