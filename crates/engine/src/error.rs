//! What a verb answers when it cannot do what was asked: each variant says what the caller can do about it.

use std::sync::Arc;
use std::time::Duration;

use model::problem::FieldError;

/// Why a verb did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is wrong; the fields say how.
    #[error("the input is not valid")]
    Invalid(Vec<FieldError>),
    /// There is no such thing, or it belongs to somebody else.
    #[error("not found")]
    NotFound,
    /// It clashes with what is there; the sentence says with what.
    #[error("{0}")]
    Conflict(String),
    /// The thing changed since the caller looked at it.
    #[error("it was changed in the meantime")]
    Changed,
    /// The caller is not known; the sentence says what to do.
    #[error("{0}")]
    Unauthenticated(String),
    /// The password is right, and the account asks for a code as well.
    #[error("a code is asked for")]
    CodeNeeded {
        /// Whether one came that was wrong, used or over.
        was_wrong: bool,
    },
    /// The caller is known and may not do this.
    #[error("not allowed")]
    Forbidden,
    /// The key is for the pages of other sites.
    #[error("the key is not for this site")]
    OtherSite,
    /// The organization is suspended: nobody may do this in it.
    #[error("the organization is suspended")]
    Suspended,
    /// Too often; try again after a while.
    #[error("too many requests")]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// A question that took too long and was stopped; the sentence names the limit.
    #[error("{0}")]
    TimedOut(String),
    /// Something that is needed cannot be reached now; try again after a while.
    #[error("{what} is not available right now")]
    Unavailable {
        /// What it is, for people.
        what: &'static str,
        /// How long to wait.
        retry_after: Duration,
    },
    /// A fault of ours. Its cause is logged once, where it is turned into an answer, and never told outside.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// One wrong field.
    pub fn invalid(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, message)])
    }

    /// The same error for everyone who waited for the same thing.
    pub(crate) fn shared(error: Arc<Self>) -> Self {
        match error.as_ref() {
            Self::Invalid(fields) => Self::Invalid(fields.clone()),
            Self::NotFound => Self::NotFound,
            Self::Conflict(detail) => Self::Conflict(detail.clone()),
            Self::Changed => Self::Changed,
            Self::Unauthenticated(detail) => Self::Unauthenticated(detail.clone()),
            Self::CodeNeeded { was_wrong } => Self::CodeNeeded {
                was_wrong: *was_wrong,
            },
            Self::Forbidden => Self::Forbidden,
            Self::OtherSite => Self::OtherSite,
            Self::Suspended => Self::Suspended,
            Self::TooMany { retry_after } => Self::TooMany {
                retry_after: *retry_after,
            },
            Self::TimedOut(detail) => Self::TimedOut(detail.clone()),
            Self::Unavailable { what, retry_after } => Self::Unavailable {
                what,
                retry_after: *retry_after,
            },
            Self::Internal(_) => Self::internal(error),
        }
    }

    /// A fault of ours with its cause.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}

impl From<Vec<FieldError>> for Error {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Invalid(errors)
    }
}
