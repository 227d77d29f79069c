use crate::error::Error;
use crate::store::closed;
use crate::store::frame::TooManyRows;

/// What the server would not do.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It does not answer, or not to the end.
    #[error("the ClickHouse server does not answer")]
    Unreachable(#[from] reqwest::Error),
    /// It said why, with a number of its own.
    #[error("ClickHouse refused with code {code}: {message}")]
    Refused { code: u32, message: String },
    /// Something between it and us said no.
    #[error("the ClickHouse server answered with status {0}")]
    Status(u16),
    /// Its rows end in the middle.
    #[error("an answer of ClickHouse ends before its end")]
    CutOff,
    /// A statement of ours selected something that is neither a number, nor text, nor a list of them.
    #[error("ClickHouse sent values of the type {0}, which nothing reads")]
    UnknownType(String),
    #[error(transparent)]
    TooManyRows(#[from] TooManyRows),
    /// Somebody else appends the same organization's events.
    #[error("another process has begun to append events of the same organization")]
    Overtaken,
}

/// Codes of the server.
mod code {
    pub(super) const TIMEOUT_EXCEEDED: u32 = 159;
    pub(super) const TOO_MANY_SIMULTANEOUS_QUERIES: u32 = 202;
    pub(super) const MEMORY_LIMIT_EXCEEDED: u32 = 241;
    pub(super) const TABLE_IS_READ_ONLY: u32 = 242;
    pub(super) const NOT_ENOUGH_SPACE: u32 = 243;
    pub(super) const TOO_MANY_PARTS: u32 = 252;
    pub(super) const QUERY_WAS_CANCELLED: u32 = 394;
    pub(super) const TOO_MANY_ROWS_OR_BYTES: u32 = 396;
}

impl Fault {
    /// Of a statement that may give so many rows: where the server counted more, that is what is wrong.
    pub(super) fn of_at_most(self, most_rows: usize) -> Self {
        match self {
            Self::Refused {
                code: code::TOO_MANY_ROWS_OR_BYTES,
                ..
            } => TooManyRows(most_rows).into(),
            other => other,
        }
    }

    /// Whether the server stopped at its limit of time.
    pub(super) fn is_timeout(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == code::TIMEOUT_EXCEEDED)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooManyRows(limit) => limit.into(),
            Fault::Refused {
                code: code::MEMORY_LIMIT_EXCEEDED,
                ..
            } => too_large(),
            fault if is_for_now(&fault) => {
                tracing::warn!(error = %fault, "the event store does not answer");
                closed()
            }
            fault => Self::internal(fault),
        }
    }
}

/// Whether the same may succeed in a while.
fn is_for_now(fault: &Fault) -> bool {
    match fault {
        Fault::Unreachable(_) | Fault::CutOff => true,
        Fault::Status(status) => *status >= 500,
        Fault::Refused { code, .. } => matches!(
            *code,
            code::TOO_MANY_SIMULTANEOUS_QUERIES
                | code::TABLE_IS_READ_ONLY
                | code::NOT_ENOUGH_SPACE
                | code::TOO_MANY_PARTS
                | code::QUERY_WAS_CANCELLED
        ),
        Fault::UnknownType(_) | Fault::TooManyRows(_) | Fault::Overtaken => false,
    }
}

fn too_large() -> Error {
    let message = "This question needs more memory than the event store has for one. Ask about a shorter range or fewer values.";
    Error::invalid("range", "too_large", message)
}

/// What ClickHouse says of a statement that it cannot run, in a line.
pub(in crate::store) fn words_about_statement(
    source: &(dyn std::error::Error + Send + Sync + 'static),
) -> Option<String> {
    let Fault::Refused { message, .. } = source.downcast_ref::<Fault>()? else {
        return None;
    };
    let told = message
        .split_once("DB::Exception: ")
        .map_or(message.as_str(), |(_, told)| told);
    let line = told.lines().next().unwrap_or_default();
    Some(line.trim_end_matches('.').to_owned())
}
