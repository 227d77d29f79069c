//! Access tokens: JWTs signed with Ed25519, by a key that is made at the first start and kept in the database.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Clock;
use crate::db::{Db, sql, to_db};
use crate::error::Error;
use crate::random::Random;

const AUDIENCE: &str = "datapulse";
const LEEWAY_SECONDS: i64 = 30;

/// What an access token says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: Uuid,
    pub(super) sid: Uuid,
    pub(super) iss: String,
    pub(super) aud: String,
    pub(super) nbf: i64,
    pub(super) exp: i64,
}

/// Signs access tokens, and checks them.
#[derive(Clone)]
pub(super) struct Signing {
    db: Db,
    issuer: Arc<str>,
    kid: Arc<str>,
    private: EncodingKey,
    public: Arc<RwLock<HashMap<String, DecodingKey>>>,
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signing")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl Signing {
    pub(super) async fn open(db: &Db, clock: &Clock, random: &Random, issuer: &str) -> Result<Self, Error> {
        let (kid, seed) = newest_or_new(db, clock, random).await?;
        let key = signing_key(&seed)?;
        let der = key
            .to_pkcs8_der()
            .map_err(|error| Error::internal(error.to_string()))?;
        let public = HashMap::from([(kid.clone(), decoding_key(&key))]);
        Ok(Self {
            db: db.clone(),
            issuer: issuer.into(),
            kid: kid.into(),
            private: EncodingKey::from_ed_der(der.as_bytes()),
            public: Arc::new(RwLock::new(public)),
        })
    }

    pub(super) fn sign(
        &self,
        user: Uuid,
        session: Uuid,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<String, Error> {
        let header = Header {
            kid: Some(self.kid.to_string()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            sub: user,
            sid: session,
            iss: self.issuer.to_string(),
            aud: AUDIENCE.to_owned(),
            nbf: from.as_second(),
            exp: to.as_second(),
        };
        jsonwebtoken::encode(&header, &claims, &self.private).map_err(Error::internal)
    }

    /// What a token says, if it is one of ours and of this hour; `None` for every other, whatever is wrong with it.
    pub(super) async fn read(&self, token: &str, now: Timestamp) -> Result<Option<Claims>, Error> {
        let Ok(header) = jsonwebtoken::decode_header(token) else {
            return Ok(None);
        };
        if header.alg != Algorithm::EdDSA {
            return Ok(None);
        }
        let Some(kid) = header.kid else { return Ok(None) };
        let Some(key) = self.public_key(&kid).await? else {
            return Ok(None);
        };
        let decoded = jsonwebtoken::decode::<Claims>(token, &key, &self.validation());
        Ok(decoded
            .ok()
            .map(|token| token.claims)
            .filter(|claims| is_current(claims, now)))
    }

    fn validation(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[AUDIENCE]);
        // The library would read the machine's clock; `is_current` asks ours.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation
    }

    /// The public half of a key; another replica may have made it.
    async fn public_key(&self, kid: &str) -> Result<Option<DecodingKey>, Error> {
        if let Some(key) = self
            .public
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(kid)
        {
            return Ok(Some(key.clone()));
        }
        if Uuid::try_parse(kid).is_err() {
            return Ok(None);
        }
        let found = sql!(
            self.db,
            optional as (Vec<u8>,),
            "SELECT seed FROM signing_keys WHERE kid = $1",
            kid
        )?;
        let Some((seed,)) = found else { return Ok(None) };
        let key = decoding_key(&signing_key(&seed)?);
        self.public
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(kid.to_owned(), key.clone());
        Ok(Some(key))
    }
}

fn is_current(claims: &Claims, now: Timestamp) -> bool {
    let now = now.as_second();
    claims.nbf.saturating_sub(LEEWAY_SECONDS) <= now && now < claims.exp.saturating_add(LEEWAY_SECONDS)
}

async fn newest_or_new(db: &Db, clock: &Clock, random: &Random) -> Result<(String, Vec<u8>), Error> {
    let mut tx = db.begin().await?;
    let newest = sql!(
        tx,
        optional as (String, Vec<u8>),
        "SELECT kid, seed FROM signing_keys ORDER BY created_at DESC, kid DESC LIMIT 1",
    )?;
    if let Some(found) = newest {
        return Ok(found);
    }
    let now = clock.now();
    let kid = random.id(now).to_string();
    let seed = random.bytes::<32>().to_vec();
    sql!(
        tx,
        run,
        "INSERT INTO signing_keys (kid, seed, created_at) VALUES ($1, $2, $3)",
        kid.as_str(),
        seed.as_slice(),
        to_db(now),
    )?;
    tx.commit().await?;
    Ok((kid, seed))
}

fn signing_key(seed: &[u8]) -> Result<SigningKey, Error> {
    let seed: &[u8; 32] = seed.try_into().map_err(Error::internal)?;
    Ok(SigningKey::from_bytes(seed))
}

fn decoding_key(key: &SigningKey) -> DecodingKey {
    DecodingKey::from_ed_der(key.verifying_key().as_bytes())
}
