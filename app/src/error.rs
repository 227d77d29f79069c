//! What a page is told when the server could not do what was asked.

use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::problem::FieldError;
use serde::{Deserialize, Serialize};

use crate::api::JsonText;
use crate::language::{t, t_with, told};

/// Why a server function did not do what was asked; each variant says what the person can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppError {
    /// Nobody is signed in, or no longer.
    SignedOut,
    /// There is no such thing, or it belongs to somebody else.
    NotFound,
    /// The input is wrong; the fields say how. A field without a name concerns the whole.
    Invalid(Vec<FieldError>),
    /// Somebody else changed it in the meantime.
    Changed,
    /// The person's role does not allow it.
    Forbidden,
    /// Too often; the number of seconds to wait.
    TooMany(u64),
    /// The server, or something that it needs, cannot be reached.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl AppError {
    /// A sentence that says what happened and the next step.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::SignedOut => t("You are signed out. Sign in again to go on.").to_owned(),
            Self::NotFound => t("It is no longer there. Somebody may have deleted it.").to_owned(),
            Self::Invalid(errors) => errors.first().map_or_else(
                || t("Something in it is not right.").to_owned(),
                |error| told(&error.message),
            ),
            Self::Changed => {
                t("Somebody else changed this in the meantime. Reload the page to see it.").to_owned()
            }
            Self::Forbidden => {
                t("Your role does not allow this. Ask an administrator of your organization.").to_owned()
            }
            Self::TooMany(seconds) => {
                t_with("That was too often. Try again in {0} s.", &[&seconds.to_string()])
            }
            Self::Unavailable => {
                t("The server cannot be reached right now. Try again in a moment.").to_owned()
            }
            Self::Internal => t("Something went wrong on our side. Try again in a moment.").to_owned(),
        }
    }

    /// The fields concerned.
    #[must_use]
    pub fn fields(&self) -> &[FieldError] {
        match self {
            Self::Invalid(errors) => errors,
            _ => &[],
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let error = match error {
            // On the server it is what was asked that cannot be read; in the browser, what was answered.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(message) => {
                Self::Invalid(vec![FieldError::new("", "invalid", message)])
            }
            #[cfg(not(feature = "ssr"))]
            ServerFnErrorErr::Deserialization(_) => Self::Unavailable,
            ServerFnErrorErr::Request(_) => Self::Unavailable,
            ServerFnErrorErr::Args(message) => Self::Invalid(vec![FieldError::new("", "invalid", message)]),
            ServerFnErrorErr::MissingArg(name) => {
                Self::Invalid(vec![FieldError::new(name, "required", "This field is required.")])
            }
            _ => Self::Internal,
        };
        #[cfg(feature = "ssr")]
        let error = crate::server::told(error);
        error
    }
}
