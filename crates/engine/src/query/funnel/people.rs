//! Who came how far: the same rows and the same rules as the figures, with names.

use model::Timestamp;
use model::person::{Outcome, Person};
use model::query::FunnelQuery;

use super::attempts::Attempts;
use super::compile::{Compiler, Layout};
use super::{most_users, portions};
use crate::error::Error;
use crate::query::asked::Asked;
use crate::query::people::Part;
use crate::store::{Cell, Frame};

/// The users who came to `step`, or were lost on the way to it: of each, the steps of their best attempt.
pub(in crate::query) async fn people(
    asked: &Asked<'_>,
    funnel: &FunnelQuery,
    (step, outcome): (usize, Outcome),
    part: &Part,
) -> Result<Vec<Person>, Error> {
    let window = &asked.buckets.window;
    let compiler = Compiler::new(asked.source, funnel.spec(), window);
    let portions = portions(asked, &compiler).await?;
    let mut found = Vec::new();
    for portion in 0..portions {
        let users = compiler
            .named_users(portion, portions)
            .of_at_most(most_users(asked.portion));
        let frames = asked.fetch(vec![users]).await?;
        let follow = Following {
            attempts: Attempts::new(compiler.rules()),
            layout: compiler.layout(),
            from: window.from.as_microsecond(),
            step,
            outcome,
        };
        let more = tokio::task::spawn_blocking(move || follow.all(frames))
            .await
            .map_err(Error::internal)?;
        found.extend(more);
        found = part.of(found);
    }
    Ok(found)
}

struct Following {
    attempts: Attempts,
    layout: Layout,
    /// Where the times of the rows begin, in microseconds.
    from: i64,
    step: usize,
    outcome: Outcome,
}

impl Following {
    fn all(mut self, frames: Vec<Frame>) -> Vec<Person> {
        let mut moments = Vec::new();
        let rows = frames.into_iter().flat_map(|frame| frame.rows);
        rows.filter_map(|row| self.person(row, &mut moments)).collect()
    }

    fn person(&mut self, row: Vec<Cell>, moments: &mut Vec<super::attempts::Moment>) -> Option<Person> {
        let id = row.last()?.text()?.to_owned();
        let mut cells = row.into_iter();
        let Some(Cell::Ints(times)) = cells.next() else {
            return None;
        };
        let bits = if self.layout.has_own_column {
            cells.next()
        } else {
            None
        };
        self.layout.read(&times, bits, moments);
        let reached = &self.attempts.best(moments).times;
        let is_meant = match self.outcome {
            Outcome::Converted => reached.len() > self.step,
            Outcome::Dropped => reached.len() == self.step,
        };
        let instant = |at: &i64| Timestamp::from_microsecond(self.from + at).ok();
        let (first, last) = (reached.first()?, reached.last()?);
        is_meant.then_some(Person {
            id,
            events: reached.len() as u64,
            first_seen: instant(first)?,
            last_seen: instant(last)?,
        })
    }
}
