//! Secrets at rest: sealed, wrapped anew, and what happens when no master key opens them.

use ed25519_dalek::SigningKey;
use engine::Error;
use engine::auth::{Auth, AuthSettings};
use engine::idempotency::{Idempotency, KeptAnswer, Turn};
use engine::sealing::{MasterKeys, Sealed, Vault, look};
use model::share::ShareRequest;

use crate::world::{ISSUER, PASSWORD, World, behind_the_scenes, named, on_every_database, peek, refuses};

on_every_database!(
    seeds_are_sealed,
    seeds_of_an_earlier_version_are_sealed_at_the_first_start,
    every_secret_is_wrapped_anew,
    a_lost_master_key_costs_the_tokens_and_nothing_else,
);

/// Seeds are 32 bytes; a sealed one has a head, a nonce and a tag.
const PLAIN: usize = 32;

async fn seed(world: &World) -> Vec<u8> {
    let (seed,): (Vec<u8>,) = peek!(
        world,
        _,
        "SELECT seed FROM signing_keys ORDER BY created_at DESC, kid DESC"
    );
    seed
}

async fn seeds_are_sealed(world: World) {
    assert!(seed(&world).await.len() > PLAIN);
    world.clock.advance(std::time::Duration::from_secs(1));
    world.auth.rotate_signing_key(false).await.expect("it is made");
    let (keys, plain): (i64, i64) = peek!(
        world,
        _,
        "SELECT count(*), count(CASE WHEN length(seed) <= 32 THEN 1 END) FROM signing_keys"
    );
    assert_eq!((keys, plain), (2, 0));
}

async fn seeds_of_an_earlier_version_are_sealed_at_the_first_start(world: World) {
    let ada = world.owner("ada").await;
    let plain = [7; PLAIN];
    behind_the_scenes!(world, "UPDATE signing_keys SET seed = $1", plain.as_slice());
    let started = world.auth_with(|_| {}).await;
    let sealed = seed(&world).await;
    assert!(sealed.len() > PLAIN && !sealed.windows(PLAIN).any(|window| window == plain));
    let keys = started.public_keys().await.expect("they are told");
    let public = base64_url(SigningKey::from_bytes(&plain).verifying_key().as_bytes());
    assert_eq!((keys.len(), &keys[0].x), (1, &public), "it is the same key");
    let pair = started.issue_tokens(ada.user.id).await.expect("it is issued");
    let restarted = world.auth_with(|_| {}).await;
    restarted
        .by_access_token(&pair.access_token, None)
        .await
        .expect("and goes on signing");
    assert_eq!(seed(&world).await, sealed, "once");
}

async fn every_secret_is_wrapped_anew(world: World) {
    let ada = world.owner("ada").await;
    let auth = &world.auth;
    auth.begin_totp(&ada.caller, PASSWORD).await.expect("a secret");
    let sharing = world.sharing.clone().with_vault(auth.vault().clone());
    let board = world
        .dashboards
        .create(&ada.caller, named("x"))
        .await
        .expect("it is made");
    let share = sharing
        .create(&ada.caller, board.id, ShareRequest::default(), ISSUER)
        .await
        .expect("a link");
    sharing
        .make_embed_key(&ada.caller, share.id)
        .await
        .expect("a key");
    let idempotency = Idempotency::new(
        world.db.clone(),
        world.clock.clone(),
        world.random.clone(),
        auth.vault().clone(),
    );
    let answer = KeptAnswer {
        status: 201,
        headers: Vec::new(),
        body: b"dps_secret".to_vec(),
    };
    // More than are looked at together.
    let answers = 203;
    for n in 0..answers {
        let Ok(Turn::First(ticket)) = idempotency.begin(&ada.caller, &format!("k{n}"), b"f").await else {
            panic!("the first");
        };
        idempotency.keep(&ticket, &answer).await.expect("it is kept");
    }
    let all = answers + 3;
    let sealed = |closed| Sealed { all, closed };
    let now = async || look(&world.db, Some(auth.vault())).await.expect("they are read");
    assert_eq!(now().await, sealed(0));
    assert_eq!(look(&world.db, None).await.expect("they are read"), sealed(all));

    auth.vault().add_key().expect("it is written");
    assert_eq!(auth.rewrap_secrets().await.expect("all open"), all);
    assert_eq!(auth.rewrap_secrets().await.expect("all open"), 0);
    auth.vault().keep_keys(1).expect("it is written");
    assert_eq!(now().await, sealed(0), "the new key alone opens all");
    match idempotency.begin(&ada.caller, "k0", b"f").await {
        Ok(Turn::Again(again)) => assert_eq!(again, answer),
        other => panic!("the same answer: {other:?}"),
    }
    world
        .auth_with(|_| {})
        .await
        .can_sign()
        .await
        .expect("the same key");
}

async fn a_lost_master_key_costs_the_tokens_and_nothing_else(world: World) {
    let ada = world.owner("ada").await;
    let pair = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");
    let browser = world
        .auth
        .open_browser_session(ada.user.id)
        .await
        .expect("it opens");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let other = MasterKeys::file(folder.path().join("master.keys"));
    let vault = Vault::open(other, world.random.clone()).expect("another key");
    let (db, clock, random) = (world.db.clone(), world.clock.clone(), world.random.clone());
    let auth = Auth::open(db, clock, random, AuthSettings::new(ISSUER), vault)
        .await
        .expect("it opens, for the commands that help");
    refuses!(auth.can_sign().await, Error::Internal(_));
    refuses!(auth.issue_tokens(ada.user.id).await, Error::Internal(_));
    refuses!(
        auth.by_access_token(&pair.access_token, None).await,
        Error::Unauthenticated(_)
    );
    auth.by_cookie(&browser.token, None)
        .await
        .expect("browsers need no such key");
    world.clock.advance(std::time::Duration::from_secs(1));
    auth.rotate_signing_key(true).await.expect("a new key");
    auth.can_sign().await.expect("it opens");
    let fresh = auth.issue_tokens(ada.user.id).await.expect("it is issued");
    auth.by_access_token(&fresh.access_token, None)
        .await
        .expect("it is good");
    assert_eq!(auth.rewrap_secrets().await.expect("nothing closed is left"), 0);
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
