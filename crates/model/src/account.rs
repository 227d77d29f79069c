//! People, organizations and what ties them together.

use email_address::{EmailAddress, Options};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{KeyId, OrgId, SessionId, UserId};
use crate::ingest::{IngestPatch, IngestRules};
use crate::origins::Origins;
use crate::problem::FieldError;
use crate::role::Role;
use crate::scope::Scopes;

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Opaque id.
    pub id: UserId,
    /// Address, as the person wrote it.
    pub email: String,
    /// Name shown to others.
    pub name: String,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// What to change about one's own account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnPatch {
    /// Name shown to others, 1 to 200 characters.
    #[serde(default)]
    pub name: Option<String>,
}

/// The first day of a week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum WeekStart {
    /// ISO 8601.
    #[default]
    Monday,
    /// As in the United States.
    Sunday,
}

impl WeekStart {
    /// The word in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Sunday => "sunday",
        }
    }

    /// Reads the word; anything but `sunday` is Monday.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        if word == "sunday" {
            Self::Sunday
        } else {
            Self::Monday
        }
    }
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Organization {
    /// Opaque id.
    pub id: OrgId,
    /// Name shown to people.
    pub name: String,
    /// `free` unless a plan was bought.
    pub plan: String,
    /// IANA time zone in which its days begin.
    pub timezone: String,
    /// Day on which its weeks begin.
    pub week_start: WeekStart,
}

/// An organization with what it wants done with its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationSettings {
    /// The organization.
    #[serde(flatten)]
    pub organization: Organization,
    /// What becomes of its events on their way in.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub ingest: IngestRules,
    /// The sites whose trackers send to it by their domain alone.
    pub domains: Vec<String>,
    /// Days that its events are kept; null for ever.
    pub retention_days: Option<u32>,
}

/// What to change about an organization; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrganizationPatch {
    /// 1 to 200 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// IANA name, such as `Europe/Berlin`.
    #[serde(default)]
    pub timezone: Option<String>,
    /// Day on which its weeks begin.
    #[serde(default)]
    pub week_start: Option<WeekStart>,
    /// What becomes of its events on their way in.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub ingest: Option<IngestPatch>,
    /// The sites whose trackers send to it by their domain alone; all of them.
    #[serde(default)]
    pub domains: Option<Vec<String>>,
    /// Days that its events are kept: 1 to 36,500, or 0 for ever.
    #[serde(default)]
    pub retention_days: Option<u32>,
}

/// An organization as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    /// The organization.
    #[serde(flatten)]
    pub organization: Organization,
    /// The member's role in it.
    pub role: Role,
}

/// Who is signed in: the user, and the organization the request is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The user.
    pub user: User,
    /// Whether somebody showed that the address is theirs.
    #[serde(default)]
    pub email_confirmed: bool,
    /// Whether signing in asks for a code too.
    #[serde(default)]
    pub two_factor: bool,
    /// Every organization the user belongs to, the one joined first in front.
    pub organizations: Vec<Membership>,
}

/// A session of a browser or of a program, as its own user sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedInSession {
    /// Opaque id.
    pub id: SessionId,
    /// `browser` or `api`.
    pub kind: String,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// About when it was last used; for programs, when it began.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// A request to choose another password.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The one that the user signs in with.
    pub current_password: String,
    /// 8 to 128 characters.
    pub new_password: String,
}

/// A request to delete one's own account.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountDeletion {
    /// The one that the user signs in with.
    pub password: String,
    /// What the authenticator app shows, or a recovery code, where the account asks for one.
    #[serde(default)]
    pub code: Option<String>,
}

/// Another address for one's own account.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddressChange {
    /// The address to sign in with once its link was opened.
    pub email: String,
    /// The password that the user signs in with.
    pub current_password: String,
    /// What the authenticator app shows, or a recovery code, where the account asks for one.
    #[serde(default)]
    pub code: Option<String>,
}

/// What an account asks for beside the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TwoFactor {
    /// Whether a code is asked for.
    pub enabled: bool,
    /// Recovery codes that were not used.
    pub recovery_codes_left: i64,
}

/// A secret for an authenticator app; it is told until its first code came, and never again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpSetup {
    /// Base32, for typing it.
    pub secret: String,
    /// `otpauth://…`, for the app.
    pub uri: String,
    /// The same as a QR code: an `<svg>`.
    pub qr_svg: String,
}

impl std::fmt::Debug for TotpSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TotpSetup").finish_non_exhaustive()
    }
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// Sends events, may be public.
    Write,
    /// Acts for the organization, never public.
    Secret,
}

