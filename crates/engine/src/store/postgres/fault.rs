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

/// What PostgreSQL says of a statement that it cannot run: of its syntax and names, of values, of what it does not support.
pub(in crate::store) fn words_about_statement(
    source: &(dyn std::error::Error + Send + Sync + 'static),
) -> Option<String> {
    let sqlx::Error::Database(error) = source.downcast_ref::<sqlx::Error>()? else {
        return None;
    };
    let class = error.code()?.get(..2)?.to_owned();
    matches!(class.as_str(), "0A" | "21" | "22" | "2F" | "42" | "54").then(|| error.message().to_owned())
}
