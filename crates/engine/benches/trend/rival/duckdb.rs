use std::path::Path;

use duckdb::types::Value;
use duckdb::{Config, Connection};

use crate::Outcome;

/// The engine without us, on a copy of the same file: two instances must not share one.
pub(crate) struct DuckDb(Connection);

impl DuckDb {
    pub(crate) fn open(file: &Path) -> Outcome<Self> {
        let copy = file.with_extension("copy");
        std::fs::copy(file, &copy)?;
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let connection =
            Connection::open_in_memory_with_flags(Config::default().with("threads", threads.to_string())?)?;
        connection.execute_batch(&format!(
            "ATTACH '{}' AS bare (READ_ONLY); USE bare",
            copy.display()
        ))?;
        Ok(Self(connection))
    }

    /// Runs any statement to its end: its rows, and the sum of its second column's numbers.
    pub(crate) fn rows_and_sum(&self, sql: &str) -> Outcome<(usize, f64)> {
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query([])?;
        let (mut count, mut sum) = (0, 0.0);
        while let Some(row) = rows.next()? {
            count += 1;
            sum += row.get::<_, Option<f64>>(1)?.unwrap_or_default();
        }
        Ok((count, sum))
    }

    /// Runs a statement whose columns are bucket, figure and whatever else; sums the figures of the rows with a bucket.
    pub(crate) fn sum(&self, sql: &str) -> Outcome<f64> {
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut sum = 0.0;
        while let Some(row) = rows.next()? {
            let bucket: Value = row.get(0)?;
            let figure: Option<f64> = row.get(1)?;
            if bucket != Value::Null {
                sum += figure.unwrap_or_default();
            }
        }
        Ok(sum)
    }
}
