//! Passwords: argon2id, off the async threads, no more at a time than there are cores.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use model::problem::FieldError;
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::random::Random;

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const WAITING_PER_CORE: usize = 16;
const SHORTEST: usize = 8;
const LONGEST: usize = 128;

/// The most used passwords that are long enough to get past the length check; compared in lower case.
const COMMON: [&str; 48] = [
    "00000000",
    "1111111111",
    "11111111",
    "11223344",
    "12341234",
    "12344321",
    "12345678",
    "123456789",
    "1234567890",
    "123123123",
    "123321123",
    "1234qwer",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "22222222",
    "55555555",
    "66666666",
    "77777777",
    "87654321",
    "88888888",
    "98765432",
    "987654321",
    "99999999",
    "aa123456",
    "abc12345",
    "abcd1234",
    "abcdefgh",
    "asdfasdf",
    "asdfghjk",
    "asdfghjkl",
    "baseball",
    "changeme",
    "computer",
    "football",
    "iloveyou",
    "letmein1",
    "michelle",
    "password",
    "password1",
    "password12",
    "password123",
    "princess",
    "qwerty123",
    "qwertyui",
    "qwertyuiop",
    "sunshine",
    "trustno1",
];

static ARGON: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
});

/// What an unknown user's password is compared with, so that it takes as long as a known one's.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    hash(b"nobody has this password", b"0123456789abcdef").expect("a hash with a salt of 16 bytes")
});

/// A password that may be used: 8 to 128 characters and none of the most common ones.
pub(crate) fn acceptable(password: &str) -> Result<(), FieldError> {
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
    if COMMON.contains(&password.to_lowercase().as_str()) {
        let message = "This is one of the most used passwords. Choose one that is harder to guess.";
        return Err(FieldError::new("password", "too_common", message));
    }
    Ok(())
}

/// Hashes and checks passwords.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    random: Random,
    queue: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new(random: Random) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            random,
            queue: Arc::new(Semaphore::new(cores * WAITING_PER_CORE)),
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    pub(crate) async fn hash(&self, password: &str) -> Result<String, Error> {
        let password = password.to_owned();
        let salt: [u8; 16] = self.random.bytes();
        self.work(move || hash(password.as_bytes(), &salt)).await?
    }

    /// Whether `password` is the one behind `stored`; with nothing stored it never is, and takes as long.
    pub(crate) async fn verify(&self, password: &str, stored: Option<String>) -> Result<bool, Error> {
        let password = password.to_owned();
        self.work(move || {
            let known = stored.is_some();
            let stored = stored.unwrap_or_else(|| NOBODY.clone());
            let parsed = PasswordHash::new(&stored).map_err(|error| Error::internal(error.to_string()))?;
            let matches = ARGON.verify_password(password.as_bytes(), &parsed).is_ok();
            Ok(known && matches)
        })
        .await?
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let busy = |_| Error::TooMany {
            retry_after: Duration::from_secs(1),
        };
        let _place = self.queue.try_acquire().map_err(busy)?;
        let core = Arc::clone(&self.cores)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let counted = move || {
            let _core = core;
            job()
        };
        tokio::task::spawn_blocking(counted)
            .await
            .map_err(Error::internal)
    }
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
        assert!(
            passwords
                .verify("correct horse", Some(stored.clone()))
                .await
                .expect("it runs")
        );
        assert!(
            !passwords
                .verify("Correct horse", Some(stored))
                .await
                .expect("it runs")
        );
        assert!(
            !passwords
                .verify("nobody has this password", None)
                .await
                .expect("it runs")
        );
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
    fn weak_passwords_are_refused() {
        let code = |password: &str| acceptable(password).map_err(|error| error.code);
        assert_eq!(code("1234567"), Err("too_short".to_owned()));
        assert_eq!(code(&"a".repeat(129)), Err("too_long".to_owned()));
        assert_eq!(code("PassWord"), Err("too_common".to_owned()));
        assert_eq!(code(&"ü".repeat(128)), Ok(()));
        assert_eq!(code("correct horse"), Ok(()));
    }
}
