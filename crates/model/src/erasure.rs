//! Events that are to be erased for good.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::ErasureId;
use crate::problem::FieldError;

/// Most days that an organization may say.
pub const MOST_RETENTION_DAYS: u32 = 36_500;

/// A request to forget a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ForgetRequest {
    /// Any id of the person: what events carry as `user_id`, or as `anonymous_id`.
    pub user_id: String,
}

impl ForgetRequest {
    /// The id, as events could carry it.
    ///
    /// # Errors
    /// A [`FieldError`] on `user_id`.
    pub fn checked(&self) -> Result<&str, FieldError> {
        match self.user_id.chars().count() {
            0 => Err(FieldError::new("user_id", "required", "Say whom to forget.")),
            1..=200 => Ok(&self.user_id),
            _ => Err(FieldError::new(
                "user_id",
                "too_long",
                "No event carries an id of more than 200 characters.",
            )),
        }
    }
}

/// Why something is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ErasureKind {
    /// A person is to be forgotten.
    Person,
    /// It is older than the organization keeps its events.
    Retention,
    /// The organization was deleted.
    Organization,
}

impl ErasureKind {
    /// The word in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Retention => "retention",
            Self::Organization => "organization",
        }
    }

    /// Reads the word; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Person, Self::Retention, Self::Organization]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ErasureState {
    /// Somebody will begin soon, or begin again.
    Waiting,
    /// Under way.
    Running,
    /// Gone for good.
    Done,
}

impl ErasureState {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
        }
    }
}

/// Events that are to be erased, or were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Erasure {
    /// Opaque id.
    pub id: ErasureId,
    /// Why.
    pub kind: ErasureKind,
    /// Who is to be forgotten; once that is done, `sha256:` and the beginning of the digest of the id that was named.
    pub subject: Option<String>,
    /// What happened before this is erased.
    pub before: Option<Timestamp>,
    /// How far it has come.
    pub state: ErasureState,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// By when it is to be done.
    pub due_at: Timestamp,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
    /// How many events were erased.
    pub events: u64,
    /// Why the last attempt came to nothing, or what somebody should look at.
    pub note: Option<String>,
}

/// Days that events are kept: 0 stands for "for ever".
///
/// # Errors
/// A [`FieldError`] on `retention_days`.
pub fn retention_days(days: u32) -> Result<Option<u32>, FieldError> {
    match days {
        0 => Ok(None),
        1..=MOST_RETENTION_DAYS => Ok(Some(days)),
        _ => Err(FieldError::new(
            "retention_days",
            "out_of_range",
            format!("Keep events for 1 to {MOST_RETENTION_DAYS} days, or write 0 to keep them for ever."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_days_or_for_ever() {
        assert_eq!(retention_days(0), Ok(None));
        assert_eq!(retention_days(30), Ok(Some(30)));
        assert!(retention_days(MOST_RETENTION_DAYS + 1).is_err());
    }

    #[test]
    fn a_person_has_an_id_that_fits_an_event() {
        let request = |user_id: &str| ForgetRequest {
            user_id: user_id.to_owned(),
        };
        assert_eq!(request("ada").checked(), Ok("ada"));
        assert_eq!(request("").checked().expect_err("nobody").code, "required");
        assert_eq!(
            request(&"ä".repeat(201)).checked().expect_err("too long").code,
            "too_long"
        );
    }
}
