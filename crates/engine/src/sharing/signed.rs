//! Signed embedding: a site of one's own vouches for its visitor with a short token, and fixes what they see. The token is a
//! JWT that the site's server signs (HS256) with the key of the share; only a share whose key was made can be opened so.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use model::Timestamp;
use model::ids::ShareId;
use model::query::{Comparison, Filter, Op, Property, Scalar};
use model::role::Action;
use model::share::EmbedKey;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::Sharing;
use super::opened::{Opened, OpenedRow};
use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::db::{from_db, sql, to_db};
use crate::error::Error;
use crate::sealing::{Place, Secrets};

/// Further ahead than this a token may not end.
const LONGEST_SECONDS: i64 = 24 * 60 * 60;
/// Clocks of two servers differ by this much.
const LEEWAY_SECONDS: i64 = 30;
const MOST_TOKEN_BYTES: usize = 8 * 1024;
const MOST_LOCKED: usize = 20;

/// What a token says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    /// Which share.
    share: ShareId,
    /// Seconds since 1970 at which it ends.
    exp: i64,
    /// Since when it counts, and when it was made.
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    /// Properties with the value, or the values, that their events must have.
    #[serde(default)]
    locked: serde_json::Map<String, Value>,
}

impl Sharing {
    /// Makes the key that frames of a share are signed with; the one before signs nothing any more. The answer is the only
    /// place that tells it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn make_embed_key(&self, caller: &Caller, share: ShareId) -> Result<EmbedKey, Error> {
        caller.must(Action::Share)?;
        let now = from_db(to_db(self.clock.now()));
        let key = format!("dpe_{}", self.random.token());
        let sealed = self.vault.seal(place(share.uuid()), key.as_bytes())?;
        self.set_embed_key(caller, share, Some((sealed, to_db(now))), "share.embed_key_made")
            .await?;
        Ok(EmbedKey {
            share,
            key,
            created_at: now,
        })
    }

    /// Takes the key away: no signed frame of the share opens any more.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn end_embed_key(&self, caller: &Caller, share: ShareId) -> Result<(), Error> {
        caller.must(Action::Share)?;
        self.set_embed_key(caller, share, None, "share.embed_key_ended")
            .await
    }

    async fn set_embed_key(
        &self,
        caller: &Caller,
        share: ShareId,
        key: Option<(Vec<u8>, DateTime<Utc>)>,
        action: &'static str,
    ) -> Result<(), Error> {
        let (sealed, at) = key.unzip();
        let mut tx = self.db.begin().await?;
        let changed = sql!(
            tx,
            run,
            "UPDATE shares SET embed_key_sealed = $3, embed_key_at = $4 WHERE id = $1 AND org_id = $2 AND revoked_at IS NULL",
            share.uuid(),
            caller.org().uuid(),
            sealed,
            at,
        )?;
        if changed == 0 {
            return Err(Error::NotFound);
        }
        let change = Change::by(caller, action, format!("share:{share}"));
        audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        tx.commit().await
    }

    /// Opens the share that a signed token names, with what the token fixes.
    ///
    /// # Errors
    /// [`Error::NotFound`], whether the token is forged, has ended, or names a share that is gone.
    pub async fn open_signed(&self, token: &str) -> Result<Opened, Error> {
        if token.len() > MOST_TOKEN_BYTES {
            return Err(Error::NotFound);
        }
        let (row, key) = self.signed_row(unproven_share(token)?).await?;
        let claims = proven(token, &key)?;
        let now = self.clock.now().as_second();
        let is_current =
            claims.exp > now - LEEWAY_SECONDS && claims.exp <= now + LONGEST_SECONDS + LEEWAY_SECONDS;
        let has_begun = [claims.nbf, claims.iat]
            .into_iter()
            .flatten()
            .all(|from| from <= now + LEEWAY_SECONDS);
        if claims.share.uuid() != row.share_id || !is_current || !has_begun {
            return Err(Error::NotFound);
        }
        let locked = locked(&claims.locked).ok_or(Error::NotFound)?;
        let end =
            Timestamp::from_second(claims.exp.saturating_add(LEEWAY_SECONDS)).map_err(|_| Error::NotFound)?;
        Ok(row.opened().locked_to(locked, end))
    }

    async fn signed_row(&self, share: Uuid) -> Result<(OpenedRow, Vec<u8>), Error> {
        let row = sql!(
            self.db,
            optional as OpenedRow,
            "SELECT o.id, o.name, o.plan, o.timezone, o.week_start, s.id AS share_id, s.dashboard_id, s.expires_at,
                 s.password_hash, s.viewer_may, s.embed_origins, s.last_opened_at
             FROM shares s JOIN organizations o ON o.id = s.org_id
             WHERE s.id = $1 AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $2)
                 AND o.suspended_at IS NULL",
            share,
            to_db(self.clock.now()),
        )?;
        let key = sql!(
            self.db,
            optional as (Option<Vec<u8>>,),
            "SELECT embed_key_sealed FROM shares WHERE id = $1",
            share,
        )?;
        match (row, key.and_then(|(key,)| key)) {
            (Some(row), Some(sealed)) => Ok((row, self.vault.unseal(place(share), &sealed)?)),
            _ => Err(Error::NotFound),
        }
    }
}

/// Where the key of a share lies.
const fn place(share: Uuid) -> Place {
    Secrets::EmbedKeys.place(share)
}

/// Which share a token names, before anything about it is proven: only to find the key.
fn unproven_share(token: &str) -> Result<Uuid, Error> {
    let claims: Claims = jsonwebtoken::dangerous::insecure_decode(token)
        .map_err(|_| Error::NotFound)?
        .claims;
    Ok(claims.share.uuid())
}

/// What a token says, once its signature is checked; HS256 and nothing else.
fn proven(token: &str, key: &[u8]) -> Result<Claims, Error> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp"]);
    // By the engine's own clock, above.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let key = DecodingKey::from_secret(key);
    let token = jsonwebtoken::decode(token, &key, &validation).map_err(|_| Error::NotFound)?;
    Ok(token.claims)
}

/// The condition of what a token fixes; `None` where it cannot be one.
fn locked(fixed: &serde_json::Map<String, Value>) -> Option<Vec<Filter>> {
    if fixed.len() > MOST_LOCKED {
        return None;
    }
    let condition = |(property, value): (&String, &Value)| {
        let property: Property = property.parse().ok()?;
        let values = match value {
            Value::Array(values) => values.iter().map(scalar).collect::<Option<Vec<Scalar>>>()?,
            value => vec![scalar(value)?],
        };
        Comparison::new(property, Op::In, values)
            .ok()
            .map(Filter::Compare)
    };
    fixed.iter().map(condition).collect()
}

fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Number(number) => number.as_f64().map(Scalar::Number),
        Value::Bool(truth) => Some(Scalar::Bool(*truth)),
        _ => None,
    }
}
