//! Another organization's ids are not found, whatever one tries, and nothing changes.

use engine::audit::EntryFilter;
use engine::db::PageRequest;
use engine::{Caller, Error};
use model::account::{KeyKind, KeyRequest};
use model::ids::{DashboardId, InvitationId, KeyId, OrgId, ShareId, UserId, WidgetId};
use model::membership::InvitationRequest;
use model::role::Role;
use model::share::ShareRequest;

use crate::world::{Person, World, named, on_every_database, text_widget};

on_every_database!(another_organization_s_ids_are_not_found);

struct Victim {
    org: OrgId,
    board: DashboardId,
    widget: WidgetId,
    share: ShareId,
    key: KeyId,
    owner: UserId,
    invitation: InvitationId,
}

async fn victim(world: &World, ada: &Person) -> Victim {
    let org = ada.organization.id;
    let board = world
        .dashboards
        .create(&ada.caller, named("Private"))
        .await
        .expect("it is made")
        .id;
    let widget = world
        .dashboards
        .create_widget(&ada.caller, board, text_widget())
        .await
        .expect("it is put there")
        .id;
    let share = world
        .sharing
        .create(&ada.caller, board, ShareRequest::default(), "")
        .await
        .expect("it is shared")
        .id;
    let (key, _) = world
        .organizations
        .create_key(&ada.caller, org, KeyRequest::new("Key", KeyKind::Secret))
        .await
        .expect("it is made");
    let guest = InvitationRequest {
        email: "guest@example.org".into(),
        role: Role::Viewer,
    };
    let invitation = world
        .organizations
        .invite(&ada.caller, org, &guest, "")
        .await
        .expect("she may");
    Victim {
        org,
        board,
        widget,
        share,
        key: key.id,
        owner: ada.user.id,
        invitation: invitation.id,
    }
}

/// Everything that the victim can see of her own.
async fn picture(world: &World, ada: &Person, victim: &Victim) -> String {
    let dashboards = world
        .dashboards
        .list(&ada.caller, &PageRequest::default())
        .await
        .expect("hers");
    let widgets = world
        .dashboards
        .widgets(&ada.caller, victim.board)
        .await
        .expect("hers");
    let shares = world.sharing.list(&ada.caller, victim.board).await.expect("hers");
    let keys = world
        .organizations
        .keys(&ada.caller, victim.org)
        .await
        .expect("hers");
    let organization = world
        .organizations
        .get(&ada.caller, victim.org)
        .await
        .expect("hers");
    let members = world
        .organizations
        .members(&ada.caller, victim.org)
        .await
        .expect("hers");
    let invitations = world
        .organizations
        .invitations(&ada.caller, victim.org)
        .await
        .expect("hers");
    let audit = world.audited(ada).await;
    format!(
        "{dashboards:?} {widgets:?} {shares:?} {keys:?} {organization:?} {members:?} {invitations:?} {audit:?}"
    )
}

