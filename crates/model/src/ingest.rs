//! What an organization wants done with its events on their way in.

use serde::{Deserialize, Serialize};

use crate::problem::FieldError;

/// Most names in each list of properties.
pub const MAX_LISTED: usize = 200;
/// Most domains of an organization.
pub const MAX_DOMAINS: usize = 100;

/// What becomes of events that bots and crawlers cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Bots {
    /// Stored like any other.
    Keep,
    /// Stored with `$bot: true`.
    #[default]
    Mark,
    /// Answered like any other and not stored.
    Drop,
}

/// What is added to events, what is left out, and what is repaired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct IngestRules {
    /// User agents become `$browser`, `$os` and `$device`.
    pub user_agent: bool,
    /// Referrers become `$referrer_domain` and, with the campaign, `$channel`.
    pub referrer: bool,
    /// UTM parameters and click ids of `$url` become properties.
    pub campaign: bool,
    /// Addresses become `$country`, `$region` and `$city`.
    pub location: bool,
    /// Visitors without an id get one that changes every day and cannot be traced back.
    pub visitor_id: bool,
    /// Times are corrected where `sent_at` shows that the sender's clock is wrong.
    pub clock: bool,
    /// Client addresses are stored, as `$ip`.
    pub store_address: bool,
    /// What becomes of events of bots.
    pub bots: Bots,
    /// Names of the only properties that are stored; empty: all. A `*` at the end stands for any rest.
    pub allow: Vec<String>,
    /// Names of properties that are not stored.
    pub deny: Vec<String>,
    /// Names of properties whose value is replaced by `[redacted]`.
    pub redact: Vec<String>,
}

impl Default for IngestRules {
    fn default() -> Self {
        Self {
            user_agent: true,
            referrer: true,
            campaign: true,
            location: true,
            visitor_id: true,
            clock: true,
            store_address: false,
            bots: Bots::Mark,
            allow: Vec::new(),
            deny: Vec::new(),
            redact: Vec::new(),
        }
    }
}

impl IngestRules {
    /// Whether any list speaks of properties.
    #[must_use]
    pub fn has_lists(&self) -> bool {
        !(self.allow.is_empty() && self.deny.is_empty() && self.redact.is_empty())
    }
}

/// What to change about [`IngestRules`]; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is described in `IngestRules`")]
pub struct IngestPatch {
    pub user_agent: Option<bool>,
    pub referrer: Option<bool>,
    pub campaign: Option<bool>,
    pub location: Option<bool>,
    pub visitor_id: Option<bool>,
    pub clock: Option<bool>,
    pub store_address: Option<bool>,
    pub bots: Option<Bots>,
    pub allow: Option<Vec<String>>,
    pub deny: Option<Vec<String>>,
    pub redact: Option<Vec<String>>,
}

impl IngestPatch {
    /// The rules after the change.
    ///
    /// # Errors
    /// A [`FieldError`] on a list that is too long or names nothing.
    pub fn applied_to(self, rules: IngestRules) -> Result<IngestRules, FieldError> {
        let list = |field: &str, new: Option<Vec<String>>, old: Vec<String>| match new {
            Some(names) => checked_list(field, names),
            None => Ok(old),
        };
        Ok(IngestRules {
            user_agent: self.user_agent.unwrap_or(rules.user_agent),
            referrer: self.referrer.unwrap_or(rules.referrer),
            campaign: self.campaign.unwrap_or(rules.campaign),
            location: self.location.unwrap_or(rules.location),
            visitor_id: self.visitor_id.unwrap_or(rules.visitor_id),
            clock: self.clock.unwrap_or(rules.clock),
            store_address: self.store_address.unwrap_or(rules.store_address),
            bots: self.bots.unwrap_or(rules.bots),
            allow: list("ingest.allow", self.allow, rules.allow)?,
            deny: list("ingest.deny", self.deny, rules.deny)?,
            redact: list("ingest.redact", self.redact, rules.redact)?,
        })
    }
}

fn checked_list(field: &str, names: Vec<String>) -> Result<Vec<String>, FieldError> {
    if names.len() > MAX_LISTED {
        let message = format!("Name at most {MAX_LISTED} properties.");
        return Err(FieldError::new(field, "too_many", message));
    }
    let is_wrong = |name: &String| {
        name.trim().is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control)
    };
    if names.iter().any(is_wrong) {
        let message = "Each entry is the name of a property, with a `*` at its end for any rest.";
        return Err(FieldError::new(field, "invalid", message));
    }
    Ok(names)
}

/// A site's domain in the form in which they are compared: lower case, without `www.`.
///
/// # Errors
/// A [`FieldError`] on `field`.
pub fn domain(field: &str, text: &str) -> Result<String, FieldError> {
    let lower = text.trim().to_lowercase();
    let bare = lower.strip_prefix("www.").unwrap_or(&lower);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
    };
    if bare.len() <= 253 && bare.split('.').all(is_label) {
        return Ok(bare.to_owned());
    }
    let message = format!("`{text}` is not a domain such as example.com.");
    Err(FieldError::new(field, "invalid", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let patch: IngestPatch =
            serde_json::from_str(r#"{"bots":"drop","deny":["email","secret_*"]}"#).expect("a patch");
        let rules = patch.applied_to(IngestRules::default()).expect("it is valid");
        let expected = IngestRules {
            bots: Bots::Drop,
            deny: vec!["email".to_owned(), "secret_*".to_owned()],
            ..IngestRules::default()
        };
        assert_eq!(rules, expected);
        let wrong = IngestPatch {
            allow: Some(vec![" ".to_owned()]),
            ..IngestPatch::default()
        };
        let error = wrong.applied_to(rules).expect_err("a name of nothing");
        assert_eq!(
            (error.field.as_str(), error.code.as_str()),
            ("ingest.allow", "invalid")
        );
    }

    #[test]
    fn domains_are_compared_in_one_form() {
        assert_eq!(domain("d", " WWW.Example.com "), Ok("example.com".to_owned()));
        assert_eq!(domain("d", "localhost"), Ok("localhost".to_owned()));
        for wrong in ["", "https://example.com", "a..b", "a b.c", "example.com/x"] {
            assert!(domain("d", wrong).is_err(), "{wrong}");
        }
    }
}
