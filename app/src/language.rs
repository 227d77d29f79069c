//! The languages of what the server alone draws: signing in, what DataPulse is, and what a link opens. Both forms of a text
//! stand side by side, so that none is missing.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// A language that people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// What the person chose, or else what their browser likes best of those there are.
    #[must_use]
    pub fn of(headers: &HeaderMap, chosen: Option<&str>) -> Self {
        if let Some(known) = chosen.and_then(Self::known) {
            return known;
        }
        let liked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        liked.map(best).unwrap_or_default()
    }

    /// The language that a tag such as `de-AT` names, where there is one.
    #[must_use]
    pub fn known(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            _ => None,
        }
    }

    /// The tag in `lang`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The text in this language.
    #[must_use]
    pub const fn say(self, english: &'static str, german: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::German => german,
        }
    }

    /// The language of the page that is being drawn.
    pub(crate) fn here() -> Self {
        let parts = leptos::prelude::use_context::<axum::http::request::Parts>();
        let chosen = crate::server::language();
        parts
            .map(|parts| Self::of(&parts.headers, chosen.as_deref()))
            .unwrap_or_default()
    }
}

/// `de-AT,de;q=0.9,en;q=0.8`: the known one with the greatest weight, the first of equals.
fn best(liked: &str) -> Language {
    let mut found: Option<(Language, f32)> = None;
    for part in liked.split(',') {
        let mut pieces = part.split(';');
        let Some(language) = pieces.next().map(str::trim).and_then(Language::known) else {
            continue;
        };
        let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok());
        let weight: f32 = weight.unwrap_or(1.0);
        if weight > 0.0 && found.is_none_or(|(_, other)| weight > other) {
            found = Some((language, weight));
        }
    }
    found.map(|(language, _)| language).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_known_language_is_taken_and_a_choice_stands_before_it() {
        let liked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, text.parse().expect("a header"));
            headers
        };
        for (text, expected) in [
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("en-GB,de;q=0.9", Language::English),
            ("fr, de;q=0.5, en;q=0.4", Language::German),
            ("en;q=0.3, de;q=0.7", Language::German),
            ("de;q=0, en;q=0.1", Language::English),
            ("fr", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of(&liked(text), None), expected, "{text}");
        }
        assert_eq!(Language::of(&liked("de"), Some("en")), Language::English);
        assert_eq!(Language::of(&liked("de"), Some("xx")), Language::German);
        assert_eq!(Language::of(&HeaderMap::new(), Some("de")), Language::German);
    }
}
