//! Letters that did not arrive, for those who could tell the person otherwise.

use chrono::{DateTime, Utc};
use model::ids::{LetterId, OrgId};
use model::mail::{LetterKind, LetterTrouble, StuckLetter};
use model::role::Action;
use uuid::Uuid;

use super::Organizations;
use crate::caller::Caller;
use crate::db::{from_db, sql};
use crate::error::Error;

/// Letters that are told at most, the newest.
const MOST: i64 = 50;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    recipient: String,
    tries: i64,
    created_at: DateTime<Utc>,
    reason: Option<String>,
    said: Option<String>,
    given_up: bool,
}

impl Row {
    fn letter(self) -> Result<StuckLetter, Error> {
        let kind = LetterKind::parse(&self.kind)
            .ok_or_else(|| Error::internal(format!("letter {} is a {}", self.id, self.kind)))?;
        let trouble = match (self.given_up, self.reason.as_deref()) {
            (false, _) => LetterTrouble::Waiting,
            (true, Some("refused")) => LetterTrouble::Refused,
            (true, _) => LetterTrouble::Late,
        };
        Ok(StuckLetter {
            id: LetterId::new(self.id),
            kind,
            to: self.recipient,
            trouble,
            // Where nobody answered, the reason names servers of whoever runs this one; they find it in the log.
            said: self.said.filter(|_| trouble == LetterTrouble::Refused),
            tries: self.tries.unsigned_abs(),
            created_at: from_db(self.created_at),
        })
    }
}

impl Organizations {
    /// Letters of the organization, and to its members about their own accounts, that no mail server took when they were
    /// tried; the newest first. What they say is not told.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn stuck_letters(&self, caller: &Caller, org: OrgId) -> Result<Vec<StuckLetter>, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageMembers)?;
        let rows = sql!(
            self.db,
            all as Row,
            "SELECT o.id, o.kind, o.recipient, o.tries, o.created_at, o.reason, o.said,
                 o.failed_at IS NOT NULL AS given_up
             FROM mail_outbox o WHERE (o.reason IS NOT NULL OR o.failed_at IS NOT NULL) AND (o.org_id = $1
                 OR o.user_id IN (SELECT m.user_id FROM org_members m WHERE m.org_id = $1))
             ORDER BY o.id DESC LIMIT $2",
            org.uuid(),
            MOST,
        )?;
        rows.into_iter().map(Row::letter).collect()
    }
}
