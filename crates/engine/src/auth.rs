//! Who is there: accounts, sessions, tokens and keys, and how each becomes a [`Caller`](crate::caller::Caller).

mod accounts;
mod address;
mod callers;
mod leaving;
mod links;
mod login;
mod oidc;
mod own;
pub(crate) mod passwords;
mod reading;
mod sessions;
mod signing;
pub(crate) mod throttle;
mod tokens;
mod totp;

use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;

use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;
use crate::mail::Mailer;
use crate::random::Random;
use crate::sealing::Vault;
use callers::KeyCache;
pub use login::{Challenge, FirstStep};
pub use oidc::{CONNECTED_ELSEWHERE, OidcBegun, OidcDone, OidcProvider, UNCONFIRMED};
use passwords::Passwords;
pub use sessions::BrowserSession;
pub use signing::PublicKey;
use signing::Signing;
pub use throttle::Origin;
use throttle::Throttle;
pub use tokens::TokenPair;

/// Who may make an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registration {
    /// Anyone.
    #[default]
    Open,
    /// Nobody, except on the command line.
    Closed,
    /// Whoever was invited.
    Invite,
}

/// How long credentials live, and who may register.
#[derive(Clone, Debug)]
pub struct AuthSettings {
    /// Life of an access token.
    pub access_ttl: Duration,
    /// Life of a program's session: its refresh tokens end with it.
    pub refresh_ttl: Duration,
    /// A browser session ends after this long without a request.
    pub browser_idle: Duration,
    /// A browser session ends after this long in any case.
    pub browser_absolute: Duration,
    /// The `iss` of access tokens: the public address.
    pub issuer: String,
    /// Who may register.
    pub registration: Registration,
}

impl AuthSettings {
    /// The defaults, for tokens issued by `issuer`.
    #[must_use]
    pub fn new(issuer: impl Into<String>) -> Self {
        let day = Duration::from_hours(24);
        Self {
            access_ttl: day,
            refresh_ttl: 30 * day,
            browser_idle: 14 * day,
            browser_absolute: 90 * day,
            issuer: issuer.into(),
            registration: Registration::Open,
        }
    }
}

/// Accounts and credentials.
#[derive(Clone, Debug)]
pub struct Auth {
    db: Db,
    clock: Clock,
    random: Random,
    settings: Arc<AuthSettings>,
    passwords: Passwords,
    throttle: Throttle,
    signing: Signing,
    keys: KeyCache,
    mailer: Mailer,
    vault: Vault,
    oidc: Option<Arc<OidcProvider>>,
}

impl Auth {
    /// Works on `db`, with secrets that lie in `vault`; makes the key that signs access tokens when there is none yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn open(
        db: Db,
        clock: Clock,
        random: Random,
        settings: AuthSettings,
        vault: Vault,
    ) -> Result<Self, Error> {
        let signing = Signing::open(&db, (&clock, &random), &vault, &settings.issuer).await?;
        Ok(Self {
            passwords: Passwords::new(random.clone()),
            throttle: Throttle::new(db.clone(), clock.clone(), random.clone()),
            keys: KeyCache::new(),
            mailer: Mailer::to_the_log(),
            vault,
            oidc: None,
            settings: Arc::new(settings),
            db,
            clock,
            random,
            signing,
        })
    }

    /// How many hashes of passwords were computed since the start, to check one or to keep one.
    #[must_use]
    pub fn password_hashes(&self) -> u64 {
        self.passwords.computed()
    }

    /// The same accounts, whose letters go through `mailer`; until then the log tells what would have been sent.
    #[must_use]
    pub fn with_mailer(self, mailer: Mailer) -> Self {
        Self { mailer, ..self }
    }

    /// The same accounts, whose people may sign in at `provider` too.
    #[must_use]
    pub fn with_oidc(self, provider: Option<OidcProvider>) -> Self {
        let oidc = provider.map(Arc::new);
        Self { oidc, ..self }
    }

    /// What secrets are sealed with.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Whether letters reach people.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.mailer.is_set()
    }

    /// The public halves of the keys that sign access tokens, the newest first: RFC 7517.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>, Error> {
        self.signing.public_keys().await
    }

    /// Whether access tokens can be signed.
    ///
    /// # Errors
    /// [`Error::Internal`] where no master key opens the key that signs them.
    pub async fn can_sign(&self) -> Result<(), Error> {
        self.signing.take_the_newest().await
    }

    /// Wraps every secret by the first master key; how many were wrapped anew.
    ///
    /// # Errors
    /// [`Error::Internal`] where one does not open; all others are done.
    pub async fn rewrap_secrets(&self) -> Result<u64, Error> {
        crate::sealing::rewrap(&self.db, &self.vault).await
    }

    /// Makes a new key that signs access tokens from now on. Tokens of the keys before it stay good until they end,
    /// unless `at_once`: then whoever holds one signs in again. Running servers notice within a minute.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn rotate_signing_key(&self, at_once: bool) -> Result<String, Error> {
        let keep = if at_once {
            Duration::ZERO
        } else {
            self.settings.access_ttl
        };
        self.signing.rotate(keep).await
    }

    /// Who may register, for a page that offers it.
    #[must_use]
    pub fn registration(&self) -> Registration {
        self.settings.registration
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

fn wrong_login() -> Error {
    Error::Unauthenticated(
        "The e-mail address or the password is wrong. Check both and try again.".to_owned(),
    )
}

fn signed_out() -> Error {
    Error::Unauthenticated("You are not signed in, or your session has ended. Sign in again.".to_owned())
}
