use crate::store::{Param, Statement};

/// SQL that grows piece by piece, each value bound where it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sql {
    text: String,
    params: Vec<Param>,
}

impl Sql {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            params: Vec::new(),
        }
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    pub(super) fn bind(mut self, param: Param) -> Self {
        self.text.push('?');
        self.params.push(param);
        self
    }

    pub(super) fn add(mut self, other: Self) -> Self {
        self.text.push_str(&other.text);
        self.params.extend(other.params);
        self
    }

    /// The pieces with `separator` between them.
    pub(super) fn join(pieces: impl IntoIterator<Item = Self>, separator: &str) -> Self {
        let mut joined = Self::default();
        for (position, piece) in pieces.into_iter().enumerate() {
            joined = if position == 0 {
                piece
            } else {
                joined.text(separator).add(piece)
            };
        }
        joined
    }

    pub(super) fn into_statement(self) -> Statement {
        Statement::new(self.text, self.params)
    }
}
