//! Over which time, as it was typed.

use model::problem::FieldError;
use model::query::{Edge, Interval, Range};

use crate::address::{self, PRESETS};
use crate::language::t;

/// The word for a range between two days.
pub(crate) const CUSTOM: &str = "custom";

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimeDraft {
    pub(crate) range: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) interval: Option<Interval>,
    /// Not offered here; kept as it is.
    pub(super) timezone: Option<String>,
}

impl Default for TimeDraft {
    fn default() -> Self {
        Self {
            range: "30d".to_owned(),
            from: String::new(),
            to: String::new(),
            interval: None,
            timezone: None,
        }
    }
}

impl TimeDraft {
    pub(crate) fn take(&mut self, range: &Range) {
        match range {
            Range::Last { .. } | Range::Period(_) => self.range = range.word().unwrap_or_default(),
            Range::Between { from, to } => {
                CUSTOM.clone_into(&mut self.range);
                self.from = from.to_string();
                self.to = to.to_string();
            }
        }
    }

    /// The ranges to offer: the usual ones, the one it has, and days of one's own.
    pub(crate) fn offered(&self) -> Vec<(String, String)> {
        let mut offered: Vec<(String, String)> = PRESETS
            .iter()
            .map(|(value, words)| ((*value).to_owned(), t(words).to_owned()))
            .collect();
        let is_offered = self.range == CUSTOM || offered.iter().any(|(value, _)| *value == self.range);
        if !is_offered {
            offered.push((self.range.clone(), address::word_words(&self.range)));
        }
        offered.push((CUSTOM.to_owned(), t("Between days").to_owned()));
        offered
    }

    /// Whether both ends are days, which is what the inputs can show.
    pub(crate) fn has_days(&self) -> bool {
        let is_day = |text: &String| text.is_empty() || matches!(text.parse(), Ok(Edge::Date(_)));
        is_day(&self.from) && is_day(&self.to)
    }

    /// The range.
    pub(crate) fn range(&self) -> Result<Range, FieldError> {
        let range = if self.range == CUSTOM {
            if self.from.is_empty() || self.to.is_empty() {
                Err(t("Give both a first and a last day.").to_owned())
            } else {
                address::between(&self.from, &self.to)
            }
        } else {
            Range::parse_word(&self.range)
        };
        range.map_err(|message| FieldError::new("range", "invalid", message))
    }
}
