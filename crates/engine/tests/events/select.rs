//! SQL that people write: what it gives, and what it cannot reach.

use model::answer::{Answer, SqlAnswer, SqlType};
use serde_json::{Value, json};

use crate::world::{World, event, fields, org, utc};

const NOW: &str = "2026-05-04T12:00:00Z";

async fn world() -> World {
    let world = World::at(NOW).await;
    let ours = [
        r#"{"id":"a","name":"look","timestamp":"2026-05-04T10:00:00Z","user_id":"u","properties":{"plan":"pro","amount":1.5}}"#,
        r#"{"id":"b","name":"buy","timestamp":"2026-05-04T11:00:00Z","user_id":"u","properties":{"plan":"free","amount":2}}"#,
        r#"{"id":"c","name":"look","timestamp":"2026-03-01T00:00:00Z","user_id":"why?"}"#,
    ];
    world.append(org(1), 1, ours.map(event).to_vec()).await;
    let theirs = r#"{"id":"z","name":"secret","timestamp":"2026-05-04T10:00:00Z","user_id":"stranger"}"#;
    world.append(org(2), 1, vec![event(theirs)]).await;
    world
}

async fn select(world: &World, sql: &str) -> Result<SqlAnswer, engine::Error> {
    let question = json!({"kind": "sql", "sql": sql, "range": {"last": "7d"}}).to_string();
    match world.ask_any(org(1), &utc(), &question).await? {
        Answer::Sql(answer) => Ok(answer),
        other => panic!("{sql}: {other:?}"),
    }
}

async fn rows(world: &World, sql: &str) -> Vec<Value> {
    match select(world, sql).await {
        Ok(answer) => answer.rows,
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

async fn one_select_gives_columns_and_rows() {
    let world = world().await;
    let answer = select(
        &world,
        "SELECT name, count(*) AS n, CAST(count(*) > 1 AS BOOLEAN) AS often, max(ts) AS newest, NULL AS nothing, count(*) AS n
         FROM events GROUP BY name ORDER BY n DESC, name",
    )
    .await
    .expect("it can be answered");
    let names: Vec<&str> = answer.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["name", "n", "often", "newest", "nothing", "n"]);
    let kinds: Vec<SqlType> = answer.columns.iter().take(4).map(|column| column.kind).collect();
    assert_eq!(
        kinds,
        [SqlType::Text, SqlType::Number, SqlType::Boolean, SqlType::Time]
    );
    assert_eq!(
        answer.rows,
        [
            json!(["look", 2, true, "2026-05-04T10:00:00Z", null, 2]),
            json!(["buy", 1, false, "2026-05-04T11:00:00Z", null, 1]),
        ]
    );
    assert!(!answer.truncated);
}

async fn names_of_queries_parameters_and_odd_text_work() {
    let world = world().await;
    let recent = "WITH recent AS (SELECT * FROM events WHERE ts >= :from AND ts < :to), \"By Name\" AS (
            SELECT recent.name, count(*) AS n FROM recent GROUP BY recent.name)
        SELECT b.name, b.n FROM \"By Name\" AS b JOIN recent ON recent.name = b.name ORDER BY b.name";
    assert_eq!(
        rows(&world, recent).await,
        [json!(["buy", 1]), json!(["look", 1])]
    );
    // A table of that name would be found where the query's own name does not reach.
    let hidden = "SELECT (WITH x AS (SELECT 1 AS one) SELECT one FROM x) AS one, count(*) FROM events";
    assert_eq!(rows(&world, hidden).await, [json!([1, 3])]);
    let recursive =
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT sum(i) FROM n";
    assert_eq!(rows(&world, recursive).await, [json!([15])]);
    let quoted =
        "SELECT id FROM events WHERE user_id = 'why?' OR user_id = 'it''s -- no /* comment' -- a comment";
    assert_eq!(rows(&world, quoted).await, [json!(["c"])]);
    let nothing = "SELECT id FROM events WHERE name = 'no such'";
    assert_eq!(rows(&world, nothing).await, Vec::<Value>::new());
}

async fn more_rows_than_asked_for_are_told() {
    let world = world().await;
    let question = r#"{"kind":"sql","sql":"SELECT id FROM events ORDER BY id","limit":2}"#;
    let Ok(Answer::Sql(answer)) = world.ask_any(org(1), &utc(), question).await else {
        panic!("it can be answered");
    };
    assert_eq!(
        (answer.rows, answer.truncated),
        (vec![json!(["a"]), json!(["b"])], true)
    );
}

