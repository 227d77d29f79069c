//! Access tokens: JWTs signed with Ed25519. Keys are kept in the database, their seeds sealed; the newest signs, and those
//! before it are good until the last token that they signed has ended. A seed that does not open signs and proves nothing:
//! whoever can write to the database and knows no master key makes no tokens.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use model::Timestamp;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Clock;
use crate::db::{Db, Tx, sql, to_db};
use crate::error::Error;
use crate::random::Random;
use crate::sealing::{Place, Secrets, Vault};

const SEED_BYTES: usize = 32;
const AUDIENCE: &str = "datapulse";
const LEEWAY_SECONDS: i64 = 30;
/// A key that another process made or removed is noticed within this time.
const NOTICED_WITHIN: Duration = Duration::from_mins(1);
const PUBLIC_REMEMBERED: u64 = 100;

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

/// The public half of a key that signs access tokens, as a JSON Web Key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicKey {
    /// Names the key in a token's header.
    pub kid: String,
    /// `OKP`.
    pub kty: &'static str,
    /// `Ed25519`.
    pub crv: &'static str,
    /// `EdDSA`.
    pub alg: &'static str,
    /// `sig`.
    #[serde(rename = "use")]
    pub purpose: &'static str,
    /// The key, base64url.
    pub x: String,
}

/// The key that signs now, and when somebody last looked for a newer one.
struct Current {
    kid: String,
    private: EncodingKey,
    looked_at: Timestamp,
}

/// Signs access tokens, and checks them.
#[derive(Clone)]
pub(super) struct Signing {
    db: Db,
    clock: Clock,
    random: Random,
    vault: Vault,
    issuer: Arc<str>,
    /// Absent while no master key opens the newest one.
    current: Arc<RwLock<Option<Current>>>,
    public: Cache<String, DecodingKey>,
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signing").finish_non_exhaustive()
    }
}

impl Signing {
    /// Makes the first key where there is none, and seals the seeds that an earlier version left as they are.
    pub(super) async fn open(
        db: &Db,
        (clock, random): (&Clock, &Random),
        vault: &Vault,
        issuer: &str,
    ) -> Result<Self, Error> {
        seal_seeds_of_earlier_versions(db, vault).await?;
        make_the_first(db, (clock, random), vault).await?;
        let public = Cache::builder()
            .max_capacity(PUBLIC_REMEMBERED)
            .time_to_live(NOTICED_WITHIN)
            .build();
        let signing = Self {
            db: db.clone(),
            clock: clock.clone(),
            random: random.clone(),
            vault: vault.clone(),
            issuer: issuer.into(),
            current: Arc::default(),
            public,
        };
        match signing.take_the_newest().await {
            Ok(()) => {}
            // Whoever runs the program makes another one, or brings the master key back.
            Err(Error::Internal(why)) => tracing::error!(%why, "no access token can be signed"),
            Err(other) => return Err(other),
        }
        Ok(signing)
    }

    /// Signs with the newest key from now on.
    ///
    /// # Errors
    /// [`Error::Internal`] where no master key opens it.
    pub(super) async fn take_the_newest(&self) -> Result<(), Error> {
        let found = sql!(
            self.db,
            optional as (String, Vec<u8>),
            "SELECT kid, seed FROM signing_keys ORDER BY created_at DESC, kid DESC LIMIT 1",
        )?;
        match found {
            Some((kid, sealed)) => {
                let seed = self.vault.unseal(place(&kid)?, &sealed)?;
                self.use_from_now(kid, &seed, self.clock.now())
            }
            None => Ok(()),
        }
    }

