//! How people want to read: kept with the person, so that it goes along to wherever they sign in.

use model::ids::UserId;
use model::language::{Clock, Language, Reading, ReadingChoice};
use serde_json::json;

use super::Auth;
use crate::caller::Caller;
use crate::db::sql;
use crate::error::Error;

impl Auth {
    /// What the person chose.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub async fn reading(&self, user: UserId) -> Result<Reading, Error> {
        let found = sql!(
            self.db,
            optional as (Option<String>, Option<String>),
            "SELECT language, clock FROM users WHERE id = $1",
            user.uuid(),
        )?;
        let (language, clock) = found.unwrap_or_default();
        Ok(Reading {
            language: language.and_then(|tag| Language::known(&tag)),
            clock: clock.and_then(|word| Clock::known(&word)),
        })
    }

    /// Keeps a choice.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever did not sign in.
    pub async fn choose_reading(&self, caller: &Caller, choice: ReadingChoice) -> Result<(), Error> {
        let (user, _) = caller.signed_in()?;
        let (statement, action) = match choice {
            ReadingChoice::Language(_) => ("UPDATE users SET language = $1 WHERE id = $2", "language.chosen"),
            ReadingChoice::Clock(_) => ("UPDATE users SET clock = $1 WHERE id = $2", "clock.chosen"),
        };
        let mut tx = self.db.begin().await?;
        sql!(tx, run, statement, choice.value(), user.uuid())?;
        let (target, detail) = (format!("user:{user}"), json!({ (choice.name()): choice.value() }));
        self.note(&mut tx, user, action, target, detail).await?;
        tx.commit().await
    }
}
