//! An organization that was deleted is named nowhere any more: every table is searched for its id.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::Engine;
use engine::db::Db;
use model::account::{KeyKind, KeyRequest, OrganizationPatch};
use model::erasure::ForgetRequest;
use model::ids::OrgId;
use model::membership::InvitationRequest;
use model::role::Role;
use model::share::ShareRequest;
use sqlx::AssertSqlSafe;

use crate::erasing::{folder, opened, send, until};
use crate::world::{Person, World, behind_the_scenes, named, on_every_database, peek, text_widget};

on_every_database!(nothing_names_a_deleted_organization);

/// Tables of organizations that nothing writes to yet.
const EMPTY: [&str; 1] = ["datasources"];

/// The rows of each table that hold the organization's id, as an id or within a text.
async fn naming(world: &World, org: OrgId) -> BTreeMap<String, i64> {
    let (hyphens, simple) = (org.to_string(), org.uuid().simple().to_string());
    let mut found = BTreeMap::new();
    for table in tables(world, "").await {
        let (count,): (i64,) = match &world.db {
            Db::Sqlite { .. } => {
                let columns = format!("SELECT group_concat(name) FROM pragma_table_info('{table}')");
                let (columns,): (String,) = peek!(world, _, AssertSqlSafe(columns.clone()));
                let holds = |column: &str| {
                    format!(
                        "instr(lower(hex(\"{column}\")), $1) > 0 OR instr(lower(CAST(\"{column}\" AS text)), $2) > 0"
                    )
                };
                let holds: Vec<String> = columns.split(',').map(holds).collect();
                let text = format!("SELECT count(*) FROM \"{table}\" WHERE {}", holds.join(" OR "));
                peek!(
                    world,
                    _,
                    AssertSqlSafe(text.clone()),
                    simple.as_str(),
                    hyphens.as_str()
                )
            }
            Db::Postgres(_) => {
                let text = format!(
                    "SELECT count(*) FROM \"{table}\" whole_row WHERE to_jsonb(whole_row)::text LIKE '%' || $1 || '%' OR to_jsonb(whole_row)::text LIKE '%' || $2 || '%'"
                );
                peek!(
                    world,
                    _,
                    AssertSqlSafe(text.clone()),
                    simple.as_str(),
                    hyphens.as_str()
                )
            }
        };
        if count > 0 {
            found.insert(table, count);
        }
    }
    found
}

/// The tables that have the column, or all of them.
async fn tables(world: &World, column: &str) -> Vec<String> {
    let text = match &world.db {
        Db::Sqlite { .. } => "SELECT group_concat(name) FROM sqlite_master m WHERE type = 'table' AND name NOT LIKE 'sqlite%'
             AND ($1 = '' OR EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = $1))",
        Db::Postgres(_) => "SELECT string_agg(t.table_name::text, ',') FROM information_schema.tables t WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
             AND ($1 = '' OR EXISTS (SELECT 1 FROM information_schema.columns c
                 WHERE c.table_schema = 'public' AND c.table_name = t.table_name AND c.column_name::text = $1))",
    };
    let (names,): (String,) = peek!(world, _, text, column);
    names.split(',').map(str::to_owned).collect()
}

