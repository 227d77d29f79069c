//! Links to choose another password and to confirm an address.

use engine::auth::Origin;
use std::time::Duration;

use engine::Error;
use model::role::Role;
use tokio::task::JoinSet;

use crate::world::{PASSWORD, Person, World, field_of, on_every_database, peek, refuses};

on_every_database!(
    a_link_changes_the_password_once_and_ends_every_session,
    a_link_ends_after_an_hour_and_with_the_next_one,
    twenty_at_once_use_a_link_once,
    a_weak_password_leaves_the_link_good,
    a_disabled_account_has_no_links,
    links_are_kept_as_digests,
    an_admin_makes_links_for_those_below_alone,
    a_link_would_open_other_organizations_too,
    an_address_is_confirmed_by_a_link_of_an_admin_and_by_nobody_s_own,
);

const NEW: &str = "another horse entirely";

async fn link(world: &World, person: &Person) -> String {
    let link = world
        .auth
        .reset_link(&person.user.email)
        .await
        .expect("it is made");
    token(&link)
}

fn token(link: &str) -> String {
    let start = "https://datapulse.test/reset/";
    link.strip_prefix(start)
        .expect("an address of this server")
        .to_owned()
}

async fn a_link_changes_the_password_once_and_ends_every_session(world: World) {
    let ada = world.owner("ada").await;
    let browser = world
        .auth
        .open_browser_session(ada.user.id)
        .await
        .expect("it opens");
    let pair = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");
    let token = link(&world, &ada).await;
    world.auth.look_at_reset(&token).await.expect("it works");
    world
        .auth
        .reset_by_link(&token, NEW)
        .await
        .expect("its first use");
    refuses!(
        world.auth.by_cookie(&browser.token, None).await,
        Error::Unauthenticated(_)
    );
    refuses!(
        world.auth.refresh(&pair.refresh_token).await,
        Error::Unauthenticated(_)
    );
    refuses!(
        world
            .auth
            .log_in("ada@example.org", PASSWORD, None, &Origin::default())
            .await,
        Error::Unauthenticated(_)
    );
    world
        .auth
        .log_in("ada@example.org", NEW, None, &Origin::default())
        .await
        .expect("the new one");
    refuses!(world.auth.look_at_reset(&token).await, Error::NotFound);
    refuses!(world.auth.reset_by_link(&token, NEW).await, Error::NotFound);
    let again = world.signed_in(&ada.user, None).await;
    let ada = Person { caller: again, ..ada };
    let audited = world.audited(&ada).await;
    assert!(audited.ends_with(&["password.link", "password.reset", "session.opened"].map(str::to_owned)));
}

async fn a_link_ends_after_an_hour_and_with_the_next_one(world: World) {
    let ada = world.owner("ada").await;
    let first = link(&world, &ada).await;
    let second = link(&world, &ada).await;
    refuses!(world.auth.reset_by_link(&first, NEW).await, Error::NotFound);
    world.clock.advance(Duration::from_secs(3_599));
    world
        .auth
        .look_at_reset(&second)
        .await
        .expect("for a second more");
    world.clock.advance(Duration::from_secs(1));
    refuses!(world.auth.reset_by_link(&second, NEW).await, Error::NotFound);
    refuses!(world.auth.confirm_by_link(&second).await, Error::NotFound);
    refuses!(world.auth.reset_link("nobody@example.org").await, Error::NotFound);
}

async fn twenty_at_once_use_a_link_once(world: World) {
    let ada = world.owner("ada").await;
    let token = link(&world, &ada).await;
    let mut racers = JoinSet::new();
    for n in 0..20 {
        let (auth, token) = (world.auth.clone(), token.clone());
        racers.spawn(async move { auth.reset_by_link(&token, &format!("{NEW} {n}")).await.is_ok() });
    }
    let won = racers.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
}

async fn a_weak_password_leaves_the_link_good(world: World) {
    let ada = world.owner("ada").await;
    let token = link(&world, &ada).await;
    let error = world
        .auth
        .reset_by_link(&token, "short")
        .await
        .expect_err("it is weak");
    assert_eq!(field_of(&error), Some(("password", "too_short")));
    world
        .auth
        .reset_by_link(&token, NEW)
        .await
        .expect("it still works");
}

