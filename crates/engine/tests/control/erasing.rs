//! What the database remembers of events: who is to be forgotten, how long they are kept, how many there were. With the whole
//! engine, because the work is done in the background.

use std::time::{Duration, Instant};

use engine::audit::EntryFilter;
use engine::auth::Registration;
use engine::db::PageRequest;
use engine::enrich::Client;
use engine::ingest::{Batch, BodyFormat};
use engine::store::EventsAt;
use engine::{Caller, Engine, Error, Random, Settings};
use model::account::OrganizationPatch;
use model::answer::Answer;
use model::erasure::{Erasure, ErasureState, ForgetRequest};
use model::ids::OrgId;
use model::query::Query;
use model::rates::Rates;
use model::role::Role;
use sqlx::Connection;
use tempfile::TempDir;

use crate::world::{World, on_every_database};

on_every_database! {
    a_person_is_forgotten_once_and_for_all,
    only_those_who_manage_an_organization_forget,
    what_is_older_than_it_is_kept_goes_and_a_deleted_organization_too,
    events_are_counted_across_restarts_and_dropped_beyond_the_plan,
}

/// The engine on the world's database and a data folder of its own.
pub(crate) async fn opened(world: &World, folder: &TempDir, quotas: &str) -> Engine {
    let events = EventsAt::DuckDb(folder.path().join("events"));
    opened_at(world, folder, events, quotas).await
}

async fn opened_at(world: &World, folder: &TempDir, events: EventsAt, quotas: &str) -> Engine {
    let settings = Settings {
        data_dir: folder.path().to_owned(),
        database_url: world.url.clone(),
        events,
        public_url: crate::world::ISSUER.to_owned(),
        registration: Registration::Open,
        currency_rates: Rates::default(),
        cache_bytes: engine::query::ROOM,
        question_limit: engine::store::TIME_LIMIT,
        redis: None,
        quotas: quotas.parse().expect("quotas"),
        geoip_file: None,
        mail: None,
        master_keys: world.master_keys(),
        oidc: None,
    };
    Engine::open(settings, world.clock.clone(), Random::from_os())
        .await
        .expect("the engine opens")
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a scratch folder")
}

pub(crate) async fn send(engine: &Engine, caller: &Caller, body: &str) -> model::event::Receipt {
    let batch = Batch::read(body.as_bytes(), BodyFormat::Json).expect("JSON");
    engine
        .take(caller, batch, &Client::default(), false)
        .await
        .expect("it is taken")
}

async fn count(engine: &Engine, caller: &Caller) -> f64 {
    let all = r#"{"kind":"trend","series":[{"measure":"count"}],"range":{"from":"2000-01-01","to":"2030-01-01"},"interval":"month"}"#;
    engine.ingest().drained().await.expect("the log works");
    let query = Query::parse(all).expect("a question");
    match engine.ask(caller, &query).await {
        Ok(Answer::Trend(answer)) => answer.series[0].total.unwrap_or_default(),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "{what} never came");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn done(engine: &Engine, caller: &Caller, org: OrgId, asked: &Erasure) -> Erasure {
    until("the end of an erasure", async || {
        let erasure = engine
            .erasures()
            .get(caller, org, asked.id)
            .await
            .expect("it is there");
        (erasure.state == ErasureState::Done).then_some(erasure)
    })
    .await
}

fn whom(user_id: &str) -> ForgetRequest {
    ForgetRequest {
        user_id: user_id.to_owned(),
    }
}

async fn a_person_is_forgotten_once_and_for_all(world: World) {
    let (ada, folder) = (world.owner("ada").await, folder());
    let org = ada.organization.id;
    let engine = opened(&world, &folder, "").await;
    send(
        &engine,
        &ada.caller,
        r#"[{"name":"a","user_id":"u","anonymous_id":"v"},{"name":"b","anonymous_id":"v"},{"name":"c","user_id":"other"},
            {"name":"$identify","user_id":"u","anonymous_id":"w","properties":{"$set":{"mail":"u@example.org"}}},{"name":"d","anonymous_id":"w"}]"#,
    )
    .await;
    assert!(engine.profiles().user(&ada.caller, "w").await.is_ok());
    let asked = engine
        .erasures()
        .forget(&ada.caller, org, &whom("w"))
        .await
        .expect("asked");
    assert_eq!(asked.subject.as_deref(), Some("w"));
    let erasure = done(&engine, &ada.caller, org, &asked).await;
    assert_eq!((erasure.events, erasure.note), (4, None));
    assert!(
        !erasure.subject.expect("a digest").contains('w'),
        "the id itself is gone"
    );
    assert!((count(&engine, &ada.caller).await - 1.0).abs() < 0.1);
    assert!(matches!(
        engine.profiles().user(&ada.caller, "u").await,
        Err(Error::NotFound)
    ));
    let again = engine
        .erasures()
        .forget(&ada.caller, org, &whom("w"))
        .await
        .expect("asked");
    assert_eq!(done(&engine, &ada.caller, org, &again).await.events, 0);
    let page = engine
        .erasures()
        .list(&ada.caller, org, &PageRequest::default())
        .await
        .expect("a list");
    let ids: Vec<_> = page.items.iter().map(|erasure| erasure.id).collect();
    assert_eq!(ids, [again.id, asked.id]);
    let open = engine.erasures().open().await.expect("counts");
    assert_eq!((open.open, open.overdue), (0, 0));
    engine.close().await;
}

