use model::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sqlformat::{FormatOptions, Indent, QueryParams};

use crate::store::{Param, Statement};

/// Characters of a line of a statement that people read.
const LONGEST_LINE: usize = 100;

/// A statement as people and programs read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// Its text; a `?` for each parameter.
    pub sql: String,
    /// What the question marks stand for, in order; instants in RFC 3339.
    pub parameters: Vec<Value>,
}

impl Explained {
    /// The text in lines, each clause on its own.
    #[must_use]
    pub fn pretty(&self) -> String {
        let options = FormatOptions {
            indent: Indent::Spaces(2),
            max_inline_block: LONGEST_LINE,
            max_inline_arguments: Some(LONGEST_LINE),
            max_inline_top_level: Some(LONGEST_LINE),
            ..FormatOptions::default()
        };
        sqlformat::format(&self.sql, &QueryParams::None, &options)
    }
}

impl From<Statement> for Explained {
    fn from(statement: Statement) -> Self {
        Self {
            sql: statement.text,
            parameters: statement.params.into_iter().map(value).collect(),
        }
    }
}

fn value(param: Param) -> Value {
    match param {
        Param::Int(value) => value.into(),
        Param::Number(value) => value.into(),
        Param::Text(text) => text.into(),
        Param::Time(micros) => match Timestamp::from_microsecond(micros) {
            Ok(time) => time.to_string().into(),
            Err(_) => micros.into(),
        },
    }
}
