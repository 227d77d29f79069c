//! Letters that did not arrive yet, as administrators hear of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::LetterId;

/// What a letter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum LetterKind {
    /// To choose another password.
    Reset,
    /// To confirm an address.
    Confirm,
    /// To join an organization.
    Invitation,
    /// That a plan's events are used up, or nearly.
    Quota,
    /// To give an account another address.
    Address,
    /// That an account gets another address, to the one before.
    Notice,
}

impl LetterKind {
    /// The word in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Confirm => "confirm",
            Self::Invitation => "invitation",
            Self::Quota => "quota",
            Self::Address => "address",
            Self::Notice => "notice",
        }
    }

    /// Reads the word; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Reset,
            Self::Confirm,
            Self::Invitation,
            Self::Quota,
            Self::Address,
            Self::Notice,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
    }
}

/// What is wrong with a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum LetterTrouble {
    /// The mail server was not reached, or did not take it: it is tried again.
    Waiting,
    /// The mail server refused it; it is not sent any more.
    Refused,
    /// The mail server was not reached in time; it is not sent any more.
    Late,
}

/// A letter that was not taken by the mail server when it was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StuckLetter {
    /// Opaque id.
    pub id: LetterId,
    /// What it is for.
    pub kind: LetterKind,
    /// Whom it is to.
    pub to: String,
    /// What is wrong.
    pub trouble: LetterTrouble,
    /// What the mail server said where it refused the letter.
    pub said: Option<String>,
    /// How often it was tried.
    pub tries: u64,
    /// When it was due first.
    pub created_at: Timestamp,
}
