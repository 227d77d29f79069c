//! What a person would write on each engine for the figures of the twelve questions.

mod clickhouse;
mod duckdb;
mod postgres;

pub(super) use clickhouse::CLICKHOUSE;
pub(super) use duckdb::DUCKDB;
pub(super) use postgres::POSTGRES;

/// The rivals of a question: the second columns of their rows sum up to the same figure as its answer.
///
/// `$organization` stands for the organization's id, on engines where a table holds events of several.
pub(super) struct ByHand {
    /// The best that we know.
    pub(super) best: &'static str,
    /// What most people would write: a join for each step or period.
    pub(super) naive: Option<&'static str>,
}
