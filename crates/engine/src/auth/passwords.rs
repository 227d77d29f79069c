//! Passwords: argon2id, off the async threads, no more at a time than there are cores.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use model::problem::FieldError;
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use crate::error::Error;
use crate::random::Random;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const WAITING_PER_CORE: usize = 16;
const SHORTEST: usize = 8;
const LONGEST: usize = 128;

/// A hash that is brought along may cost this much to check, and no more.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;
const MOST_BCRYPT: u32 = 14;

static ARGON: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
});

/// What an unknown user's password is compared with, so that it takes as long as a known one's: 32 bytes of chance, which no
/// password leads to.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$ak8tybQ7EOwkMjaNRBHXzQ$nBdNUtaPzbhsmfqfQupnYXRD9cJnkOfI+pl725V8PE0";

/// What came of looking at a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is another one.
    Wrong,
    /// It is the one.
    Right,
    /// It is the one, and what is kept of it should be stronger.
    RightButWeak,
}

impl Verdict {
    pub(crate) const fn is_right(self) -> bool {
        matches!(self, Self::Right | Self::RightButWeak)
    }
}

/// A password that may be used: 8 to 128 characters, and not guessed within a million tries by somebody who knows what
/// people choose, and what is in `own`: the name and address of whoever chooses it.
pub(crate) fn acceptable(password: &str, own: &[&str]) -> Result<(), FieldError> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(FieldError::new(
            "password",
            "too_short",
            "Use at least 8 characters; a short sentence works well.",
        ));
    }
    if length > LONGEST {
        return Err(FieldError::new(
            "password",
            "too_long",
            "Use at most 128 characters.",
        ));
    }
    if zxcvbn(password, own).score() < Score::Two {
        let message = "This password is guessed soon: many people use it, or one like it. Take a few words that do not belong together.";
        return Err(FieldError::new("password", "too_common", message));
    }
    Ok(())
}

/// A hash of another system that people's passwords can be checked with: argon2 or bcrypt, at a cost that we can bear.
pub(crate) fn importable(hash: &str) -> Result<(), FieldError> {
    let bearable = if is_bcrypt(hash) {
        bcrypt_cost(hash).is_some_and(|cost| cost <= MOST_BCRYPT)
    } else {
        PasswordHash::new(hash).is_ok_and(|hash| hash.hash.is_some() && is_bearable(&hash))
    };
    if bearable {
        return Ok(());
    }
    let message =
        "This should be a hash of argon2 ($argon2id$v=19$m=…) or of bcrypt ($2b$12$…, cost 14 at most).";
    Err(FieldError::new("hash", "invalid", message))
}

/// Hashes and checks passwords.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    random: Random,
    queue: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
}

impl Passwords {
    pub(crate) fn new(random: Random) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            random,
            queue: Arc::new(Semaphore::new(cores * WAITING_PER_CORE)),
            cores: Arc::new(Semaphore::new(cores)),
            computed: Arc::default(),
        }
    }

    /// Hashes that were computed since the start, to check a password or to keep one.
    pub(crate) fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    pub(crate) async fn hash(&self, password: &str) -> Result<String, Error> {
        let password = password.to_owned();
        let salt: [u8; 16] = self.random.bytes();
        self.work(move || hash(password.as_bytes(), &salt)).await?
    }

    /// Whether `password` is the one behind `stored`; with nothing stored it never is, and takes as long.
    pub(crate) async fn verify(&self, password: &str, stored: Option<String>) -> Result<Verdict, Error> {
        let password = password.to_owned();
        self.work(move || {
            let verdict = look(&password, stored.as_deref().unwrap_or(NOBODY))?;
            Ok(if stored.is_some() { verdict } else { Verdict::Wrong })
        })
        .await?
    }

    /// Does one job, which computes one hash.
    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let busy = |_| Error::TooMany {
            retry_after: Duration::from_secs(1),
        };
        let _place = self.queue.try_acquire().map_err(busy)?;
        let core = Arc::clone(&self.cores)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let computed = Arc::clone(&self.computed);
        let counted = move || {
            let _core = core;
            computed.fetch_add(1, Ordering::Relaxed);
            job()
        };
        tokio::task::spawn_blocking(counted)
            .await
            .map_err(Error::internal)
    }
}

fn look(password: &str, stored: &str) -> Result<Verdict, Error> {
    if is_bcrypt(stored) {
        let matches = bcrypt::verify(password, stored).map_err(|error| Error::internal(error.to_string()))?;
        return Ok(if matches {
            Verdict::RightButWeak
        } else {
            Verdict::Wrong
        });
    }
    let parsed = PasswordHash::new(stored).map_err(|error| Error::internal(error.to_string()))?;
    if ARGON.verify_password(password.as_bytes(), &parsed).is_err() {
        return Ok(Verdict::Wrong);
    }
    Ok(if is_strong(&parsed) {
        Verdict::Right
    } else {
        Verdict::RightButWeak
    })
}

fn is_strong(hash: &PasswordHash) -> bool {
    let costs = Params::try_from(hash);
    hash.algorithm == Algorithm::Argon2id.ident()
        && hash.version == Some(Version::V0x13.into())
        && costs.is_ok_and(|costs| costs.m_cost() >= MEMORY_KIB && costs.t_cost() >= PASSES)
}

fn is_bearable(hash: &PasswordHash) -> bool {
    let is_argon2 = Algorithm::try_from(hash.algorithm.as_str()).is_ok();
    let bearable = |costs: Params| {
        costs.m_cost() <= MOST_MEMORY_KIB && costs.t_cost() <= MOST_PASSES && costs.p_cost() <= MOST_LANES
    };
    is_argon2 && Params::try_from(hash).is_ok_and(bearable)
}

