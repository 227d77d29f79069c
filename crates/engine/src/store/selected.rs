//! Statements that people wrote: what is wrong with them is told to them.

use model::ids::OrgId;

use super::{Backend, EventStore, Frame, Statement, duckdb, postgres};
use crate::error::Error;

/// A column of a statement that a person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SelectedColumn {
    /// Its name; names may repeat.
    pub(crate) name: String,
    /// The store's word for its type.
    pub(crate) type_name: String,
}

impl EventStore {
    /// The columns of a SELECT without parameters, which is not run for it.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `sql` with what the store says of it; otherwise as [`EventStore::fetch`].
    pub(crate) async fn columns_of(&self, org: OrgId, text: &str) -> Result<Vec<SelectedColumn>, Error> {
        let _turn = self.turns.take(org).await?;
        let columns = match &self.backend {
            Backend::DuckDb(store) => store.columns_of(org, text).await,
            Backend::Postgres(store) => store.columns_of(text).await,
        };
        columns.map_err(told)
    }

    /// As [`EventStore::fetch`], of a statement that a person wrote.
    ///
    /// # Errors
    /// As [`EventStore::columns_of`].
    pub(crate) async fn select(&self, org: OrgId, statement: Statement) -> Result<Frame, Error> {
        self.fetch(org, statement).await.map_err(told)
    }
}

/// What a store will not do with a statement is no fault of ours when the statement is not ours.
fn told(error: Error) -> Error {
    let Error::Internal(source) = error else {
        return error;
    };
    match duckdb::words_about_statement(source.as_ref())
        .or_else(|| postgres::words_about_statement(source.as_ref()))
    {
        Some(words) => Error::invalid("sql", "refused", format!("The event store says: {words}.")),
        None => Error::Internal(source),
    }
}
