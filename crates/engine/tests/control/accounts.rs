//! Registering, logging in, and who one is then.

use engine::Error;
use engine::audit::EntryFilter;
use engine::auth::{Origin, Registration};
use engine::db::PageRequest;
use model::role::Role;
use tokio::task::JoinSet;

use crate::world::{
    PASSWORD, World, behind_the_scenes, field_of, on_every_database, peek, refuses, registration,
};

on_every_database!(
    an_account_owns_its_organization,
    one_address_has_one_account,
    failed_logins_look_alike,
    bad_registrations_name_the_field,
    closed_registration_leaves_the_command_line,
    disabled_accounts_are_refused_everywhere,
    a_user_of_two_organizations_names_one,
    settings_of_an_organization,
);

async fn an_account_owns_its_organization(world: World) {
    let ada = world.owner("ada").await;
    assert_eq!(ada.organization.name, "ada's organization");
    assert_eq!(
        (ada.organization.plan.as_str(), ada.organization.timezone.as_str()),
        ("free", "UTC")
    );
    assert_eq!(ada.user.created_at, world.clock.now(), "to the microsecond");

    let (user, organization) = world
        .auth
        .log_in(" ADA@example.org", PASSWORD, None, &Origin::default())
        .await
        .expect("she logs in");
    assert_eq!(
        (user, organization),
        (ada.user.clone(), Some(ada.organization.clone()))
    );

    let me = world.auth.me(&ada.caller).await.expect("she is signed in");
    assert_eq!(me.user, ada.user);
    assert_eq!(me.organizations.len(), 1);
    assert_eq!(me.organizations[0].role, Role::Owner);

    let (hash,): (String,) = peek!(world, _, "SELECT password_hash FROM users");
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert_eq!(world.audited(&ada).await, ["user.registered", "session.opened"]);
    assert_eq!(
        world
            .auth
            .find_user("ada@example.org")
            .await
            .expect("it looks")
            .expect("she is there")
            .0,
        ada.user
    );
    assert_eq!(
        world.auth.find_user("eve@example.org").await.expect("it looks"),
        None
    );
}

async fn one_address_has_one_account(world: World) {
    let mut racers = JoinSet::new();
    for n in 0..8 {
        let auth = world.auth.clone();
        let mut wanted = registration("ada");
        wanted.email = if n % 2 == 0 {
            "Ada@Example.org".into()
        } else {
            "ada@example.org".into()
        };
        racers.spawn(async move { auth.register(&wanted).await });
    }
    let results = racers.join_all().await;
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        1,
        "{results:?}"
    );
    assert!(
        results
            .iter()
            .all(|result| matches!(result, Ok(_) | Err(Error::Conflict(_)))),
        "{results:?}"
    );
    let (organizations,): (i64,) = peek!(world, _, "SELECT count(*) FROM organizations");
    assert_eq!(organizations, 1, "the losers left nothing behind");
}

