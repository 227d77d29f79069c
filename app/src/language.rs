//! Which language a page speaks, and its texts.
//!
//! On the server that is a matter of the request; in the browser a page speaks one language from its beginning to its end,
//! and brings the texts of another one than English along in a file of their own.

pub(crate) use model::language::{Clock, Language, Reader, filled, key};

/// The language and the clock that the person chose, or else those that their browser likes best.
#[cfg(feature = "ssr")]
#[must_use]
pub fn reader_of(headers: &axum::http::HeaderMap, language: Option<&str>, clock: Option<&str>) -> Reader {
    let liked = headers
        .get(axum::http::header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let chosen = language.and_then(Language::known);
    let tag = best(liked, chosen);
    Reader {
        language: chosen.or_else(|| Language::known(tag)).unwrap_or_default(),
        clock: clock.and_then(Clock::known).unwrap_or_else(|| Clock::of_tag(tag)),
    }
}

/// Who reads the page that is being drawn. Whoever is named for it counts first: a thread may still be in the context of the
/// request that it served before.
#[cfg(feature = "ssr")]
pub(crate) fn reader() -> Reader {
    model::language::named_reader()
        .or_else(leptos::prelude::use_context::<Reader>)
        .unwrap_or_else(model::language::reader)
}

/// Who reads the page.
#[cfg(not(feature = "ssr"))]
pub(crate) fn reader() -> Reader {
    model::language::reader()
}

/// The language of the page.
pub(crate) fn here() -> Language {
    reader().language
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

/// What `draw` makes for whoever reads the page: charts, dates and figures.
pub(crate) fn drawn<T>(draw: impl FnOnce() -> T) -> T {
    model::language::within(reader(), draw)
}

/// Of `de-AT,de;q=0.9,en;q=0.8` the tag with the greatest weight, the first of equals, of a language that is known; of this one
/// where it is named. Empty where there is none.
#[cfg(feature = "ssr")]
fn best(liked: &str, only: Option<Language>) -> &str {
    let mut found: Option<(&str, f32)> = None;
    for part in liked.split(',') {
        let mut pieces = part.split(';');
        let tag = pieces.next().unwrap_or_default().trim();
        let language = Language::known(tag);
        if language.is_none() || (only.is_some() && language != only) {
            continue;
        }
        let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok());
        let weight: f32 = weight.unwrap_or(1.0);
        if weight > 0.0 && found.is_none_or(|(_, other)| weight > other) {
            found = Some((tag, weight));
        }
    }
    found.map(|(tag, _)| tag).unwrap_or_default()
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
            assert_eq!(reader_of(&liked(text), None, None).language, expected, "{text}");
        }
        let chosen = |text: &str, tag| reader_of(&liked(text), Some(tag), None).language;
        assert_eq!(chosen("de", "en"), Language::English);
        assert_eq!(chosen("de", "xx"), Language::German);
        assert_eq!(
            reader_of(&HeaderMap::new(), Some("de"), None),
            Language::German.into()
        );

        for (text, language, clock, expected) in [
            ("en-US,en;q=0.9", None, None, Clock::Twelve),
            ("en-GB,en-US;q=0.9", None, None, Clock::TwentyFour),
            ("en-US", None, Some("24"), Clock::TwentyFour),
            ("en-GB", None, Some("12"), Clock::Twelve),
            ("de, en-US;q=0.5", None, None, Clock::TwentyFour),
            ("de, en-US;q=0.5", Some("en"), None, Clock::Twelve),
            ("en-US", Some("de"), None, Clock::TwentyFour),
            ("en-US", None, Some("11"), Clock::Twelve),
            ("", None, None, Clock::TwentyFour),
        ] {
            let reader = reader_of(&liked(text), language, clock);
            assert_eq!(reader.clock, expected, "{text} {language:?} {clock:?}");
        }
    }
}
