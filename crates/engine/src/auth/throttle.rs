//! Guessing passwords is slow, and nobody can keep somebody else out by guessing.
//!
//! A try counts before its password is looked at, and is given back where the password was right: many at once are no more
//! than as many one after the other. Where it counts depends on where it comes from. A browser in which somebody signed in
//! to the account before has a count of its own, and so has a network from which somebody did. All others share the
//! account's count for strangers, and the count of their network. So whoever guesses from elsewhere uses up what strangers
//! may try, and the account's people sign in as ever.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use model::Timestamp;
use model::ids::{SessionId, ShareId, UserId};

use super::Auth;
use crate::clock::Clock;
use crate::db::{Db, sql, to_db};
use crate::error::Error;
use crate::random::{Random, text_digest};

/// How long a browser or a network is remembered after somebody signed in there.
const REMEMBERED: Duration = Duration::from_hours(90 * 24);
/// Browsers and networks that are remembered of one account.
const MOST_REMEMBERED: i64 = 50;
/// Characters of a browser's token: 256 bits in base64.
const TOKEN_LENGTH: usize = 43;
/// One in so many tries clears away what is forgiven.
const CLEARED_AWAY: u8 = 64;

/// So many tries at once, and one more every so often.
#[derive(Clone, Copy, Debug)]
struct Pace {
    at_once: u32,
    then_every: Duration,
}

/// Of everybody who never signed in to the account, together.
const STRANGERS: Pace = Pace {
    at_once: 10,
    then_every: Duration::from_mins(2),
};
/// Of a network, whatever accounts it tries.
const NETWORK: Pace = Pace {
    at_once: 100,
    then_every: Duration::from_secs(10),
};
/// Of a browser or a network that the account knows.
const KNOWN: Pace = Pace {
    at_once: 20,
    then_every: Duration::from_mins(1),
};
/// Of one session, whose person is asked for the password again.
const SESSION: Pace = Pace {
    at_once: 10,
    then_every: Duration::from_mins(1),
};
/// Of a network, at one share link.
const LINK: Pace = Pace {
    at_once: 10,
    then_every: Duration::from_mins(1),
};

/// Where somebody tries a password.
#[derive(Clone, Default)]
pub struct Origin {
    network: Option<String>,
    browser: Option<Browser>,
}

/// A browser: with the token that it was given when somebody signed in, or without one.
#[derive(Clone)]
struct Browser(Option<String>);

impl Origin {
    /// A program at this address, where it is known.
    #[must_use]
    pub fn program(address: Option<IpAddr>) -> Self {
        Self {
            network: address.map(network),
            browser: None,
        }
    }

    /// A browser at this address, with the token that [`Auth::remember`] gave it once.
    #[must_use]
    pub fn browser(address: Option<IpAddr>, token: Option<&str>) -> Self {
        let token = token.filter(|token| is_token(token)).map(str::to_owned);
        Self {
            network: address.map(network),
            browser: Some(Browser(token)),
        }
    }

    /// How it is written down that somebody signed in from this network; empty where it is not known.
    pub(super) fn network_name(&self) -> String {
        let network = self.network.as_deref();
        network.map_or_else(String::new, |network| text_digest(&["network", network]))
    }

    /// How it is written down that somebody signed in with this browser; empty where it has no token.
    pub(super) fn browser_name(&self) -> String {
        let token = self.browser.as_ref().and_then(|browser| browser.0.as_deref());
        token.map_or_else(String::new, browser_name)
    }
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origin").finish_non_exhaustive()
    }
}

fn browser_name(token: &str) -> String {
    text_digest(&["browser", token])
}

fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == TOKEN_LENGTH && text.bytes().all(fits)
}

/// The network that an address is in: /24, or /48 of a long one.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(short) => Ipv4Addr::from(u32::from(short) & (u32::MAX << 8)).to_string(),
        IpAddr::V6(long) => Ipv6Addr::from(u128::from(long) & (u128::MAX << 80)).to_string(),
    }
}

/// What an account knows of where somebody tries its password.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    pub(super) browser: bool,
    pub(super) network: bool,
}

/// Where tries count.
#[derive(Debug)]
pub(crate) struct Counts(Vec<(String, Pace)>);

impl Counts {
    /// For the account behind an address, whether there is one or not.
    pub(super) fn of_account(email_key: &str, origin: &Origin, known: Known) -> Self {
        let one = |words: &[&str], pace| Self(vec![(text_digest(words), pace)]);
        if known.browser {
            return one(&["known", email_key, &origin.browser_name()], KNOWN);
        }
        if known.network {
            return one(&["known", email_key, &origin.network_name()], KNOWN);
        }
        let mut counts = one(&["strangers", email_key], STRANGERS);
        if let Some(network) = &origin.network {
            counts.0.push((text_digest(&["network", network]), NETWORK));
        }
        counts
    }

    /// For somebody who is signed in.
    pub(super) fn of_session(session: SessionId) -> Self {
        Self(vec![(text_digest(&["session", &session.to_string()]), SESSION)])
    }

    /// For the password of a share link.
    pub(crate) fn of_link(share: ShareId, origin: &Origin) -> Self {
        let network = origin.network.as_deref().unwrap_or_default();
        Self(vec![(text_digest(&["link", &share.to_string(), network]), LINK)])
    }
}

/// Counts tries in the database: all processes count together, and no restart forgives anything.
#[derive(Clone, Debug)]
pub(crate) struct Throttle {
    db: Db,
    clock: Clock,
    random: Random,
}

/// Tries that count.
#[must_use = "a try with the right password is given back"]
pub(crate) struct Taken(Vec<(String, Pace)>);

