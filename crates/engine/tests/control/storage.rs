//! What the database itself must hold.

use engine::db::{Db, PageRequest};
use tokio::task::JoinSet;

use crate::world::{World, behind_the_scenes, named, on_every_database, peek, text_widget};

on_every_database!(
    thirty_two_writers_are_not_locked_out,
    an_organization_takes_everything_with_it,
    the_record_of_changes_is_only_added_to,
    the_database_answers_until_it_is_closed,
    columns_that_the_schema_names_are_there,
);

async fn thirty_two_writers_are_not_locked_out(world: World) {
    const WRITERS: usize = 32;
    const CHANGES: usize = 8;
    let ada = world.owner("ada").await;
    let board = world
        .dashboards
        .create(&ada.caller, named("Board"))
        .await
        .expect("it is made")
        .id;
    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let (dashboards, caller) = (world.dashboards.clone(), ada.caller.clone());
        writers.spawn(async move {
            for _ in 0..CHANGES {
                dashboards
                    .replace(&caller, board, named(&n.to_string()), None)
                    .await
                    .expect("it waits its turn");
                dashboards
                    .get(&caller, board)
                    .await
                    .expect("readers go on beside it");
            }
        });
    }
    writers.join_all().await;
    let board = world
        .dashboards
        .get(&ada.caller, board)
        .await
        .expect("it is there");
    let expected = i64::try_from(WRITERS * CHANGES).expect("a small number") + 1;
    assert_eq!(board.version, expected, "no change was lost");
    let (rows,): (i64,) = peek!(
        world,
        _,
        "SELECT count(*) FROM audit WHERE action = 'dashboard.changed'"
    );
    assert_eq!(rows, expected - 1);
}

async fn the_record_of_changes_is_only_added_to(world: World) {
    world.owner("ada").await;
    let recorded = "SELECT count(*) FROM audit WHERE actor <> 'nobody'";
    let (before,): (i64,) = peek!(world, _, recorded);
    assert!(before > 0, "an owner is recorded");
    for change in ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"] {
        let refused = match &world.db {
            Db::Sqlite { writer, .. } => sqlx::query(change).execute(writer).await.err(),
            Db::Postgres(pool) => sqlx::query(change).execute(pool).await.err(),
        };
        let refused = refused.unwrap_or_else(|| panic!("{change} went through"));
        assert!(refused.to_string().contains("only added to"), "{refused}");
    }
    let (after,): (i64,) = peek!(world, _, recorded);
    assert_eq!(after, before);
}

async fn an_organization_takes_everything_with_it(world: World) {
    let ada = world.owner("ada").await;
    let eve = world.owner("eve").await;
    for person in [&ada, &eve] {
        let board = world
            .dashboards
            .create(&person.caller, named("Board"))
            .await
            .expect("it is made")
            .id;
        world
            .dashboards
            .create_widget(&person.caller, board, text_widget())
            .await
            .expect("it is put there");
        world
            .sharing
            .create(&person.caller, board, model::share::ShareRequest::default(), "")
            .await
            .expect("it is shared");
    }
    behind_the_scenes!(
        world,
        "DELETE FROM organizations WHERE id = $1",
        ada.organization.id.uuid()
    );
    for table in [
        "SELECT count(*) FROM org_members",
        "SELECT count(*) FROM dashboards",
        "SELECT count(*) FROM widgets",
        "SELECT count(*) FROM shares",
        "SELECT count(DISTINCT org_id) FROM audit",
    ] {
        let (rows,): (i64,) = peek!(world, _, table);
        assert_eq!(rows, 1, "{table}: eve's is left, ada's is gone");
    }
    behind_the_scenes!(world, "DELETE FROM users WHERE id = $1", eve.user.id.uuid());
    let (orphans,): (i64,) = peek!(
        world,
        _,
        "SELECT count(*) FROM sessions WHERE user_id IS NOT NULL"
    );
    assert_eq!(orphans, 1, "ada is still a user, with her session");
    let (kept,): (i64,) = peek!(
        world,
        _,
        "SELECT count(*) FROM dashboards WHERE created_by IS NULL"
    );
    assert_eq!(kept, 1, "a dashboard outlives its maker");
}

async fn the_database_answers_until_it_is_closed(world: World) {
    world.db.check().await.expect("it answers");
    let version = world.db.version().await.expect("it says which it is");
    match &world.db {
        Db::Sqlite { .. } => assert!(version.starts_with("3."), "{version}"),
        Db::Postgres(_) => assert!(version.starts_with("PostgreSQL"), "{version}"),
    }
    let ada = world.owner("ada").await;
    world.db.close().await;
    assert!(matches!(
        world.db.check().await,
        Err(engine::Error::Unavailable { .. })
    ));
    let listed = world.dashboards.list(&ada.caller, &PageRequest::default()).await;
    assert!(
        matches!(listed, Err(engine::Error::Unavailable { .. })),
        "{listed:?}"
    );
}

async fn columns_that_the_schema_names_are_there(world: World) {
    for statement in [
        "SELECT count(*) FROM organizations WHERE plan = 'free' AND stripe_customer_id IS NULL",
        "SELECT count(*) FROM org_members WHERE role = 'owner' AND joined_at IS NOT NULL",
        "SELECT count(*) FROM dashboards WHERE layout IS NULL AND created_by IS NULL",
        "SELECT count(*) FROM widgets WHERE type = 'line' AND config IS NULL",
        "SELECT count(*) FROM datasources WHERE type = 'x' AND config IS NULL AND config_sealed IS NULL",
    ] {
        let (_,): (i64,) = peek!(world, _, statement);
    }
}
