//! Share links: whoever has one sees one dashboard, until it expires or is revoked.

mod listed;
mod opened;
mod page;
mod signed;

use chrono::{DateTime, Utc};
use model::Timestamp;
use model::ids::{DashboardId, ShareId, UserId};
use model::role::Action;
use model::share::{NewShare, ShareRequest};
use serde_json::json;
use sqlx::types::Json;

use crate::audit::{self, Change};
use crate::auth::passwords::{self, Passwords};
use crate::auth::throttle::Throttle;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::db::{Db, from_db, from_db_option, sql, to_db};
use crate::error::Error;
use crate::random::{Random, digest};
use crate::sealing::Vault;
pub use opened::Opened;
pub use page::SharedPage;

/// Share links.
#[derive(Clone, Debug)]
pub struct Sharing {
    db: Db,
    clock: Clock,
    random: Random,
    passwords: Passwords,
    throttle: Throttle,
    vault: Vault,
}

impl Sharing {
    /// Works on `db`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, random: Random) -> Self {
        let passwords = Passwords::new(random.clone());
        let vault = Vault::without_keys(random.clone());
        let throttle = Throttle::new(db.clone(), clock.clone(), random.clone());
        Self {
            db,
            clock,
            random,
            passwords,
            throttle,
            vault,
        }
    }

    /// The same links, whose keys lie in `vault`; until then none can be made.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// Makes a link below `public_url`; the answer is the only place that tells it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn create(
        &self,
        caller: &Caller,
        dashboard: DashboardId,
        request: ShareRequest,
        public_url: &str,
    ) -> Result<NewShare, Error> {
        caller.must(Action::Share)?;
        let now = self.clock.now();
        let request = request.check()?;
        let expires_at = request.expires_at.map(|at| from_db(to_db(at)));
        if expires_at.is_some_and(|at| at <= now) {
            return Err(Error::invalid(
                "expires_at",
                "in_the_past",
                "Choose a moment in the future.",
            ));
        }
        let password_hash = self.password_hash(request.password.as_deref()).await?;
        let id = ShareId::new(self.random.id(now));
        let token = self.random.token();
        let mut tx = self.db.begin().await?;
        let made = sql!(
            tx,
            run,
            "INSERT INTO shares (id, org_id, dashboard_id, name, token_digest, created_by, created_at, expires_at,
                 password_hash, viewer_may, embed_origins)
             SELECT $1, org_id, id, $4, $5, $6, $7, $8, $9, $10, $11
             FROM dashboards WHERE id = $2 AND org_id = $3",
            id.uuid(),
            dashboard.uuid(),
            caller.org().uuid(),
            request.name.as_deref(),
            digest(&token),
            caller.user().map(UserId::uuid),
            to_db(now),
            expires_at.map(to_db),
            password_hash.as_deref(),
            Json(&request.viewer_may),
            Json(&request.embed_origins),
        )?;
        if made == 0 {
            return Err(Error::NotFound);
        }
        let change = Change::by(caller, "share.created", format!("share:{id}")).with(json!({
            "dashboard": dashboard,
            "name": request.name,
            "expires_at": expires_at,
            "has_password": password_hash.is_some(),
            "viewer_may": request.viewer_may,
            "embed_origins": request.embed_origins,
        }));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await?;
        Ok(new_share(id, &token, expires_at, public_url))
    }

    async fn password_hash(&self, password: Option<&str>) -> Result<Option<String>, Error> {
        let Some(password) = password else {
            return Ok(None);
        };
        passwords::acceptable(password, &[])?;
        self.passwords.hash(password).await.map(Some)
    }

    /// Gives a link a new address; the one before opens nothing from now on. Everything else about it stays.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn rotate(&self, caller: &Caller, share: ShareId, public_url: &str) -> Result<NewShare, Error> {
        caller.must(Action::Share)?;
        let now = self.clock.now();
        let token = self.random.token();
        let mut tx = self.db.begin().await?;
        let row = sql!(
            tx,
            optional as (Option<DateTime<Utc>>,),
            "UPDATE shares SET token_digest = $3 WHERE id = $1 AND org_id = $2 AND revoked_at IS NULL
             RETURNING expires_at",
            share.uuid(),
            caller.org().uuid(),
            digest(&token),
        )?;
        let (expires_at,) = row.ok_or(Error::NotFound)?;
        let change = Change::by(caller, "share.rotated", format!("share:{share}"));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await?;
        Ok(new_share(share, &token, from_db_option(expires_at), public_url))
    }

    /// Revokes a link: from now on it opens nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn revoke(&self, caller: &Caller, share: ShareId) -> Result<(), Error> {
        caller.must(Action::Share)?;
        let now: Timestamp = self.clock.now();
        let mut tx = self.db.begin().await?;
        let revoked = sql!(
            tx,
            run,
            "UPDATE shares SET revoked_at = $3 WHERE id = $1 AND org_id = $2 AND revoked_at IS NULL",
            share.uuid(),
            caller.org().uuid(),
            to_db(now),
        )?;
        if revoked == 0 {
            return Err(Error::NotFound);
        }
        let change = Change::by(caller, "share.revoked", format!("share:{share}"));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await
    }
}

fn new_share(id: ShareId, token: &str, expires_at: Option<Timestamp>, public_url: &str) -> NewShare {
    let url = format!("{}/s/{token}", public_url.trim_end_matches('/'));
    NewShare { id, url, expires_at }
}
