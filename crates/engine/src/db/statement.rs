//! One statement, two databases: the macro that sends it to the right one.

use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use crate::error::Error;

/// Where a statement goes.
pub(crate) enum On<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// A transaction that may write; dropped without [`Tx::commit`] it leaves nothing behind.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) fn on(&mut self) -> On<&mut SqliteConnection, &mut PgConnection> {
        match self {
            Self::Sqlite(tx) => On::Sqlite(tx),
            Self::Postgres(tx) => On::Postgres(tx),
        }
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// Runs one SQL text with `$1` placeholders on whichever database `$on` is.
///
/// - `sql!(tx, run, "…", binds…)` gives the number of rows that it changed;
/// - `sql!(tx, one as Row, "…", binds…)` the one row, `optional as Row` at most one, `all as Row` every row.
macro_rules! sql {
    ($on:expr, run, $text:expr $(, $bind:expr)* $(,)?) => {
        match $on.on() {
            $crate::db::On::Sqlite(on) => {
                sqlx::query($text)$(.bind($bind))*.execute(on).await.map(|done| done.rows_affected())
            }
            $crate::db::On::Postgres(on) => {
                sqlx::query($text)$(.bind($bind))*.execute(on).await.map(|done| done.rows_affected())
            }
        }
        .map_err($crate::error::Error::from)
    };
    ($on:expr, one as $row:ty, $text:expr $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@fetch fetch_one, $on, $row, $text $(, $bind)*)
    };
    ($on:expr, optional as $row:ty, $text:expr $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@fetch fetch_optional, $on, $row, $text $(, $bind)*)
    };
    ($on:expr, all as $row:ty, $text:expr $(, $bind:expr)* $(,)?) => {
        $crate::db::sql!(@fetch fetch_all, $on, $row, $text $(, $bind)*)
    };
    (@fetch $fetch:ident, $on:expr, $row:ty, $text:expr $(, $bind:expr)*) => {
        match $on.on() {
            $crate::db::On::Sqlite(on) => sqlx::query_as::<_, $row>($text)$(.bind($bind))*.$fetch(on).await,
            $crate::db::On::Postgres(on) => sqlx::query_as::<_, $row>($text)$(.bind($bind))*.$fetch(on).await,
        }
        .map_err($crate::error::Error::from)
    };
}
pub(crate) use sql;