impl KeyKind {
    /// The word in the database and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Secret => "secret",
        }
    }

    /// Reads the word; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Write, Self::Secret]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// A key as it is listed: the key itself is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// Opaque id.
    pub id: KeyId,
    /// What it is for.
    pub kind: KeyKind,
    /// Name that its maker gave.
    pub name: String,
    /// First characters, to recognise it by.
    pub prefix: String,
    /// What it is confined to; null for everything that its kind allows.
    #[serde(default)]
    pub scopes: Scopes,
    /// The sites whose pages may send with it, where it is a write key; none are all.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub origins: Origins,
    /// The member that it acts as, where it is a personal key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A request to make a key of an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
    /// 1 to 200 characters.
    pub name: String,
    /// What it is for.
    pub kind: KeyKind,
    /// What it is confined to; everything that its kind allows when absent.
    #[serde(default)]
    pub scopes: Scopes,
    /// The sites whose pages may send with a write key, such as `https://www.example.org` or `https://*.example.org`;
    /// all where there are none.
    #[serde(default)]
    pub origins: Vec<String>,
}

/// What to change about a key of an organization; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyPatch {
    /// 1 to 200 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// The sites whose pages may send with a write key; all of them. An empty list is every site.
    #[serde(default)]
    pub origins: Option<Vec<String>>,
}

impl KeyRequest {
    /// A key for everything that its kind allows.
    pub fn new(name: impl Into<String>, kind: KeyKind) -> Self {
        Self {
            name: name.into(),
            kind,
            scopes: Scopes::ALL,
            origins: Vec::new(),
        }
    }
}

/// A request to make a key that acts as its maker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PersonalKeyRequest {
    /// 1 to 200 characters.
    pub name: String,
    /// What it is confined to; everything that its maker may do when absent.
    #[serde(default)]
    pub scopes: Scopes,
}

/// A request to make an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// 1 to 200 characters.
    pub name: String,
}

/// A request to make an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Address, also the login.
    pub email: String,
    /// 8 to 128 characters.
    pub password: String,
    /// Name shown to others.
    pub name: String,
    /// Name of the organization that is made; the person's own name when absent.
    #[serde(default)]
    pub organization: Option<String>,
    /// The token of an invitation: the account then joins that organization instead of making one.
    #[serde(default)]
    pub invitation: Option<String>,
}

/// An e-mail address that looks like one, trimmed; compared in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Accepts what RFC 5321 and 6531 call an address, of at most 254 characters: a local part without quotes, and a domain
    /// with a dot.
    ///
    /// # Errors
    /// A [`FieldError`] on `email`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        let options = Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        let is_address = EmailAddress::parse_with_options(text, options).is_ok();
        // Between quotes stands what one likes: nobody's address needs them.
        let is_plain = !text.contains('"')
            && !text
                .chars()
                .any(|letter| letter.is_control() || turns_text_around(letter));
        if is_address && is_plain && text.len() <= 254 {
            return Ok(Self(text.to_owned()));
        }
        Err(FieldError::new(
            "email",
            "invalid",
            "That does not look like an e-mail address. Check it for typos.",
        ))
    }

    /// As the person wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// A display name: 1 to 200 characters after trimming, no control characters.
///
/// # Errors
/// A [`FieldError`] on `field`.
pub fn display_name(field: &str, text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(FieldError::new(field, "required", "Give it a name."));
    }
    if text.chars().count() > 200 {
        return Err(FieldError::new(field, "too_long", "Use at most 200 characters."));
    }
    if text
        .chars()
        .any(|letter| letter.is_control() || turns_text_around(letter))
    {
        return Err(FieldError::new(
            field,
            "invalid",
            "Leave out control characters such as line breaks.",
        ));
    }
    Ok(text.to_owned())
}

/// Whether a character changes the direction of the text after it, which names in the middle of a sentence must not do: it
/// would then say something else. What Arabic and Hebrew are written with does not need them.
#[must_use]
pub const fn turns_text_around(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_their_line_and_direction() {
        for good in ["Ada", "شركة", "\u{200f}עדה", "<b>\"{{7*7}}"] {
            assert_eq!(display_name("name", good).as_deref(), Ok(good));
        }
        for wrong in ["a\nb", "a\u{202e}b", "\u{2066}a", "a\u{0}"] {
            let error = display_name("name", wrong).expect_err(wrong);
            assert_eq!((error.field.as_str(), error.code.as_str()), ("name", "invalid"));
        }
    }

    #[test]
    fn emails() {
        for good in [
            "a@b.c",
            " Ada.Lovelace+x@example.org ",
            "o'brien@example.org",
            "jörg@bücher.example",
        ] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        let bad = [
            "", "a", "a@b", "@b.c", "a@b@c.d", "a b@c.d", "a@.c", "a@b.", ".a@b.c", "a..b@c.d", "a@-b.c",
        ];
        let hostile = [
            "<script>@x.de",
            "<script>alert(1)</script>@x.de",
            "\"<script>\"@x.de",
            "a@<b>.de",
            "Ada <ada@x.de>",
            "ada@[127.0.0.1]",
            "ada@x.de,bob@x.de",
            "ada@x.de\r\nBcc: eve@x.de",
            "\u{202e}ada@x.de",
            &long,
        ];
        for bad in bad.into_iter().chain(hostile) {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }
}
