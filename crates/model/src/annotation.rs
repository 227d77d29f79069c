//! What happened: a release, a campaign, an outage. Charts over time draw it as a line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{AnnotationId, DashboardId, UserId};
use crate::problem::FieldError;

/// Most annotations of an organization.
pub const MAX_ANNOTATIONS: usize = 10_000;
const MAX_TEXT_CHARS: usize = 200;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// Opaque id.
    pub id: AnnotationId,
    /// The dashboard whose charts show it; all of the organization's when absent.
    pub dashboard_id: Option<DashboardId>,
    /// When it happened.
    pub at: Timestamp,
    /// What, on one line.
    pub text: String,
    /// Who noted it; nobody, once that person is gone, or where a key did.
    pub created_by: Option<UserId>,
    /// When it was noted.
    pub created_at: Timestamp,
}

/// What a caller says of something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnotationSpec {
    /// When it happened; now when absent.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// 1 to 200 characters on one line.
    pub text: String,
}

impl AnnotationSpec {
    /// Checks and tidies what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(mut self) -> Result<Self, Vec<FieldError>> {
        let text = self.text.trim();
        let is_fit =
            !text.is_empty() && text.chars().count() <= MAX_TEXT_CHARS && !text.chars().any(char::is_control);
        if !is_fit {
            let message = format!("Say in 1 to {MAX_TEXT_CHARS} characters, on one line, what happened.");
            return Err(vec![FieldError::new("text", "invalid", message)]);
        }
        self.text = text.to_owned();
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_on_one_line_what_happened() {
        let check = |text: &str| {
            let spec = AnnotationSpec {
                at: None,
                text: text.to_owned(),
            };
            spec.check()
        };
        assert_eq!(check("  Release 2.4 ").expect("it is fine").text, "Release 2.4");
        for wrong in ["", "   ", "a\nb", &"x".repeat(201)] {
            assert_eq!(check(wrong).expect_err(wrong)[0].field, "text");
        }
    }
}
