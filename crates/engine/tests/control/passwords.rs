//! Guessing passwords, hashes that come from elsewhere, and passwords that are refused.

use std::net::IpAddr;
use std::time::Duration;

use engine::Error;
use engine::auth::{FirstStep, Origin};
use model::dashboard::DashboardSpec;
use model::share::ShareRequest;
use tokio::task::JoinSet;

use crate::world::{
    ISSUER, PASSWORD, World, behind_the_scenes, field_of, named, on_every_database, peek, refuses,
    registration,
};

on_every_database!(
    strangers_guess_ten_times_and_then_slowly,
    whoever_signed_in_before_is_not_kept_out,
    an_unknown_address_is_slowed_down_alike,
    every_refusal_costs_one_hash,
    many_guesses_at_once_are_no_more_than_one_after_the_other,
    a_network_that_tries_many_accounts_is_slowed_down,
    right_passwords_do_not_count,
    the_reset_link_makes_a_browser_known,
    few_browsers_are_remembered_and_not_for_ever,
    a_session_is_asked_for_its_password_ten_times,
    a_share_link_is_guessed_slowly_from_each_network,
    weaker_hashes_are_replaced_when_somebody_signs_in,
    an_account_brings_its_password_along,
    passwords_that_are_guessed_soon_are_refused,
);

const EMAIL: &str = "ada@example.org";
const MINUTE: Duration = Duration::from_mins(1);
const BCRYPT: &str = "$2b$12$3fn0asel38jEegOrwA0Iyu4lHepibNgInRmXDkerd1shzBlDzuf9G";
const WEAK_ARGON2: &str =
    "$argon2id$v=19$m=8192,t=1,p=1$sRZXnumi0TsiajkNn7HmjA$9CObI17MxtM35mUqTsmIVrCOwRnxi/UUyhfefsLb3rk";
const OF_BOTH: &str = "correct horse";

fn at(address: &str) -> IpAddr {
    address.parse().expect("an address")
}

fn program(address: &str) -> Origin {
    Origin::program(Some(at(address)))
}

async fn guess(world: &World, email: &str, origin: &Origin) -> Result<(), Error> {
    world
        .auth
        .log_in(email, "not the password", None, origin)
        .await
        .map(drop)
}

/// Guesses until it is told to wait: how many times, and for how long.
async fn guess_on(world: &World, email: &str, origin: &Origin) -> (usize, Duration) {
    for tried in 0..1_000 {
        match guess(world, email, origin).await {
            Err(Error::Unauthenticated(_)) => {}
            Err(Error::TooMany { retry_after }) => return (tried, retry_after),
            other => panic!("{other:?}"),
        }
    }
    panic!("nobody stops it");
}

/// What takes the time of signing in is the one hash, whether there is an account or not.
async fn every_refusal_costs_one_hash(world: World) {
    world.owner("ada").await;
    world.owner("closed").await;
    world
        .auth
        .disable("closed@example.org", true)
        .await
        .expect("closed");
    // As after a start: whatever is made once is made then.
    let auth = world.auth_with(|_| {}).await;
    for email in [
        "nobody@example.org",
        EMAIL,
        "closed@example.org",
        "no address",
        "",
    ] {
        let before = auth.password_hashes();
        let refused = auth
            .log_in(email, "not the password", None, &program("198.51.100.7"))
            .await;
        refuses!(refused, Error::Unauthenticated(_));
        assert_eq!(auth.password_hashes() - before, 1, "{email}");
    }
}

