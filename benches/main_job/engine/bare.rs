//! The bare engine in a process of its own: only the crate `engine` may know it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::Outcome;
use crate::queries::trend;

/// Runs statements on the same events without us.
pub(super) struct Bare {
    process: Child,
    statements: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What a statement took and gave.
pub(super) struct Ran {
    pub(super) milliseconds: f64,
    pub(super) sum: f64,
}

/// Fills the organization's file in `folder` with `count` events; gives the file.
pub(super) fn fill(folder: &Path, organization: &str, count: usize) -> Outcome<String> {
    let output = trend()?
        .arg("fill")
        .arg(folder)
        .args([organization, &count.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the events could not be written".into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

impl Bare {
    /// The engine at `url`; of DuckDB a copy of the file that it names.
    pub(super) fn open(url: &str) -> Outcome<Self> {
        let mut process = trend()?
            .args(["rival", url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(statements), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("the bare engine has no pipes".into());
        };
        let mut bare = Self {
            process,
            statements,
            answers: BufReader::new(answers),
        };
        match bare.line()?.as_str() {
            "ready" => Ok(bare),
            other => Err(format!("the bare engine said `{other}`").into()),
        }
    }

    /// Runs a statement of however many lines.
    pub(super) fn run(&mut self, sql: &str) -> Outcome<Ran> {
        let line = sql.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(self.statements, "{line}")?;
        let answer = self.line()?;
        let parts: Vec<&str> = answer.split('\t').collect();
        let [milliseconds, _rows, sum] = parts[..] else {
            return Err(format!("the bare engine could not run {line}").into());
        };
        Ok(Ran {
            milliseconds: milliseconds.parse()?,
            sum: sum.parse()?,
        })
    }

    fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
