//! Roles, ownership, leaving, and what a demotion, a suspension and the end of an organization do.

use engine::auth::Origin;
use engine::{Caller, Error};
use model::account::{KeyKind, KeyRequest, NewOrganization, PersonalKeyRequest};
use model::ids::OrgId;
use model::role::{Action, Role};
use model::scope::{Scope, Scopes};
use model::share::ShareRequest;

use crate::world::{Person, World, field_of, named, on_every_database, refuses};

on_every_database!(
    roles_are_changed_by_those_above,
    an_organization_always_has_an_owner,
    two_owners_cannot_demote_each_other_at_once,
    ownership_is_handed_over,
    whoever_leaves_last_is_a_guest,
    a_personal_key_is_its_member,
    scopes_confine_a_key,
    a_suspended_organization_stands_still,
    an_organization_ends_with_everything_in_it,
);

async fn again(world: &World, person: &Person) -> Caller {
    world.signed_in(&person.user, Some(&person.organization)).await
}

async fn roles_are_changed_by_those_above(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let bob = world.member("bob", &ada.organization, Role::Admin).await;
    let cyd = world.member("cyd", &ada.organization, Role::Editor).await;
    let set = |caller: Caller, person: &Person, role| {
        let (organizations, user) = (world.organizations.clone(), person.user.id);
        async move { organizations.set_role(&caller, org, user, role).await }
    };
    refuses!(
        set(cyd.caller.clone(), &bob, Role::Viewer).await,
        Error::Forbidden
    );
    refuses!(set(bob.caller.clone(), &cyd, Role::Owner).await, Error::Forbidden);
    refuses!(
        set(bob.caller.clone(), &ada, Role::Viewer).await,
        Error::Forbidden
    );
    refuses!(
        world
            .organizations
            .remove_member(&bob.caller, org, ada.user.id)
            .await,
        Error::Forbidden
    );
    let changed = set(bob.caller.clone(), &cyd, Role::Viewer).await.expect("he may");
    assert_eq!(
        (changed.role, changed.email.as_str()),
        (Role::Viewer, "cyd@example.org")
    );
    let demoted = again(&world, &cyd).await;
    refuses!(
        world.dashboards.create(&demoted, named("x")).await,
        Error::Forbidden
    );

    let members = world
        .organizations
        .members(&demoted, org)
        .await
        .expect("viewers may");
    let roles: Vec<_> = members
        .iter()
        .map(|member| (member.name.as_str(), member.role))
        .collect();
    assert_eq!(roles[0], ("ada", Role::Owner), "who joined first in front");
    assert_eq!(roles.len(), 3);
    assert!(world.audited(&ada).await.contains(&"member.changed".to_owned()));
}

async fn an_organization_always_has_an_owner(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let own = ada.user.id;
    refuses!(
        world
            .organizations
            .set_role(&ada.caller, org, own, Role::Admin)
            .await,
        Error::Conflict(_)
    );
    refuses!(
        world.organizations.remove_member(&ada.caller, org, own).await,
        Error::Conflict(_)
    );
    assert!(
        again(&world, &ada).await.may(Action::DeleteOrganization),
        "nothing changed"
    );
    let bob = world.member("bob", &ada.organization, Role::Owner).await;
    world
        .organizations
        .remove_member(&ada.caller, org, own)
        .await
        .expect("bob owns it too");
    refuses!(
        world
            .organizations
            .remove_member(&bob.caller, org, bob.user.id)
            .await,
        Error::Conflict(_)
    );
}

async fn two_owners_cannot_demote_each_other_at_once(world: World) {
    for round in 0..10 {
        let ada = world.owner(&format!("ada{round}")).await;
        let bob = world
            .member(&format!("bob{round}"), &ada.organization, Role::Owner)
            .await;
        let org = ada.organization.id;
        let demote = |caller: &Caller, user| {
            let (organizations, caller) = (world.organizations.clone(), caller.clone());
            tokio::spawn(async move { organizations.set_role(&caller, org, user, Role::Viewer).await })
        };
        let (one, two) = (demote(&ada.caller, bob.user.id), demote(&bob.caller, ada.user.id));
        let results = [one.await.expect("it ends"), two.await.expect("it ends")];
        let won = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(won, 1, "{results:?}");
    }
}

