/// The SQL that a store reads. What differs between them is written in `query/dialect.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// DuckDB 2.0 with properties as VARIANT.
    DuckDb,
    /// PostgreSQL with properties as `jsonb`.
    Postgres,
    /// ClickHouse with properties as JSON, and as text.
    ClickHouse,
}
