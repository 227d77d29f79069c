//! Share links.

use engine::auth::Origin;
use std::time::Duration;

use engine::caller::Who;
use engine::db::{Page, PageRequest};
use engine::{Caller, Error};
use model::ids::{DashboardId, ShareId};
use model::role::Role;
use model::share::{NewShare, Share, ShareRequest, ViewerMay};
use uuid::Uuid;

use crate::world::{Person, World, field_of, named, on_every_database, peek, refuses, text_widget};

on_every_database!(
    a_link_shows_its_dashboard_and_nothing_else,
    expired_revoked_and_wrong_links_look_alike,
    links_are_listed_without_their_tokens,
    links_of_all_dashboards_are_those_of_the_organization,
    a_look_at_a_link_is_noted_once_an_hour,
    bad_links_are_not_made,
    a_password_stands_in_front_of_its_link,
    a_link_with_a_new_address_keeps_everything_else,
);

const PUBLIC: &str = "https://datapulse.test/";

async fn board(world: &World, person: &Person) -> DashboardId {
    world
        .dashboards
        .create(&person.caller, named("Board"))
        .await
        .expect("it is made")
        .id
}

async fn share(
    world: &World,
    caller: &Caller,
    board: DashboardId,
    request: ShareRequest,
) -> (NewShare, String) {
    let made = world
        .sharing
        .create(caller, board, request, PUBLIC)
        .await
        .expect("it is shared");
    let token = made
        .url
        .strip_prefix("https://datapulse.test/s/")
        .expect("a link below the address")
        .to_owned();
    (made, token)
}

async fn a_link_shows_its_dashboard_and_nothing_else(world: World) {
    let ada = world.owner("ada").await;
    let (shown, hidden) = (board(&world, &ada).await, board(&world, &ada).await);
    let mut widgets = Vec::new();
    for id in [shown, hidden] {
        widgets.push(
            world
                .dashboards
                .create_widget(&ada.caller, id, text_widget())
                .await
                .expect("it is put there")
                .id,
        );
    }
    let (_, token) = share(&world, &ada.caller, shown, ShareRequest::default()).await;
    assert_eq!(token.len(), 43, "256 bits");

    let opened = world.sharing.open(&token, None).await.expect("it opens");
    assert_eq!(
        (&opened.organization, opened.dashboard),
        (&ada.organization, shown)
    );
    let (link, organization) = (opened.caller, opened.organization);
    assert_eq!(link.who(), &Who::Link { dashboard: shown });
    world.dashboards.get(&link, shown).await.expect("its dashboard");
    assert_eq!(
        world
            .dashboards
            .widgets(&link, shown)
            .await
            .expect("its widgets")
            .len(),
        1
    );
    world
        .dashboards
        .widget(&link, widgets[0])
        .await
        .expect("its widget");

    refuses!(world.dashboards.get(&link, hidden).await, Error::NotFound);
    refuses!(world.dashboards.widgets(&link, hidden).await, Error::NotFound);
    refuses!(world.dashboards.widget(&link, widgets[1]).await, Error::NotFound);
    refuses!(
        world.dashboards.list(&link, &PageRequest::default()).await,
        Error::Forbidden
    );
    refuses!(world.dashboards.create(&link, named("x")).await, Error::Forbidden);
    refuses!(
        world.dashboards.replace(&link, shown, named("x"), None).await,
        Error::Forbidden
    );
    refuses!(
        world.dashboards.delete(&link, shown, None).await,
        Error::Forbidden
    );
    refuses!(world.dashboards.duplicate(&link, shown).await, Error::Forbidden);
    refuses!(
        world.dashboards.delete_widget(&link, widgets[0], None).await,
        Error::Forbidden
    );
    refuses!(world.sharing.list(&link, shown).await, Error::Forbidden);
    refuses!(
        world
            .sharing
            .create(&link, shown, ShareRequest::default(), PUBLIC)
            .await,
        Error::Forbidden
    );
    refuses!(
        world.organizations.get(&link, organization.id).await,
        Error::Forbidden
    );
    refuses!(world.auth.me(&link).await, Error::Forbidden);

    world
        .dashboards
        .delete(&ada.caller, shown, None)
        .await
        .expect("it goes");
    refuses!(world.sharing.open(&token, None).await, Error::NotFound);
}