/// Something in every table that organizations have.
async fn fill(world: &World, engine: &Engine, person: &Person) {
    let (caller, org) = (&person.caller, person.organization.id);
    let boards = engine.dashboards();
    let board = boards.create(caller, named("Board")).await.expect("made").id;
    boards
        .create_widget(caller, board, text_widget())
        .await
        .expect("made");
    boards
        .replace(caller, board, named("Renamed"), None)
        .await
        .expect("changed");
    boards.mark(caller, board, true).await.expect("marked");
    let shares = engine.sharing();
    shares
        .create(caller, board, ShareRequest::default(), "")
        .await
        .expect("shared");
    let note = model::problem::read_json(r#"{"text":"Release"}"#).expect("an annotation");
    engine
        .annotations()
        .create(caller, Some(board), note)
        .await
        .expect("made");
    let segment = r#"{"name":"Payers","filter":{"property":"plan","op":"eq","value":"pro"}}"#;
    let segment = model::problem::read_json(segment).expect("a segment");
    engine.segments().create(caller, segment).await.expect("made");
    let organizations = engine.organizations();
    let key = KeyRequest::new("Key", KeyKind::Write);
    organizations.create_key(caller, org, key).await.expect("made");
    let guest = InvitationRequest {
        email: format!("guest-of-{org}@example.org"),
        role: Role::Viewer,
    };
    organizations
        .invite(caller, org, &guest, "")
        .await
        .expect("invited");
    let domain = format!(r#"{{"domains":["{}.example"]}}"#, person.user.name);
    let patch: OrganizationPatch = model::problem::read_json(&domain).expect("a patch");
    organizations.update(caller, org, patch).await.expect("changed");
    send(
        engine,
        caller,
        r#"[{"name":"$identify","user_id":"u","anonymous_id":"v","properties":{"$set":{"plan":"pro"}}}]"#,
    )
    .await;
    engine.ingest().drained().await.expect("the log works");
    engine
        .idempotency()
        .begin(caller, "key", b"fingerprint")
        .await
        .expect("the first");
    let forget: ForgetRequest =
        model::problem::read_json(r#"{"user_id":"somebody@example.org"}"#).expect("a request");
    engine
        .erasures()
        .forget(caller, org, &forget)
        .await
        .expect("asked");
    behind_the_scenes!(
        world,
        "INSERT INTO mail_outbox (id, kind, about, org_id, recipient, created_at, expires_at, try_at, failed_at, reason)
         SELECT $1, 'invitation', $2, $3, 'guest@example.org', created_at, created_at, created_at, created_at, 'refused'
         FROM organizations WHERE id = $3",
        uuid::Uuid::new_v4(),
        uuid::Uuid::new_v4(),
        org.uuid(),
    );
}

async fn nothing_names_a_deleted_organization(world: World) {
    let (ada, bob, folder) = (world.owner("ada").await, world.owner("bob").await, folder());
    let engine = opened(&world, &folder, "free=1000").await;
    for person in [&ada, &bob] {
        fill(&world, &engine, person).await;
    }
    let org = ada.organization.id;
    let erased = async || {
        let (open,): (i64,) = peek!(
            world,
            _,
            "SELECT count(*) FROM erasures WHERE finished_at IS NULL"
        );
        (open == 0).then_some(())
    };
    until("the end of the person", erased).await;
    let before = naming(&world, org).await;
    for table in tables(&world, "org_id").await {
        let is_filled = before.contains_key(&table) != EMPTY.contains(&table.as_str());
        assert!(is_filled, "{table} is to be filled by this test: {before:?}");
    }
    let others = naming(&world, bob.organization.id).await;
    engine
        .organizations()
        .delete(&ada.caller, org)
        .await
        .expect("deleted");
    world.clock.advance(Duration::from_secs(6));
    until("the end of its events", erased).await;

    let left = naming(&world, org).await;
    let proof = BTreeMap::from([("erasures".to_owned(), 2)]);
    assert_eq!(left, proof, "what was erased and when, and nothing else");
    let (readable,): (i64,) = peek!(
        world,
        _,
        "SELECT count(*) FROM erasures WHERE org_id = $1 AND subject LIKE '%somebody%'",
        org.uuid(),
    );
    assert_eq!(readable, 0, "people are digests there");
    let names = walk(folder.path());
    let own: Vec<_> = names
        .iter()
        .filter(|name| name.contains(&org.to_string()))
        .collect();
    assert!(own.is_empty(), "files are left: {own:?}");
    assert_eq!(
        naming(&world, bob.organization.id).await,
        others,
        "another organization is whole"
    );
    engine.close().await;
}

/// Every file below the folder.
fn walk(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            found.extend(walk(&path));
        }
        found.push(path.display().to_string());
    }
    found
}
