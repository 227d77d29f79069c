//! Who came how far: the same rows and the same rules as the figures, with names.

use model::Timestamp;
use model::person::{Outcome, Person};
use model::query::FunnelQuery;

use super::attempts::{Attempts, Moment};
use super::compile::{Compiler, Layout};
use super::{most_users, portions};
use crate::error::Error;
use crate::query::asked::Asked;
use crate::query::people::Part;
use crate::store::{Cell, TakesRows};

/// The users who came to `step`, or were lost on the way to it: of each, the steps of their best attempt.
pub(in crate::query) async fn people(
    asked: &Asked<'_>,
    funnel: &FunnelQuery,
    (step, outcome): (usize, Outcome),
    part: &Part,
) -> Result<Vec<Person>, Error> {
    let window = &asked.buckets.window;
    let compiler = Compiler::new(asked.source, funnel.spec(), window);
    let portions = portions(asked, &compiler, asked.portion).await?;
    let mut following = Following {
        attempts: Attempts::new(compiler.rules()),
        layout: compiler.layout(),
        from: window.from.as_microsecond(),
        step,
        outcome,
        moments: Vec::new(),
        found: Vec::new(),
    };
    for portion in 0..portions {
        let users = compiler
            .named_users(portion, portions)
            .of_at_most(most_users(asked.portion));
        following = asked.work_off(users, following).await?;
        following.found = part.of(following.found);
    }
    Ok(following.found)
}

struct Following {
    attempts: Attempts,
    layout: Layout,
    /// Where the times of the rows begin, in microseconds.
    from: i64,
    step: usize,
    outcome: Outcome,
    moments: Vec<Moment>,
    found: Vec<Person>,
}

impl TakesRows for Following {
    fn take(&mut self, row: Vec<Cell>) {
        let person = self.person(row);
        self.found.extend(person);
    }
}

impl Following {
    fn person(&mut self, row: Vec<Cell>) -> Option<Person> {
        let id = row.last()?.text()?.to_owned();
        self.layout.read(&mut row.into_iter(), &mut self.moments)?;
        let reached = &self.attempts.best(&self.moments).times;
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