async fn expired_revoked_and_wrong_links_look_alike(world: World) {
    let ada = world.owner("ada").await;
    let board = board(&world, &ada).await;
    let hour = world.clock.now() + Duration::from_hours(1);
    let until = ShareRequest {
        expires_at: Some(hour),
        ..ShareRequest::default()
    };
    let (_, expiring) = share(&world, &ada.caller, board, until).await;
    let (revoked, revoked_token) = share(&world, &ada.caller, board, ShareRequest::default()).await;
    let (_, lasting) = share(&world, &ada.caller, board, ShareRequest::default()).await;

    world
        .sharing
        .revoke(&ada.caller, revoked.id)
        .await
        .expect("it is hers");
    refuses!(
        world.sharing.revoke(&ada.caller, revoked.id).await,
        Error::NotFound
    );
    refuses!(
        world
            .sharing
            .revoke(&ada.caller, ShareId::new(Uuid::new_v4()))
            .await,
        Error::NotFound
    );
    world.clock.advance(Duration::from_secs(3_599));
    world
        .sharing
        .open(&expiring, None)
        .await
        .expect("a second is left");
    world.clock.advance(Duration::from_secs(1));
    for (what, token) in [
        ("expired", expiring.as_str()),
        ("revoked", &revoked_token),
        ("wrong", "x"),
        ("empty", ""),
        ("long", &"x".repeat(9_999)),
    ] {
        let opened = world.sharing.open(token, None).await;
        assert!(matches!(opened, Err(Error::NotFound)), "{what}: {opened:?}");
    }
    world
        .sharing
        .open(&lasting, None)
        .await
        .expect("the others go on");
}

async fn links_are_listed_without_their_tokens(world: World) {
    let ada = world.owner("ada").await;
    let board = board(&world, &ada).await;
    let named = ShareRequest {
        name: Some(" For the board ".into()),
        ..ShareRequest::default()
    };
    let (made, token) = share(&world, &ada.caller, board, named).await;
    let (gone, _) = share(&world, &ada.caller, board, ShareRequest::default()).await;
    world
        .sharing
        .revoke(&ada.caller, gone.id)
        .await
        .expect("it is hers");
    let listed = world.sharing.list(&ada.caller, board).await.expect("she may");
    assert_eq!(listed.iter().map(|share| share.id).collect::<Vec<_>>(), [made.id]);
    assert_eq!(listed[0].name.as_deref(), Some("For the board"));
    let (digest,): (Vec<u8>,) = peek!(
        world,
        _,
        "SELECT token_digest FROM shares WHERE id = $1",
        made.id.uuid()
    );
    assert_eq!(digest, engine::random::digest(&token));
    let all = world
        .sharing
        .list_all(&ada.caller, &PageRequest::default())
        .await
        .expect("she may");
    assert_eq!(all.items, listed, "of all dashboards, told alike");
    assert_eq!(listed[0].dashboard_name, "Board");
    assert_eq!(listed[0].created_by, ada.caller.user());
    assert!(listed[0].created_by_name.is_some() && listed[0].last_opened_at.is_none());
    let actions = world.audited(&ada).await;
    assert!(actions.ends_with(&[
        "share.created".to_owned(),
        "share.created".to_owned(),
        "share.revoked".to_owned()
    ]));
}

async fn a_look_at_a_link_is_noted_once_an_hour(world: World) {
    let ada = world.owner("ada").await;
    let board = board(&world, &ada).await;
    let (made, token) = share(&world, &ada.caller, board, ShareRequest::default()).await;
    let (unused, _) = share(&world, &ada.caller, board, ShareRequest::default()).await;
    let noted = async || {
        let all = world
            .sharing
            .list_all(&ada.caller, &PageRequest::default())
            .await
            .expect("she may");
        let of = |id| {
            let link = all.items.iter().find(|share| share.id == id);
            link.expect("it is listed").last_opened_at
        };
        (of(made.id), of(unused.id))
    };
    let look = async || {
        let opened = world.sharing.open(&token, None).await.expect("it opens");
        world.sharing.note_look(&opened).await;
    };
    assert_eq!(noted().await, (None, None));
    look().await;
    let first = world.clock.now();
    assert_eq!(noted().await, (Some(first), None));
    world.clock.advance(Duration::from_secs(3_599));
    look().await;
    assert_eq!(noted().await, (Some(first), None), "known to the hour");
    world.clock.advance(Duration::from_secs(1));
    look().await;
    assert_eq!(noted().await, (Some(world.clock.now()), None));
}

async fn links_of_all_dashboards_are_those_of_the_organization(world: World) {
    let (ada, eve) = (world.owner("ada").await, world.owner("eve").await);
    let (first, second) = (board(&world, &ada).await, board(&world, &ada).await);
    let strange = board(&world, &eve).await;
    for (caller, board) in [(&ada, first), (&ada, second), (&eve, strange), (&ada, first)] {
        share(&world, &caller.caller, board, ShareRequest::default()).await;
    }
    let mut request = PageRequest {
        limit: Some(2),
        cursor: None,
    };
    let page = world
        .sharing
        .list_all(&ada.caller, &request)
        .await
        .expect("she may");
    let boards = |page: &Page<Share>| {
        page.items
            .iter()
            .map(|share| share.dashboard_id)
            .collect::<Vec<_>>()
    };
    assert_eq!(boards(&page), [first, second]);
    request.cursor.clone_from(&page.next_cursor);
    let rest = world
        .sharing
        .list_all(&ada.caller, &request)
        .await
        .expect("she may");
    assert_eq!((boards(&rest), rest.next_cursor), (vec![first], None));
    let viewer = world.member("vic", &ada.organization, Role::Viewer).await.caller;
    refuses!(
        world.sharing.list_all(&viewer, &PageRequest::default()).await,
        Error::Forbidden
    );
}

