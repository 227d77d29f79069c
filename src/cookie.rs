//! The browser's cookies, the session's among them. All are `HttpOnly`: scripts see none.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use model::ids::OrgId;
use model::language::ReadingChoice;

/// How cookies are named and sealed: strictly behind https, plainly on a laptop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookies {
    secure: bool,
}

const YEAR: u64 = 365 * 24 * 3600;
const HALF_A_DAY: u64 = 12 * 3600;
const MINUTE: u64 = 60;

impl Cookies {
    /// Cookies for a server that people reach at `public_url`.
    #[must_use]
    pub(crate) fn for_url(public_url: &str) -> Self {
        Self {
            secure: public_url.starts_with("https://"),
        }
    }

    /// Whether people reach this server by https.
    #[must_use]
    pub(crate) const fn secure(self) -> bool {
        self.secure
    }

    const fn session_name(self) -> &'static str {
        if self.secure {
            "__Host-datapulse"
        } else {
            "datapulse"
        }
    }

    /// The token in the session cookie of a request.
    #[must_use]
    pub(crate) fn session(self, headers: &HeaderMap) -> Option<&str> {
        read(headers, self.session_name())
    }

    /// `Set-Cookie` for a session that lasts `max_age` seconds.
    #[must_use]
    pub(crate) fn set_session(self, token: &str, max_age: u64) -> HeaderValue {
        self.set(self.session_name(), token, max_age)
    }

    /// `Set-Cookie` that takes the session cookie away.
    #[must_use]
    pub(crate) fn end_session(self) -> HeaderValue {
        self.set(self.session_name(), "", 0)
    }

    const fn browser_name(self) -> &'static str {
        if self.secure { "__Host-browser" } else { "browser" }
    }

    /// What shows that somebody signed in with this browser before.
    #[must_use]
    pub(crate) fn browser(self, headers: &HeaderMap) -> Option<&str> {
        read(headers, self.browser_name())
    }

    /// `Set-Cookie` for that. It opens nothing: whoever guesses passwords elsewhere does not keep this browser out.
    #[must_use]
    pub(crate) fn set_browser(self, token: &str) -> HeaderValue {
        self.set(self.browser_name(), token, YEAR)
    }

    /// What shows that a link's password was given.
    #[must_use]
    pub(crate) fn share(headers: &HeaderMap) -> Option<&str> {
        read(headers, "share")
    }

    /// `Set-Cookie` for a link whose password was given, for that link alone. In a frame of another site browsers send
    /// it only where it is `SameSite=None`, and that only by https.
    #[must_use]
    pub(crate) fn set_share(self, token: &str, proof: &str, is_framed: bool) -> HeaderValue {
        let site = match (is_framed, self.secure) {
            (true, true) => "SameSite=None; Partitioned; Secure",
            (false, true) => "SameSite=Lax; Secure",
            (_, false) => "SameSite=Lax",
        };
        let text = format!("share={proof}; Path=/s/{token}; HttpOnly; Max-Age={HALF_A_DAY}; {site}");
        HeaderValue::from_str(&text).expect("the token of a known link and its proof are plain ASCII")
    }

    /// What shows that somebody's password was right a moment ago.
    #[must_use]
    pub(crate) fn challenge(headers: &HeaderMap) -> Option<&str> {
        read(headers, "challenge")
    }

    /// `Set-Cookie` for that.
    #[must_use]
    pub(crate) fn set_challenge(self, token: &str, max_age: u64) -> HeaderValue {
        self.set("challenge", token, max_age)
    }

    /// What this browser took along to another server for signing in.
    #[must_use]
    pub(crate) fn oidc(headers: &HeaderMap) -> Option<&str> {
        read(headers, "oidc")
    }

    /// `Set-Cookie` for that.
    #[must_use]
    pub(crate) fn set_oidc(self, state: &str, max_age: u64) -> HeaderValue {
        self.set("oidc", state, max_age)
    }

    /// The organization that somebody in several chose to look at.
    #[must_use]
    pub(crate) fn organization(headers: &HeaderMap) -> Option<OrgId> {
        read(headers, "organization")?.parse().ok()
    }

    /// `Set-Cookie` for that choice.
    #[must_use]
    pub(crate) fn choose_organization(self, organization: OrgId) -> HeaderValue {
        self.set("organization", &organization.to_string(), YEAR)
    }

    /// `Set-Cookie` that tells the next page the link of an invitation, for a minute.
    #[must_use]
    pub(crate) fn tell_invitation(self, url: &str) -> HeaderValue {
        self.set("invitation", url, MINUTE)
    }

    /// `Set-Cookie` that tells the first steps the key that was made for them, for a day.
    #[must_use]
    pub(crate) fn tell_first_key(self, key: &str) -> HeaderValue {
        self.set("first-key", key, 2 * HALF_A_DAY)
    }

    /// `Set-Cookie` that tells the next page a link to choose another password, for a minute.
    #[must_use]
    pub(crate) fn tell_reset(self, url: &str) -> HeaderValue {
        self.set("reset", url, MINUTE)
    }

    /// `Set-Cookie` that tells the next page a link to confirm somebody's address, for a minute.
    #[must_use]
    pub(crate) fn tell_confirmation(self, url: &str) -> HeaderValue {
        self.set("confirmation", url, MINUTE)
    }

    /// The theme that somebody chose, for pages without script.
    #[must_use]
    pub(crate) fn theme(headers: &HeaderMap) -> &'static str {
        match read(headers, "theme") {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        }
        .as_str()
    }

    /// `Set-Cookie` for the theme.
    #[must_use]
    pub(crate) fn set_theme(self, theme: Theme) -> HeaderValue {
        self.set("theme", theme.as_str(), YEAR)
    }

    /// The language that somebody chose.
    #[must_use]
    pub(crate) fn language(headers: &HeaderMap) -> Option<&str> {
        read(headers, "language")
    }

    /// The clock that somebody chose.
    #[must_use]
    pub(crate) fn clock(headers: &HeaderMap) -> Option<&str> {
        read(headers, "clock")
    }

    /// `Set-Cookie` for a choice of how to read; without one the browser's own counts again.
    #[must_use]
    pub(crate) fn choose_reading(self, choice: ReadingChoice) -> HeaderValue {
        match choice.value() {
            Some(value) => self.set(choice.name(), value, YEAR),
            None => self.set(choice.name(), "", 0),
        }
    }

    fn set(self, name: &str, value: &str, max_age: u64) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
        HeaderValue::from_str(&text).expect("tokens and themes are plain ASCII")
    }
}

fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok());
    let mut pairs = pairs
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}

/// How the pages look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// As the system says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_https_the_cookie_is_bound_to_the_host() {
        let cookies = Cookies::for_url("https://stats.example.org");
        let text = cookies.set_session("abc", 60);
        let text = text.to_str().expect("ASCII");
        assert_eq!(
            text,
            "__Host-datapulse=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
    }

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("theme=dark; datapulse=abc"));
        assert_eq!(
            Cookies::for_url("http://127.0.0.1").session(&headers),
            Some("abc")
        );
        assert_eq!(Cookies::for_url("https://x").session(&headers), None);
    }
}
