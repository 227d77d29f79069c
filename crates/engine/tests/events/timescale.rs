//! Events in a hypertable, on a real TimescaleDB. The server of the tests takes one connection at a time and knows no COPY, so
//! the events come by INSERT.

use std::path::PathBuf;
use std::process::Command;

use engine::Clock;
use engine::query::Queries;
use engine::store::{EventStore, EventsAt};
use model::answer::Answer;
use model::query::Query;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::world::{org, time, utc};

const NOW: &str = "2026-05-04T12:00:00Z";

struct Server {
    folder: TempDir,
    url: String,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = script("start", &folder);
        Self { folder, url }
    }

    async fn open(&self) -> EventStore {
        let at: EventsAt = self.url.parse().expect("an address");
        EventStore::open(&at, Clock::manual(time(NOW)))
            .await
            .expect("it opens")
    }

    /// The one backend remembers the statements of whoever was connected before.
    async fn connect(&self) -> PgConnection {
        let address = self.url.trim_end_matches("&connections=1");
        let mut connection = PgConnection::connect(address).await.expect("it answers");
        forget_statements(&mut connection).await;
        connection
    }
}

async fn forget_statements(connection: &mut PgConnection) {
    connection
        .execute("DEALLOCATE ALL")
        .await
        .expect("they are forgotten");
}

impl Drop for Server {
    fn drop(&mut self) {
        script("stop", &self.folder);
    }
}

fn script(action: &str, folder: &TempDir) -> String {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/timescale.sh");
    let ran = Command::new(script).arg(action).arg(folder.path()).output();
    let ran = ran.expect("the script is there");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).expect("text").trim().to_owned()
}

async fn hypertables(connection: &mut PgConnection) -> Vec<String> {
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT CAST(hypertable_name AS text) FROM timescaledb_information.hypertables")
            .fetch_all(connection)
            .await
            .expect("TimescaleDB tells");
    tables.into_iter().map(|(name,)| name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_lie_in_a_hypertable_where_there_can_be_one() {
    let server = Server::start();
    let made = server.open().await;
    let empty = made.bytes().await.expect("it is measured");
    made.close().await.expect("it closes");
    let mut connection = server.connect().await;
    assert_eq!(hypertables(&mut connection).await, ["stored_events"]);
    for (id, at) in [
        ("a", "2026-05-01T10:00:00Z"),
        ("b", "2026-05-01T11:00:00Z"),
        ("c", "2026-03-02T00:00:00Z"),
        ("d", "1960-01-01T00:00:00Z"),
    ] {
        let stored = sqlx::query(
            "INSERT INTO stored_events (org_id, id, name, ts, user_id, properties)
             VALUES ($1, $2, 'x', CAST($3 AS timestamptz), 'ann', '{\"n\": 2.5}')",
        );
        stored
            .bind(org(1).uuid())
            .bind(id)
            .bind(at)
            .execute(&mut connection)
            .await
            .expect("stored");
    }
    let (chunks,): (i64,) = sqlx::query_as("SELECT count(*) FROM timescaledb_information.chunks")
        .fetch_one(&mut connection)
        .await
        .expect("TimescaleDB tells");
    assert_eq!(chunks, 3, "a piece for each month");
    forget_statements(&mut connection).await;
    connection.close().await.expect("it closes");

    // A second start changes nothing, and questions are answered from it.
    let store = server.open().await;
    let size = store.bytes().await.expect("it is measured");
    assert!(
        size >= empty + 3 * 8_192,
        "each piece has a page at least: {empty}, {size}"
    );
    let queries = Queries::new(store.clone(), Clock::manual(time(NOW)));
    let ask = async |number: u128, series: &str| {
        let question = format!(
            r#"{{"kind":"trend","series":[{series}],"range":{{"from":"2026-03-01","to":"2026-05-04"}},"interval":"month"}}"#
        );
        let query = Query::parse(&question).expect("a question");
        match queries.run(org(number), &utc(), &query).await {
            Ok(Answer::Trend(answer)) => (answer.series[0].values.clone(), answer.series[0].total),
            other => panic!("{question}: {other:?}"),
        }
    };
    let count = ask(1, r#"{"measure":"count"}"#).await;
    assert_eq!(count, (vec![Some(1.0), Some(0.0), Some(2.0)], Some(3.0)));
    let users = ask(1, r#"{"measure":"unique_users"}"#).await;
    assert_eq!(users, (vec![Some(1.0), Some(0.0), Some(1.0)], Some(1.0)));
    let nobody = ask(2, r#"{"measure":"count"}"#).await;
    assert_eq!(nobody.1, Some(0.0), "organizations stay apart");
    store.close().await.expect("it closes");
    assert_eq!(hypertables(&mut server.connect().await).await, ["stored_events"]);
}
