//! How ClickHouse reads properties.
//!
//! Text, numbers and truth values lie in the JSON column `properties` as subcolumns, one for each path and type, of which
//! a statement reads just those that it names. Objects, lists and values under keys that cannot be part of a subcolumn's
//! name are read from the text of the `document`.

use super::Sql;
use crate::store::{KindSet, Param, is_plain};

/// The names of the types that a value of the column may have.
const WHOLE: &str = "Int64";
const WHOLE_BEYOND: &str = "UInt64";
const NUMBER: &str = "Float64";
const TEXT: &str = "String";
const TRUTH: &str = "Bool";

fn has_a_column(path: &[String]) -> bool {
    path.iter().all(|key| is_plain(key))
}

/// The subcolumn of a path, of whatever type; a name is bound after each dot.
pub(super) fn extracted(path: &[String]) -> Sql {
    path.iter().fold(Sql::new("properties"), |inner, key| {
        inner.text(".").bind(Param::Text(key.clone()))
    })
}

/// The subcolumn of a path that holds the values of one type; NULL for others.
fn typed(path: &[String], of: &str) -> Sql {
    extracted(path).text(".:").text(of)
}

/// A function of the document and the keys of a path.
fn of_document(function: &str, path: &[String]) -> Sql {
    path.iter()
        .fold(Sql::new(function).text("(document"), |inner, key| {
            inner.text(", ").bind(Param::Text(key.clone()))
        })
        .text(")")
}

/// The kind of the document's value at a path: NULL where there is none, or JSON's.
pub(super) fn kind_of(path: &[String]) -> Sql {
    Sql::new("nullIf(toString(")
        .add(of_document("JSONType", path))
        .text("), 'Null')")
}

/// Adding zero makes a zero of the negative zero, which is in no list of numbers.
pub(super) fn number(path: &[String]) -> Sql {
    Sql::new("(").add(any_number(path)).text(" + 0)")
}

fn any_number(path: &[String]) -> Sql {
    if has_a_column(path) {
        let as_number = |of: &str| {
            Sql::new("CAST(")
                .add(typed(path, of))
                .text(" AS Nullable(Float64))")
        };
        let types = [typed(path, NUMBER), as_number(WHOLE), as_number(WHOLE_BEYOND)];
        return Sql::new("coalesce(").add(Sql::join(types, ", ")).text(")");
    }
    Sql::new("CASE WHEN ")
        .add(kind_of(path))
        .text(" IN ('Int64', 'UInt64', 'Double') THEN ")
        .add(of_document("JSONExtractFloat", path))
        .text(" END")
}

pub(super) fn only_text(path: &[String]) -> Sql {
    if has_a_column(path) {
        return typed(path, TEXT);
    }
    Sql::new("CASE WHEN ")
        .add(kind_of(path))
        .text(" = 'String' THEN ")
        .add(of_document("JSONExtractString", path))
        .text(" END")
}

/// The truth value at a path; NULL for a value of another type.
pub(super) fn truth(path: &[String]) -> Sql {
    if has_a_column(path) {
        return typed(path, TRUTH);
    }
    Sql::new("CASE WHEN ")
        .add(kind_of(path))
        .text(" = 'Bool' THEN ")
        .add(of_document("JSONExtractBool", path))
        .text(" END")
}

pub(super) fn as_text(path: &[String], seen: KindSet) -> Sql {
    if !has_a_column(path) {
        return Sql::new("CASE WHEN ")
            .add(kind_of(path))
            .text(" IS NULL THEN NULL WHEN ")
            .add(kind_of(path))
            .text(" = 'String' THEN ")
            .add(of_document("JSONExtractString", path))
            // Negative zero, too.
            .text(" WHEN ")
            .add(kind_of(path))
            .text(" = 'Double' AND ")
            .add(of_document("JSONExtractFloat", path))
            .text(" = 0 THEN '0' ELSE ")
            .add(of_document("JSONExtractRaw", path))
            .text(" END");
    }
    let single = Sql::new("CAST(")
        .add(extracted(path))
        .text(" AS Nullable(String))");
    if seen.only(KindSet::PLAIN) {
        return single;
    }
    let sql = Sql::new("CASE WHEN ")
        .add(typed(path, NUMBER))
        .text(" = 0 THEN '0' WHEN ")
        .add(extracted(path))
        .text(" IS NOT NULL THEN ")
        .add(single);
    if seen.only(KindSet::PLAIN.or(KindSet::WHOLE_FLOAT)) {
        return sql.text(" END");
    }
    sql.text(" WHEN ")
        .add(kind_of(path))
        .text(" IN ('Object', 'Array') THEN ")
        .add(of_document("JSONExtractRaw", path))
        .text(" END")
}

/// Whether there is a value at a path, other than JSON's null.
pub(super) fn exists(path: &[String], seen: KindSet) -> Sql {
    let is_single = extracted(path).text(" IS NOT NULL");
    match (
        has_a_column(path),
        seen.only(KindSet::PLAIN.or(KindSet::WHOLE_FLOAT)),
    ) {
        (true, true) => is_single,
        (true, false) => Sql::new("(")
            .add(is_single)
            .text(" OR ")
            .add(kind_of(path))
            .text(" IS NOT NULL)"),
        (false, _) => kind_of(path).text(" IS NOT NULL"),
    }
}

/// The value at a path as JSON text; NULL where there is none.
pub(super) fn as_json(path: &[String]) -> Sql {
    Sql::new("nullIf(")
        .add(of_document("JSONExtractRaw", path))
        .text(", '')")
}

/// The texts of the list at a path; none where there is no list.
pub(super) fn texts(path: &[String]) -> Sql {
    let keys = path.iter().map(|key| Sql::new("").bind(Param::Text(key.clone())));
    Sql::new("JSONExtract(document, ")
        .add(Sql::join(keys, ", "))
        .text(", 'Array(String)')")
}
