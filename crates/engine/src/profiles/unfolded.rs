//! Profiles from before people could be looked for: what they are looked for by is written down in the background.

use std::time::Duration;

use model::ids::OrgId;
use sqlx::types::Json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::document::Document;
use super::{Profiles, USER, other_ids};
use crate::db::sql;
use crate::error::Error;

/// Profiles of one transaction: others wait for it no longer than some milliseconds.
const AT_ONCE: i64 = 200;
const AFTER_A_FAULT: Duration = Duration::from_mins(1);

impl Profiles {
    /// Begins to write down in the background what every profile is looked for by.
    pub(crate) fn folding(self, stop: CancellationToken) -> Self {
        tokio::spawn(self.clone().fold_all(stop));
        self
    }

    /// Until there is none left or `stop`.
    async fn fold_all(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let pause = match self.fold_some().await {
                Ok(0) => return,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::warn!(%error, "profiles from before cannot be looked for yet");
                    AFTER_A_FAULT
                }
            };
            // A stop ends the wait, too.
            let _ = tokio::time::timeout(pause, stop.cancelled()).await;
        }
    }

    /// The same of a few; how many there were.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn fold_some(&self) -> Result<usize, Error> {
        let next = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT org_id FROM profiles WHERE folded IS NULL LIMIT 1",
        )?;
        let Some((org,)) = next else { return Ok(0) };
        let mut tx = self.db.begin().await?;
        // Beside changes of the same organization two could each wait for the other.
        sql!(tx, run, "UPDATE organizations SET name = name WHERE id = $1", org)?;
        let rows = sql!(
            tx,
            all as (String, String, Json<Document>),
            "SELECT kind, id, properties FROM profiles WHERE folded IS NULL AND org_id = $1
             ORDER BY kind, id LIMIT $2",
            org,
            AT_ONCE,
        )?;
        let count = rows.len();
        for (kind, id, document) in rows {
            let others = if kind == USER {
                other_ids(&mut tx, OrgId::new(org), &id).await?
            } else {
                Vec::new()
            };
            sql!(
                tx,
                run,
                "UPDATE profiles SET folded = $4 WHERE org_id = $1 AND kind = $2 AND id = $3",
                org,
                kind.as_str(),
                id.as_str(),
                document.0.folded(&kind, &id, &others),
            )?;
        }
        tx.commit().await?;
        // Another process may have been quicker; it is not over before there is none.
        Ok(count.max(1))
    }
}
