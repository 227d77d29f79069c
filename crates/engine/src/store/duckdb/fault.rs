use crate::error::Error;
use crate::store::frame::TooManyRows;

/// What DuckDB or a file would not do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    DuckDb(#[from] duckdb::Error),
    #[error("the events folder cannot be used")]
    Folder(#[from] std::io::Error),
    #[error("the folder of the event files has a name that is not UTF-8")]
    FolderName,
    #[error("questions about the organization do not end, so its file cannot be put in another's place")]
    InUse,
    #[error(transparent)]
    TooManyRows(#[from] TooManyRows),
}

impl Fault {
    /// Whether the journal beside a file cannot be read.
    pub(crate) fn found_a_damaged_journal(&self) -> bool {
        self.says("Failure while replaying WAL")
    }

    /// Whether a file itself cannot be read.
    pub(crate) fn found_a_damaged_file(&self) -> bool {
        !self.found_a_damaged_journal()
            && (self.says("Corrupt database file") || self.says("not a valid DuckDB database file"))
    }

    fn says(&self, words: &str) -> bool {
        matches!(self, Self::DuckDb(error) if error.to_string().contains(words))
    }

    /// After a FATAL error every connection of the instance only repeats it.
    pub(crate) fn broke_the_instance(&self) -> bool {
        self.says("FATAL Error") || self.says("database has been invalidated")
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooManyRows(limit) => limit.into(),
            other => Self::internal(other),
        }
    }
}

/// What DuckDB says of a statement that it cannot run, in a line.
pub(in crate::store) fn words_about_statement(
    source: &(dyn std::error::Error + Send + Sync + 'static),
) -> Option<String> {
    let fault = source.downcast_ref::<Fault>()?;
    let Fault::DuckDb(error) = fault else { return None };
    if fault.broke_the_instance() {
        return None;
    }
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    Some(line.trim_end_matches(['.', '!']).to_owned())
}
