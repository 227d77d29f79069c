//! Signing in with a code beside the password.

use std::time::Duration;

use engine::Error;
use engine::auth::{FirstStep, Origin};
use engine::random::digest;
use model::account::TotpSetup;
use tokio::task::JoinSet;
use totp_rs::{Builder, Secret, Totp};

use crate::world::{PASSWORD, Person, World, behind_the_scenes, field_of, on_every_database, peek, refuses};

on_every_database!(
    nothing_is_asked_until_the_first_code_came,
    a_program_sends_the_code_with_the_password,
    a_browser_signs_in_in_two_steps,
    no_code_is_used_twice_also_at_once,
    few_codes_are_tried,
    recovery_codes_work_once_each,
    turning_it_off_takes_a_code,
    the_secret_is_sealed_and_bound_to_its_account,
    secrets_are_wrapped_anew,
);

const EMAIL: &str = "ada@example.org";
const STEP: Duration = Duration::from_secs(30);

fn app(setup: &TotpSetup) -> Totp {
    let secret = Secret::try_from_base32(&setup.secret).expect("base32");
    Builder::new().with_secret(secret).build().expect("an app")
}

fn code(world: &World, app: &Totp) -> String {
    app.generate(world.clock.now().as_second().unsigned_abs())
        .to_string()
}

/// Somebody whose account asks for codes, their app, and their recovery codes.
async fn enrolled(world: &World) -> (Person, Totp, Vec<String>) {
    let ada = world.owner("ada").await;
    let setup = world
        .auth
        .begin_totp(&ada.caller, PASSWORD)
        .await
        .expect("it begins");
    let app = app(&setup);
    let codes = world
        .auth
        .confirm_totp(&ada.caller, &code(world, &app))
        .await
        .expect("it is on");
    world.clock.advance(STEP);
    (ada, app, codes)
}

async fn nothing_is_asked_until_the_first_code_came(world: World) {
    let ada = world.owner("ada").await;
    let wrong = world.auth.begin_totp(&ada.caller, "not her password").await;
    assert_eq!(
        field_of(&wrong.expect_err("it is wrong")),
        Some(("current_password", "wrong"))
    );
    let setup = world
        .auth
        .begin_totp(&ada.caller, PASSWORD)
        .await
        .expect("it begins");
    assert!(
        setup
            .uri
            .starts_with("otpauth://totp/DataPulse:ada%40example.org?secret="),
        "{}",
        setup.uri
    );
    assert!(setup.qr_svg.starts_with("<svg"), "{}", &setup.qr_svg[..40]);
    let pending = world.auth.pending_totp(&ada.caller).await.expect("it looks");
    assert_eq!(pending, Some(setup.clone()));
    world
        .auth
        .log_in(EMAIL, PASSWORD, None, &Origin::default())
        .await
        .expect("the password alone");
    let wrong = world.auth.confirm_totp(&ada.caller, "000000").await;
    assert_eq!(
        field_of(&wrong.expect_err("it is wrong")),
        Some(("code", "wrong"))
    );
    let codes = world
        .auth
        .confirm_totp(&ada.caller, &code(&world, &app(&setup)))
        .await
        .expect("it is on");
    assert_eq!(codes.len(), 10);
    assert_eq!(
        world.auth.pending_totp(&ada.caller).await.expect("it looks"),
        None,
        "told no more"
    );
    let state = world.auth.two_factor(&ada.caller).await.expect("it looks");
    assert!(state.enabled && state.recovery_codes_left == 10);
    assert!(
        world
            .auth
            .me(&ada.caller)
            .await
            .expect("she is signed in")
            .two_factor
    );
    refuses!(
        world.auth.begin_totp(&ada.caller, PASSWORD).await,
        Error::Conflict(_)
    );
    assert!(world.audited(&ada).await.contains(&"two_factor.on".to_owned()));
    let bob = world.owner("bob").await;
    let setup = world
        .auth
        .begin_totp(&bob.caller, PASSWORD)
        .await
        .expect("it begins");
    world.clock.advance(Duration::from_mins(15));
    let late = world
        .auth
        .confirm_totp(&bob.caller, &code(&world, &app(&setup)))
        .await;
    refuses!(late, Error::NotFound);
}