async fn what_reaches_further_is_refused() {
    let world = world().await;
    for (sql, code) in [
        ("SELEC 1", "not_sql"),
        ("SELECT 1; SELECT 2", "several"),
        ("DELETE FROM events", "not_select"),
        ("DROP TABLE events", "not_select"),
        ("COPY events TO 'x.csv'", "not_select"),
        ("ATTACH 'x.db'", "not_select"),
        ("PRAGMA database_list", "not_select"),
        ("SET threads = 1", "not_select"),
        ("EXPLAIN SELECT 1", "not_select"),
        (
            "WITH gone AS (DELETE FROM events RETURNING id) SELECT * FROM gone",
            "not_select",
        ),
        ("SELECT * INTO copied FROM events", "not_allowed"),
        ("SELECT * FROM events FOR UPDATE", "not_allowed"),
        ("SELECT * FROM stored_events", "unknown_table"),
        ("SELECT * FROM links", "unknown_table"),
        ("SELECT * FROM pg_catalog.pg_user", "unknown_table"),
        ("SELECT * FROM information_schema.tables", "unknown_table"),
        ("SELECT * FROM main.events", "unknown_table"),
        ("SELECT * FROM 'secrets.csv'", "unknown_table"),
        ("SELECT * FROM \"secrets.csv\"", "unknown_table"),
        (
            "SELECT (SELECT count(*) FROM duckdb_databases()) FROM events",
            "not_allowed",
        ),
        ("SELECT * FROM read_csv('/etc/passwd')", "not_allowed"),
        ("SELECT * FROM read_text('/etc/passwd')", "not_allowed"),
        ("SELECT * FROM query('SELECT 1')", "not_allowed"),
        ("SELECT * FROM glob('*')", "not_allowed"),
        ("SELECT pg_read_file('/etc/passwd')", "not_allowed"),
        ("SELECT pg_sleep(10)", "not_allowed"),
        ("SELECT set_config('datapulse.org', 'x', true)", "not_allowed"),
        ("SELECT query_to_xml('SELECT 1', true, false, '')", "not_allowed"),
        ("SELECT pg_catalog.count(*) FROM events", "not_allowed"),
        ("SELECT getenv('HOME')", "not_allowed"),
        ("SELECT current_setting('datapulse.org')", "not_allowed"),
        ("SELECT current_user", "not_allowed"),
        ("SELECT now()", "not_allowed"),
        ("SELECT random()", "not_allowed"),
        ("SELECT 'stored_events'::regclass", "not_allowed"),
        ("SELECT $$text$$", "not_allowed"),
        ("SELECT :now", "unknown_parameter"),
        ("SELECT $1", "unknown_parameter"),
        ("WITH events AS (SELECT 1) SELECT * FROM events", "taken"),
        ("WITH a AS (SELECT 1) SELECT * FROM b", "unknown_table"),
        ("SELECT no_such_column FROM events", "refused"),
        ("SELECT sum(name) FROM events", "refused"),
        ("SELECT 1 / 0 + CAST('x' AS integer)", "refused"),
    ] {
        let (field, given) = fields(select(&world, sql).await);
        // Not every grammar has every statement that is none.
        let is_refused = given == code || (code == "not_select" && given == "not_sql");
        assert!(field == "sql" && is_refused, "{sql}: {field} {given}");
    }
}

/// A query's name hides a table only where the name reaches; everywhere else the table itself would be found.
async fn a_name_that_is_also_a_table_reaches_no_table() {
    let world = world().await;
    for sql in [
        "WITH stored_events AS (SELECT * FROM stored_events) SELECT * FROM stored_events",
        "SELECT (WITH stored_events AS (SELECT 1 AS one) SELECT one FROM stored_events) FROM stored_events",
        "WITH pg_user AS (SELECT * FROM pg_user) SELECT * FROM pg_user",
        "WITH duckdb_settings AS (SELECT * FROM duckdb_settings) SELECT * FROM duckdb_settings",
        "WITH progress AS (SELECT * FROM links), links AS (SELECT * FROM progress) SELECT * FROM links",
    ] {
        assert_eq!(
            fields(select(&world, sql).await),
            ("sql".to_owned(), "refused".to_owned()),
            "{sql}"
        );
    }
}

async fn nobody_else_s_rows_are_there() {
    let world = world().await;
    let ids = rows(&world, "SELECT id FROM events ORDER BY id").await;
    assert_eq!(ids, [json!(["a"]), json!(["b"]), json!(["c"])]);
}

crate::world::on_every_store!(
    one_select_gives_columns_and_rows,
    names_of_queries_parameters_and_odd_text_work,
    more_rows_than_asked_for_are_told,
    what_reaches_further_is_refused,
    a_name_that_is_also_a_table_reaches_no_table,
    nobody_else_s_rows_are_there,
);

#[tokio::test]
async fn properties_are_read_as_the_store_writes_them() {
    let world = world().await;
    let sql = "SELECT properties.plan, sum(properties.amount::DOUBLE) AS amount, list(id ORDER BY id) AS ids
               FROM events WHERE properties.plan IS NOT NULL GROUP BY ALL ORDER BY 2";
    assert_eq!(
        rows(&world, sql).await,
        [json!(["pro", 1.5, ["a"]]), json!(["free", 2.0, ["b"]])]
    );
    let whole = rows(&world, "SELECT properties FROM events WHERE id = 'a'").await;
    assert_eq!(whole, [json!([{"plan": "pro", "amount": 1.5}])]);
}

/// Each of these once took the whole process with it.
#[tokio::test]
async fn nesting_that_is_too_deep_is_refused_and_harms_nobody() {
    let world = world().await;
    let sum = format!("SELECT 1{} AS n FROM events LIMIT 1", "+1".repeat(300));
    assert_eq!(rows(&world, &sum).await, [json!([301])]);
    for (open, middle, close) in [
        ("(", "1", ")"),
        ("NOT ", "TRUE", ""),
        ("- ", "1", ""),
        ("1+", "1", ""),
        ("CASE WHEN TRUE THEN ", "1", " END"),
        ("(SELECT ", "1", ")"),
        ("a[", "1", "]"),
        ("TRUE AND ", "TRUE", ""),
    ] {
        for depth in [30, 60, 120, 990, 4_000] {
            let depth = depth.min(19_000 / (open.len() + close.len()));
            let sql = format!(
                "SELECT {}{middle}{} AS n FROM events",
                open.repeat(depth),
                close.repeat(depth)
            );
            // Whatever comes of it is an answer or a refusal.
            if let Err(error) = select(&world, &sql).await {
                assert!(
                    matches!(error, engine::Error::Invalid(_)),
                    "{open} {depth}: {error:?}"
                );
            }
        }
    }
    assert_eq!(
        rows(&world, "SELECT count(*) AS n FROM events").await,
        [json!([3])]
    );
}
