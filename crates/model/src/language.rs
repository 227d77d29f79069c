//! The languages that people read, and the texts in them.
//!
//! A text is named by its English words: `t("Loading")`. The others stand in `public/words/*.json`, which the server
//! carries and a browser fetches only where it needs them, so that no page pays for a language that is not its own.

mod reader;

use std::cell::Cell;

pub use reader::{Clock, Reader, Reading, ReadingChoice};

/// A language that people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

thread_local! {
    static CURRENT: Cell<Option<Reader>> = const { Cell::new(None) };
}

/// Draws for `reader`: what [`t`], [`t_with`] and [`crate::format`] say inside of it. Who read before comes back, whatever
/// becomes of `draw`.
pub fn within<T>(reader: impl Into<Reader>, draw: impl FnOnce() -> T) -> T {
    struct Back(Option<Reader>);
    impl Drop for Back {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _back = Back(CURRENT.replace(Some(reader.into())));
    draw()
}

/// Who reads: the reader of [`within`]; in a browser that of the page.
#[must_use]
pub fn reader() -> Reader {
    named_reader().unwrap_or(Reader::USUAL)
}

/// As [`reader()`], and none where nobody was named.
#[must_use]
pub fn named_reader() -> Option<Reader> {
    CURRENT.get()
}

/// The language of [`reader()`].
#[must_use]
pub fn current() -> Language {
    reader().language
}

/// Names a text that is said elsewhere, where only its English words stand in a list.
#[must_use]
pub const fn key(english: &'static str) -> &'static str {
    english
}

/// The text in the current language.
#[must_use]
pub fn t(english: &'static str) -> &'static str {
    current().say(english)
}

/// The text in the current language, with `values` for `{0}`, `{1}` and so on.
#[must_use]
pub fn t_with(english: &'static str, values: &[&str]) -> String {
    filled(t(english), values)
}

/// `text` with `values` for `{0}`, `{1}` and so on.
#[must_use]
pub fn filled(text: &str, values: &[&str]) -> String {
    let mut whole = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        whole.push_str(before);
        let place = after.split_once('}').and_then(|(number, behind)| {
            let position: usize = number.parse().ok()?;
            Some((values.get(position)?, behind))
        });
        if let Some((value, behind)) = place {
            whole.push_str(value);
            rest = behind;
        } else {
            whole.push('{');
            rest = after;
        }
    }
    whole.push_str(rest);
    whole
}

impl Language {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The language that a tag such as `de-AT` names, where there is one.
    #[must_use]
    pub fn known(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The tag in `lang`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What the language calls itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The text in this language; the English one where there is no other.
    #[must_use]
    pub fn say(self, english: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::German => texts::german(english).unwrap_or(english),
        }
    }

    /// What was said in English, with figures or names in it: `Use 1 to 60 periods.`
    #[must_use]
    pub fn told(self, english: &str) -> String {
        match self {
            Self::English => english.to_owned(),
            Self::German => texts::told(english),
        }
    }
}

/// Speaks German from now on, with these texts: English and German lines in turn, sorted by the English ones.
#[cfg(target_arch = "wasm32")]
pub fn speak_german(lines: String) {
    texts::load(lines.leak());
    CURRENT.set(Some(Reader {
        language: Language::German,
        ..reader()
    }));
}

/// Goes by this clock from now on.
#[cfg(target_arch = "wasm32")]
pub fn go_by(clock: Clock) {
    CURRENT.set(Some(Reader { clock, ..reader() }));
}

mod texts {
    use std::sync::OnceLock;

    use super::filled;

    type Pair = (&'static str, &'static str);

    static GERMAN: OnceLock<Vec<Pair>> = OnceLock::new();

    #[cfg(target_arch = "wasm32")]
    pub(super) fn load(lines: &'static str) {
        let mut lines = lines.lines();
        let mut pairs = Vec::new();
        while let (Some(english), Some(german)) = (lines.next(), lines.next()) {
            pairs.push((english, german));
        }
        // A page speaks one language from its beginning to its end.
        let _ = GERMAN.set(pairs);
    }

    #[cfg(target_arch = "wasm32")]
    fn pairs() -> &'static [Pair] {
        GERMAN.get().map_or(&[], Vec::as_slice)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn pairs() -> &'static [Pair] {
        use std::collections::BTreeMap;
        GERMAN.get_or_init(|| {
            let json = include_str!("../../../public/words/de.json");
            let texts: BTreeMap<String, String> = serde_json::from_str(json).expect("a test reads this file");
            let kept = |text: String| -> &'static str { text.leak() };
            texts
                .into_iter()
                .map(|(english, german)| (kept(english), kept(german)))
                .collect()
        })
    }

    pub(super) fn german(english: &str) -> Option<&'static str> {
        let pairs = pairs();
        let at = pairs.binary_search_by(|(known, _)| (*known).cmp(english)).ok()?;
        Some(pairs[at].1)
    }

    pub(super) fn told(english: &str) -> String {
        if let Some(german) = german(english) {
            return german.to_owned();
        }
        let fitting = pairs().iter().filter(|(pattern, _)| pattern.contains('{'));
        let mut found = fitting.filter_map(|(pattern, german)| Some((values(pattern, english)?, german)));
        found
            .next()
            .map_or_else(|| english.to_owned(), |(values, german)| filled(german, &values))
    }

    /// What stands in `text` where `pattern` has `{0}`, `{1}` and so on, in that order; `None` where it is another text.
    fn values<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
        let mut values = Vec::new();
        let (first, mut pattern) = pattern.split_once('{')?;
        let mut text = text.strip_prefix(first)?;
        // A pattern that begins with a value fits nearly anything.
        if first.is_empty() {
            return None;
        }
        loop {
            let (number, behind) = pattern.split_once('}')?;
            let until = behind.split_once('{').map_or(behind, |(until, _)| until);
            let end = if until.is_empty() {
                text.len()
            } else {
                text.find(until)?
            };
            let position: usize = number.parse().ok()?;
            if values.len() != position {
                return None;
            }
            values.push(&text[..end]);
            text = &text[end + until.len()..];
            match behind.split_once('{') {
                Some((_, next)) => pattern = next,
                None => return text.is_empty().then_some(values),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_where_the_text_wants_them() {
        assert_eq!(filled("{1} of {0}, {x} {", &["a", "b"]), "b of a, {x} {");
        assert_eq!(filled("none", &["a"]), "none");
    }

    #[test]
    fn what_is_drawn_inside_ends_with_it() {
        let inside = within(Language::German, || {
            (current(), within(Language::English, current), current())
        });
        assert_eq!(inside, (Language::German, Language::English, Language::German));
        let gone = std::panic::catch_unwind(|| within(Language::German, || panic!("it does not draw")));
        assert!(gone.is_err());
        assert_eq!(current(), Language::English);
    }

    #[test]
    fn tags_name_languages() {
        for (tag, expected) in [
            ("de-AT", Some(Language::German)),
            ("EN", Some(Language::English)),
            ("fr", None),
            ("", None),
        ] {
            assert_eq!(Language::known(tag), expected, "{tag}");
        }
    }

    #[test]
    fn a_text_with_figures_in_it_is_found_by_its_pattern() {
        assert_eq!(
            Language::German.told("Use a whole number from 1 to 60."),
            "Nimm eine ganze Zahl von 1 bis 60."
        );
        assert_eq!(Language::German.told("Name an event."), "Nenne ein Ereignis.");
        assert_eq!(Language::German.told("Nobody said this."), "Nobody said this.");
        assert_eq!(Language::English.told("Name an event."), "Name an event.");
    }
}
