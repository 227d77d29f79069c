//! A Redis server beside the processes: what one of them keeps there, the others find.
//!
//! Nothing depends on it. A server that is slow, full or gone costs one short wait; then it is left alone for a while and
//! everybody does without.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use model::problem::FieldError;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, ServerErrorKind};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;

use crate::address::without_password;

/// How long a question waits for it.
const PATIENCE: Duration = Duration::from_millis(250);
/// After a failure it is not asked for so long.
const REST: Duration = Duration::from_secs(5);
/// Most writes under way; beyond, values are kept here alone.
const WRITES_AT_ONCE: usize = 16;

/// The URL of a Redis server; printing it hides the password.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisAddress(String);

impl FromStr for RedisAddress {
    type Err = FieldError;

    /// Reads `redis://user:password@host:6379/database`.
    fn from_str(url: &str) -> Result<Self, FieldError> {
        match Client::open(url) {
            Ok(_) if url.starts_with("redis://") => Ok(Self(url.to_owned())),
            _ => Err(FieldError::new(
                "redis_url",
                "unsupported",
                format!(
                    "{} is not the address of a Redis; write redis://user:password@host:6379/0",
                    without_password(url)
                ),
            )),
        }
    }
}

impl fmt::Display for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl fmt::Debug for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A server, connected to when it is first asked; clones share the connection.
#[derive(Clone)]
pub struct Redis(Arc<Shared>);

struct Shared {
    client: Client,
    line: Mutex<Line>,
    writes: Arc<Semaphore>,
}

/// The one connection, over which everybody asks at the same time.
#[derive(Default)]
struct Line {
    connection: Option<MultiplexedConnection>,
    /// Not asked before.
    rests_until: Option<Instant>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("it is left alone for a while")]
    Resting,
    #[error("it did not answer within {PATIENCE:?}")]
    Slow,
    #[error(transparent)]
    Redis(#[from] RedisError),
}

impl Redis {
    /// At an address; nothing is sent yet.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] for an address that was not read by [`RedisAddress`].
    pub fn at(address: &RedisAddress) -> Result<Self, crate::Error> {
        Ok(Self(Arc::new(Shared {
            client: Client::open(address.0.as_str()).map_err(crate::Error::internal)?,
            line: Mutex::default(),
            writes: Arc::new(Semaphore::new(WRITES_AT_ONCE)),
        })))
    }

    /// Whether it answers now; a server that is left alone does not.
    pub async fn answers(&self) -> bool {
        self.ask::<String>(&redis::cmd("PING")).await.is_some()
    }

    /// What lies under each key, as far as it can be had soon.
    pub(crate) async fn values(&self, keys: &[String]) -> Vec<Option<Vec<u8>>> {
        let nothing = || vec![None; keys.len()];
        if keys.is_empty() {
            return nothing();
        }
        let values: Option<Vec<Option<Vec<u8>>>> = self.ask(redis::cmd("MGET").arg(keys)).await;
        values
            .filter(|values| values.len() == keys.len())
            .unwrap_or_else(nothing)
    }

    /// Puts values under their keys for so long, soon or never; nobody waits for it.
    pub(crate) fn keep(&self, values: Vec<(String, Vec<u8>)>, ttl: Duration) {
        let Ok(permit) = Arc::clone(&self.0.writes).try_acquire_owned() else {
            return;
        };
        let this = self.clone();
        tokio::spawn(async move {
            let _permit = permit;
            let mut writes = redis::pipe();
            for (key, value) in &values {
                writes
                    .cmd("SET")
                    .arg(key)
                    .arg(value)
                    .arg("EX")
                    .arg(ttl.as_secs().max(1))
                    .ignore();
            }
            let outcome = this
                .within_patience(async |mut connection| writes.query_async::<()>(&mut connection).await)
                .await;
            this.settle(outcome).await;
        });
    }

    async fn ask<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> Option<T> {
        let outcome = self
            .within_patience(async |mut connection| command.query_async::<T>(&mut connection).await)
            .await;
        self.settle(outcome).await
    }

    async fn within_patience<T>(
        &self,
        work: impl AsyncFnOnce(MultiplexedConnection) -> Result<T, RedisError>,
    ) -> Result<T, Fault> {
        let work = async {
            let connection = self.connection().await?;
            Ok(work(connection).await?)
        };
        tokio::time::timeout(PATIENCE, work)
            .await
            .unwrap_or(Err(Fault::Slow))
    }

    async fn connection(&self) -> Result<MultiplexedConnection, Fault> {
        let mut line = self.0.line.lock().await;
        if let Some(connection) = &line.connection {
            return Ok(connection.clone());
        }
        if line.rests_until.is_some_and(|until| Instant::now() < until) {
            return Err(Fault::Resting);
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let connection = self
            .0
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await?;
        line.connection = Some(connection.clone());
        Ok(connection)
    }

    /// What came of a command. After a fault of the line a new one is made, in a while.
    async fn settle<T>(&self, outcome: Result<T, Fault>) -> Option<T> {
        let fault = match outcome {
            Ok(value) => return Some(value),
            Err(Fault::Resting) => return None,
            Err(fault) => fault,
        };
        if fault.is_about_one_command() {
            tracing::debug!(%fault, "Redis refused a command");
            return None;
        }
        tracing::warn!(%fault, "Redis does not answer; every process keeps its own answers for a while");
        let mut line = self.0.line.lock().await;
        line.connection = None;
        line.rests_until = Some(Instant::now() + REST);
        None
    }
}

impl Fault {
    /// A server that is full, or that lets us do less than we want, still answers others.
    fn is_about_one_command(&self) -> bool {
        let Self::Redis(error) = self else { return false };
        match error.kind() {
            ErrorKind::Server(kind) => !matches!(
                kind,
                ServerErrorKind::BusyLoading | ServerErrorKind::MasterDown | ServerErrorKind::ReadOnly
            ),
            ErrorKind::Extension | ErrorKind::UnexpectedReturnType => true,
            _ => false,
        }
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let address: RedisAddress = "redis://:secret@cache:6379/2".parse().expect("an address");
        assert_eq!(address.to_string(), "redis://:…@cache:6379/2");
        for other in ["", "cache:6379", "http://cache", "redis://", "redis://:secret@"] {
            let error = RedisAddress::from_str(other).expect_err("it is none");
            assert!(!error.message.contains("secret"), "{}", error.message);
        }
    }
}
