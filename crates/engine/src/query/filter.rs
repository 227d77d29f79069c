//! Filters as SQL. NULL counts as "does not hold", so negations are pushed down to the comparisons and are exact.

use model::query::{Comparison, Filter, Op, Property, Scalar};

use super::cohort;
use super::dialect::Dialect;
use super::pattern;
use super::source::Source;
use super::sql::Sql;
use super::user_properties::Reading;
use crate::store::{Kinds, Param};

/// The condition that `filter` puts on an event.
pub(super) fn condition(filter: &Filter, source: Source<'_>) -> Sql {
    let compiler = Compiler {
        source,
        dialect: source.dialect,
        kinds: source.kinds,
    };
    compiler.filter(filter, true)
}

/// Every regular expression in `filter`.
pub(super) fn patterns(filter: &Filter) -> Vec<&str> {
    let matching = filter
        .comparisons()
        .into_iter()
        .filter(|comparison| comparison.op == Op::Matches);
    matching
        .filter_map(|comparison| text_of(comparison.values()))
        .collect()
}

fn text_of(values: &[Scalar]) -> Option<&str> {
    match values {
        [Scalar::Text(text)] => Some(text),
        _ => None,
    }
}

struct Compiler<'k> {
    source: Source<'k>,
    dialect: Dialect,
    kinds: &'k Kinds,
}

