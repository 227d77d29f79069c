//! Statements that people wrote: what is wrong with them is told to them.

use model::ids::OrgId;

use super::{Backend, Cell, EventStore, Frame, Statement, clickhouse, duckdb, postgres};
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
    pub(crate) async fn columns_of(
        &self,
        org: OrgId,
        position: u64,
        text: &str,
    ) -> Result<Vec<SelectedColumn>, Error> {
        let _turn = self.turns.take(org).await?;
        let columns = match &self.backend {
            Backend::DuckDb(store) => store.columns_of(org, text).await,
            Backend::Postgres(store) => store.columns_of(text).await,
            Backend::ClickHouse(store) => store.columns_of(org, position, text).await,
        };
        columns.map_err(told)
    }

    /// As [`EventStore::fetch_all_at`], of one statement that a person wrote.
    ///
    /// # Errors
    /// As [`EventStore::columns_of`].
    pub(crate) async fn select(
        &self,
        org: OrgId,
        position: u64,
        statement: Statement,
    ) -> Result<Frame, Error> {
        let frames = self.fetch_all_at(org, position, vec![statement]).await;
        Ok(frames.map_err(told)?.pop().unwrap_or_default())
    }
}

/// The rows of a DESCRIBE, which begin with name and type.
pub(super) fn described(frames: &[Frame]) -> Vec<SelectedColumn> {
    let column = |row: &Vec<Cell>| match row.as_slice() {
        [Cell::Text(name), Cell::Text(type_name), ..] => Some(SelectedColumn {
            name: name.clone(),
            type_name: type_name.clone(),
        }),
        _ => None,
    };
    let rows = frames.iter().flat_map(|frame| &frame.rows);
    rows.filter_map(column).collect()
}

/// What a store will not do with a statement is no fault of ours when the statement is not ours.
fn told(error: Error) -> Error {
    let Error::Internal(source) = error else {
        return error;
    };
    let words = duckdb::words_about_statement(source.as_ref())
        .or_else(|| postgres::words_about_statement(source.as_ref()))
        .or_else(|| clickhouse::words_about_statement(source.as_ref()));
    match words {
        Some(words) => Error::invalid("sql", "refused", format!("The event store says: {words}.")),
        None => Error::Internal(source),
    }
}
