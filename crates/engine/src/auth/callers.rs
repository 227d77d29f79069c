//! Credentials become callers: the only place where a request learns who asks.

use std::time::Duration;

use chrono::{DateTime, Utc};
use model::Timestamp;
use model::account::KeyKind;
use model::ids::{KeyId, OrgId, SessionId, UserId};
use model::origins::Origins;
use model::scope::Scopes;
use moka::sync::Cache;
use uuid::Uuid;

use super::{Auth, later, signed_out};
use crate::caller::{Caller, Who};
use crate::db::{from_db, sql, to_db};
use crate::error::Error;
use crate::organizations::{known_role, standing};
use crate::random::digest;

const SEEN_EVERY: Duration = Duration::from_mins(1);
const KEY_REMEMBERED: Duration = Duration::from_millis(900);
const KEYS_REMEMBERED: u64 = 10_000;

/// Keys that were looked up a moment ago: an ingest client sends the same one many times a second.
#[derive(Clone, Debug)]
pub(super) struct KeyCache(Cache<Vec<u8>, (Timestamp, Caller)>);

impl KeyCache {
    pub(super) fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(KEYS_REMEMBERED)
                .time_to_live(Duration::from_secs(1))
                .build(),
        )
    }

    fn get(&self, key: &Vec<u8>, now: Timestamp) -> Option<Caller> {
        let (looked_up, caller) = self.0.get(key)?;
        let age = now.duration_since(looked_up).unsigned_abs();
        (age < KEY_REMEMBERED).then_some(caller)
    }

    fn put(&self, key: Vec<u8>, now: Timestamp, caller: Caller) {
        self.0.insert(key, (now, caller));
    }
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    org_id: Uuid,
    kind: String,
    scopes: Option<String>,
    origins: String,
    user_id: Option<Uuid>,
    suspended: bool,
}

/// A session that is open, and what its user is in the organization that is asked for: one look tells both.
#[derive(sqlx::FromRow)]
struct SessionRow {
    id: Uuid,
    user_id: Uuid,
    last_seen_at: DateTime<Utc>,
    org_id: Option<Uuid>,
    role: Option<String>,
    suspended: bool,
}

/// The statement for a [`SessionRow`] of an organization, or of the one joined first where that is null; `$1` is this moment,
/// `$2` the organization.
macro_rules! session_where {
    ($condition:literal) => {
        concat!(
            "SELECT s.id, s.user_id, s.last_seen_at, m.org_id, m.role, o.suspended_at IS NOT NULL AS suspended
             FROM sessions s JOIN users u ON u.id = s.user_id
             LEFT JOIN org_members m ON m.user_id = s.user_id AND ($2 IS NULL OR m.org_id = $2)
             LEFT JOIN organizations o ON o.id = m.org_id
             WHERE s.expires_at > $1 AND s.ended_at IS NULL AND u.disabled_at IS NULL AND ",
            $condition,
            " ORDER BY m.joined_at, m.org_id LIMIT 1"
        )
    };
}

impl SessionRow {
    /// The member, or a guest where the user belongs nowhere.
    fn caller(self, asked_for: Option<OrgId>) -> Result<Caller, Error> {
        let (user, session) = (UserId::new(self.user_id), SessionId::new(self.id));
        let (Some(org), Some(role)) = (self.org_id, self.role) else {
            if asked_for.is_some() {
                return Err(Error::NotFound);
            }
            let nowhere = OrgId::new(Uuid::nil());
            return Ok(Caller::new(nowhere, Who::Guest { user, session }));
        };
        let role = known_role(&role)?;
        let who = Who::Member { user, session, role };
        Ok(Caller::new(OrgId::new(org), who).with_suspension(self.suspended))
    }
}

impl Auth {
    /// The member behind a session cookie, in `org` or in the organization joined first.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`]; [`Error::NotFound`] when the user is no member of `org`.
    pub async fn by_cookie(&self, token: &str, org: Option<OrgId>) -> Result<Caller, Error> {
        let now = self.clock.now();
        let row = sql!(
            self.db,
            optional as SessionRow,
            session_where!("s.token_digest = $3 AND s.kind = 'browser'"),
            to_db(now),
            org.map(OrgId::uuid),
            digest(token),
        )?;
        let row = row.ok_or_else(signed_out)?;
        let seen = from_db(row.last_seen_at);
        if later(seen, self.settings.browser_idle) <= now {
            return Err(signed_out());
        }
        if later(seen, SEEN_EVERY) <= now {
            self.saw(SessionId::new(row.id), now).await;
        }
        row.caller(org)
    }