async fn strangers_guess_ten_times_and_then_slowly(world: World) {
    world.owner("ada").await;
    let eve = program("198.51.100.7");
    let (tried, wait) = guess_on(&world, EMAIL, &eve).await;
    assert_eq!((tried, wait), (10, 2 * MINUTE));
    // From other networks it is the same count, also for the right password: it is not looked at.
    refuses!(
        guess(&world, EMAIL, &program("2001:db8::1")).await,
        Error::TooMany { .. }
    );
    refuses!(
        world
            .auth
            .log_in(EMAIL, PASSWORD, None, &program("203.0.113.9"))
            .await,
        Error::TooMany { .. }
    );
    world.clock.advance(2 * MINUTE);
    assert_eq!(
        guess_on(&world, EMAIL, &eve).await.0,
        1,
        "one more every two minutes"
    );
    world.clock.advance(60 * MINUTE);
    assert_eq!(
        guess_on(&world, EMAIL, &eve).await.0,
        10,
        "and never more than ten at once"
    );
}

async fn whoever_signed_in_before_is_not_kept_out(world: World) {
    let ada = world.owner("ada").await;
    let home = program("203.0.113.9");
    world
        .auth
        .log_in(EMAIL, PASSWORD, None, &home)
        .await
        .expect("she signs in at home");
    let laptop = Origin::browser(Some(at("203.0.113.9")), None);
    let token = world
        .auth
        .remember(ada.user.id, &laptop)
        .await
        .expect("it is remembered")
        .expect("a browser is given a token");
    guess_on(&world, EMAIL, &program("198.51.100.7")).await;

    let in_the_train = Origin::browser(Some(at("192.0.2.1")), Some(&token));
    let step = world.auth.begin_log_in(EMAIL, PASSWORD, &in_the_train).await;
    assert_eq!(step.expect("her browser is known"), FirstStep::Done(ada.user.id));
    let neighbour = program("203.0.113.200");
    world
        .auth
        .log_in(EMAIL, PASSWORD, None, &neighbour)
        .await
        .expect("her network is known");
    refuses!(
        world
            .auth
            .log_in(EMAIL, PASSWORD, None, &program("192.0.2.1"))
            .await,
        Error::TooMany { .. }
    );
    // Somebody in her network uses up its count; her browser there has another one.
    assert_eq!(guess_on(&world, EMAIL, &home).await.0, 20);
    let at_home = Origin::browser(Some(at("203.0.113.9")), Some(&token));
    world
        .auth
        .begin_log_in(EMAIL, PASSWORD, &at_home)
        .await
        .expect("her browser still is");
    // What her account knows says nothing of others'.
    world.owner("bob").await;
    guess_on(&world, "bob@example.org", &program("198.51.100.7")).await;
    refuses!(
        guess(&world, "bob@example.org", &at_home).await,
        Error::TooMany { .. }
    );
}

async fn an_unknown_address_is_slowed_down_alike(world: World) {
    world.owner("ada").await;
    let known = guess_on(&world, EMAIL, &program("198.51.100.7")).await;
    let unknown = guess_on(&world, "nobody@example.org", &program("198.51.100.7")).await;
    assert_eq!(known, unknown);
}

async fn many_guesses_at_once_are_no_more_than_one_after_the_other(world: World) {
    world.owner("ada").await;
    let mut racers = JoinSet::new();
    for n in 0..30 {
        let auth = world.auth.clone();
        let origin = program(&format!("198.51.{n}.7"));
        racers.spawn(async move {
            auth.log_in(EMAIL, "not the password", None, &origin)
                .await
                .map(drop)
        });
    }
    let results = racers.join_all().await;
    let looked_at = results
        .iter()
        .filter(|result| matches!(result, Err(Error::Unauthenticated(_))))
        .count();
    assert_eq!(looked_at, 10, "{results:?}");
}

