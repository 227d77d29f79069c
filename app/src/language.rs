//! Which language a page speaks, and its texts.
//!
//! On the server that is a matter of the request; in the browser a page speaks one language from its beginning to its end,
//! and brings the texts of another one than English along in a file of their own.

pub(crate) use model::language::{Language, filled, key};

/// What the person chose, or else what their browser likes best of those there are.
#[cfg(feature = "ssr")]
#[must_use]
pub fn language_of(headers: &axum::http::HeaderMap, chosen: Option<&str>) -> Language {
    if let Some(known) = chosen.and_then(Language::known) {
        return known;
    }
    let liked = headers
        .get(axum::http::header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    liked.map(best).unwrap_or_default()
}

/// The language of the page that is being drawn.
#[cfg(feature = "ssr")]
pub(crate) fn here() -> Language {
    leptos::prelude::use_context::<Language>().unwrap_or_else(model::language::current)
}

/// The language of the page.
#[cfg(not(feature = "ssr"))]
pub(crate) fn here() -> Language {
    model::language::current()
}

/// The text in the language of the page.
pub(crate) fn t(english: &'static str) -> &'static str {
    here().say(english)
}

/// The text in the language of the page, with `values` for `{0}`, `{1}` and so on.
pub(crate) fn t_with(english: &'static str, values: &[&str]) -> String {
    filled(t(english), values)
}

/// What somebody said in English: the engine, or a rule of the model.
pub(crate) fn told(english: &str) -> String {
    here().told(english)
}

/// What `draw` makes in the language of the page: charts, dates and figures.
pub(crate) fn drawn<T>(draw: impl FnOnce() -> T) -> T {
    model::language::within(here(), draw)
}

/// `de-AT,de;q=0.9,en;q=0.8`: the known one with the greatest weight, the first of equals.
#[cfg(feature = "ssr")]
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

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::ACCEPT_LANGUAGE;

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
            assert_eq!(language_of(&liked(text), None), expected, "{text}");
        }
        assert_eq!(language_of(&liked("de"), Some("en")), Language::English);
        assert_eq!(language_of(&liked("de"), Some("xx")), Language::German);
        assert_eq!(language_of(&HeaderMap::new(), Some("de")), Language::German);
    }
}
