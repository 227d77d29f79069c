//! Regular expressions that mean the same on every store.
//!
//! Every store has an engine and rules of its own. So a pattern is read here, refused where it asks for what they do not
//! share, and written anew from characters, sets of characters, groups and repetitions: what is left is the same for all.

mod sets;

use regex_syntax::ast::{
    AssertionKind, Ast, Flag, Flags, FlagsItemKind, GroupKind, Repetition, RepetitionKind, RepetitionRange,
    parse,
};
use regex_syntax::hir::ClassUnicode;

/// Most repetitions that can be counted: PostgreSQL counts no further.
const MOST_TIMES: u32 = 255;
/// Most ranges of characters once all repetitions are written out: an engine's memory for one pattern is bounded.
const MOST_RANGES: usize = 4_000;
/// Groups within groups.
const DEEPEST: u32 = 40;

/// Why a pattern cannot be used, as the end of a sentence.
pub(super) type Fault = String;

/// The pattern as every store reads it.
pub(super) fn portable(pattern: &str) -> Result<String, Fault> {
    let parsed = parse::ParserBuilder::new()
        .nest_limit(DEEPEST)
        .build()
        .parse(pattern);
    let ast = parsed.map_err(|error| error.kind().to_string())?;
    let mut writer = Writer::default();
    let ranges = writer.write(&ast)?;
    if ranges > MOST_RANGES {
        return Err(too_large());
    }
    Ok(writer.text)
}

fn too_large() -> Fault {
    "it is too large once its repetitions are written out".to_owned()
}

#[derive(Default)]
struct Writer {
    text: String,
    /// `(?i)` and `(?s)`, as far as they hold here.
    ignores_case: bool,
    dot_is_all: bool,
}

impl Writer {
    /// Writes a part; says how many ranges of characters it holds.
    fn write(&mut self, ast: &Ast) -> Result<usize, Fault> {
        match ast {
            Ast::Empty(_) => Ok(0),
            Ast::Flags(set) => self.set(&set.flags).map(|()| 0),
            Ast::Literal(literal) => self.one_of(sets::of_char(literal.c), true),
            Ast::Dot(_) => self.one_of(sets::any(self.dot_is_all), false),
            Ast::Assertion(assertion) => self.assertion(&assertion.kind),
            Ast::ClassUnicode(_) => Err(sets::no_unicode_classes()),
            Ast::ClassPerl(class) => self.one_of(sets::perl(class), false),
            // Sets ignore the case before they are turned around.
            Ast::ClassBracketed(class) => self.one_of(sets::bracketed(class, self.ignores_case)?, false),
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Group(group) => {
                let outside = (self.ignores_case, self.dot_is_all);
                if let GroupKind::NonCapturing(flags) = &group.kind {
                    self.set(flags)?;
                }
                let ranges = self.grouped(&group.ast)?;
                (self.ignores_case, self.dot_is_all) = outside;
                Ok(ranges)
            }
            Ast::Alternation(alternation) => {
                self.text.push_str("(?:");
                let mut ranges = 0;
                for (position, part) in alternation.asts.iter().enumerate() {
                    if position > 0 {
                        self.text.push('|');
                    }
                    ranges += self.write(part)?;
                }
                self.text.push(')');
                Ok(ranges)
            }
            Ast::Concat(parts) => parts.asts.iter().map(|part| self.write(part)).sum(),
        }
    }

    fn grouped(&mut self, ast: &Ast) -> Result<usize, Fault> {
        self.text.push_str("(?:");
        let ranges = self.write(ast)?;
        self.text.push(')');
        Ok(ranges)
    }