async fn ownership_is_handed_over(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let bob = world.member("bob", &ada.organization, Role::Editor).await;
    refuses!(
        world.organizations.transfer(&bob.caller, org, bob.user.id).await,
        Error::Forbidden
    );
    let owner = world
        .organizations
        .transfer(&ada.caller, org, bob.user.id)
        .await
        .expect("it is hers");
    assert_eq!((owner.user_id, owner.role), (bob.user.id, Role::Owner));
    let before = again(&world, &ada).await;
    assert!(before.may(Action::ManageMembers) && !before.may(Action::DeleteOrganization));
    // The credential that she held all along says owner; the database does not.
    refuses!(
        world.organizations.transfer(&ada.caller, org, ada.user.id).await,
        Error::Forbidden
    );
}

async fn whoever_leaves_last_is_a_guest(world: World) {
    let ada = world.owner("ada").await;
    let bob = world.owner("bob").await;
    world
        .organizations
        .delete(&bob.caller, bob.organization.id)
        .await
        .expect("it is his");
    let (user, organization) = world
        .auth
        .log_in(
            "bob@example.org",
            crate::world::PASSWORD,
            None,
            &Origin::default(),
        )
        .await
        .expect("his account is there");
    assert_eq!((user.id, organization), (bob.user.id, None));
    let guest = world.signed_in(&bob.user, None).await;
    for action in [Action::Read, Action::SendEvents, Action::ReadMembers] {
        assert!(!guest.may(action), "{action:?}");
    }
    refuses!(
        world.organizations.members(&guest, ada.organization.id).await,
        Error::NotFound
    );
    refuses!(
        world
            .organizations
            .get(&guest, OrgId::new(uuid::Uuid::nil()))
            .await,
        Error::Forbidden
    );
    assert!(
        world
            .auth
            .me(&guest)
            .await
            .expect("he is somebody")
            .organizations
            .is_empty()
    );
    let fresh = NewOrganization {
        name: "Second try".into(),
    };
    let made = world
        .organizations
        .create(&guest, fresh)
        .await
        .expect("everybody may");
    let owner = world.signed_in(&bob.user, None).await;
    assert_eq!(owner.org(), made.id);
    assert!(owner.may(Action::DeleteOrganization));
    world.auth.log_out(&guest).await.expect("a guest has a session");
}

async fn a_personal_key_is_its_member(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let bob = world.member("bob", &ada.organization, Role::Editor).await;
    let request = PersonalKeyRequest {
        name: "Laptop".into(),
        scopes: Scopes::ALL,
    };
    let (key, text) = world
        .organizations
        .create_personal_key(&bob.caller, request.clone())
        .await
        .expect("members may");
    assert!(text.starts_with("dpp_"));
    let caller = world.auth.by_key(&text).await.expect("it works");
    assert_eq!((caller.user(), caller.org()), (Some(bob.user.id), org));
    let board = world
        .dashboards
        .create(&caller, named("x"))
        .await
        .expect("editors may");
    assert_eq!(board.created_by, Some(bob.user.id));
    let seen = world.auth.me(&caller).await.expect("it is bob");
    assert_eq!(seen.organizations.len(), 1, "and of this organization alone");

    for refused in [
        world
            .organizations
            .create_personal_key(&caller, request)
            .await
            .map(drop),
        world.auth.log_out(&caller).await,
        world
            .organizations
            .create(&caller, NewOrganization { name: "x".into() })
            .await
            .map(drop),
    ] {
        refuses!(refused, Error::Forbidden);
    }
    world
        .organizations
        .set_role(&ada.caller, org, bob.user.id, Role::Viewer)
        .await
        .expect("she may");
    let demoted = world.auth.by_key(&text).await.expect("it works");
    assert!(
        demoted.may(Action::Read) && !demoted.may(Action::EditDashboards),
        "at once"
    );
    let listed = world.organizations.keys(&ada.caller, org).await.expect("she may");
    assert_eq!(
        (listed[0].id, listed[0].user_id),
        (key.id, Some(bob.user.id)),
        "admins see it"
    );

    world
        .organizations
        .remove_member(&ada.caller, org, bob.user.id)
        .await
        .expect("she may");
    refuses!(world.auth.by_key(&text).await, Error::Unauthenticated(_));
}

