//! Requests that are sent again are done once.

use std::time::Duration;

use engine::idempotency::{Idempotency, KeptAnswer, Ticket, Turn};
use engine::{Caller, Error};
use tokio::task::JoinSet;

use crate::world::{World, field_of, on_every_database, peek, refuses};

on_every_database!(
    an_answer_is_given_again_for_a_day,
    twenty_at_once_have_one_first,
    what_was_released_or_abandoned_is_first_again,
    callers_do_not_share_keys,
    answers_are_sealed,
);

fn answer() -> KeptAnswer {
    KeptAnswer {
        status: 201,
        headers: vec![("etag".to_owned(), "\"1\"".to_owned())],
        body: b"{\"key\":\"dps_secret\"}".to_vec(),
    }
}

fn remembers(world: &World) -> Idempotency {
    let (db, clock, random) = (world.db.clone(), world.clock.clone(), world.random.clone());
    Idempotency::new(db, clock, random, world.auth.vault().clone())
}

async fn first(idempotency: &Idempotency, caller: &Caller) -> Ticket {
    match idempotency.begin(caller, "k", b"f").await {
        Ok(Turn::First(ticket)) => ticket,
        other => panic!("the first: {other:?}"),
    }
}

async fn an_answer_is_given_again_for_a_day(world: World) {
    let ada = world.owner("ada").await;
    let idempotency = remembers(&world);
    let ticket = first(&idempotency, &ada.caller).await;
    refuses!(
        idempotency.begin(&ada.caller, "k", b"f").await,
        Error::Conflict(_)
    );
    idempotency.keep(&ticket, &answer()).await.expect("it is kept");
    world.clock.advance(Duration::from_secs(24 * 3_600 - 1));
    match idempotency.begin(&ada.caller, "k", b"f").await {
        Ok(Turn::Again(again)) => assert_eq!(again, answer()),
        other => panic!("the same answer: {other:?}"),
    }
    let other = idempotency
        .begin(&ada.caller, "k", b"g")
        .await
        .expect_err("another request");
    assert_eq!(field_of(&other), Some(("Idempotency-Key", "reused")));
    for bad in [String::new(), "a b".to_owned(), "x".repeat(256)] {
        let error = idempotency
            .begin(&ada.caller, &bad, b"f")
            .await
            .expect_err("no key");
        assert_eq!(field_of(&error), Some(("Idempotency-Key", "invalid")));
    }
    world.clock.advance(Duration::from_secs(1));
    first(&idempotency, &ada.caller).await;
}

async fn twenty_at_once_have_one_first(world: World) {
    let ada = world.owner("ada").await;
    let idempotency = remembers(&world);
    let mut racers = JoinSet::new();
    for _ in 0..20 {
        let (idempotency, caller) = (idempotency.clone(), ada.caller.clone());
        racers.spawn(async move { idempotency.begin(&caller, "k", b"f").await });
    }
    let turns = racers.join_all().await;
    let firsts = turns.iter().filter(|turn| matches!(turn, Ok(Turn::First(_))));
    assert_eq!(firsts.count(), 1, "{turns:?}");
    let waiting = turns
        .iter()
        .filter(|turn| matches!(turn, Err(Error::Conflict(_))));
    assert_eq!(waiting.count(), 19, "{turns:?}");
}

async fn what_was_released_or_abandoned_is_first_again(world: World) {
    let ada = world.owner("ada").await;
    let idempotency = remembers(&world);
    let ticket = first(&idempotency, &ada.caller).await;
    idempotency.release(&ticket).await.expect("it is forgotten");
    let abandoned = first(&idempotency, &ada.caller).await;
    world.clock.advance(Duration::from_mins(3));
    let taken_over = first(&idempotency, &ada.caller).await;
    // The one that was given up comes back to life.
    idempotency
        .keep(&abandoned, &answer())
        .await
        .expect("nothing happens");
    idempotency.release(&abandoned).await.expect("nothing happens");
    refuses!(
        idempotency.begin(&ada.caller, "k", b"f").await,
        Error::Conflict(_)
    );
    idempotency
        .keep(&taken_over, &answer())
        .await
        .expect("it is kept");
    assert!(matches!(
        idempotency.begin(&ada.caller, "k", b"f").await,
        Ok(Turn::Again(_))
    ));
}

async fn callers_do_not_share_keys(world: World) {
    let (ada, bob) = (world.owner("ada").await, world.owner("bob").await);
    let idempotency = remembers(&world);
    let ticket = first(&idempotency, &ada.caller).await;
    idempotency.keep(&ticket, &answer()).await.expect("it is kept");
    first(&idempotency, &bob.caller).await;
}

async fn answers_are_sealed(world: World) {
    let ada = world.owner("ada").await;
    let idempotency = remembers(&world);
    let ticket = first(&idempotency, &ada.caller).await;
    idempotency.keep(&ticket, &answer()).await.expect("it is kept");
    let (kept,): (Vec<u8>,) = peek!(world, _, "SELECT answer_sealed FROM idempotency");
    assert!(!kept.windows(10).any(|window| window == b"dps_secret"));
}
