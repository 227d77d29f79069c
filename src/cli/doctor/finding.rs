//! What was found, as a line.

use std::fmt;

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    Notice,
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    what: &'static str,
    state: State,
    said: String,
    todo: Option<String>,
}

impl Finding {
    pub(super) fn good(what: &'static str, said: impl Into<String>) -> Self {
        Self {
            what,
            state: State::Good,
            said: said.into(),
            todo: None,
        }
    }

    /// It works, and somebody should know.
    pub(super) fn notice(what: &'static str, said: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            state: State::Notice,
            todo: Some(todo.into()),
            ..Self::good(what, said)
        }
    }

    /// It does not work.
    pub(super) fn bad(what: &'static str, said: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            state: State::Bad,
            ..Self::notice(what, said, todo)
        }
    }

    pub(super) fn is_bad(&self) -> bool {
        self.state == State::Bad
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Good => "ok  ",
            State::Notice => "note",
            State::Bad => "BAD ",
        };
        write!(f, "{state}  {:<12}  {}", self.what, self.said)?;
        match &self.todo {
            Some(todo) => write!(f, "\n      {:<12}  -> {todo}", ""),
            None => Ok(()),
        }
    }
}