async fn a_network_that_tries_many_accounts_is_slowed_down(world: World) {
    world.owner("ada").await;
    let mut tried = 0;
    let wait = loop {
        let eve = program(&format!("198.51.100.{}", tried % 250));
        match guess(&world, &format!("person{tried}@example.org"), &eve).await {
            Err(Error::Unauthenticated(_)) => tried += 1,
            Err(Error::TooMany { retry_after }) => break retry_after,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((tried, wait), (100, Duration::from_secs(10)));
    // A try that the network refused is no try at the account.
    let elsewhere = program("203.0.113.9");
    assert_eq!(
        guess_on(&world, &format!("person{tried}@example.org"), &elsewhere)
            .await
            .0,
        10
    );
}

async fn right_passwords_do_not_count(world: World) {
    world.owner("ada").await;
    for n in 0..15 {
        world
            .auth
            .log_in(EMAIL, PASSWORD, None, &Origin::default())
            .await
            .unwrap_or_else(|error| panic!("{n}: {error:?}"));
    }
    assert_eq!(guess_on(&world, EMAIL, &Origin::default()).await.0, 10);
}

async fn the_reset_link_makes_a_browser_known(world: World) {
    let ada = world.owner("ada").await;
    guess_on(&world, EMAIL, &program("198.51.100.7")).await;
    let new_laptop = Origin::browser(Some(at("192.0.2.1")), None);
    refuses!(
        world.auth.begin_log_in(EMAIL, PASSWORD, &new_laptop).await,
        Error::TooMany { .. }
    );
    let link = world.auth.reset_link(EMAIL).await.expect("a link");
    let token = link.rsplit('/').next().expect("a token");
    let user = world
        .auth
        .reset_by_link(token, "another horse entirely")
        .await
        .expect("it works");
    assert_eq!(user, ada.user.id);
    let token = world.auth.remember(user, &new_laptop).await.expect("it is known");
    let known = Origin::browser(Some(at("192.0.2.1")), token.as_deref());
    world
        .auth
        .begin_log_in(EMAIL, "another horse entirely", &known)
        .await
        .expect("she signs in");
}

async fn few_browsers_are_remembered_and_not_for_ever(world: World) {
    let ada = world.owner("ada").await;
    let mut tokens = Vec::new();
    for _ in 0..60 {
        world.clock.advance(MINUTE);
        let token = world
            .auth
            .remember(ada.user.id, &Origin::browser(None, None))
            .await;
        tokens.push(token.expect("it is remembered").expect("a token"));
    }
    let (rows,): (i64,) = peek!(world, _, "SELECT count(*) FROM known_origins");
    assert_eq!(rows, 50);
    guess_on(&world, EMAIL, &program("198.51.100.7")).await;
    let with = |token: &str| Origin::browser(None, Some(token));
    refuses!(
        guess(&world, EMAIL, &with(&tokens[9])).await,
        Error::TooMany { .. }
    );
    refuses!(
        guess(&world, EMAIL, &with(&tokens[10])).await,
        Error::Unauthenticated(_)
    );
    let kept = world.auth.remember(ada.user.id, &with(&tokens[59])).await;
    assert_eq!(
        kept.expect("it is remembered").as_ref(),
        tokens.last(),
        "a browser keeps its token"
    );
    world.clock.advance(Duration::from_hours(91 * 24));
    world
        .auth
        .remember(ada.user.id, &Origin::browser(None, None))
        .await
        .expect("it is remembered");
    let (rows,): (i64,) = peek!(world, _, "SELECT count(*) FROM known_origins");
    assert_eq!(rows, 1, "after three months nothing is known of where she was");
}

async fn a_session_is_asked_for_its_password_ten_times(world: World) {
    let ada = world.owner("ada").await;
    let guess = async |caller| {
        let changed = world
            .auth
            .change_password(caller, "not hers", "another horse entirely")
            .await;
        changed.expect_err("it is wrong")
    };
    for _ in 0..10 {
        assert_eq!(
            field_of(&guess(&ada.caller).await),
            Some(("current_password", "wrong"))
        );
    }
    assert!(matches!(guess(&ada.caller).await, Error::TooMany { .. }));
    refuses!(
        world.auth.begin_totp(&ada.caller, PASSWORD).await,
        Error::TooMany { .. }
    );
    let other = world.signed_in(&ada.user, None).await;
    world
        .auth
        .change_password(&other, PASSWORD, "another horse entirely")
        .await
        .expect("another session of hers is not in its way");
}

async fn a_share_link_is_guessed_slowly_from_each_network(world: World) {
    let ada = world.owner("ada").await;
    let spec: DashboardSpec = named("Numbers");
    let board = world
        .dashboards
        .create(&ada.caller, spec)
        .await
        .expect("it is made")
        .id;
    let request = ShareRequest {
        password: Some("open sesame seeds".to_owned()),
        ..ShareRequest::default()
    };
    let made = world
        .sharing
        .create(&ada.caller, board, request, ISSUER)
        .await
        .expect("a link");
    let token = made.url.rsplit('/').next().expect("a token");
    for _ in 0..10 {
        refuses!(
            world
                .sharing
                .unlock(token, "guessed", &program("198.51.100.7"))
                .await,
            Error::Unauthenticated(_)
        );
    }
    refuses!(
        world
            .sharing
            .unlock(token, "open sesame seeds", &program("198.51.100.8"))
            .await,
        Error::TooMany { .. }
    );
    world
        .sharing
        .unlock(token, "open sesame seeds", &program("203.0.113.9"))
        .await
        .expect("elsewhere it opens");
}

async fn weaker_hashes_are_replaced_when_somebody_signs_in(world: World) {
    world.owner("ada").await;
    for weak in [WEAK_ARGON2, BCRYPT] {
        behind_the_scenes!(world, "UPDATE users SET password_hash = $1", weak);
        refuses!(
            guess(&world, EMAIL, &Origin::default()).await,
            Error::Unauthenticated(_)
        );
        let (kept,): (String,) = peek!(world, _, "SELECT password_hash FROM users");
        assert_eq!(kept, weak, "a wrong password changes nothing");
        world
            .auth
            .log_in(EMAIL, OF_BOTH, None, &Origin::default())
            .await
            .expect("it is the password");
        let (kept,): (String,) = peek!(world, _, "SELECT password_hash FROM users");
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        world
            .auth
            .log_in(EMAIL, OF_BOTH, None, &Origin::default())
            .await
            .expect("it still is");
        let (again,): (String,) = peek!(world, _, "SELECT password_hash FROM users");
        assert_eq!(again, kept, "once is enough");
    }
}

async fn an_account_brings_its_password_along(world: World) {
    let (user, organization) = world
        .auth
        .import_user("carl@example.org", BCRYPT, "Carl", Some("Looms"))
        .await
        .expect("it is taken");
    assert_eq!(
        (user.name.as_str(), organization.name.as_str()),
        ("Carl", "Looms")
    );
    let (signed_in, _) = world
        .auth
        .log_in("carl@example.org", OF_BOTH, None, &Origin::default())
        .await
        .expect("he signs in with the password that he had");
    assert_eq!(signed_in, user);
    let (kept,): (String,) = peek!(world, _, "SELECT password_hash FROM users");
    assert!(kept.starts_with("$argon2id$"), "{kept}");
    let none = world
        .auth
        .import_user("eve@example.org", "plain text", "Eve", None)
        .await;
    assert_eq!(
        field_of(&none.expect_err("it is no hash")),
        Some(("hash", "invalid"))
    );
    refuses!(
        world
            .auth
            .import_user("carl@example.org", BCRYPT, "Carl", None)
            .await,
        Error::Conflict(_)
    );
}

async fn passwords_that_are_guessed_soon_are_refused(world: World) {
    let ada = world.owner("ada").await;
    for password in ["Password1", "bobbob12", "bob@example.org"] {
        let mut wanted = registration("bob");
        wanted.password = password.to_owned();
        let refused = world.auth.register(&wanted).await.expect_err(password);
        assert_eq!(field_of(&refused), Some(("password", "too_common")), "{password}");
    }
    let changed = world
        .auth
        .change_password(&ada.caller, PASSWORD, "iloveyou123")
        .await;
    assert_eq!(
        field_of(&changed.expect_err("many have it")),
        Some(("new_password", "too_common"))
    );
}