    /// The member behind an access token, in `org` or in the organization joined first.
    ///
    /// # Errors
    /// As [`Auth::by_cookie`].
    pub async fn by_access_token(&self, token: &str, org: Option<OrgId>) -> Result<Caller, Error> {
        let now = self.clock.now();
        let claims = self.signing.read(token, now).await?.ok_or_else(bad_token)?;
        let row = sql!(
            self.db,
            optional as SessionRow,
            session_where!("s.id = $3 AND s.user_id = $4 AND s.kind = 'api'"),
            to_db(now),
            org.map(OrgId::uuid),
            claims.sid,
            claims.sub,
        )?;
        row.ok_or_else(bad_token)?.caller(org)
    }

    /// The program behind a write key, a secret key or a personal key. A revoked key works for less than a second; a
    /// personal key never outlives its member's role.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`].
    pub async fn by_key(&self, key: &str) -> Result<Caller, Error> {
        let now = self.clock.now();
        let digest = digest(key);
        if let Some(caller) = self.keys.get(&digest, now) {
            return Ok(caller);
        }
        let row = sql!(
            self.db,
            optional as KeyRow,
            "SELECT k.id, k.org_id, k.kind, k.scopes, k.origins, k.user_id, o.suspended_at IS NOT NULL AS suspended
             FROM api_keys k JOIN organizations o ON o.id = k.org_id
             WHERE k.digest = $1 AND k.revoked_at IS NULL",
            digest.as_slice(),
        )?;
        let row = row.ok_or_else(bad_key)?;
        if let Some(user) = row.user_id {
            return self.personal(UserId::new(user), &row).await;
        }
        let kind = KeyKind::parse(&row.kind)
            .ok_or_else(|| Error::internal(format!("key {} is a {}", row.id, row.kind)))?;
        let who = Who::Key {
            key: KeyId::new(row.id),
            kind,
            scopes: Scopes::parse(row.scopes.as_deref()),
            origins: Origins::parse(&row.origins),
        };
        let caller = Caller::new(OrgId::new(row.org_id), who).with_suspension(row.suspended);
        self.keys.put(digest, now, caller.clone());
        Ok(caller)
    }

    /// Whoever sends for a site, named by its domain, or by the id of its organization. Neither is a secret: such a
    /// caller sends events and can do nothing else.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`].
    pub async fn by_site(&self, site: &str) -> Result<Caller, Error> {
        let now = self.clock.now();
        let remembered = digest(&format!("site {site}"));
        if let Some(caller) = self.keys.get(&remembered, now) {
            return Ok(caller);
        }
        let row = if let Ok(id) = site.parse::<Uuid>() {
            sql!(
                self.db,
                optional as (Uuid,),
                "SELECT id FROM organizations WHERE id = $1 AND suspended_at IS NULL",
                id
            )?
        } else {
            let domain = model::ingest::domain("domain", site).map_err(|_| unknown_site())?;
            sql!(
                self.db,
                optional as (Uuid,),
                "SELECT d.org_id FROM organization_domains d JOIN organizations o ON o.id = d.org_id
                 WHERE d.domain = $1 AND o.suspended_at IS NULL",
                domain,
            )?
        };
        let (org,) = row.ok_or_else(unknown_site)?;
        let caller = Caller::new(OrgId::new(org), Who::Site);
        self.keys.put(remembered, now, caller.clone());
        Ok(caller)
    }

    /// Read anew each time, so that a demotion holds from the next request.
    async fn personal(&self, user: UserId, row: &KeyRow) -> Result<Caller, Error> {
        let org = OrgId::new(row.org_id);
        let enabled = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT id FROM users WHERE id = $1 AND disabled_at IS NULL",
            user.uuid(),
        )?;
        enabled.ok_or_else(bad_key)?;
        let standing = standing(&self.db, user, org).await?.ok_or_else(bad_key)?;
        let who = Who::Personal {
            key: KeyId::new(row.id),
            user,
            role: standing.role,
            scopes: Scopes::parse(row.scopes.as_deref()),
        };
        Ok(Caller::new(org, who).with_suspension(standing.suspended))
    }

    /// Notes that a session is in use. Should that fail, the request is none the worse for it.
    async fn saw(&self, session: SessionId, now: Timestamp) {
        if let Err(error) = self.note_seen(session, now).await {
            tracing::warn!(%error, "could not note that a session is in use");
        }
    }

    async fn note_seen(&self, session: SessionId, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE sessions SET last_seen_at = $2 WHERE id = $1",
            session.uuid(),
            to_db(now)
        )?;
        tx.commit().await
    }
}

fn bad_token() -> Error {
    Error::Unauthenticated("This access token is not valid, or not any more. Sign in again.".to_owned())
}

fn bad_key() -> Error {
    Error::Unauthenticated("This key is unknown or was revoked. Make a new one under Settings.".to_owned())
}

fn unknown_site() -> Error {
    Error::Unauthenticated("No organization takes events for this site. Add its domain to yours.".to_owned())
}
