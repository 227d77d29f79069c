use std::str::FromStr;

use super::exports::Tool;

/// What the lines of an import are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// An access log of Apache or nginx in the combined format.
    CombinedLog,
    /// One event of the HTTP contract on each line.
    Ndjson,
    /// Rows below a header.
    Csv,
    /// What another tool exports, a JSON object on each line.
    Export(Tool),
    /// Umami's `website_event.csv`.
    Umami,
}

impl Format {
    /// Every format.
    pub(crate) const ALL: [Self; 8] = [
        Self::CombinedLog,
        Self::Ndjson,
        Self::Csv,
        Self::Export(Tool::Segment),
        Self::Export(Tool::Posthog),
        Self::Export(Tool::Mixpanel),
        Self::Export(Tool::Ga4),
        Self::Umami,
    ];

    /// Whether a record may go on over a line end inside quotation marks.
    pub(crate) const fn is_csv(self) -> bool {
        matches!(self, Self::Csv | Self::Umami)
    }

    /// The word on the command line.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::CombinedLog => "combined-log",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Export(Tool::Segment) => "segment-ndjson",
            Self::Export(Tool::Posthog) => "posthog",
            Self::Export(Tool::Mixpanel) => "mixpanel",
            Self::Export(Tool::Ga4) => "ga4",
            Self::Umami => "umami",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == word);
        known.ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|format| format.as_str()).collect();
            format!("`{word}` is not a format; use one of {}", words.join(", "))
        })
    }
}
