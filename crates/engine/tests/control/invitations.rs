//! Invitations: for one address, once, for a week; and accounts that are made by one.

use std::time::Duration;

use engine::Error;
use engine::auth::Registration;
use model::membership::{InvitationRequest, NewInvitation};
use model::role::Role;
use tokio::task::JoinSet;

use crate::world::{Person, World, field_of, on_every_database, refuses, registration};

on_every_database!(
    an_invitation_is_accepted_once_by_its_address,
    an_invitation_ends,
    nobody_invites_above_their_role,
    registration_by_invitation,
    twenty_at_once_join_once,
);

async fn invite(world: &World, by: &Person, name: &str, role: Role) -> (NewInvitation, String) {
    let request = InvitationRequest {
        email: format!("{name}@Example.org"),
        role,
    };
    let invitation = world
        .organizations
        .invite(
            &by.caller,
            by.organization.id,
            &request,
            "https://datapulse.test/",
        )
        .await
        .expect("they may");
    let start = "https://datapulse.test/invitations/";
    let token = invitation.url.strip_prefix(start).expect("a link").to_owned();
    (invitation, token)
}

async fn an_invitation_is_accepted_once_by_its_address(world: World) {
    let ada = world.owner("ada").await;
    let bob = world.owner("bob").await;
    let eve = world.owner("eve").await;
    let (made, token) = invite(&world, &ada, "bob", Role::Editor).await;
    let told = world.organizations.invited(&token).await.expect("it is open");
    assert_eq!(
        (
            told.organization.as_str(),
            told.role,
            told.email.as_str(),
            told.expires_at
        ),
        (
            "ada's organization",
            Role::Editor,
            "bob@Example.org",
            made.expires_at
        )
    );
    refuses!(
        world.organizations.accept_invitation(&eve.caller, &token).await,
        Error::Conflict(_)
    );
    world
        .organizations
        .invited(&token)
        .await
        .expect("it is still open");

    let joined = world
        .organizations
        .accept_invitation(&bob.caller, &token)
        .await
        .expect("it is for him");
    assert_eq!(
        (joined.organization.id, joined.role),
        (ada.organization.id, Role::Editor)
    );
    refuses!(
        world.organizations.accept_invitation(&bob.caller, &token).await,
        Error::NotFound
    );
    refuses!(world.organizations.invited(&token).await, Error::NotFound);
    let request = InvitationRequest {
        email: "BOB@example.org".into(),
        role: Role::Owner,
    };
    refuses!(
        world
            .organizations
            .invite(&ada.caller, ada.organization.id, &request, "")
            .await,
        Error::Conflict(_)
    );
    let actions = world.audited(&ada).await;
    assert!(
        actions.ends_with(&["invitation.created".to_owned(), "member.joined".to_owned()]),
        "{actions:?}"
    );
}

async fn an_invitation_ends(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    let (first, old) = invite(&world, &ada, "bob", Role::Viewer).await;
    let (second, new) = invite(&world, &ada, "bob", Role::Viewer).await;
    refuses!(world.organizations.invited(&old).await, Error::NotFound);
    let open = world
        .organizations
        .invitations(&ada.caller, org)
        .await
        .expect("she may");
    assert_eq!(
        open.iter().map(|open| open.id).collect::<Vec<_>>(),
        [second.id],
        "the second took its place"
    );
    refuses!(
        world
            .organizations
            .revoke_invitation(&ada.caller, org, first.id)
            .await,
        Error::NotFound
    );
    world
        .organizations
        .revoke_invitation(&ada.caller, org, second.id)
        .await
        .expect("she may");
    refuses!(world.organizations.invited(&new).await, Error::NotFound);

    let (_, late) = invite(&world, &ada, "cyd", Role::Viewer).await;
    world.clock.advance(Duration::from_hours(7 * 24));
    refuses!(world.organizations.invited(&late).await, Error::NotFound);
    let mut wanted = registration("cyd");
    wanted.invitation = Some(late);
    refuses!(world.auth.register(&wanted).await, Error::NotFound);
    assert!(
        world
            .auth
            .find_user("cyd@example.org")
            .await
            .expect("it looks")
            .is_none(),
        "nothing is left of her"
    );
}

async fn nobody_invites_above_their_role(world: World) {
    let ada = world.owner("ada").await;
    let org = ada.organization.id;
    for (name, role, wanted, may) in [
        ("bob", Role::Admin, Role::Admin, true),
        ("cyd", Role::Admin, Role::Owner, false),
        ("dan", Role::Editor, Role::Viewer, false),
        ("eli", Role::Viewer, Role::Viewer, false),
    ] {
        let person = world.member(name, &ada.organization, role).await;
        let request = InvitationRequest {
            email: format!("{name}2@example.org"),
            role: wanted,
        };
        let made = world
            .organizations
            .invite(&person.caller, org, &request, "")
            .await;
        assert_eq!(made.is_ok(), may, "{role:?} invites a {wanted:?}: {made:?}");
    }
    let wrong = InvitationRequest {
        email: "nobody".into(),
        role: Role::Viewer,
    };
    let error = world
        .organizations
        .invite(&ada.caller, org, &wrong, "")
        .await
        .expect_err("it is no address");
    assert_eq!(field_of(&error), Some(("email", "invalid")));
}

async fn registration_by_invitation(world: World) {
    let ada = world.owner("ada").await;
    let by_invitation = world
        .auth_with(|settings| settings.registration = Registration::Invite)
        .await;
    refuses!(
        by_invitation.register(&registration("bob")).await,
        Error::Forbidden
    );
    let (_, token) = invite(&world, &ada, "bob", Role::Editor).await;
    let with = |name: &str, token: &str| {
        let mut wanted = registration(name);
        wanted.invitation = Some(token.to_owned());
        wanted
    };
    refuses!(
        by_invitation.register(&with("bob", "made-up")).await,
        Error::NotFound
    );
    refuses!(
        by_invitation.register(&with("eve", &token)).await,
        Error::Conflict(_)
    );
    let (bob, organization) = by_invitation
        .register(&with("bob", &token))
        .await
        .expect("he was invited");
    assert_eq!(organization.id, ada.organization.id);
    let caller = world.signed_in(&bob, None).await;
    let all = world.organizations.list(&caller).await.expect("he is a user");
    assert_eq!(all.len(), 1, "and no organization of his own was made");
    assert_eq!(all[0].role, Role::Editor);

    let closed = world
        .auth_with(|settings| settings.registration = Registration::Closed)
        .await;
    let (_, token) = invite(&world, &ada, "cyd", Role::Editor).await;
    refuses!(closed.register(&with("cyd", &token)).await, Error::Forbidden);
}

async fn twenty_at_once_join_once(world: World) {
    let ada = world.owner("ada").await;
    let bob = world.owner("bob").await;
    let (_, token) = invite(&world, &ada, "bob", Role::Viewer).await;
    let mut racers = JoinSet::new();
    for _ in 0..20 {
        let (organizations, caller, token) = (world.organizations.clone(), bob.caller.clone(), token.clone());
        racers.spawn(async move { organizations.accept_invitation(&caller, &token).await });
    }
    let results = racers.join_all().await;
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        1,
        "{results:?}"
    );
}
