//! The dashboards that a person looks at most.

use std::collections::HashSet;

use model::ids::DashboardId;
use model::role::Action;
use uuid::Uuid;

use super::Dashboards;
use crate::caller::Caller;
use crate::db::sql;
use crate::error::Error;

impl Dashboards {
    /// Those that the caller marked; none for a key.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn favourites(&self, caller: &Caller) -> Result<HashSet<DashboardId>, Error> {
        caller.must(Action::Read)?;
        let Some(user) = caller.user() else {
            return Ok(HashSet::new());
        };
        let rows = sql!(
            self.db,
            all as (Uuid,),
            "SELECT dashboard_id FROM favourites JOIN dashboards ON dashboards.id = dashboard_id
             WHERE user_id = $1 AND org_id = $2",
            user.uuid(),
            caller.org().uuid(),
        )?;
        Ok(rows.into_iter().map(|(id,)| DashboardId::new(id)).collect())
    }

    /// Marks a dashboard for the caller, or takes the mark away; a matter of taste, so it is not audited.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`] for a key.
    pub async fn mark(&self, caller: &Caller, id: DashboardId, is_favourite: bool) -> Result<(), Error> {
        self.get(caller, id).await?;
        let user = caller.user().ok_or(Error::Forbidden)?.uuid();
        let mut tx = self.db.begin().await?;
        if is_favourite {
            sql!(
                tx,
                run,
                "INSERT INTO favourites (user_id, dashboard_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                user,
                id.uuid(),
            )?;
        } else {
            sql!(
                tx,
                run,
                "DELETE FROM favourites WHERE user_id = $1 AND dashboard_id = $2",
                user,
                id.uuid(),
            )?;
        }
        tx.commit().await
    }
}
