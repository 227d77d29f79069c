//! What the database says of an organization's first steps.

use model::ids::UserId;

use super::Organizations;
use crate::caller::Caller;
use crate::db::{sql, to_db};
use crate::error::Error;
use crate::first_steps::Wish;

/// Counts of what the first steps lead to.
#[derive(sqlx::FromRow)]
pub(crate) struct Standing {
    pub(crate) wish: Option<String>,
    pub(crate) write_keys: i64,
    pub(crate) dashboards: i64,
    pub(crate) people: i64,
}

impl Organizations {
    /// Puts the first steps away for the caller, or brings them back; a matter of taste, so it is not audited.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a key.
    pub async fn wish_first_steps(&self, caller: &Caller, wish: Wish) -> Result<(), Error> {
        let user = caller.user().ok_or(Error::Forbidden)?;
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE org_members SET first_steps = $1 WHERE org_id = $2 AND user_id = $3",
            wish.as_str(),
            caller.org().uuid(),
            user.uuid(),
        )?;
        tx.commit().await
    }

    /// Members and invitations count together: whoever is asked is on the way.
    pub(crate) async fn standing_of_steps(&self, caller: &Caller) -> Result<Standing, Error> {
        let found = sql!(
            self.db,
            optional as Standing,
            "SELECT m.first_steps AS wish,
                 (SELECT count(*) FROM api_keys k
                  WHERE k.org_id = m.org_id AND k.kind = 'write' AND k.revoked_at IS NULL) AS write_keys,
                 (SELECT count(*) FROM dashboards d WHERE d.org_id = m.org_id) AS dashboards,
                 (SELECT count(*) FROM org_members o WHERE o.org_id = m.org_id)
                     + (SELECT count(*) FROM invitations i
                        WHERE i.org_id = m.org_id AND i.accepted_at IS NULL AND i.revoked_at IS NULL
                            AND i.expires_at > $3) AS people
             FROM org_members m WHERE m.org_id = $1 AND m.user_id = $2",
            caller.org().uuid(),
            caller.user().map(UserId::uuid),
            to_db(self.clock.now()),
        )?;
        found.ok_or(Error::NotFound)
    }
}