impl Compiler<'_> {
    fn filter(&self, filter: &Filter, holds: bool) -> Sql {
        match filter {
            Filter::And(parts) => self.list(parts, holds, holds),
            Filter::Or(parts) => self.list(parts, holds, !holds),
            Filter::Not(part) => self.filter(part, !holds),
            Filter::Compare(comparison) => self.comparison(comparison, holds),
            Filter::Cohort(cohort) => exactly(cohort::is_member(self.source, cohort), holds),
            // Segments take the place of their names before a question comes here.
            Filter::Segment(_) => Sql::new("FALSE"),
        }
    }

    /// By De Morgan: the opposite of "all hold" is "one does not".
    fn list(&self, parts: &[Filter], holds: bool, all: bool) -> Sql {
        if parts.is_empty() {
            return Sql::new(if all { "TRUE" } else { "FALSE" });
        }
        let pieces = parts.iter().map(|part| self.filter(part, holds));
        Sql::new("(")
            .add(Sql::join(pieces, if all { " AND " } else { " OR " }))
            .text(")")
    }

    fn comparison(&self, comparison: &Comparison, holds: bool) -> Sql {
        let (op, is_negative) = positive(comparison.op);
        let positive = self.positive(&comparison.property, op, comparison.values());
        exactly(positive, holds != is_negative)
    }

    fn positive(&self, property: &Property, op: Op, values: &[Scalar]) -> Sql {
        match (op, values) {
            (Op::Exists, _) => self.exists(property),
            (Op::Contains, [Scalar::Text(part)]) => self.dialect.contains(self.text(property), part),
            (Op::StartsWith, [Scalar::Text(part)]) => self.dialect.starts_with(self.text(property), part),
            (Op::Matches, [Scalar::Text(pattern)]) => match pattern::portable(pattern) {
                Ok(portable) => self.dialect.matches(self.text(property), portable),
                // Nobody comes here: such a question was refused.
                Err(_) => Sql::new("FALSE"),
            },
            (Op::In, values) => self.one_of(property, values),
            (Op::Eq, [value]) => self.one_of(property, std::slice::from_ref(value)),
            (Op::Between, [least, most]) => {
                let bounds = [
                    self.ordered(property, ">=", least),
                    self.ordered(property, "<=", most),
                ];
                Sql::new("(").add(Sql::join(bounds, " AND ")).text(")")
            }
            (Op::Gt, [value]) => self.ordered(property, ">", value),
            (Op::Gte, [value]) => self.ordered(property, ">=", value),
            (Op::Lt, [value]) => self.ordered(property, "<", value),
            (Op::Lte, [value]) => self.ordered(property, "<=", value),
            _ => Sql::new("FALSE"),
        }
    }

    fn exists(&self, property: &Property) -> Sql {
        match property {
            Property::Key(path) => self.dialect.exists(path, self.kinds),
            Property::User(path) => self.source.of_user(path, Reading::Text).text(" IS NOT NULL"),
            column => Sql::new(column_name(column)).text(" IS NOT NULL"),
        }
    }

    /// The property where it is text.
    fn text(&self, property: &Property) -> Sql {
        match property {
            Property::Key(path) => self.dialect.only_text(path, self.kinds),
            Property::User(path) => self.source.of_user(path, Reading::OnlyText),
            Property::Timestamp => self.dialect.time_text(),
            column => Sql::new(column_name(column)),
        }
    }

    /// The property where it is what `value` is, and the value; nothing where they can never be compared.
    fn sides(&self, property: &Property, value: &Scalar) -> Option<(Sql, Param)> {
        match (property, value) {
            (Property::Timestamp, Scalar::Text(text)) => {
                let time: jiff::Timestamp = text.parse().ok()?;
                Some((Sql::new("ts"), Param::Time(time.as_microsecond())))
            }
            (Property::Key(path), Scalar::Number(number)) => {
                Some((self.dialect.number(path, self.kinds), Param::Number(*number)))
            }
            (Property::User(path), Scalar::Number(number)) => {
                Some((self.source.of_user(path, Reading::Number), Param::Number(*number)))
            }
            (Property::Timestamp, _) | (_, Scalar::Bool(_) | Scalar::Number(_)) => None,
            (property, Scalar::Text(text)) => Some((self.text(property), Param::Text(text.clone()))),
        }
    }

    fn ordered(&self, property: &Property, sign: &str, value: &Scalar) -> Sql {
        match self.sides(property, value) {
            Some((property, value)) => property.text(" ").text(sign).text(" ").bind(value),
            None => Sql::new("FALSE"),
        }
    }

    /// One list for each type among the values.
    fn one_of(&self, property: &Property, values: &[Scalar]) -> Sql {
        let is_text = |value: &&Scalar| matches!(value, Scalar::Text(_));
        let is_number = |value: &&Scalar| matches!(value, Scalar::Number(_));
        let mut pieces: Vec<Sql> = Vec::new();
        pieces.extend(self.in_list(property, values.iter().filter(is_text)));
        pieces.extend(self.in_list(property, values.iter().filter(is_number)));
        pieces.extend(self.bools(property, values));
        if pieces.is_empty() {
            return Sql::new("FALSE");
        }
        Sql::new("(").add(Sql::join(pieces, " OR ")).text(")")
    }

    fn in_list<'v>(&self, property: &Property, values: impl Iterator<Item = &'v Scalar>) -> Option<Sql> {
        let mut list: Vec<Sql> = Vec::new();
        let mut left = None;
        for value in values {
            let (side, param) = self.sides(property, value)?;
            left = Some(side);
            list.push(Sql::default().bind(param));
        }
        let left = left?;
        if list.len() == 1 {
            return Some(left.text(" = ").add(list.remove(0)));
        }
        Some(left.text(" IN (").add(Sql::join(list, ", ")).text(")"))
    }

    fn bools(&self, property: &Property, values: &[Scalar]) -> Vec<Sql> {
        let wanted = [true, false]
            .into_iter()
            .filter(|wanted| values.contains(&Scalar::Bool(*wanted)));
        let is = |wanted| match property {
            Property::Key(path) => Some(self.dialect.is_bool(path, wanted)),
            Property::User(path) => {
                let truth = self.source.of_user(path, Reading::Truth);
                Some(truth.text(if wanted { " = 1" } else { " = 0" }))
            }
            _ => None,
        };
        wanted.filter_map(is).collect()
    }
}

/// The condition or its exact opposite, which also holds where the condition is NULL.
fn exactly(condition: Sql, holds: bool) -> Sql {
    if holds {
        condition
    } else {
        Sql::new("((").add(condition).text(") IS NOT TRUE)")
    }
}

/// The operator without its negation, and whether it had one.
fn positive(op: Op) -> (Op, bool) {
    match op {
        Op::Neq => (Op::Eq, true),
        Op::NotIn => (Op::In, true),
        Op::NotContains => (Op::Contains, true),
        Op::NotExists => (Op::Exists, true),
        op => (op, false),
    }
}

/// The column of a property that has one of its own.
pub(super) fn column_name(property: &Property) -> &'static str {
    match property {
        Property::Name => "name",
        Property::Timestamp => "ts",
        Property::UserId => "user_id",
        Property::AnonymousId => "anonymous_id",
        Property::SessionId => "session_id",
        Property::Key(_) | Property::User(_) => "NULL",
    }
}
