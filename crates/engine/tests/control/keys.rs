//! Keys of programs.

use std::time::Duration;

use engine::Error;
use engine::caller::Who;
use model::account::{KeyKind, KeyRequest};
use model::ids::KeyId;
use model::origins::Origins;
use model::role::{Action, Role};
use model::scope::Scopes;

use crate::world::{World, field_of, named, on_every_database, peek, refuses};

on_every_database!(
    a_key_is_shown_once_and_works,
    a_revoked_key_stops_within_a_second,
    keys_belong_to_admins
);

async fn a_key_is_shown_once_and_works(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let make = |kind| {
        world
            .organizations
            .create_key(&ada.caller, org, KeyRequest::new("Site", kind))
    };
    let (write, write_key) = make(KeyKind::Write).await.expect("it is made");
    let (secret, secret_key) = make(KeyKind::Secret).await.expect("it is made");
    assert!(write_key.starts_with("dpw_") && secret_key.starts_with("dps_"));
    assert!(write_key.starts_with(&write.prefix) && write.prefix.len() == 12);
    assert_eq!(
        world
            .organizations
            .keys(&ada.caller, org)
            .await
            .expect("she may")
            .len(),
        2
    );

    let caller = world.auth.by_key(&write_key).await.expect("it works");
    assert_eq!(
        caller.who(),
        &Who::Key {
            key: write.id,
            kind: KeyKind::Write,
            scopes: Scopes::ALL,
            origins: Origins::default(),
        }
    );
    assert_eq!(caller.org(), org);
    assert!(caller.may(Action::SendEvents) && !caller.may(Action::Read));
    refuses!(
        world.dashboards.create(&caller, named("x")).await,
        Error::Forbidden
    );
    refuses!(world.auth.me(&caller).await, Error::Forbidden);
    refuses!(world.auth.log_out(&caller).await, Error::Forbidden);

    let caller = world.auth.by_key(&secret_key).await.expect("it works");
    let dashboard = world
        .dashboards
        .create(&caller, named("By a program"))
        .await
        .expect("it may");
    assert_eq!(dashboard.created_by, None);

    let (digest,): (Vec<u8>,) = peek!(
        world,
        _,
        "SELECT digest FROM api_keys WHERE id = $1",
        secret.id.uuid()
    );
    assert_eq!(digest, engine::random::digest(&secret_key));
    refuses!(world.auth.by_key("dpw_made-up").await, Error::Unauthenticated(_));
    refuses!(world.auth.by_key(&write.prefix).await, Error::Unauthenticated(_));
    let error = world
        .organizations
        .create_key(&ada.caller, org, KeyRequest::new(" ", KeyKind::Write))
        .await;
    assert_eq!(
        field_of(&error.expect_err("it has no name")),
        Some(("name", "required"))
    );
}

async fn a_revoked_key_stops_within_a_second(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let created = world
        .organizations
        .create_key(&ada.caller, org, KeyRequest::new("Site", KeyKind::Write))
        .await;
    let (key, text) = created.expect("it is made");
    world.auth.by_key(&text).await.expect("it works");
    world
        .organizations
        .revoke_key(&ada.caller, org, key.id)
        .await
        .expect("it is hers");
    world.clock.advance(Duration::from_millis(999));
    refuses!(world.auth.by_key(&text).await, Error::Unauthenticated(_));
    assert!(
        world
            .organizations
            .keys(&ada.caller, org)
            .await
            .expect("she may")
            .is_empty()
    );
    refuses!(
        world.organizations.revoke_key(&ada.caller, org, key.id).await,
        Error::NotFound
    );
    refuses!(
        world
            .organizations
            .revoke_key(&ada.caller, org, KeyId::new(uuid::Uuid::new_v4()))
            .await,
        Error::NotFound
    );
    let actions = world.audited(&ada).await;
    assert!(
        actions.ends_with(&["key.created".to_owned(), "key.revoked".to_owned()]),
        "{actions:?}"
    );
}

async fn keys_belong_to_admins(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    for (name, role, may) in [
        ("bob", Role::Admin, true),
        ("cyd", Role::Editor, false),
        ("dan", Role::Viewer, false),
    ] {
        let person = world.member(name, &ada.organization, role).await;
        let made = world
            .organizations
            .create_key(&person.caller, org, KeyRequest::new("Site", KeyKind::Secret))
            .await;
        assert_eq!(made.is_ok(), may, "{role:?}");
        assert_eq!(
            world.organizations.keys(&person.caller, org).await.is_ok(),
            may,
            "{role:?}"
        );
    }
}
