//! What an import tells about itself.

use std::fmt;

/// How many broken lines are told one by one.
const TOLD: usize = 20;

/// A line that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rejection {
    /// Its number, from 1.
    pub(crate) line: u64,
    /// What is wrong with it.
    pub(crate) reason: String,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Lines read: accepted, duplicates and rejected together, once everything was delivered.
    pub(crate) read: u64,
    /// Events that are new.
    pub(crate) accepted: u64,
    /// Events that the server already had.
    pub(crate) duplicates: u64,
    /// Lines that were refused here or by the server.
    pub(crate) rejected: u64,
    /// Lines that an earlier, broken-off import had delivered.
    pub(crate) skipped: u64,
    /// Events that the server changed to accept them.
    pub(crate) warned: u64,
    first_rejections: Vec<Rejection>,
    first_warnings: Vec<Rejection>,
}

impl Summary {
    /// Counts a line that was not accepted.
    pub(super) fn reject(&mut self, rejection: Rejection) {
        self.rejected += 1;
        keep_first(&mut self.first_rejections, rejection);
    }

    /// Counts an event that was changed to be accepted.
    pub(super) fn warn(&mut self, warning: Rejection) {
        self.warned += 1;
        keep_first(&mut self.first_warnings, warning);
    }

    /// The broken lines that are told one by one, in the order of the file.
    #[cfg(test)]
    pub(super) fn first_rejections(&self) -> &[Rejection] {
        &self.first_rejections
    }

    /// For programs.
    pub(crate) fn json_line(&self) -> String {
        let Self {
            read,
            accepted,
            duplicates,
            rejected,
            ..
        } = self;
        format!(r#"{{"read":{read},"accepted":{accepted},"duplicates":{duplicates},"rejected":{rejected}}}"#)
    }
}

/// Batches come back in any order; the first lines of the file are told.
fn keep_first(kept: &mut Vec<Rejection>, rejection: Rejection) {
    let at = kept.partition_point(|other| *other < rejection);
    if at < TOLD {
        kept.insert(at, rejection);
        kept.truncate(TOLD);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.skipped > 0 {
            writeln!(
                f,
                "Went on after {} lines that an earlier import had delivered.",
                thousands(self.skipped)
            )?;
        }
        writeln!(f, "Read {} lines.", thousands(self.read))?;
        writeln!(f, "  accepted    {:>12}", thousands(self.accepted))?;
        writeln!(f, "  duplicates  {:>12}", thousands(self.duplicates))?;
        writeln!(f, "  rejected    {:>12}", thousands(self.rejected))?;
        write_lines(f, &self.first_rejections, self.rejected)?;
        if self.warned > 0 {
            writeln!(f, "  accepted with a remark: {}", thousands(self.warned))?;
        }
        write_lines(f, &self.first_warnings, self.warned)
    }
}

fn write_lines(f: &mut fmt::Formatter<'_>, told: &[Rejection], all: u64) -> fmt::Result {
    for Rejection { line, reason } in told {
        writeln!(f, "    line {}: {reason}", thousands(*line))?;
    }
    match all - told.len() as u64 {
        0 => Ok(()),
        more => writeln!(f, "    and {} more", thousands(more)),
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Why an import could not be finished, and what it did until then.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened, and the next step.
    pub(crate) message: String,
    /// What was done until then.
    pub(crate) so_far: Summary,
}

impl Failure {
    /// After some of the work.
    pub(super) fn new(message: String, so_far: Summary) -> Self {
        Self { message, so_far }
    }

    /// Before any of the work.
    pub(super) fn early(message: String) -> Self {
        Self::new(message, Summary::default())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_twenty_lines_are_told_in_order() {
        let mut summary = Summary {
            read: 1_200,
            accepted: 1_175,
            ..Summary::default()
        };
        for line in (1..=25).rev() {
            summary.reject(Rejection {
                line,
                reason: "broken".to_owned(),
            });
        }
        let text = summary.to_string();
        assert!(
            text.starts_with("Read 1,200 lines.\n  accepted           1,175\n"),
            "{text}"
        );
        assert!(
            text.contains("    line 1: broken\n    line 2: broken\n"),
            "{text}"
        );
        assert!(text.ends_with("    line 20: broken\n    and 5 more\n"), "{text}");
        assert_eq!(
            summary.json_line(),
            r#"{"read":1200,"accepted":1175,"duplicates":0,"rejected":25}"#
        );
    }
}