fn is_bcrypt(hash: &str) -> bool {
    ["$2a$", "$2b$", "$2y$"].iter().any(|head| hash.starts_with(head))
}

fn bcrypt_cost(hash: &str) -> Option<u32> {
    let parts: bcrypt::HashParts = hash.parse().ok()?;
    Some(parts.get_cost())
}

fn hash(password: &[u8], salt: &[u8]) -> Result<String, Error> {
    ARGON
        .hash_password_with_salt(password, salt)
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|error| Error::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Of `correct horse`, by Python's argon2-cffi 25.1 and bcrypt 5.0, and by crypt(3).
    const ARGON2_OF_PYTHON: &str =
        "$argon2id$v=19$m=8192,t=1,p=1$sRZXnumi0TsiajkNn7HmjA$9CObI17MxtM35mUqTsmIVrCOwRnxi/UUyhfefsLb3rk";
    const ARGON2I_OF_PYTHON: &str =
        "$argon2i$v=19$m=65536,t=3,p=4$jSc+w+41QxVrddMvH/ZTpw$1d2R/fy+yfUxbUApx+XPsJPnhKs1hKqmcvPWIm8M9Es";
    const BCRYPT_OF_PYTHON: &str = "$2b$12$3fn0asel38jEegOrwA0Iyu4lHepibNgInRmXDkerd1shzBlDzuf9G";
    const BCRYPT_OF_CRYPT: &str = "$2b$10$UE4kSCP7jvzsHguga8g5J.GmzAeV2cyzkV8h76RDZXlILCxPKAP1m";

    #[tokio::test]
    async fn hashes_name_their_parameters_and_verify() {
        let passwords = Passwords::new(Random::seeded(1));
        let stored = passwords.hash("correct horse").await.expect("it hashes");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(
            stored,
            passwords.hash("correct horse").await.expect("it hashes"),
            "each has its own salt"
        );
        for (password, stored, expected) in [
            ("correct horse", Some(stored.clone()), Verdict::Right),
            ("Correct horse", Some(stored), Verdict::Wrong),
            ("nobody has this password", None, Verdict::Wrong),
        ] {
            assert_eq!(
                passwords.verify(password, stored).await.expect("it runs"),
                expected,
                "{password}"
            );
        }
        assert!(
            NOBODY.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "an unknown user costs as much"
        );
    }

    #[tokio::test]
    async fn a_full_queue_says_when_to_come_back() {
        let passwords = Passwords::new(Random::seeded(1));
        let places = u32::try_from(passwords.queue.available_permits()).expect("a small number");
        let taken = Arc::clone(&passwords.queue)
            .acquire_many_owned(places)
            .await
            .expect("it is open");
        let refused = passwords.verify("x", None).await;
        assert!(matches!(refused, Err(Error::TooMany { .. })), "{refused:?}");
        drop(taken);
        assert!(passwords.verify("x", None).await.is_ok());
    }

    #[test]
    fn hashes_of_other_systems_are_checked_and_told_to_be_weak() {
        let of_php = BCRYPT_OF_PYTHON.replace("$2b$", "$2y$");
        for stored in [
            ARGON2_OF_PYTHON,
            ARGON2I_OF_PYTHON,
            BCRYPT_OF_PYTHON,
            BCRYPT_OF_CRYPT,
            &of_php,
        ] {
            importable(stored).unwrap_or_else(|error| panic!("{stored}: {error:?}"));
            let verdict = |password| look(password, stored).expect("it is a hash");
            assert_eq!(verdict("correct horse"), Verdict::RightButWeak, "{stored}");
            assert_eq!(verdict("correct horsf"), Verdict::Wrong, "{stored}");
        }
        let strong = hash(b"correct horse", b"0123456789abcdef").expect("a hash");
        assert!(importable(&strong).is_ok());
        let costly = strong.replace("m=19456,t=2", "m=65536,t=3");
        let parsed = PasswordHash::new(&costly).expect("a hash");
        assert!(is_strong(&parsed), "a stronger one stays");
    }

    #[test]
    fn hashes_that_cost_too_much_or_are_none_are_not_taken() {
        let strong = hash(b"x", b"0123456789abcdef").expect("a hash");
        for hash in [
            String::new(),
            "correct horse".to_owned(),
            "$1$abc$def".to_owned(),
            "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg".to_owned(),
            strong.replace("m=19456", "m=4194304"),
            strong.replace("t=2", "t=100"),
            BCRYPT_OF_PYTHON.replace("$12$", "$15$"),
            BCRYPT_OF_PYTHON[..50].to_owned(),
        ] {
            let error = importable(&hash).expect_err(&hash);
            assert_eq!((error.field.as_str(), error.code.as_str()), ("hash", "invalid"));
        }
    }

    #[test]
    fn weak_passwords_are_refused() {
        let own = ["ada@lovelace.example", "Ada Lovelace"];
        let code = |password: &str| acceptable(password, &own).map_err(|error| error.code);
        assert_eq!(code("1234567"), Err("too_short".to_owned()));
        assert_eq!(code(&"a".repeat(129)), Err("too_long".to_owned()));
        for common in [
            "PassWord",
            "p4ssw0rd",
            "qwertyuiop",
            "iloveyou1",
            "aaaaaaaaaaaaaaaa",
            "abcdefghijkl",
            "20101985",
            "Ada Lovelace",
            "ada@lovelace.example",
        ] {
            assert_eq!(code(common), Err("too_common".to_owned()), "{common}");
        }
        for good in [
            "correct horse",
            "a horse on a staple",
            "ключ под ковриком",
            "xkT4!m9q",
        ] {
            assert_eq!(code(good), Ok(()), "{good}");
        }
    }
}
