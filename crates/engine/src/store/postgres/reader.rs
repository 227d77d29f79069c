use std::time::Duration;

use futures_util::TryStreamExt;
use model::ids::OrgId;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgColumn;
use sqlx::{
    AssertSqlSafe, Column, Executor, PgConnection, PgPool, Postgres, SqlSafeStr, Statement as _, TypeInfo,
};

use super::fault::fault;
use super::values::{bound, numbered, row};
use crate::error::Error;
use crate::store::frame::TooManyRows;
use crate::store::{Frame, SelectedColumn, Statement, closed, timed_out};

/// PostgreSQL's word for a statement that was stopped.
const CANCELED: &str = "57014";

pub(super) async fn fetch_all(
    pool: &PgPool,
    org: OrgId,
    statements: &[Statement],
    limit: Duration,
) -> Result<Vec<Frame>, Error> {
    let answer = async {
        let mut reading = Reading::begin(pool).await?;
        let frames = read_snapshot(reading.connection()?, org, statements, limit).await;
        if matches!(frames, Ok(Ok(_))) {
            reading.end();
        }
        frames
    };
    match tokio::time::timeout(limit, answer).await {
        Ok(Err(sqlx::Error::Database(error))) if error.code().as_deref() == Some(CANCELED) => {
            Err(timed_out(limit))
        }
        Ok(Err(sqlx::Error::WorkerCrashed)) => Err(closed()),
        Ok(outcome) => Ok(outcome.map_err(fault)??),
        Err(_) => Err(timed_out(limit)),
    }
}

/// All statements see the same events, and of those only the organization's.
async fn read_snapshot(
    connection: &mut PgConnection,
    org: OrgId,
    statements: &[Statement],
    limit: Duration,
) -> Result<Result<Vec<Frame>, TooManyRows>, sqlx::Error> {
    connection
        .execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    sqlx::query("SELECT set_config('datapulse.org', $1, true), set_config('statement_timeout', $2, true)")
        .bind(org.uuid().to_string())
        .bind(limit.as_millis().max(1).to_string())
        .execute(&mut *connection)
        .await?;
    let mut frames = Vec::with_capacity(statements.len());
    for statement in statements {
        // Planned for its values: a plan for any values would read every month.
        let text = of_organization(&numbered(statement), org);
        let mut query = sqlx::query(AssertSqlSafe(text)).persistent(false);
        for param in &statement.params {
            query = bound(query, param);
        }
        let mut frame = Frame::of_at_most(statement.most_rows);
        let mut rows = query.fetch(&mut *connection);
        while let Some(read) = rows.try_next().await? {
            if let Err(too_many) = frame.push(row(&read)) {
                return Ok(Err(too_many));
            }
        }
        drop(rows);
        frames.push(frame);
    }
    connection.execute("COMMIT").await?;
    Ok(Ok(frames))
}

/// A statement for which `events` and `links` are an organization's own by its id: it means the same as the views of these names,
/// which read the id from a setting. That would be read again for every row, and nothing would be known of it while the
/// statement is planned. Wherever a statement goes, the views see that organization alone, too.
fn of_organization(text: &str, org: OrgId) -> String {
    let org = org.uuid();
    let tables = format!(
        "WITH events AS NOT MATERIALIZED (
            SELECT id, name, ts, user_id, anonymous_id, session_id, properties FROM stored_events WHERE org_id = '{org}'),
         links AS NOT MATERIALIZED (SELECT anonymous_id, user_id, ts FROM stored_links WHERE org_id = '{org}')"
    );
    match text.strip_prefix("WITH ") {
        Some(stages) => format!("{tables}, {stages}"),
        None => format!("{tables} {text}"),
    }
}

/// The columns of a statement, which is prepared for it and not run.
pub(super) async fn columns_of(pool: &PgPool, text: &str) -> Result<Vec<SelectedColumn>, Error> {
    let mut connection = pool.acquire().await.map_err(fault)?;
    let prepared = connection
        .prepare(AssertSqlSafe(text.to_owned()).into_sql_str())
        .await
        .map_err(fault)?;
    let column = |column: &PgColumn| SelectedColumn {
        name: column.name().to_owned(),
        type_name: column.type_info().name().to_owned(),
    };
    Ok(prepared.columns().iter().map(column).collect())
}

/// A connection that is used for one question. Unless the question came to its end, the connection is closed and what
/// runs on it is stopped.
struct Reading {
    pool: PgPool,
    process: i32,
    connection: Option<PoolConnection<Postgres>>,
}

impl Reading {
    async fn begin(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let mut connection = pool.acquire().await?;
        let (process,): (i32,) = sqlx::query_as("SELECT pg_backend_pid()")
            .fetch_one(&mut *connection)
            .await?;
        Ok(Self {
            pool: pool.clone(),
            process,
            connection: Some(connection),
        })
    }

    fn connection(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        self.connection.as_deref_mut().ok_or(sqlx::Error::WorkerCrashed)
    }

    fn end(&mut self) {
        self.connection = None;
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        // Never used again, so its process cannot be at work for somebody else when it is told to stop.
        let abandoned = connection.detach();
        let (pool, process) = (self.pool.clone(), self.process);
        tokio::spawn(async move {
            let stopped = sqlx::query("SELECT pg_cancel_backend($1)")
                .bind(process)
                .execute(&pool)
                .await;
            if let Err(error) = stopped {
                tracing::debug!(%error, "a question that nobody waits for runs to its time limit");
            }
            drop(abandoned);
        });
    }
}
