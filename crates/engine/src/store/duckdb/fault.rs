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
    #[error(transparent)]
    TooManyRows(#[from] TooManyRows),
}

impl Fault {
    /// After a FATAL error every connection of the instance only repeats it.
    pub(crate) fn broke_the_instance(&self) -> bool {
        let Self::DuckDb(error) = self else { return false };
        let text = error.to_string();
        text.contains("FATAL Error") || text.contains("database has been invalidated")
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