async fn failed_logins_look_alike(world: World) {
    world.owner("ada").await;
    let mut messages = Vec::new();
    for (email, password) in [
        ("ada@example.org", "not the password"),
        ("eve@example.org", PASSWORD),
        ("not an address", PASSWORD),
        ("a\u{0}b@example.org", PASSWORD),
        ("", ""),
    ] {
        match world.auth.log_in(email, password, None, &Origin::default()).await {
            Err(Error::Unauthenticated(message)) => messages.push(message),
            other => panic!("{email}: {other:?}"),
        }
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
}

async fn bad_registrations_name_the_field(world: World) {
    let mut cases = Vec::new();
    for (field, code) in [
        ("email", "invalid"),
        ("password", "too_short"),
        ("name", "required"),
        ("organization", "too_long"),
    ] {
        let mut wanted = registration("ada");
        match field {
            "email" => wanted.email = "ada".into(),
            "password" => wanted.password = "short".into(),
            "name" => wanted.name = "  ".into(),
            _ => wanted.organization = Some("x".repeat(201)),
        }
        cases.push((wanted, field, code));
    }
    for (wanted, field, code) in cases {
        let error = world.auth.register(&wanted).await.expect_err("it is wrong");
        assert_eq!(field_of(&error), Some((field, code)), "{error:?}");
    }
    let (users,): (i64,) = peek!(world, _, "SELECT count(*) FROM users");
    assert_eq!(users, 0);
}

async fn closed_registration_leaves_the_command_line(world: World) {
    for registration_mode in [Registration::Closed, Registration::Invite] {
        let auth = world
            .auth_with(|settings| settings.registration = registration_mode)
            .await;
        refuses!(auth.register(&registration("ada")).await, Error::Forbidden);
    }
    let closed = world
        .auth_with(|settings| settings.registration = Registration::Closed)
        .await;
    let (_, organization) = closed
        .create_user("ada@example.org", PASSWORD, "Ada", Some("Engines"))
        .await
        .expect("it is made");
    assert_eq!(organization.name, "Engines");
    closed
        .log_in("ada@example.org", PASSWORD, None, &Origin::default())
        .await
        .expect("she logs in");
}

async fn disabled_accounts_are_refused_everywhere(world: World) {
    let ada = world.owner("ada").await;
    let browser = world
        .auth
        .open_browser_session(ada.user.id)
        .await
        .expect("it opens");
    let pair = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");
    behind_the_scenes!(world, "UPDATE users SET disabled_at = created_at");
    refuses!(
        world
            .auth
            .log_in("ada@example.org", PASSWORD, None, &Origin::default())
            .await,
        Error::Unauthenticated(_)
    );
    refuses!(
        world.auth.by_cookie(&browser.token, None).await,
        Error::Unauthenticated(_)
    );
    refuses!(
        world.auth.by_access_token(&pair.access_token, None).await,
        Error::Unauthenticated(_)
    );
    refuses!(
        world.auth.refresh(&pair.refresh_token).await,
        Error::Unauthenticated(_)
    );
    refuses!(
        world.auth.open_browser_session(ada.user.id).await,
        Error::Unauthenticated(_)
    );
}

async fn a_user_of_two_organizations_names_one(world: World) {
    let ada = world.owner("ada").await;
    let bob = world.member("bob", &ada.organization, Role::Viewer).await;
    let eve = world.owner("eve").await;
    let pair = world.auth.issue_tokens(bob.user.id).await.expect("it is issued");
    let browser = world
        .auth
        .open_browser_session(bob.user.id)
        .await
        .expect("it opens");

    let first = world
        .auth
        .by_access_token(&pair.access_token, None)
        .await
        .expect("his own");
    assert_ne!(first.org(), ada.organization.id, "he joined his own first");
    assert_eq!(
        world
            .auth
            .by_cookie(&browser.token, None)
            .await
            .expect("his own")
            .org(),
        first.org()
    );
    let named = world
        .auth
        .by_cookie(&browser.token, Some(ada.organization.id))
        .await
        .expect("hers");
    assert_eq!(named.org(), ada.organization.id);

    let foreign = Some(eve.organization.id);
    refuses!(
        world.auth.by_cookie(&browser.token, foreign).await,
        Error::NotFound
    );
    refuses!(
        world.auth.by_access_token(&pair.access_token, foreign).await,
        Error::NotFound
    );

    let all = world.organizations.list(&bob.caller).await.expect("he is a user");
    let roles: Vec<Role> = all.iter().map(|membership| membership.role).collect();
    assert_eq!(
        roles,
        [Role::Owner, Role::Viewer],
        "the one joined first in front"
    );
    let own = all[0].organization.id;
    assert_eq!(
        world
            .organizations
            .get(&bob.caller, own)
            .await
            .expect("also his")
            .id,
        own
    );
}

async fn settings_of_an_organization(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    assert_eq!(
        world
            .organizations
            .calendar(org)
            .await
            .expect("it is there")
            .timezone,
        "UTC"
    );

    let patch = |json: &str| model::problem::read_json(json).expect("a patch");
    let berlin = patch(r#"{"timezone":"Europe/Berlin","week_start":"sunday"}"#);
    let changed = world
        .organizations
        .update(&ada.caller, org, berlin)
        .await
        .expect("she may");
    assert_eq!(
        (
            changed.organization.name.as_str(),
            changed.organization.timezone.as_str()
        ),
        ("ada's organization", "Europe/Berlin")
    );
    let calendar = world.organizations.calendar(org).await.expect("it is there");
    assert_eq!(
        (calendar.timezone.as_str(), calendar.week_start.as_str()),
        ("Europe/Berlin", "sunday")
    );

    for (json, field) in [
        (r#"{"timezone":"Mars/Olympus"}"#, "timezone"),
        (r#"{"name":""}"#, "name"),
    ] {
        let error = world
            .organizations
            .update(&ada.caller, org, patch(json))
            .await
            .expect_err("it is wrong");
        assert_eq!(field_of(&error).map(|(field, _)| field), Some(field));
    }
    let bob = world.member("bob", &ada.organization, Role::Editor).await;
    refuses!(
        world.organizations.update(&bob.caller, org, patch("{}")).await,
        Error::Forbidden
    );
    refuses!(
        world
            .organizations
            .audit(&bob.caller, org, &EntryFilter::default(), &PageRequest::default())
            .await,
        Error::Forbidden
    );
    let eve = world.owner("eve").await;
    refuses!(
        world.organizations.update(&eve.caller, org, patch("{}")).await,
        Error::NotFound
    );
    refuses!(world.organizations.get(&eve.caller, org).await, Error::NotFound);
    assert!(
        world
            .audited(&ada)
            .await
            .contains(&"organization.changed".to_owned())
    );
}