async fn bad_links_are_not_made(world: World) {
    let ada = world.owner("ada").await;
    let board = board(&world, &ada).await;
    let past = ShareRequest {
        expires_at: Some(world.clock.now()),
        ..ShareRequest::default()
    };
    let error = world
        .sharing
        .create(&ada.caller, board, past, PUBLIC)
        .await
        .expect_err("it would be dead");
    assert_eq!(field_of(&error), Some(("expires_at", "in_the_past")));
    let nowhere = DashboardId::new(Uuid::new_v4());
    refuses!(
        world
            .sharing
            .create(&ada.caller, nowhere, ShareRequest::default(), PUBLIC)
            .await,
        Error::NotFound
    );
    let viewer = world.member("vic", &ada.organization, Role::Viewer).await.caller;
    refuses!(
        world
            .sharing
            .create(&viewer, board, ShareRequest::default(), PUBLIC)
            .await,
        Error::Forbidden
    );
    assert!(
        world
            .sharing
            .list(&ada.caller, board)
            .await
            .expect("she may")
            .is_empty()
    );
}

async fn a_password_stands_in_front_of_its_link(world: World) {
    let ada = world.owner("ada").await;
    let board = board(&world, &ada).await;
    let with = |password: &str| ShareRequest {
        password: Some(password.to_owned()),
        ..ShareRequest::default()
    };
    let short = world
        .sharing
        .create(&ada.caller, board, with("short"), PUBLIC)
        .await;
    assert_eq!(
        field_of(&short.expect_err("it is too short")),
        Some(("password", "too_short"))
    );
    let (made, token) = share(&world, &ada.caller, board, with("open sesame")).await;
    let (_, other) = share(&world, &ada.caller, board, with("open sesame")).await;
    refuses!(world.sharing.open(&token, None).await, Error::Unauthenticated(_));
    refuses!(
        world
            .sharing
            .unlock(&token, "open sesam", &Origin::default())
            .await,
        Error::Unauthenticated(_)
    );
    refuses!(
        world.sharing.unlock("x", "open sesame", &Origin::default()).await,
        Error::NotFound
    );
    let (opened, proof) = world
        .sharing
        .unlock(&token, "open sesame", &Origin::default())
        .await
        .expect("it is right");
    assert_eq!((opened.id, opened.dashboard), (made.id, board));
    world
        .sharing
        .open(&token, Some(&proof))
        .await
        .expect("the proof opens it");
    refuses!(
        world.sharing.open(&other, Some(&proof)).await,
        Error::Unauthenticated(_)
    );
    let (hash,): (String,) = peek!(
        world,
        _,
        "SELECT password_hash FROM shares WHERE id = $1",
        made.id.uuid()
    );
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    let listed = world.sharing.list(&ada.caller, board).await.expect("she may");
    assert!(listed.iter().all(|share| share.has_password));
    world
        .sharing
        .revoke(&ada.caller, made.id)
        .await
        .expect("it is hers");
    refuses!(world.sharing.open(&token, Some(&proof)).await, Error::NotFound);
    refuses!(
        world
            .sharing
            .unlock(&token, "open sesame", &Origin::default())
            .await,
        Error::NotFound
    );
}

async fn a_link_with_a_new_address_keeps_everything_else(world: World) {
    let ada = world.owner("ada").await;
    let eve = world.owner("eve").await;
    let board = board(&world, &ada).await;
    let request = ShareRequest {
        viewer_may: vec![ViewerMay::Download, ViewerMay::Range],
        embed_origins: vec!["https://Intranet.example.org/".to_owned()],
        ..ShareRequest::default()
    };
    let (made, before) = share(&world, &ada.caller, board, request).await;
    refuses!(
        world.sharing.rotate(&eve.caller, made.id, PUBLIC).await,
        Error::NotFound
    );
    let moved = world
        .sharing
        .rotate(&ada.caller, made.id, PUBLIC)
        .await
        .expect("it is hers");
    assert_eq!(moved.id, made.id);
    refuses!(world.sharing.open(&before, None).await, Error::NotFound);
    let token = moved
        .url
        .strip_prefix("https://datapulse.test/s/")
        .expect("a link");
    let opened = world.sharing.open(token, None).await.expect("it opens");
    assert!(opened.viewer_may(ViewerMay::Range) && opened.viewer_may(ViewerMay::Download));
    assert!(!opened.viewer_may(ViewerMay::Filter));
    assert_eq!(opened.embed_origins, ["https://intranet.example.org"]);
    assert!(world.audited(&ada).await.ends_with(&["share.rotated".to_owned()]));
}
