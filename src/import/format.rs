use std::str::FromStr;

/// What the lines of an import are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// An access log of Apache or nginx in the combined format.
    CombinedLog,
    /// One event of the HTTP contract on each line.
    Ndjson,
    /// Rows below a header.
    Csv,
}

impl Format {
    /// Every format.
    pub(crate) const ALL: [Self; 3] = [Self::CombinedLog, Self::Ndjson, Self::Csv];

    /// The word on the command line.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::CombinedLog => "combined-log",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == word);
        known.ok_or_else(|| format!("`{word}` is not a format; use combined-log, ndjson or csv"))
    }
}