    pub(super) async fn sign(
        &self,
        user: Uuid,
        session: Uuid,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<String, Error> {
        self.look_for_a_newer_one(from).await?;
        let claims = Claims {
            sub: user,
            sid: session,
            iss: self.issuer.to_string(),
            aud: AUDIENCE.to_owned(),
            nbf: from.as_second(),
            exp: to.as_second(),
        };
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let current = current.as_ref().ok_or_else(no_key)?;
        let header = Header {
            kid: Some(current.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, &claims, &current.private).map_err(Error::internal)
    }

    /// Another process may have made a new key.
    async fn look_for_a_newer_one(&self, now: Timestamp) -> Result<(), Error> {
        let looked_at = self
            .current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(|current| current.looked_at);
        let is_fresh = looked_at.is_some_and(|at| now.duration_since(at).unsigned_abs() < NOTICED_WITHIN);
        if is_fresh {
            return Ok(());
        }
        self.take_the_newest().await
    }

    fn use_from_now(&self, kid: String, seed: &[u8], now: Timestamp) -> Result<(), Error> {
        let private = encoding_key(seed)?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Current {
            kid,
            private,
            looked_at: now,
        });
        Ok(())
    }

    /// Makes a new key, signs with it from now on, and forgets keys that were replaced longer than `keep` ago.
    pub(super) async fn rotate(&self, keep: Duration) -> Result<String, Error> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let (kid, seed) = new_key(&mut tx, &self.random, &self.vault, now).await?;
        let useless_since = now.saturating_sub(keep).unwrap_or(Timestamp::MIN);
        sql!(
            tx,
            run,
            "DELETE FROM signing_keys WHERE kid <> $1 AND EXISTS (
                 SELECT 1 FROM signing_keys newer
                 WHERE newer.created_at > signing_keys.created_at AND newer.created_at <= $2)",
            kid.as_str(),
            to_db(useless_since),
        )?;
        tx.commit().await?;
        self.public.invalidate_all();
        self.use_from_now(kid.clone(), &seed, now)?;
        Ok(kid)
    }

    pub(super) async fn public_keys(&self) -> Result<Vec<PublicKey>, Error> {
        let rows = sql!(
            self.db,
            all as (String, Vec<u8>),
            "SELECT kid, seed FROM signing_keys ORDER BY created_at DESC, kid DESC",
        )?;
        let public = |(kid, sealed): (String, Vec<u8>)| {
            let key = self.opened(&kid, &sealed)?;
            Some(PublicKey {
                kid,
                kty: "OKP",
                crv: "Ed25519",
                alg: "EdDSA",
                purpose: "sig",
                x: URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes()),
            })
        };
        Ok(rows.into_iter().filter_map(public).collect())
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
        if let Some(key) = self.public.get(kid) {
            return Ok(Some(key));
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
        let opened = found.and_then(|(sealed,)| self.opened(kid, &sealed));
        let Some(key) = opened else { return Ok(None) };
        let key = decoding_key(&key);
        self.public.insert(kid.to_owned(), key.clone());
        Ok(Some(key))
    }

    /// A key whose seed opens: another one proves nothing.
    fn opened(&self, kid: &str, sealed: &[u8]) -> Option<SigningKey> {
        let seed = place(kid).and_then(|place| self.vault.unseal(place, sealed));
        match seed.and_then(|seed| signing_key(&seed)) {
            Ok(key) => Some(key),
            Err(error) => {
                tracing::warn!(kid, why = ?error, "a key for access tokens does not open: its tokens are refused");
                None
            }
        }
    }
}

fn is_current(claims: &Claims, now: Timestamp) -> bool {
    let now = now.as_second();
    claims.nbf.saturating_sub(LEEWAY_SECONDS) <= now && now < claims.exp.saturating_add(LEEWAY_SECONDS)
}

/// Once: what is not sealed where others are was written by somebody who knows no master key.
async fn seal_seeds_of_earlier_versions(db: &Db, vault: &Vault) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let rows = sql!(
        tx,
        all as (String, Vec<u8>),
        "SELECT kid, seed FROM signing_keys ORDER BY kid",
    )?;
    if rows.iter().any(|(_, seed)| seed.len() != SEED_BYTES) {
        return Ok(());
    }
    for (kid, seed) in rows {
        let sealed = vault.seal(place(&kid)?, &seed)?;
        sql!(
            tx,
            run,
            "UPDATE signing_keys SET seed = $2 WHERE kid = $1",
            kid.as_str(),
            sealed
        )?;
        tracing::info!(kid, "sealed the seed of a key that signs access tokens");
    }
    tx.commit().await
}

async fn make_the_first(db: &Db, (clock, random): (&Clock, &Random), vault: &Vault) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let (count,) = sql!(tx, one as (i64,), "SELECT count(*) FROM signing_keys")?;
    if count > 0 {
        return Ok(());
    }
    new_key(&mut tx, random, vault, clock.now()).await?;
    tx.commit().await
}

async fn new_key(
    tx: &mut Tx,
    random: &Random,
    vault: &Vault,
    now: Timestamp,
) -> Result<(String, Vec<u8>), Error> {
    let kid = random.id(now).to_string();
    let seed = random.bytes::<SEED_BYTES>().to_vec();
    let sealed = vault.seal(place(&kid)?, &seed)?;
    sql!(
        tx,
        run,
        "INSERT INTO signing_keys (kid, seed, created_at) VALUES ($1, $2, $3)",
        kid.as_str(),
        sealed,
        to_db(now),
    )?;
    Ok((kid, seed))
}

fn place(kid: &str) -> Result<Place, Error> {
    let kid = Uuid::parse_str(kid).map_err(Error::internal)?;
    Ok(Secrets::SigningSeeds.place(kid))
}

fn no_key() -> Error {
    Error::internal("no master key opens the key that signs access tokens")
}

fn encoding_key(seed: &[u8]) -> Result<EncodingKey, Error> {
    let der = signing_key(seed)?
        .to_pkcs8_der()
        .map_err(|error| Error::internal(error.to_string()))?;
    Ok(EncodingKey::from_ed_der(der.as_bytes()))
}

fn signing_key(seed: &[u8]) -> Result<SigningKey, Error> {
    let seed: &[u8; SEED_BYTES] = seed.try_into().map_err(Error::internal)?;
    Ok(SigningKey::from_bytes(seed))
}

fn decoding_key(key: &SigningKey) -> DecodingKey {
    DecodingKey::from_ed_der(key.verifying_key().as_bytes())
}
