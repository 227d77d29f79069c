use model::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::store::{Param, Statement};

/// A statement as people and programs read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// Its text; a `?` for each parameter.
    pub sql: String,
    /// What the question marks stand for, in order; instants in RFC 3339.
    pub parameters: Vec<Value>,
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
