use crate::error::Error;
use crate::store::closed;

/// Of what the server said, what the caller can do.
pub(super) fn fault(error: sqlx::Error) -> Error {
    if is_unreachable(&error) {
        tracing::warn!(%error, "the event store does not answer");
        return closed();
    }
    Error::internal(error)
}

fn is_unreachable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Io(_)
        | sqlx::Error::WorkerCrashed => true,
        // Connections that broke, a server that stops or starts, too many connections.
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| code.starts_with("08") || code.starts_with("57P") || code.starts_with("53")),
        _ => false,
    }
}
