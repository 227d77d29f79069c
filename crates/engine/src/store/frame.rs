use crate::error::Error;

/// SQL with its parameters, in order; the organization's table is called `events`.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text; a `?` for each parameter.
    pub text: String,
    /// What the question marks stand for.
    pub params: Vec<Param>,
}

/// A value that is bound to a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// A whole number.
    Int(i64),
    /// Any finite number.
    Number(f64),
    /// Text.
    Text(String),
    /// An instant: microseconds since 1970, UTC.
    Time(i64),
}

/// Rows of cells, as a statement selected them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Bytes of text in them.
    text: usize,
}

/// Most rows of one statement, and most bytes of text in them.
pub(super) const MOST_ROWS: usize = 100_000;
const MOST_TEXT: usize = 64 * 1024 * 1024;

/// More rows than an answer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the statement gives more rows than an answer may have")]
pub(crate) struct TooManyRows;

impl From<TooManyRows> for Error {
    fn from(_: TooManyRows) -> Self {
        let message = format!(
            "This answer would have more than {MOST_ROWS} rows or {} MiB. Ask about a shorter range, a longer interval or fewer \
             breakdown values.",
            MOST_TEXT / (1024 * 1024)
        );
        Self::invalid("range", "too_many_rows", message)
    }
}

impl Frame {
    /// Adds a row that a store read. Rows of lists are not counted: each is what one user did, and whoever asks for them
    /// bounds them by the number of events.
    ///
    /// # Errors
    /// [`TooManyRows`] for one row too many; then the rest is not worth reading.
    pub(crate) fn push(&mut self, row: Vec<Cell>) -> Result<(), TooManyRows> {
        self.text += row.iter().filter_map(Cell::text).map(str::len).sum::<usize>();
        let is_of_lists = matches!(row.first(), Some(Cell::Ints(_)));
        let is_one_too_many = self.rows.len() >= MOST_ROWS && !is_of_lists;
        if is_one_too_many || self.text > MOST_TEXT {
            return Err(TooManyRows);
        }
        self.rows.push(row);
        Ok(())
    }
}

/// One figure or text of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// SQL's NULL.
    Null,
    /// A whole number or a truth value.
    Int(i64),
    /// Any other number.
    Number(f64),
    /// Text.
    Text(String),
    /// A list of whole numbers.
    Ints(Vec<i64>),
    /// A list of texts.
    Texts(Vec<String>),
}

impl Cell {
    /// The whole number, where it is one.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The finite number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "figures of an answer are f64, exact up to 2^53"
            )]
            Self::Int(value) => Some(*value as f64),
            Self::Number(value) => Some(*value).filter(|value| value.is_finite()),
            Self::Null | Self::Text(_) | Self::Ints(_) | Self::Texts(_) => None,
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_and_lists_are_not() {
        let pushed = |cell: &Cell| {
            let mut frame = Frame::default();
            (0..=MOST_ROWS).try_for_each(|_| frame.push(vec![cell.clone()]))
        };
        assert_eq!(pushed(&Cell::Int(1)), Err(TooManyRows));
        assert_eq!(
            pushed(&Cell::Ints(vec![1])),
            Ok(()),
            "a funnel has a row for each user"
        );
    }
}