async fn scopes_confine_a_key(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let request = |kind, scopes: &[Scope]| KeyRequest {
        name: "Report".into(),
        kind,
        scopes: Scopes::only(scopes),
        origins: Vec::new(),
    };
    let (_, text) = world
        .organizations
        .create_key(
            &ada.caller,
            org,
            request(KeyKind::Secret, &[Scope::AnalyticsRead]),
        )
        .await
        .expect("it is made");
    let caller = world.auth.by_key(&text).await.expect("it works");
    assert!(caller.may(Action::Read));
    for action in [
        Action::SendEvents,
        Action::EditDashboards,
        Action::AskInSql,
        Action::ManageKeys,
    ] {
        assert!(!caller.may(action), "{action:?}");
    }
    let listed = world.organizations.keys(&ada.caller, org).await.expect("she may");
    assert_eq!(listed[0].scopes, Scopes::only(&[Scope::AnalyticsRead]));
    for (kind, scopes) in [
        (KeyKind::Write, [Scope::AnalyticsRead]),
        (KeyKind::Secret, [Scope::OrganizationWrite]),
    ] {
        let error = world
            .organizations
            .create_key(&ada.caller, org, request(kind, &scopes))
            .await
            .expect_err("too much");
        assert_eq!(field_of(&error), Some(("scopes", "not_allowed")));
    }
}

async fn a_suspended_organization_stands_still(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let board = world
        .dashboards
        .create(&ada.caller, named("x"))
        .await
        .expect("she may");
    let share = world
        .sharing
        .create(&ada.caller, board.id, ShareRequest::default(), "")
        .await
        .expect("she may");
    let token = share.url.rsplit('/').next().expect("a token").to_owned();
    let (_, key) = world
        .organizations
        .create_key(&ada.caller, org, KeyRequest::new("Site", KeyKind::Write))
        .await
        .expect("she may");
    world
        .organizations
        .suspend(org, true)
        .await
        .expect("the operator may");

    let caller = again(&world, &ada).await;
    refuses!(caller.must(Action::Read), Error::Suspended);
    refuses!(caller.must(Action::EditDashboards), Error::Suspended);
    refuses!(
        world
            .auth
            .by_key(&key)
            .await
            .expect("it is known")
            .must(Action::SendEvents),
        Error::Suspended
    );
    let opened = world.sharing.open(&token, None).await;
    assert!(matches!(opened, Err(Error::NotFound)));
    let eve = world.owner("eve").await;
    refuses!(world.organizations.get(&eve.caller, org).await, Error::NotFound);
    assert_eq!(
        world
            .organizations
            .members(&caller, org)
            .await
            .expect("still told")
            .len(),
        1
    );

    world
        .organizations
        .suspend(org, false)
        .await
        .expect("the operator may");
    let caller = again(&world, &ada).await;
    assert!(caller.may(Action::Read) && world.sharing.open(&token, None).await.is_ok());
    let actions = world.audited(&ada).await;
    for action in ["organization.suspended", "organization.resumed"] {
        assert!(actions.contains(&action.to_owned()), "{actions:?}");
    }
}

async fn an_organization_ends_with_everything_in_it(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let bob = world.member("bob", &ada.organization, Role::Admin).await;
    let (_, key) = world
        .organizations
        .create_key(&ada.caller, org, KeyRequest::new("Site", KeyKind::Secret))
        .await
        .expect("she may");
    let board = world
        .dashboards
        .create(&ada.caller, named("x"))
        .await
        .expect("she may");
    refuses!(
        world.organizations.delete(&bob.caller, org).await,
        Error::Forbidden
    );
    world
        .organizations
        .delete(&ada.caller, org)
        .await
        .expect("it is hers");
    refuses!(world.auth.by_key(&key).await, Error::Unauthenticated(_));
    refuses!(world.dashboards.get(&ada.caller, board.id).await, Error::NotFound);
    refuses!(
        world.organizations.members(&bob.caller, org).await,
        Error::NotFound
    );
    let left = world
        .organizations
        .list(&bob.caller)
        .await
        .expect("he has an account");
    assert_eq!(left.len(), 1, "his own organization is there");
    refuses!(
        world.organizations.delete(&ada.caller, org).await,
        Error::NotFound
    );
}