async fn only_those_who_manage_an_organization_forget(world: World) {
    let (ada, bob, folder) = (world.owner("ada").await, world.owner("bob").await, folder());
    let org = ada.organization.id;
    let editor = world.member("eve", &ada.organization, Role::Editor).await;
    let engine = opened(&world, &folder, "").await;
    let forget = async |caller: &Caller| engine.erasures().forget(caller, org, &whom("x")).await;
    assert!(matches!(forget(&editor.caller).await, Err(Error::Forbidden)));
    assert!(matches!(forget(&bob.caller).await, Err(Error::NotFound)));
    let asked = forget(&ada.caller).await.expect("asked");
    for caller in [&editor.caller, &bob.caller] {
        assert!(engine.erasures().get(caller, org, asked.id).await.is_err());
    }
    let own = bob.organization.id;
    assert!(matches!(
        engine.erasures().get(&bob.caller, own, asked.id).await,
        Err(Error::NotFound)
    ));
    let nobody = engine.erasures().forget(&ada.caller, org, &whom("")).await;
    assert!(matches!(nobody, Err(Error::Invalid(_))));
    engine.close().await;
}

async fn what_is_older_than_it_is_kept_goes_and_a_deleted_organization_too(world: World) {
    let (ada, folder) = (world.owner("ada").await, folder());
    let org = ada.organization.id;
    let engine = opened(&world, &folder, "").await;
    let old = r#"[{"name":"a","timestamp":"2020-01-01T00:00:00Z"},{"name":"a"},{"name":"a","timestamp":"2026-01-27T00:00:00Z"}]"#;
    send(&engine, &ada.caller, old).await;
    assert!((count(&engine, &ada.caller).await - 3.0).abs() < 0.1);
    let keep = |days| OrganizationPatch {
        retention_days: Some(days),
        ..OrganizationPatch::default()
    };
    let organizations = engine.organizations();
    let changed = organizations
        .update(&ada.caller, org, keep(7))
        .await
        .expect("changed");
    assert_eq!(changed.retention_days, Some(7));
    until("the end of what is old", async || {
        ((count(&engine, &ada.caller).await - 2.0).abs() < 0.1).then_some(())
    })
    .await;
    let file = folder.path().join("events").join(format!("{org}.duckdb"));
    assert!(file.exists());
    organizations.delete(&ada.caller, org).await.expect("deleted");
    world.clock.advance(Duration::from_secs(6));
    until("the end of its file", async || (!file.exists()).then_some(())).await;
    engine.close().await;
}

