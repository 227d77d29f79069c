//! Texts as people look for them: `Müller`, `MÜLLER` and `muller` are alike. Both databases compare bytes alone.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// Most bytes of the text that a profile is looked for by: together with the longest id it is part of a key, and no key of
/// PostgreSQL is longer than 2,700.
const MOST_BYTES: usize = 1_600;
/// Most characters of one value that count.
const MOST_OF_ONE: usize = 200;
/// Most words that are looked for one by one; the last takes in what follows.
const WORDS: usize = 4;

/// `text` without capitals, accents, marks of direction and needless space; every line is one.
pub(super) fn folded(text: &str) -> String {
    let plain = text
        .nfkd()
        .filter(|letter| !is_left_out(*letter))
        // `ẞ` is `ß` in small letters, and that is `ss` in capitals.
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        // What lies in one letter may come out as a letter and its accent.
        .filter(|letter| !is_left_out(*letter));
    let mut folded = String::with_capacity(text.len());
    for letter in plain.nfc() {
        let is_space = letter.is_whitespace() || letter.is_control();
        match (is_space, folded.ends_with(' ') || folded.is_empty()) {
            (false, _) => folded.push(letter),
            (true, false) => folded.push(' '),
            (true, true) => {}
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Accents of Latin, Greek and Cyrillic letters, and marks that only say in which direction to write.
const fn is_left_out(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// What a user is looked for by: a line for each id and each value, until there is no more room.
pub(super) fn lines<'v>(
    ids: impl IntoIterator<Item = &'v str>,
    values: impl IntoIterator<Item = &'v Value>,
) -> String {
    let mut text = String::new();
    for id in ids {
        add(&mut text, id);
    }
    for value in values {
        add_value(&mut text, value);
    }
    text
}

fn add_value(text: &mut String, value: &Value) {
    match value {
        Value::String(said) => add(text, said),
        Value::Number(number) => add(text, &number.to_string()),
        Value::Array(parts) => parts.iter().for_each(|part| add_value(text, part)),
        Value::Object(parts) => parts.values().for_each(|part| add_value(text, part)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn add(text: &mut String, said: &str) {
    let end = said
        .char_indices()
        .nth(MOST_OF_ONE)
        .map_or(said.len(), |(end, _)| end);
    let line = folded(&said[..end]);
    if !line.is_empty() && text.len() + 1 + line.len() <= MOST_BYTES {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
}

/// Who is looked for: every word must be in what is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    words: Vec<String>,
}

impl Wanted {
    /// Reads what somebody typed; `None` where it says nothing.
    pub(crate) fn read(typed: &str) -> Option<Self> {
        let plain = folded(typed);
        let words: Vec<String> = plain.splitn(WORDS, ' ').map(str::to_owned).collect();
        (!plain.is_empty()).then_some(Self { words })
    }

    /// Whether a text of [`lines`] has every word.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.words.iter().all(|word| text.contains(word.as_str()))
    }

    /// A pattern for `LIKE … ESCAPE '\'` for each word; those that nobody typed match anything.
    pub(super) fn patterns(&self) -> [String; WORDS] {
        std::array::from_fn(|at| {
            self.words.get(at).map_or_else(
                || "%".to_owned(),
                |word| {
                    let escaped = word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
                    format!("%{escaped}%")
                },
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_alike_however_they_are_typed() {
        for (said, plain) in [
            ("Ada  Lovelace", "ada lovelace"),
            ("MÜLLER", "muller"),
            ("Mu\u{308}ller", "muller"),
            ("Straße", "strasse"),
            ("STRAẞE", "strasse"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("Ὀδυσσεύς", "οδυσσευσ"),
            ("İzmir", "izmir"),
            ("Ёлка", "елка"),
            ("\u{202e}\u{200f}שלום\u{202c}", "שלום"),
            ("한국", "한국"),
            (" \t\n\0", ""),
            ("ﬁne", "fine"),
        ] {
            assert_eq!(folded(said), plain, "{said:?}");
            assert_eq!(folded(plain), plain, "what is plain stays so");
        }
    }

    #[test]
    fn what_is_looked_for_has_a_bound() {
        let long = "ü".repeat(500);
        let values: Vec<Value> = (0..100)
            .map(|number| json!({"a": [format!("{number}{long}")]}))
            .collect();
        let text = lines(["id"], &values);
        assert!(
            text.starts_with("id\n0u") && text.len() <= MOST_BYTES,
            "{}",
            text.len()
        );
        assert_eq!(lines(["ID"], &[json!(null), json!(true), json!(4.5)]), "id\n4.5");
    }

    #[test]
    fn every_word_is_looked_for_and_no_sign_is_special() {
        let wanted = Wanted::read(r" 50%_\ ADA ").expect("two words");
        assert_eq!(wanted.patterns(), [r"%50\%\_\\%", "%ada%", "%", "%"]);
        assert!(wanted.is_in("ada\nx50%_\\x") && !wanted.is_in("ada\n50a_\\"));
        assert_eq!(Wanted::read("a b c d e").expect("words").patterns()[3], "%d e%");
        assert_eq!(Wanted::read("\u{200f} "), None);
    }
}
