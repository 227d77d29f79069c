//! Keys of an organization: shown once, kept as a digest.

use chrono::{DateTime, Utc};
use model::account::{ApiKey, KeyKind, KeyPatch, KeyRequest, PersonalKeyRequest, display_name};
use model::ids::{KeyId, OrgId, UserId};
use model::origins::Origins;
use model::role::Action;
use model::scope::{Scope, Scopes};
use serde_json::json;
use uuid::Uuid;

use super::Organizations;
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{from_db, sql, to_db};
use crate::error::Error;
use crate::random::digest;

const SHOWN_CHARACTERS: usize = 12;

/// A key that is to be written.
struct Wanted {
    /// What the key itself begins with.
    start: &'static str,
    name: String,
    kind: KeyKind,
    scopes: Scopes,
    origins: Origins,
    /// Whose it is, where it is personal.
    user: Option<UserId>,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    kind: String,
    name: String,
    prefix: String,
    scopes: Option<String>,
    origins: String,
    user_id: Option<Uuid>,
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
            scopes: Scopes::parse(self.scopes.as_deref()),
            origins: Origins::parse(&self.origins),
            user_id: self.user_id.map(UserId::new),
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
        request: KeyRequest,
    ) -> Result<(ApiKey, String), Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageKeys)?;
        let KeyRequest {
            name,
            kind,
            scopes,
            origins,
        } = request;
        must_fit(kind, &scopes)?;
        let wanted = Wanted {
            start: start_of(kind),
            name,
            kind,
            scopes,
            origins: checked(kind, &origins)?,
            user: None,
        };
        self.write_key(&caller, wanted).await
    }

    /// Makes a key that acts as the caller in the caller's organization, with the role of the moment it is used in.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that did not sign in or belongs to no organization, [`Error::Invalid`].
    pub async fn create_personal_key(
        &self,
        caller: &Caller,
        request: PersonalKeyRequest,
    ) -> Result<(ApiKey, String), Error> {
        let (user, _) = caller.signed_in()?;
        caller.must(Action::Read)?;
        let PersonalKeyRequest { name, scopes } = request;
        let wanted = Wanted {
            start: "dpp_",
            name,
            kind: KeyKind::Secret,
            scopes,
            origins: Origins::default(),
            user: Some(user),
        };
        self.write_key(caller, wanted).await
    }

    /// The caller's own keys in this organization, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn personal_keys(&self, caller: &Caller) -> Result<Vec<ApiKey>, Error> {
        let (user, _) = caller.signed_in()?;
        let rows = sql!(
            self.db,
            all as KeyRow,
            "SELECT id, kind, name, prefix, scopes, origins, user_id, created_at FROM api_keys
             WHERE org_id = $1 AND user_id = $2 AND revoked_at IS NULL ORDER BY id DESC",
            caller.org().uuid(),
            user.uuid(),
        )?;
        rows.into_iter().map(KeyRow::key).collect()
    }

    /// Revokes one of the caller's own keys.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`] for a caller that did not sign in.
    pub async fn revoke_personal_key(&self, caller: &Caller, key: KeyId) -> Result<(), Error> {
        let (user, _) = caller.signed_in()?;
        self.write_revocation(caller, key, Some(user)).await
    }

    async fn write_key(&self, caller: &Caller, wanted: Wanted) -> Result<(ApiKey, String), Error> {
        let Wanted {
            start,
            name,
            kind,
            scopes,
            origins,
            user,
        } = wanted;
        let org = caller.org();
        let name = display_name("name", &name)?;
        let now = self.clock.now();
        let secret = format!("{start}{}", self.random.token());
        let prefix: String = secret.chars().take(SHOWN_CHARACTERS).collect();
        let key = ApiKey {
            id: KeyId::new(self.random.id(now)),
            kind,
            name,
            prefix,
            scopes,
            origins,
            user_id: user,
            created_at: now,
        };
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "INSERT INTO api_keys (id, org_id, kind, name, prefix, digest, created_by, created_at, scopes, user_id,
                 origins)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            key.id.uuid(),
            org.uuid(),
            kind.as_str(),
            key.name.as_str(),
            key.prefix.as_str(),
            digest(&secret),
            caller.user().map(UserId::uuid),
            to_db(now),
            key.scopes.to_text(),
            user.map(UserId::uuid),
            key.origins.to_text(),
        )?;
        let change = Change::by(caller, "key.created", format!("key:{}", key.id))
            .with(json!({ "kind": kind, "name": key.name, "prefix": key.prefix, "scopes": key.scopes, "origins": key.origins,
                "user": user }));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await?;
        Ok((key, secret))
    }

    /// The keys that work, personal ones too, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn keys(&self, caller: &Caller, org: OrgId) -> Result<Vec<ApiKey>, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageKeys)?;
        let rows = sql!(
            self.db,
            all as KeyRow,
            "SELECT id, kind, name, prefix, scopes, origins, user_id, created_at FROM api_keys
             WHERE org_id = $1 AND revoked_at IS NULL ORDER BY id DESC",
            org.uuid(),
        )?;
        rows.into_iter().map(KeyRow::key).collect()
    }

    /// Changes a key's name, and the sites whose pages may send with it; both hold within a second.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Invalid`], also for sites of a key that is no write key.
    pub async fn update_key(
        &self,
        caller: &Caller,
        org: OrgId,
        key: KeyId,
        patch: KeyPatch,
    ) -> Result<ApiKey, Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageKeys)?;
        let mut tx = self.db.begin().await?;
        let row = sql!(
            tx,
            optional as KeyRow,
            "SELECT id, kind, name, prefix, scopes, origins, user_id, created_at FROM api_keys
             WHERE id = $1 AND org_id = $2 AND revoked_at IS NULL",
            key.uuid(),
            org.uuid(),
        )?;
        let mut changed = row.ok_or(Error::NotFound)?.key()?;
        if let Some(name) = &patch.name {
            changed.name = display_name("name", name)?;
        }
        if let Some(origins) = &patch.origins {
            changed.origins = checked(changed.kind, origins)?;
        }
        sql!(
            tx,
            run,
            "UPDATE api_keys SET name = $3, origins = $4 WHERE id = $1 AND org_id = $2",
            key.uuid(),
            org.uuid(),
            changed.name.as_str(),
            changed.origins.to_text(),
        )?;
        let change = Change::by(&caller, "key.changed", format!("key:{key}"))
            .with(json!({ "name": changed.name, "origins": changed.origins }));
        audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Revokes a key: within a second it is refused everywhere.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn revoke_key(&self, caller: &Caller, org: OrgId, key: KeyId) -> Result<(), Error> {
        let caller = self.within(caller, org).await?;
        caller.must(Action::ManageKeys)?;
        self.write_revocation(&caller, key, None).await
    }

    /// Revokes a key of the caller's organization; of `user` alone, where one is named.
    async fn write_revocation(&self, caller: &Caller, key: KeyId, user: Option<UserId>) -> Result<(), Error> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let revoked = sql!(
            tx,
            run,
            "UPDATE api_keys SET revoked_at = $3
             WHERE id = $1 AND org_id = $2 AND revoked_at IS NULL AND ($4 IS NULL OR user_id = $4)",
            key.uuid(),
            caller.org().uuid(),
            to_db(now),
            user.map(UserId::uuid),
        )?;
        if revoked == 0 {
            return Err(Error::NotFound);
        }
        let change = Change::by(caller, "key.revoked", format!("key:{key}"));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await
    }
}

/// A list of scopes names only what a key of this kind may do at all.
fn must_fit(kind: KeyKind, scopes: &Scopes) -> Result<(), Error> {
    let fits = |scope: &Scope| match kind {
        KeyKind::Write => *scope == Scope::EventsWrite,
        KeyKind::Secret => *scope != Scope::OrganizationWrite,
    };
    if scopes.list().is_none_or(|scopes| scopes.iter().all(fits)) {
        return Ok(());
    }
    let message = match kind {
        KeyKind::Write => "A write key sends events and can hold `events:write` alone.",
        KeyKind::Secret => "Only a personal key can hold `organization:write`.",
    };
    Err(Error::invalid("scopes", "not_allowed", message))
}

/// The sites that a key of this kind may name.
fn checked(kind: KeyKind, origins: &[String]) -> Result<Origins, Error> {
    if kind != KeyKind::Write && !origins.is_empty() {
        let message = "Only a write key is for web pages and can name sites.";
        return Err(Error::invalid("origins", "not_allowed", message));
    }
    Origins::checked(origins).map_err(Error::Invalid)
}

const fn start_of(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Write => "dpw_",
        KeyKind::Secret => "dps_",
    }
}
