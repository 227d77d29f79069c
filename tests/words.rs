//! Every text that a person reads is there in every language, and says the same figures and names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::language::Language;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files below `folder` whose names end in `ending`.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

fn german() -> BTreeMap<String, String> {
    let json = std::fs::read_to_string(here("public/words/de.json")).expect("it can be read");
    serde_json::from_str(&json).expect("an object of texts")
}

/// What is said by `t("…")`, `t_with("…"` and `key("…")` in Rust, and by `t('…')` in scripts, with where it is said.
fn said() -> BTreeMap<String, PathBuf> {
    let mut sources = Vec::new();
    for folder in [
        "app/src",
        "src",
        "crates/model/src",
        "crates/charts/src",
        "crates/engine/src/templates",
        "crates/engine/src/mail",
    ] {
        files(&here(folder), ".rs", &mut sources);
    }
    files(&here("public/scripts"), ".js", &mut sources);
    sources.extend([here("public/live.js"), here("crates/engine/src/templates.rs")]);
    let mut said = BTreeMap::new();
    for path in sources {
        // The words in the tests of the language itself are nobody's.
        if path.ends_with("crates/model/src/language.rs") || path.ends_with("public/scripts/words.js") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("it can be read");
        for name in ["t(", "t_with(", "key("] {
            for (at, _) in text.match_indices(name) {
                let is_part = text[..at]
                    .ends_with(|before: char| before.is_alphanumeric() || matches!(before, '_' | '.' | ':'));
                if !is_part && let Some(words) = literal(text[at + name.len()..].trim_start()) {
                    said.insert(words, path.clone());
                }
            }
        }
    }
    said
}

/// The string literal that `text` begins with.
fn literal(text: &str) -> Option<String> {
    let mut letters = text.chars();
    let quote = letters.next().filter(|quote| matches!(quote, '"' | '\''))?;
    let mut words = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => words.push(letters.next()?),
            end if end == quote => return Some(words),
            letter => words.push(letter),
        }
    }
    None
}

/// The `{0}`, `{1}` … of a text.
fn places(text: &str) -> BTreeSet<String> {
    let pieces = text.split('{').skip(1);
    let numbers = pieces.filter_map(|piece| piece.split_once('}'));
    numbers.map(|(number, _)| number.to_owned()).collect()
}

#[test]
fn every_text_is_there_in_german() {
    let (said, german) = (said(), german());
    assert!(said.len() > 800, "only {} texts were found", said.len());
    let missing: Vec<_> = said
        .iter()
        .filter(|(words, _)| !german.contains_key(*words))
        .collect();
    assert!(
        missing.is_empty(),
        "put these into public/words/de.json: {missing:#?}"
    );
}

#[test]
fn no_text_is_there_that_nobody_says() {
    // What the engine and the rules of the model say are sentences of theirs, with `{…}` where a figure stands.
    let mut sources = Vec::new();
    files(&here("crates"), ".rs", &mut sources);
    files(&here("app/src"), ".rs", &mut sources);
    let emptied = |text: &str| {
        let pieces = text.split('{').enumerate();
        let without = |(number, piece): (usize, &str)| match piece.split_once('}') {
            // A figure in a sentence, and no block of code.
            Some((figure, rest)) if number > 0 && !figure.contains(['"', '\n', ';']) => format!("{{}}{rest}"),
            _ if number > 0 => format!("{{{piece}"),
            _ => piece.to_owned(),
        };
        pieces.map(without).collect::<String>()
    };
    let sources: Vec<String> = sources
        .iter()
        .map(|path| emptied(&std::fs::read_to_string(path).expect("it can be read")))
        .collect();
    let said = said();
    let unsaid: Vec<String> = german()
        .into_keys()
        .filter(|words| !said.contains_key(words))
        .filter(|words| !sources.iter().any(|source| source.contains(&emptied(words))))
        .collect();
    assert!(
        unsaid.is_empty(),
        "take these out of public/words/de.json: {unsaid:#?}"
    );
}

#[test]
fn the_program_carries_the_german_of_this_checkout() {
    let stale: Vec<String> = german()
        .into_iter()
        .filter(|(english, german)| Language::German.say(english.clone().leak()) != german)
        .map(|(english, _)| english)
        .collect();
    assert!(
        stale.is_empty(),
        "built from another public/words/de.json; touch it and build again: {stale:#?}"
    );
}

#[test]
fn both_languages_name_the_same_figures() {
    for (english, german) in german() {
        assert_eq!(places(&english), places(&german), "{english}");
        assert!(!german.trim().is_empty(), "{english}");
        // The browser is given them line by line, and looks for them in this order.
        assert!(!english.contains('\n') && !german.contains('\n'), "{english}");
        let spaces = |text: &str| (text.starts_with(' '), text.ends_with(' '));
        assert_eq!(spaces(&english), spaces(&german), "{english}: spaces at the ends");
    }
    let json = std::fs::read_to_string(here("public/words/de.json")).expect("it can be read");
    let keys: Vec<String> = json
        .lines()
        .filter_map(|line| literal(line.trim_start()))
        .collect();
    assert!(
        keys.is_sorted(),
        "public/words/de.json is sorted by the English words"
    );
    assert_eq!(
        keys.len(),
        german().len(),
        "each text stands once, on a line of its own"
    );
}