impl Throttle {
    pub(crate) const fn new(db: Db, clock: Clock, random: Random) -> Self {
        Self { db, clock, random }
    }

    /// Counts one try everywhere, or nowhere.
    ///
    /// # Errors
    /// [`Error::TooMany`] where too many were wrong.
    pub(crate) async fn take(&self, counts: Counts) -> Result<Taken, Error> {
        let [dice] = self.random.bytes::<1>();
        if dice % CLEARED_AWAY == 0 {
            self.clear_away().await;
        }
        let mut taken = Taken(Vec::with_capacity(counts.0.len()));
        for (bucket, pace) in counts.0 {
            if self.count(&bucket, pace).await? {
                taken.0.push((bucket, pace));
                continue;
            }
            self.give_back(taken).await?;
            let retry_after = self.wait(&bucket, pace).await?;
            return Err(Error::TooMany { retry_after });
        }
        Ok(taken)
    }

    /// The password was right, or nobody looked at it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub(crate) async fn give_back(&self, taken: Taken) -> Result<(), Error> {
        for (bucket, pace) in taken.0 {
            let mut tx = self.db.begin().await?;
            sql!(
                tx,
                run,
                "UPDATE password_tries SET spent_until = spent_until - $2 WHERE bucket = $1",
                bucket.as_str(),
                micros(pace.then_every),
            )?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The generic cell rate algorithm, in one statement and a transaction of its own: nobody holds one count while waiting
    /// for another.
    async fn count(&self, bucket: &str, pace: Pace) -> Result<bool, Error> {
        let now = self.clock.now().as_microsecond();
        let step = micros(pace.then_every);
        let mut tx = self.db.begin().await?;
        let counted = sql!(
            tx,
            optional as (i64,),
            "INSERT INTO password_tries (bucket, spent_until) VALUES ($1, $2)
             ON CONFLICT (bucket) DO UPDATE SET spent_until =
                 CASE WHEN password_tries.spent_until > $3 THEN password_tries.spent_until + $4 ELSE $2 END
             WHERE password_tries.spent_until <= $5
             RETURNING spent_until",
            bucket,
            now.saturating_add(step),
            now,
            step,
            last_moment(now, pace),
        )?;
        tx.commit().await?;
        Ok(counted.is_some())
    }

    async fn wait(&self, bucket: &str, pace: Pace) -> Result<Duration, Error> {
        let found = sql!(
            self.db,
            optional as (i64,),
            "SELECT spent_until FROM password_tries WHERE bucket = $1",
            bucket,
        )?;
        let now = self.clock.now().as_microsecond();
        let spent_until = found.map_or(now, |(until,)| until);
        let wait = spent_until.saturating_sub(last_moment(now, pace)).max(0);
        let seconds = wait.unsigned_abs().div_ceil(1_000_000).max(1);
        Ok(Duration::from_secs(seconds))
    }

    async fn clear_away(&self) {
        let clear = async {
            let mut tx = self.db.begin().await?;
            let now = self.clock.now().as_microsecond();
            sql!(tx, run, "DELETE FROM password_tries WHERE spent_until <= $1", now)?;
            tx.commit().await
        };
        if let Err(error) = clear.await {
            tracing::warn!(%error, "old counts of wrong passwords were not cleared away");
        }
    }
}

/// Up to when a count may be spent for one more try to be allowed now.
fn last_moment(now: i64, pace: Pace) -> i64 {
    let more = micros(pace.then_every).saturating_mul(i64::from(pace.at_once - 1));
    now.saturating_add(more)
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Auth {
    /// Remembers that somebody signed in to `user`'s account from here: whoever guesses the password elsewhere does not keep
    /// them out. A browser is given the token that it shows next time.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn remember(&self, user: UserId, origin: &Origin) -> Result<Option<String>, Error> {
        let token = origin.browser.as_ref().map(|browser| match &browser.0 {
            Some(token) => token.clone(),
            None => self.random.token(),
        });
        let browser = token.as_deref().map(browser_name);
        let network = Some(origin.network_name()).filter(|name| !name.is_empty());
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        for name in [browser, network].into_iter().flatten() {
            sql!(
                tx,
                run,
                "INSERT INTO known_origins (user_id, origin, seen_at) VALUES ($1, $2, $3)
                 ON CONFLICT (user_id, origin) DO UPDATE SET seen_at = $3",
                user.uuid(),
                name,
                to_db(now),
            )?;
        }
        let long_ago = now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
        sql!(
            tx,
            run,
            "DELETE FROM known_origins WHERE user_id = $1 AND (seen_at <= $2 OR origin NOT IN (
                 SELECT origin FROM known_origins WHERE user_id = $1 ORDER BY seen_at DESC, origin LIMIT $3))",
            user.uuid(),
            to_db(long_ago),
            MOST_REMEMBERED,
        )?;
        tx.commit().await?;
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_what_one_customer_commands() {
        let of = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(of("198.51.100.77"), "198.51.100.0");
        assert_eq!(of("::ffff:198.51.100.77"), "198.51.100.0");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1::");
    }

    #[test]
    fn only_what_we_give_out_is_a_token() {
        let token = Random::seeded(1).token();
        assert!(is_token(&token), "{token}");
        assert!(!is_token("") && !is_token(&token[1..]) && !is_token(&format!("{};", &token[1..])));
        let names = |token: Option<&str>| Origin::browser(None, token).browser_name();
        assert!(names(Some("x")).is_empty() && names(None).is_empty() && !names(Some(&token)).is_empty());
    }
}
