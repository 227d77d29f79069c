//! Sets of characters: made of every way in which a pattern can name them, and written in one.

use regex_syntax::ast::{
    ClassAscii, ClassAsciiKind, ClassBracketed, ClassPerl, ClassPerlKind, ClassSet, ClassSetBinaryOpKind,
    ClassSetItem,
};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::Fault;

/// What means something outside of brackets, and what does within.
const SIGNS: &str = r".+*?()|[]{}^$\-&~#";

pub(super) fn of_char(character: char) -> ClassUnicode {
    of_ranges(&[(character, character)])
}

fn of_ranges(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(
        ranges
            .iter()
            .map(|(first, last)| ClassUnicodeRange::new(*first, *last)),
    )
}

/// What a dot stands for: any character, or any but the end of a line.
pub(super) fn any(with_line_ends: bool) -> ClassUnicode {
    let mut set = if with_line_ends {
        of_ranges(&[])
    } else {
        of_char('\n')
    };
    set.negate();
    set
}

pub(super) fn no_unicode_classes() -> Fault {
    "classes of Unicode (`\\p{…}`) are not the same on every store; write the ranges, such as [а-яё]"
        .to_owned()
}

pub(super) fn ignore_case(set: &mut ClassUnicode) {
    // It fails only where the tables were left out of the program.
    let _ = set.try_case_fold_simple();
}

/// `\d`, `\s` and `\w` are of ASCII, as most engines have it.
pub(super) fn perl(class: &ClassPerl) -> ClassUnicode {
    let mut set = match class.kind {
        ClassPerlKind::Digit => of_ranges(&[('0', '9')]),
        ClassPerlKind::Space => of_ranges(&[('\t', '\r'), (' ', ' ')]),
        ClassPerlKind::Word => of_ranges(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
    };
    if class.negated {
        set.negate();
    }
    set
}

fn ascii(class: &ClassAscii) -> ClassUnicode {
    let mut set = match class.kind {
        ClassAsciiKind::Alnum => of_ranges(&[('0', '9'), ('A', 'Z'), ('a', 'z')]),
        ClassAsciiKind::Alpha => of_ranges(&[('A', 'Z'), ('a', 'z')]),
        ClassAsciiKind::Ascii => of_ranges(&[('\0', '\x7f')]),
        ClassAsciiKind::Blank => of_ranges(&[('\t', '\t'), (' ', ' ')]),
        ClassAsciiKind::Cntrl => of_ranges(&[('\0', '\x1f'), ('\x7f', '\x7f')]),
        ClassAsciiKind::Digit => of_ranges(&[('0', '9')]),
        ClassAsciiKind::Graph => of_ranges(&[('!', '~')]),
        ClassAsciiKind::Lower => of_ranges(&[('a', 'z')]),
        ClassAsciiKind::Print => of_ranges(&[(' ', '~')]),
        ClassAsciiKind::Punct => of_ranges(&[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
        ClassAsciiKind::Space => of_ranges(&[('\t', '\r'), (' ', ' ')]),
        ClassAsciiKind::Upper => of_ranges(&[('A', 'Z')]),
        ClassAsciiKind::Word => of_ranges(&[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]),
        ClassAsciiKind::Xdigit => of_ranges(&[('0', '9'), ('A', 'F'), ('a', 'f')]),
    };
    if class.negated {
        set.negate();
    }
    set
}

pub(super) fn bracketed(class: &ClassBracketed, ignores_case: bool) -> Result<ClassUnicode, Fault> {
    let mut set = of_set(&class.kind, ignores_case)?;
    if ignores_case {
        ignore_case(&mut set);
    }
    if class.negated {
        set.negate();
    }
    Ok(set)
}

fn of_set(set: &ClassSet, ignores_case: bool) -> Result<ClassUnicode, Fault> {
    let operation = match set {
        ClassSet::Item(item) => return of_item(item, ignores_case),
        ClassSet::BinaryOp(operation) => operation,
    };
    let mut left = of_set(&operation.lhs, ignores_case)?;
    let mut right = of_set(&operation.rhs, ignores_case)?;
    if ignores_case {
        ignore_case(&mut left);
        ignore_case(&mut right);
    }
    match operation.kind {
        ClassSetBinaryOpKind::Intersection => left.intersect(&right),
        ClassSetBinaryOpKind::Difference => left.difference(&right),
        ClassSetBinaryOpKind::SymmetricDifference => left.symmetric_difference(&right),
    }
    Ok(left)
}

fn of_item(item: &ClassSetItem, ignores_case: bool) -> Result<ClassUnicode, Fault> {
    Ok(match item {
        ClassSetItem::Empty(_) => of_ranges(&[]),
        ClassSetItem::Literal(literal) => of_char(literal.c),
        ClassSetItem::Range(range) => of_ranges(&[(range.start.c, range.end.c)]),
        ClassSetItem::Ascii(class) => ascii(class),
        ClassSetItem::Unicode(_) => return Err(no_unicode_classes()),
        ClassSetItem::Perl(class) => perl(class),
        ClassSetItem::Bracketed(class) => bracketed(class, ignores_case)?,
        ClassSetItem::Union(union) => {
            let mut all = of_ranges(&[]);
            for part in &union.items {
                all.union(&of_item(part, ignores_case)?);
            }
            all
        }
    })
}

/// Writes a set, of which U+0000 is left out, because not every store can keep it; says how many ranges it has.
pub(super) fn write(text: &mut String, set: &ClassUnicode) -> Result<usize, Fault> {
    let mut set = set.clone();
    let has_the_last = set.ranges().last().is_some_and(|range| range.end() == char::MAX);
    if has_the_last {
        set.negate();
    }
    set.difference(&of_char('\0'));
    match (set.ranges(), has_the_last) {
        ([], false) => return Err("it has a set without characters".to_owned()),
        // There is no other way in which all engines write this.
        ([], true) => text.push_str("(?:[^\n]|\n)"),
        ([range], false) if range.start() == range.end() => character(text, range.start()),
        (ranges, is_negated) => {
            text.push_str(if is_negated { "[^" } else { "[" });
            for range in ranges {
                character(text, range.start());
                if range.start() < range.end() {
                    let are_neighbours = u32::from(range.end()) - u32::from(range.start()) == 1;
                    if !are_neighbours {
                        text.push('-');
                    }
                    character(text, range.end());
                }
            }
            text.push(']');
        }
    }
    Ok(set.ranges().len().max(1))
}

fn character(text: &mut String, character: char) {
    if SIGNS.contains(character) {
        text.push('\\');
    }
    text.push(character);
}
