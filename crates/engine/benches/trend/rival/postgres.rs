use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tokio::sync::Mutex;

use crate::Outcome;

/// One connection with the server's own settings.
pub(crate) struct Postgres(Mutex<PgConnection>);

impl Postgres {
    /// With statistics of what was just loaded, as a server that has run for a while has them.
    pub(crate) async fn open(url: &str) -> Outcome<Self> {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::raw_sql("VACUUM ANALYZE datapulse_events.stored_events")
            .execute(&mut connection)
            .await?;
        Ok(Self(Mutex::new(connection)))
    }

    pub(crate) async fn rows_and_sum(&self, sql: &str) -> Outcome<(usize, f64)> {
        let mut connection = self.0.lock().await;
        let rows = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut *connection)
            .await?;
        let mut sum = 0.0;
        for row in &rows {
            sum += row.try_get::<Option<f64>, _>(1)?.unwrap_or_default();
        }
        Ok((rows.len(), sum))
    }
}