async fn a_program_sends_the_code_with_the_password(world: World) {
    let (_, app, _) = enrolled(&world).await;
    let auth = &world.auth;
    refuses!(
        auth.log_in(EMAIL, PASSWORD, None, &Origin::default()).await,
        Error::CodeNeeded { was_wrong: false }
    );
    refuses!(
        auth.log_in(EMAIL, PASSWORD, Some("123"), &Origin::default())
            .await,
        Error::CodeNeeded { was_wrong: true }
    );
    let right = code(&world, &app);
    refuses!(
        auth.log_in(EMAIL, "wrong", Some(&right), &Origin::default())
            .await,
        Error::Unauthenticated(_)
    );
    auth.log_in(EMAIL, PASSWORD, Some(&right), &Origin::default())
        .await
        .expect("both are right");
}

async fn a_browser_signs_in_in_two_steps(world: World) {
    let (ada, app, _) = enrolled(&world).await;
    let step = world
        .auth
        .begin_log_in(EMAIL, PASSWORD, &Origin::default())
        .await
        .expect("the password is right");
    let FirstStep::CodeNeeded(challenge) = step else {
        panic!("a code is asked for: {step:?}")
    };
    let (kept,): (Vec<u8>,) = peek!(world, _, "SELECT token_digest FROM login_challenges");
    assert_eq!(kept, digest(&challenge.token));
    let right = code(&world, &app);
    refuses!(
        world.auth.finish_log_in("another", &right).await,
        Error::Unauthenticated(_)
    );
    refuses!(
        world.auth.finish_log_in(&challenge.token, "1").await,
        Error::CodeNeeded { was_wrong: true }
    );
    let user = world
        .auth
        .finish_log_in(&challenge.token, &right)
        .await
        .expect("it is right");
    assert_eq!(user, ada.user.id);
    world.clock.advance(STEP);
    let again = world
        .auth
        .finish_log_in(&challenge.token, &code(&world, &app))
        .await;
    refuses!(again, Error::Unauthenticated(_));
    let step = world
        .auth
        .begin_log_in(EMAIL, PASSWORD, &Origin::default())
        .await
        .expect("the password is right");
    let FirstStep::CodeNeeded(challenge) = step else {
        panic!("a code is asked for: {step:?}")
    };
    world.clock.advance(Duration::from_mins(10));
    let late = world
        .auth
        .finish_log_in(&challenge.token, &code(&world, &app))
        .await;
    refuses!(late, Error::Unauthenticated(_));
}

async fn no_code_is_used_twice_also_at_once(world: World) {
    let (_, app, _) = enrolled(&world).await;
    let right = code(&world, &app);
    let mut racers = JoinSet::new();
    for _ in 0..3 {
        let (auth, right) = (world.auth.clone(), right.clone());
        racers.spawn(async move {
            auth.log_in(EMAIL, PASSWORD, Some(&right), &Origin::default())
                .await
                .is_ok()
        });
    }
    let won = racers.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
    world.clock.advance(STEP);
    refuses!(
        world
            .auth
            .log_in(EMAIL, PASSWORD, Some(&right), &Origin::default())
            .await,
        Error::CodeNeeded { was_wrong: true }
    );
    world
        .auth
        .log_in(EMAIL, PASSWORD, Some(&code(&world, &app)), &Origin::default())
        .await
        .expect("the next one");
}

async fn few_codes_are_tried(world: World) {
    let (_, app, _) = enrolled(&world).await;
    let mut racers = JoinSet::new();
    for _ in 0..12 {
        let auth = world.auth.clone();
        racers.spawn(async move { auth.log_in(EMAIL, PASSWORD, Some("1"), &Origin::default()).await });
    }
    let answers = racers.join_all().await;
    let looked_at = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Error::CodeNeeded { .. })));
    assert_eq!(looked_at.count(), 5, "{answers:?}");
    let right = code(&world, &app);
    refuses!(
        world
            .auth
            .log_in(EMAIL, PASSWORD, Some(&right), &Origin::default())
            .await,
        Error::TooMany { .. }
    );
    world.clock.advance(Duration::from_mins(5));
    world
        .auth
        .log_in(EMAIL, PASSWORD, Some(&code(&world, &app)), &Origin::default())
        .await
        .expect("after a while");
}

