use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Datelike, Utc};
use sqlx::{AssertSqlSafe, PgPool};

/// Years with a partition for each month; what lies before or after has one partition each.
const YEARS: std::ops::Range<i32> = 2000..2100;
/// Anything, as long as nothing else uses it: who makes a month holds this lock.
const LOCK: i64 = 0x6d6f_6e74_6873;

type Month = (i32, u32);

/// The months whose partitions are known to be there.
#[derive(Default)]
pub(super) struct Months(Mutex<BTreeSet<Month>>);

impl Months {
    /// Makes the partitions that these times need and that are not there yet.
    pub(super) async fn make(
        &self,
        pool: &PgPool,
        times: impl Iterator<Item = DateTime<Utc>>,
    ) -> Result<(), sqlx::Error> {
        let wanted: BTreeSet<Month> = times
            .map(|time| (time.year(), time.month()))
            .filter(|(year, _)| YEARS.contains(year))
            .collect();
        let missing: Vec<Month> = {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            wanted.difference(&known).copied().collect()
        };
        for month in missing {
            make(pool, month).await?;
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(month);
        }
        Ok(())
    }
}

/// Attaching waits for no reader, other than making a table as a partition.
async fn make(pool: &PgPool, (year, month): Month) -> Result<(), sqlx::Error> {
    let table = format!("stored_events_{year}_{month:02}");
    let (next_year, next_month) = if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    };
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(LOCK)
        .execute(&mut *transaction)
        .await?;
    let (is_there,): (bool,) = sqlx::query_as("SELECT to_regclass($1) IS NOT NULL")
        .bind(&table)
        .fetch_one(&mut *transaction)
        .await?;
    if !is_there {
        let statements = [
            format!("CREATE TABLE {table} (LIKE stored_events INCLUDING ALL EXCLUDING INDEXES)"),
            format!(
                "ALTER TABLE stored_events ATTACH PARTITION {table} FOR VALUES
                 FROM ('{year}-{month:02}-01 00:00:00+00') TO ('{next_year}-{next_month:02}-01 00:00:00+00')"
            ),
        ];
        for statement in statements {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut *transaction)
                .await?;
        }
    }
    transaction.commit().await
}
