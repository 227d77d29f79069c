use model::Timestamp;
use model::event::{Event, EventParts};

use crate::error::Error;

/// SQL with its parameters, in order; the organization's table is called `events`.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text; a `?` for each parameter.
    pub text: String,
    /// What the question marks stand for.
    pub params: Vec<Param>,
    /// Most rows that it may give; one more is an error.
    pub most_rows: usize,
}

impl Statement {
    /// Of a text and its parameters, whose rows are about what a person sees: at most [`MOST_ROWS`].
    #[must_use]
    pub fn new(text: impl Into<String>, params: Vec<Param>) -> Self {
        Self {
            text: text.into(),
            params,
            most_rows: MOST_ROWS,
        }
    }

    /// The same with another limit, where the engine makes few figures of many rows.
    #[must_use]
    pub fn of_at_most(self, most_rows: usize) -> Self {
        Self { most_rows, ..self }
    }
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
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Bytes of text in them.
    text: usize,
    most_rows: usize,
}

/// Most rows of a statement unless it says otherwise: what an answer may have.
pub const MOST_ROWS: usize = 100_000;
/// Most bytes of text in the rows of a statement.
const MOST_TEXT: usize = 64 * 1024 * 1024;

/// More rows than the statement may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the statement gives more than {0} rows, or too much text")]
pub(crate) struct TooManyRows(pub(crate) usize);

impl From<TooManyRows> for Error {
    fn from(TooManyRows(most): TooManyRows) -> Self {
        let message = format!(
            "This answer needs more than {most} rows or {} MiB. Ask about a shorter range, a longer interval or fewer \
             breakdown values.",
            MOST_TEXT / (1024 * 1024)
        );
        Self::invalid("range", "too_many_rows", message)
    }
}

impl Default for Frame {
    fn default() -> Self {
        Self::of_at_most(MOST_ROWS)
    }
}

impl Frame {
    /// Without rows yet, for a statement that may give so many.
    pub(crate) const fn of_at_most(most_rows: usize) -> Self {
        Self {
            rows: Vec::new(),
            text: 0,
            most_rows,
        }
    }

    /// Adds a row that a store read.
    ///
    /// # Errors
    /// [`TooManyRows`] for one row too many; then the rest is not worth reading.
    pub(crate) fn push(&mut self, row: Vec<Cell>) -> Result<(), TooManyRows> {
        self.text += row.iter().filter_map(Cell::text).map(str::len).sum::<usize>();
        if self.rows.len() >= self.most_rows || self.text > MOST_TEXT {
            return Err(TooManyRows(self.most_rows));
        }
        self.rows.push(row);
        Ok(())
    }
}

/// Works rows off as a store reads them, so that nobody has to keep them all.
pub(crate) trait TakesRows: Send + 'static {
    /// The next row.
    fn take(&mut self, row: Vec<Cell>);
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

/// The event of a row of microseconds, id, name, user, visitor, session and properties; nothing where one that must be is not.
pub(crate) fn event_of(row: Vec<Cell>) -> Option<Event> {
    let [time, id, name, user, visitor, session, properties] = <[Cell; 7]>::try_from(row).ok()?;
    let text = |cell: Cell| match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    };
    Some(Event::from_parts(EventParts {
        id: text(id)?,
        name: text(name)?,
        timestamp: Timestamp::from_microsecond(time.int()?).ok()?,
        user_id: text(user),
        anonymous_id: text(visitor),
        session_id: text(session),
        properties: text(properties)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_takes_as_many_rows_as_its_statement_may_give() {
        for most in [0, 3, MOST_ROWS + 1] {
            let mut frame = Frame::of_at_most(most);
            let pushed: Result<(), _> = (0..most).try_for_each(|_| frame.push(vec![Cell::Int(1)]));
            assert_eq!(pushed, Ok(()));
            assert_eq!(frame.push(vec![Cell::Ints(vec![1])]), Err(TooManyRows(most)));
        }
    }
}