async fn events_are_counted_across_restarts_and_dropped_beyond_the_plan(world: World) {
    let (ada, folder) = (world.owner("ada").await, folder());
    let org = ada.organization.id;
    let used = async |engine: &Engine| engine.usages().of(&ada.caller, org).await.expect("it is known");
    let one = r#"{"name":"a"}"#;
    let engine = opened(&world, &folder, "free=5").await;
    for _ in 0..4 {
        send(&engine, &ada.caller, one).await;
    }
    let usage = used(&engine).await;
    assert_eq!(
        (usage.current.events, usage.limit, usage.percent),
        (4, Some(5), Some(80))
    );
    assert_eq!(usage.current.month, "2026-02");
    engine.close().await;
    drop(engine);
    let engine = opened(&world, &folder, "free=5").await;
    assert_eq!(used(&engine).await.current.events, 4);
    assert_eq!(send(&engine, &ada.caller, one).await.accepted, 1);
    let dropped = send(&engine, &ada.caller, one).await;
    assert_eq!((dropped.accepted, dropped.dropped), (0, 1));
    // The next month begins anew.
    world.clock.advance(Duration::from_hours(30 * 24));
    assert_eq!(send(&engine, &ada.caller, one).await.accepted, 1);
    let usage = used(&engine).await;
    assert_eq!(
        (usage.current.month.as_str(), usage.current.events),
        ("2026-03", 1)
    );
    engine.close().await;
    drop(engine);
    let engine = opened(&world, &folder, "").await;
    let usage = used(&engine).await;
    assert_eq!(
        (usage.limit, usage.earlier[0].events, usage.earlier[0].dropped),
        (None, 5, 1)
    );
    let record = engine
        .organizations()
        .audit(&ada.caller, org, &EntryFilter::default(), &PageRequest::default())
        .await;
    let steps: Vec<String> = record
        .expect("a record")
        .items
        .into_iter()
        .filter(|entry| entry.action == "quota.reached")
        .map(|entry| entry.detail["percent"].to_string())
        .collect();
    assert_eq!(steps, ["100", "80"]);
    engine.close().await;
}

/// Two processes on one PostgreSQL, which has the events too.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_the_log_of_another_process_does_not_come_back() {
    let world = World::on_postgres().await;
    let (ada, folders) = (world.owner("ada").await, [folder(), folder()]);
    let org = ada.organization.id;
    let at = || world.url.parse::<EventsAt>().expect("an address");
    let one = opened_at(&world, &folders[0], at(), "").await;
    let other = opened_at(&world, &folders[1], at(), "").await;
    send(&other, &ada.caller, r#"{"name":"a","user_id":"u"}"#).await;
    assert!((count(&other, &ada.caller).await - 1.0).abs() < 0.1);

    let mut connection = sqlx::PgConnection::connect(&world.url)
        .await
        .expect("a connection");
    let mut nobody_stores = connection.begin().await.expect("a transaction");
    sqlx::query("SELECT 1 FROM datapulse_events.progress WHERE org_id = $1 FOR UPDATE")
        .bind(org.uuid())
        .execute(&mut *nobody_stores)
        .await
        .expect("the row is held");
    send(&other, &ada.caller, r#"{"name":"b","user_id":"u"}"#).await;
    world.clock.advance(Duration::from_secs(1));
    let erasures = one.erasures();
    let asked = erasures
        .forget(&ada.caller, org, &whom("u"))
        .await
        .expect("asked");
    tokio::time::sleep(Duration::from_secs(3)).await;
    let meanwhile = erasures
        .get(&ada.caller, org, asked.id)
        .await
        .expect("it is there");
    assert_ne!(meanwhile.state, ErasureState::Done);
    nobody_stores.rollback().await.expect("the row is let go");
    world.clock.advance(Duration::from_secs(1));
    let erasure = done(&one, &ada.caller, org, &asked).await;
    assert_eq!((erasure.events, erasure.note), (2, None));
    assert!(count(&other, &ada.caller).await.abs() < 0.1);

    other.close().await;
    let gone = uuid::Uuid::from_u128(5);
    let long_ago = "INSERT INTO usage_logs (id, position, seen_at, stored_to, pending) VALUES ($1, 0, now() - interval '9 years', now() - interval '9 years', 3)";
    sqlx::query(long_ago)
        .bind(gone)
        .execute(&mut connection)
        .await
        .expect("the row is written");
    world.clock.advance(Duration::from_secs(1));
    let again = erasures
        .forget(&ada.caller, org, &whom("u"))
        .await
        .expect("asked");
    let note = done(&one, &ada.caller, org, &again).await.note.expect("a note");
    assert!(note.starts_with("1 processes"), "{note}");
    one.close().await;
}