/// Every verb that takes an id, tried by a stranger.
async fn attempts(world: &World, caller: &Caller, victim: &Victim) -> Vec<(&'static str, Result<(), Error>)> {
    let (dashboards, organizations) = (&world.dashboards, &world.organizations);
    let patch = || model::problem::read_json(r#"{"name":"Mine"}"#).expect("a patch");
    let &Victim {
        org,
        board,
        widget,
        share,
        key,
        ..
    } = victim;
    let share_request = ShareRequest::default();
    vec![
        ("get", dashboards.get(caller, board).await.map(drop)),
        ("widgets", dashboards.widgets(caller, board).await.map(drop)),
        (
            "replace",
            dashboards
                .replace(caller, board, named("Mine"), None)
                .await
                .map(drop),
        ),
        (
            "replace a version",
            dashboards
                .replace(caller, board, named("Mine"), Some(2))
                .await
                .map(drop),
        ),
        (
            "replace a wrong version",
            dashboards
                .replace(caller, board, named("Mine"), Some(9))
                .await
                .map(drop),
        ),
        ("delete", dashboards.delete(caller, board, None).await),
        ("duplicate", dashboards.duplicate(caller, board).await.map(drop)),
        (
            "create a widget",
            dashboards
                .create_widget(caller, board, text_widget())
                .await
                .map(drop),
        ),
        ("widget", dashboards.widget(caller, widget).await.map(drop)),
        (
            "replace a widget",
            dashboards
                .replace_widget(caller, widget, text_widget(), None)
                .await
                .map(drop),
        ),
        (
            "delete a widget",
            dashboards.delete_widget(caller, widget, None).await,
        ),
        (
            "share",
            world
                .sharing
                .create(caller, board, share_request, "")
                .await
                .map(drop),
        ),
        ("shares", world.sharing.list(caller, board).await.map(drop)),
        ("revoke a share", world.sharing.revoke(caller, share).await),
        ("organization", organizations.get(caller, org).await.map(drop)),
        (
            "update",
            organizations.update(caller, org, patch()).await.map(drop),
        ),
        (
            "create a key",
            organizations
                .create_key(caller, org, KeyRequest::new("x", KeyKind::Secret))
                .await
                .map(drop),
        ),
        ("keys", organizations.keys(caller, org).await.map(drop)),
        ("revoke a key", organizations.revoke_key(caller, org, key).await),
        (
            "revoke a key of one's own",
            organizations.revoke_key(caller, caller.org(), key).await,
        ),
        (
            "audit",
            organizations
                .audit(caller, org, &EntryFilter::default(), &PageRequest::default())
                .await
                .map(drop),
        ),
    ]
}

/// Every verb that takes the id of a member or of an invitation, tried by a stranger.
async fn attempts_on_people(
    world: &World,
    caller: &Caller,
    victim: &Victim,
) -> Vec<(&'static str, Result<(), Error>)> {
    let organizations = &world.organizations;
    let &Victim {
        org,
        key,
        owner,
        invitation,
        ..
    } = victim;
    let own = caller.org();
    let guest = InvitationRequest {
        email: "guest@example.org".into(),
        role: Role::Viewer,
    };
    vec![
        ("members", organizations.members(caller, org).await.map(drop)),
        (
            "set a role",
            organizations
                .set_role(caller, org, owner, Role::Viewer)
                .await
                .map(drop),
        ),
        (
            "set a role of one's own",
            organizations
                .set_role(caller, own, owner, Role::Viewer)
                .await
                .map(drop),
        ),
        (
            "remove a member",
            organizations.remove_member(caller, org, owner).await,
        ),
        (
            "remove a member of one's own",
            organizations.remove_member(caller, own, owner).await,
        ),
        (
            "transfer",
            organizations.transfer(caller, org, owner).await.map(drop),
        ),
        (
            "invite",
            organizations.invite(caller, org, &guest, "").await.map(drop),
        ),
        (
            "invitations",
            organizations.invitations(caller, org).await.map(drop),
        ),
        (
            "revoke an invitation",
            organizations.revoke_invitation(caller, org, invitation).await,
        ),
        (
            "revoke an invitation of one's own",
            organizations.revoke_invitation(caller, own, invitation).await,
        ),
        (
            "revoke a personal key",
            organizations.revoke_personal_key(caller, key).await,
        ),
        ("delete the organization", organizations.delete(caller, org).await),
    ]
}

async fn another_organization_s_ids_are_not_found(world: World) {
    let ada = world.owner("ada").await;
    let eve = world.owner("eve").await;
    let admin = world.member("mal", &eve.organization, Role::Admin).await;
    let victim = victim(&world, &ada).await;
    let before = picture(&world, &ada, &victim).await;
    for (who, caller) in [("an owner", &eve.caller), ("an admin", &admin.caller)] {
        let mut tried = attempts(&world, caller, &victim).await;
        tried.extend(attempts_on_people(&world, caller, &victim).await);
        for (what, result) in tried {
            assert!(
                matches!(result, Err(Error::NotFound)),
                "{who}, {what}: {result:?}"
            );
        }
        let seen = world
            .dashboards
            .list(caller, &PageRequest::default())
            .await
            .expect("their own");
        assert!(seen.items.is_empty(), "{who}: {seen:?}");
    }
    assert_eq!(picture(&world, &ada, &victim).await, before, "nothing changed");
    let actions = world.audited(&eve).await;
    assert_eq!(
        actions,
        ["user.registered", "session.opened"],
        "what failed is not a change"
    );
}