    fn set(&mut self, flags: &Flags) -> Result<(), Fault> {
        let mut is_on = true;
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Negation => is_on = false,
                FlagsItemKind::Flag(Flag::CaseInsensitive) => self.ignores_case = is_on,
                FlagsItemKind::Flag(Flag::DotMatchesNewLine) => self.dot_is_all = is_on,
                // Blanks and comments are left out when a pattern is read.
                FlagsItemKind::Flag(Flag::IgnoreWhitespace) => {}
                FlagsItemKind::Flag(_) => {
                    return Err("of the flags, only `i`, `s` and `x` mean the same on every store".to_owned());
                }
            }
        }
        Ok(())
    }

    fn assertion(&mut self, kind: &AssertionKind) -> Result<usize, Fault> {
        self.text.push(match kind {
            AssertionKind::StartLine | AssertionKind::StartText => '^',
            AssertionKind::EndLine | AssertionKind::EndText => '$',
            _ => return Err("the edge of a word (`\\b`) is not the same on every store".to_owned()),
        });
        Ok(0)
    }

    /// One character of a set.
    fn one_of(&mut self, mut set: ClassUnicode, may_fold: bool) -> Result<usize, Fault> {
        if may_fold && self.ignores_case {
            sets::ignore_case(&mut set);
        }
        sets::write(&mut self.text, &set)
    }

    /// Whether it takes much or little is the same where only a match counts.
    fn repetition(&mut self, repetition: &Repetition) -> Result<usize, Fault> {
        let (sign, times) = match &repetition.op.kind {
            RepetitionKind::ZeroOrOne => ("?".to_owned(), 1),
            RepetitionKind::ZeroOrMore => ("*".to_owned(), 1),
            RepetitionKind::OneOrMore => ("+".to_owned(), 2),
            RepetitionKind::Range(RepetitionRange::Exactly(times)) => (format!("{{{times}}}"), *times),
            RepetitionKind::Range(RepetitionRange::AtLeast(times)) => (format!("{{{times},}}"), *times + 1),
            RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => {
                (format!("{{{least},{most}}}"), *most)
            }
        };
        if times > MOST_TIMES {
            return Err(format!("it repeats something more than {MOST_TIMES} times"));
        }
        let ranges = match repetition.ast.as_ref() {
            Ast::Assertion(_) | Ast::Empty(_) | Ast::Flags(_) => {
                return Err("there is nothing to repeat before a `*`, `+`, `?` or `{…}`".to_owned());
            }
            // One character, or a group of its own.
            single @ (Ast::Literal(_)
            | Ast::Dot(_)
            | Ast::ClassPerl(_)
            | Ast::ClassBracketed(_)
            | Ast::Group(_)) => self.write(single)?,
            other => self.grouped(other)?,
        };
        self.text.push_str(&sign);
        let ranges = ranges.max(1).saturating_mul(times.max(1) as usize);
        if ranges > MOST_RANGES {
            return Err(too_large());
        }
        Ok(ranges)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_written_in_what_all_stores_share() {
        for (pattern, portable_one) in [
            ("", ""),
            (r"^/docs/\d+$", r"^/docs/[0-9]+$"),
            ("a.c", "a[^\n]c"),
            ("(?s)a.c", "a(?:[^\n]|\n)c"),
            ("(?i)ab(?-i)c", "[Aa][Bb]c"),
            ("(?i:a)b", "(?:[Aa])b"),
            ("(?i)k", "[Kk\u{212a}]"),
            ("(?i)[^x]", "[^Xx]"),
            (r"[\w.-]+@x\.io", r"[\-\.0-9A-Z_a-z]+@x\.io"),
            ("x*?y+?", "x*y+"),
            ("(?P<name>a|)b", "(?:(?:a|))b"),
            ("a{2,3}{2}", "(?:a{2,3}){2}"),
            (r"\Aa\z", "^a$"),
            (r"[[:alpha:]&&[^b-z]]", "[A-Za]"),
            (r"\x41\u{e9}", "Aé"),
            ("(?x) a b # a comment", "ab"),
            (r"\^\$\\\{", r"\^\$\\\{"),
        ] {
            assert_eq!(portable(pattern).as_deref(), Ok(portable_one), "{pattern}");
        }
    }

    #[test]
    fn what_stores_do_not_share_is_refused() {
        for pattern in [
            "(",
            "[a",
            "a**b(",
            "*",
            "a{1",
            r"(a)\1",
            "(?=a)",
            "(?<!a)b",
            r"\bword",
            r"\pL",
            r"\p{Greek}",
            "(?m)^a",
            "(?U)a+",
            "a{256}",
            "a{300,}",
            "(a{200}){200}",
            "((a{20}){20}){20}",
            "^*",
            r"[^\s\S]",
            r"\x00",
            "***:a",
            r"\y",
            r"\<a",
        ] {
            assert!(portable(pattern).is_err(), "{pattern}: {:?}", portable(pattern));
        }
        let deep = format!("{}a{}", "(".repeat(200), ")".repeat(200));
        assert!(portable(&deep).is_err());
    }
}