async fn a_disabled_account_has_no_links(world: World) {
    let ada = world.owner("ada").await;
    let token = link(&world, &ada).await;
    world
        .auth
        .disable("ada@example.org", true)
        .await
        .expect("it is closed");
    refuses!(world.auth.reset_by_link(&token, NEW).await, Error::NotFound);
    refuses!(world.auth.reset_link("ada@example.org").await, Error::NotFound);
}

async fn links_are_kept_as_digests(world: World) {
    let ada = world.owner("ada").await;
    let token = link(&world, &ada).await;
    assert_eq!(token.len(), 43, "256 bits");
    let (kept,): (Vec<u8>,) = peek!(
        world,
        _,
        "SELECT token_digest FROM account_links WHERE purpose = 'reset'"
    );
    assert_eq!(kept, engine::random::digest(&token));
}

async fn an_admin_makes_links_for_those_below_alone(world: World) {
    let owner = world.owner("owner").await;
    let (company, others) = (&owner.organization, world.owner("stranger").await);
    let admin = world.invited("admin", &owner, Role::Admin).await;
    let editor = world.invited("editor", &owner, Role::Editor).await;
    let link = world
        .auth
        .reset_link_for_member(&admin.caller, editor.user.id)
        .await
        .expect("below her");
    world
        .auth
        .reset_by_link(&token(&link), NEW)
        .await
        .expect("it works");
    let auth = &world.auth;
    refuses!(
        auth.reset_link_for_member(&admin.caller, owner.user.id).await,
        Error::Forbidden
    );
    refuses!(
        auth.reset_link_for_member(&admin.caller, others.user.id).await,
        Error::NotFound
    );
    let editor = world.signed_in(&editor.user, Some(company)).await;
    refuses!(
        auth.reset_link_for_member(&editor, admin.user.id).await,
        Error::Forbidden
    );
}

async fn a_link_would_open_other_organizations_too(world: World) {
    let owner = world.owner("owner").await;
    // She owns an organization of her own as well.
    let editor = world.member("editor", &owner.organization, Role::Editor).await;
    refuses!(
        world
            .auth
            .reset_link_for_member(&owner.caller, editor.user.id)
            .await,
        Error::Forbidden
    );
}

async fn an_address_is_confirmed_by_a_link_of_an_admin_and_by_nobody_s_own(world: World) {
    let owner = world.owner("olga").await;
    let admin = world.invited("adam", &owner, Role::Admin).await;
    let editor = world.invited("edith", &owner, Role::Editor).await;
    let stranger = world.owner("eve").await;
    let elsewhere = world.member("erin", &owner.organization, Role::Viewer).await;
    let auth = &world.auth;
    let unconfirmed = auth
        .unconfirmed_members(&admin.caller)
        .await
        .expect("an admin may");
    assert!(unconfirmed.contains(&editor.user.id) && !unconfirmed.contains(&admin.user.id));
    for (what, caller, member) in [
        ("an editor's", &editor.caller, admin.user.id),
        ("one's own", &owner.caller, owner.user.id),
        ("an owner's, by an admin", &admin.caller, owner.user.id),
        (
            "somebody's who owns another organization",
            &owner.caller,
            elsewhere.user.id,
        ),
    ] {
        let made = auth.confirmation_link_for_member(caller, member).await;
        assert!(matches!(made, Err(Error::Forbidden)), "{what}: {made:?}");
    }
    let made = auth
        .confirmation_link_for_member(&stranger.caller, editor.user.id)
        .await;
    refuses!(made, Error::NotFound);
    refuses!(auth.unconfirmed_members(&editor.caller).await, Error::Forbidden);

    let link = auth
        .confirmation_link_for_member(&admin.caller, editor.user.id)
        .await
        .expect("an admin may");
    let token = link.rsplit('/').next().expect("a token");
    assert!(world.audited(&owner).await.contains(&"email.link".to_owned()));
    auth.confirm_by_link(token).await.expect("it works");
    refuses!(auth.confirm_by_link(token).await, Error::NotFound);
    let me = auth.me(&editor.caller).await.expect("signed in");
    assert!(me.email_confirmed);
    let again = auth
        .confirmation_link_for_member(&admin.caller, editor.user.id)
        .await;
    refuses!(again, Error::Conflict(_));
    let left = auth
        .unconfirmed_members(&admin.caller)
        .await
        .expect("an admin may");
    assert!(!left.contains(&editor.user.id));
}