async fn recovery_codes_work_once_each(world: World) {
    let (ada, app, codes) = enrolled(&world).await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    world
        .auth
        .log_in(EMAIL, PASSWORD, Some(&typed), &Origin::default())
        .await
        .expect("as people write it");
    refuses!(
        world
            .auth
            .log_in(EMAIL, PASSWORD, Some(&codes[3]), &Origin::default())
            .await,
        Error::CodeNeeded { was_wrong: true }
    );
    assert_eq!(
        world
            .auth
            .two_factor(&ada.caller)
            .await
            .expect("it looks")
            .recovery_codes_left,
        9
    );
    let (kept,): (Vec<u8>,) = peek!(
        world,
        _,
        "SELECT code_digest FROM recovery_codes WHERE used_at IS NOT NULL"
    );
    assert_eq!(kept, digest(&codes[3].replace('-', "")));
    let fresh = world
        .auth
        .renew_recovery_codes(&ada.caller, &code(&world, &app))
        .await
        .expect("it is right");
    refuses!(
        world
            .auth
            .log_in(EMAIL, PASSWORD, Some(&codes[4]), &Origin::default())
            .await,
        Error::CodeNeeded { was_wrong: true }
    );
    world
        .auth
        .log_in(EMAIL, PASSWORD, Some(&fresh[4]), &Origin::default())
        .await
        .expect("a new one");
}

async fn turning_it_off_takes_a_code(world: World) {
    let (ada, app, _) = enrolled(&world).await;
    let wrong = world.auth.end_totp(&ada.caller, "1").await;
    assert_eq!(
        field_of(&wrong.expect_err("it is wrong")),
        Some(("code", "wrong"))
    );
    world
        .auth
        .end_totp(&ada.caller, &code(&world, &app))
        .await
        .expect("it is off");
    world
        .auth
        .log_in(EMAIL, PASSWORD, None, &Origin::default())
        .await
        .expect("the password alone");
    let (left,): (i64,) = peek!(world, _, "SELECT count(*) FROM recovery_codes");
    assert_eq!(left, 0);
    let setup = world
        .auth
        .begin_totp(&ada.caller, PASSWORD)
        .await
        .expect("it begins again");
    world.clock.advance(STEP);
    world
        .auth
        .confirm_totp(&ada.caller, &code(&world, &self::app(&setup)))
        .await
        .expect("it is on");
    world.auth.end_totp_of(EMAIL).await.expect("the operator may");
    world
        .auth
        .log_in(EMAIL, PASSWORD, None, &Origin::default())
        .await
        .expect("the password alone");
}

async fn the_secret_is_sealed_and_bound_to_its_account(world: World) {
    let ada = world.owner("ada").await;
    let setup = world
        .auth
        .begin_totp(&ada.caller, PASSWORD)
        .await
        .expect("it begins");
    let secret = app(&setup).secret().as_bytes().to_vec();
    let (sealed,): (Vec<u8>,) = peek!(world, _, "SELECT secret_sealed FROM user_totp");
    assert!(!sealed.windows(secret.len()).any(|window| window == secret));
    // Somebody who can write to the database moves it to another account.
    let bob = world.owner("bob").await;
    world
        .auth
        .begin_totp(&bob.caller, PASSWORD)
        .await
        .expect("it begins");
    behind_the_scenes!(
        world,
        "UPDATE user_totp SET secret_sealed = $2 WHERE user_id = $1",
        bob.user.id.uuid(),
        sealed,
    );
    refuses!(world.auth.pending_totp(&bob.caller).await, Error::Internal(_));
}

async fn secrets_are_wrapped_anew(world: World) {
    let (_, app, _) = enrolled(&world).await;
    let auth = &world.auth;
    assert_eq!(auth.rewrap_secrets().await.expect("all open"), 0, "nothing to do");
    auth.vault().add_key().expect("it is written");
    let seed_and_secret = 2;
    assert_eq!(auth.rewrap_secrets().await.expect("all open"), seed_and_secret);
    assert_eq!(auth.rewrap_secrets().await.expect("all open"), 0);
    auth.vault().keep_keys(1).expect("it is written");
    auth.log_in(EMAIL, PASSWORD, Some(&code(&world, &app)), &Origin::default())
        .await
        .expect("the same secret");
}
