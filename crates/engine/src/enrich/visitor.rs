//! Visitors without cookies: an id from address and browser, salted with a secret that is thrown away after its day, so
//! that nobody can tell who it was, or that it is the same visitor on another day.

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use model::Timestamp;
use model::ids::OrgId;
use sha2::{Digest, Sha256};

use crate::db::{Db, sql};
use crate::error::Error;
use crate::random::Random;

type Salt = [u8; 32];

/// The secret of the day. All replicas share it through the database.
#[derive(Clone)]
pub(super) struct Salts {
    db: Db,
    random: Random,
    today: Arc<RwLock<Option<(i64, Salt)>>>,
}

impl Salts {
    pub(super) fn new(db: Db, random: Random) -> Self {
        Self {
            db,
            random,
            today: Arc::default(),
        }
    }

    /// The salt of the day of `now`, in UTC. The first call of a day deletes those of all others.
    pub(super) async fn of_day(&self, now: Timestamp) -> Result<Salt, Error> {
        let day = now.as_second().div_euclid(24 * 60 * 60);
        let known = *self.today.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, salt)) = known.filter(|(known, _)| *known == day) {
            return Ok(salt);
        }
        let salt = self.kept(day).await?;
        *self.today.write().unwrap_or_else(PoisonError::into_inner) = Some((day, salt));
        Ok(salt)
    }

    async fn kept(&self, day: i64) -> Result<Salt, Error> {
        let fresh = self.random.bytes::<32>();
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "INSERT INTO visitor_salts (day, salt) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING",
            day,
            fresh.as_slice(),
        )?;
        sql!(tx, run, "DELETE FROM visitor_salts WHERE day < $1", day)?;
        let (salt,) = sql!(
            tx,
            one as (Vec<u8>,),
            "SELECT salt FROM visitor_salts WHERE day = $1",
            day,
        )?;
        tx.commit().await?;
        salt.try_into()
            .map_err(|_| Error::internal("a visitor salt has another length"))
    }
}

/// The id of a visitor for one day.
pub(super) fn visitor_id(salt: &Salt, org: OrgId, address: IpAddr, user_agent: &str) -> String {
    let digest = Sha256::new()
        .chain_update(salt)
        .chain_update(org.uuid().as_bytes())
        .chain_update(address.to_canonical().to_string())
        .chain_update([0])
        .chain_update(user_agent)
        .finalize();
    digest[..16].iter().fold(String::from("day-"), |mut id, byte| {
        id.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        id.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        id
    })
}
