//! Keys of an organization: shown once, kept as a digest.

use chrono::{DateTime, Utc};
use model::account::{ApiKey, KeyKind, display_name};
use model::ids::{KeyId, OrgId, UserId};
use model::role::Action;
use serde_json::json;
use uuid::Uuid;

use super::Organizations;
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{from_db, sql, to_db};
use crate::error::Error;
use crate::random::digest;

const SHOWN_CHARACTERS: usize = 12;

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    kind: String,
    name: String,
    prefix: String,
    created_at: DateTime<Utc>,
}

impl KeyRow {
    fn key(self) -> Result<ApiKey, Error> {
        let kind = KeyKind::parse(&self.kind).ok_or_else(|| {
            Error::internal(format!("key {} is of the unknown kind {}", self.id, self.kind))
        })?;
        let created_at = from_db(self.created_at);
        Ok(ApiKey {
            id: KeyId::new(self.id),
            kind,
            name: self.name,
            prefix: self.prefix,
            created_at,
        })
    }
}

impl Organizations {
    /// Makes a key. The text beside it is the key itself: it is told here and never again.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn create_key(
        &self,
        caller: &Caller,
        org: OrgId,
        name: &str,
        kind: KeyKind,
    ) -> Result<(ApiKey, String), Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageKeys)?;
        let name = display_name("name", name)?;
        let now = self.clock.now();
        let secret = format!("{}{}", start_of(kind), self.random.token());
        let prefix: String = secret.chars().take(SHOWN_CHARACTERS).collect();
        let key = ApiKey {
            id: KeyId::new(self.random.id(now)),
            kind,
            name,
            prefix,
            created_at: now,
        };
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "INSERT INTO api_keys (id, org_id, kind, name, prefix, digest, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            key.id.uuid(),
            org.uuid(),
            kind.as_str(),
            key.name.as_str(),
            key.prefix.as_str(),
            digest(&secret),
            caller.user().map(UserId::uuid),
            to_db(now),
        )?;
        let change = Change::by(&caller, "key.created", format!("key:{}", key.id))
            .with(json!({ "kind": kind, "name": key.name, "prefix": key.prefix }));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await?;
        Ok((key, secret))
    }

    /// The keys that work, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn keys(&self, caller: &Caller, org: OrgId) -> Result<Vec<ApiKey>, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageKeys)?;
        let rows = sql!(
            self.db,
            all as KeyRow,
            "SELECT id, kind, name, prefix, created_at FROM api_keys
             WHERE org_id = $1 AND revoked_at IS NULL ORDER BY id DESC",
            org.uuid(),
        )?;
        rows.into_iter().map(KeyRow::key).collect()
    }

    /// Revokes a key: within a second it is refused everywhere.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn revoke_key(&self, caller: &Caller, org: OrgId, key: KeyId) -> Result<(), Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageKeys)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let revoked = sql!(
            tx,
            run,
            "UPDATE api_keys SET revoked_at = $3 WHERE id = $1 AND org_id = $2 AND revoked_at IS NULL",
            key.uuid(),
            org.uuid(),
            to_db(now),
        )?;
        if revoked == 0 {
            return Err(Error::NotFound);
        }
        audit::record(
            &mut tx,
            &self.random,
            now,
            Change::by(&caller, "key.revoked", format!("key:{key}")),
        )
        .await?;
        tx.commit().await
    }
}

const fn start_of(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Write => "dpw_",
        KeyKind::Secret => "dps_",
    }
}
