//! Sessions of browsers and programs, and how they end.

use std::time::Duration;

use engine::Error;
use engine::auth::TokenPair;
use tokio::task::JoinSet;

use crate::world::{World, on_every_database, peek, refuses};

on_every_database!(
    logging_out_ends_the_session_at_once,
    a_browser_session_slides_and_ends,
    a_session_in_use_is_noted_once_a_minute,
    a_refresh_token_works_once,
    a_used_refresh_token_ends_the_whole_session,
    two_refreshes_at_once_leave_one_lineage_at_most,
    a_hundred_refreshes_at_once_leave_nothing_alive,
    tokens_expire,
    credentials_are_kept_as_digests,
);

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

async fn access(world: &World, pair: &TokenPair) -> Result<engine::Caller, Error> {
    world.auth.by_access_token(&pair.access_token, None).await
}

async fn logging_out_ends_the_session_at_once(world: World) {
    let ada = world.owner("ada").await;
    let browser = world
        .auth
        .open_browser_session(ada.user.id)
        .await
        .expect("it opens");
    let other = world
        .auth
        .open_browser_session(ada.user.id)
        .await
        .expect("it opens");
    let pair = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");

    let caller = world
        .auth
        .by_cookie(&browser.token, None)
        .await
        .expect("it is open");
    world.auth.log_out(&caller).await.expect("it ends");
    refuses!(
        world.auth.by_cookie(&browser.token, None).await,
        Error::Unauthenticated(_)
    );
    world
        .auth
        .by_cookie(&other.token, None)
        .await
        .expect("another session goes on");
    world
        .auth
        .log_out(&caller)
        .await
        .expect("a second time changes nothing");

    let caller = access(&world, &pair).await.expect("it is open");
    world.auth.log_out(&caller).await.expect("it ends");
    refuses!(access(&world, &pair).await, Error::Unauthenticated(_));
    refuses!(
        world.auth.refresh(&pair.refresh_token).await,
        Error::Unauthenticated(_)
    );
    let ended = world
        .audited(&ada)
        .await
        .iter()
        .filter(|action| *action == "session.ended")
        .count();
    assert_eq!(ended, 2);
}

async fn a_browser_session_slides_and_ends(world: World) {
    let ada = world.owner("ada").await;
    let idle = world
        .auth
        .open_browser_session(ada.user.id)
        .await
        .expect("it opens");
    let used = world
        .auth
        .open_browser_session(ada.user.id)
        .await
        .expect("it opens");
    for day in 1..90 {
        world.clock.advance(DAY);
        world
            .auth
            .by_cookie(&used.token, None)
            .await
            .unwrap_or_else(|error| panic!("day {day}: {error:?}"));
    }
    refuses!(
        world.auth.by_cookie(&idle.token, None).await,
        Error::Unauthenticated(_)
    );
    world.clock.advance(DAY);
    assert_eq!(used.expires_at, world.clock.now());
    refuses!(
        world.auth.by_cookie(&used.token, None).await,
        Error::Unauthenticated(_)
    );
}

async fn a_session_in_use_is_noted_once_a_minute(world: World) {
    let ada = world.owner("ada").await;
    let browser = world
        .auth
        .open_browser_session(ada.user.id)
        .await
        .expect("it opens");
    let mut seen = Vec::new();
    for seconds in [0, 59, 1, 30] {
        world.clock.advance(Duration::from_secs(seconds));
        world
            .auth
            .by_cookie(&browser.token, None)
            .await
            .expect("it is open");
        let (at,): (chrono::DateTime<chrono::Utc>,) = peek!(
            world,
            _,
            "SELECT last_seen_at FROM sessions WHERE kind = 'browser'"
        );
        seen.push(at.timestamp() % 1_000_000);
    }
    let start = seen[0];
    assert_eq!(seen, [start, start, start + 60, start + 60]);
}

async fn a_refresh_token_works_once(world: World) {
    let ada = world.owner("ada").await;
    let first = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");
    assert_eq!(first.expires_in, 24 * 3_600);
    world.clock.advance(HOUR);
    let (user, organization, second) = world
        .auth
        .refresh(&first.refresh_token)
        .await
        .expect("its first use");
    assert_eq!((user, organization), (ada.user, Some(ada.organization)));
    assert_ne!(first.refresh_token, second.refresh_token);
    access(&world, &first).await.expect("it is still its session");
    access(&world, &second).await.expect("the new one works");
    world
        .auth
        .refresh(&second.refresh_token)
        .await
        .expect("and so on");
}

async fn a_used_refresh_token_ends_the_whole_session(world: World) {
    let ada = world.owner("ada").await;
    let first = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");
    let bystander = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");
    let (_, _, second) = world
        .auth
        .refresh(&first.refresh_token)
        .await
        .expect("its first use");
    refuses!(
        world.auth.refresh(&first.refresh_token).await,
        Error::Unauthenticated(_)
    );
    refuses!(
        world.auth.refresh(&second.refresh_token).await,
        Error::Unauthenticated(_)
    );
    refuses!(access(&world, &second).await, Error::Unauthenticated(_));
    refuses!(access(&world, &first).await, Error::Unauthenticated(_));
    access(&world, &bystander).await.expect("another session goes on");
    assert!(world.audited(&ada).await.contains(&"session.ended".to_owned()));
}

async fn two_refreshes_at_once_leave_one_lineage_at_most(world: World) {
    let ada = world.owner("ada").await;
    for round in 0..20 {
        let pair = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");
        let mut racers = JoinSet::new();
        for _ in 0..2 {
            let (auth, token) = (world.auth.clone(), pair.refresh_token.clone());
            racers.spawn(async move { auth.refresh(&token).await });
        }
        let won: Vec<TokenPair> = racers
            .join_all()
            .await
            .into_iter()
            .filter_map(Result::ok)
            .map(|(_, _, pair)| pair)
            .collect();
        assert_eq!(won.len(), 1, "round {round}: exactly one is the first");
        let alive = world.auth.refresh(&won[0].refresh_token).await.is_ok();
        assert!(
            !alive,
            "round {round}: the other was a second use, so the family is dead"
        );
    }
}

async fn a_hundred_refreshes_at_once_leave_nothing_alive(world: World) {
    let ada = world.owner("ada").await;
    let pair = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");
    let mut racers = JoinSet::new();
    for _ in 0..100 {
        let (auth, token) = (world.auth.clone(), pair.refresh_token.clone());
        racers.spawn(async move { auth.refresh(&token).await });
    }
    let answers = racers.join_all().await;
    let won: Vec<_> = answers
        .into_iter()
        .filter_map(Result::ok)
        .map(|(_, _, pair)| pair)
        .collect();
    assert_eq!(won.len(), 1);
    refuses!(access(&world, &won[0]).await, Error::Unauthenticated(_));
    refuses!(
        world.auth.refresh(&won[0].refresh_token).await,
        Error::Unauthenticated(_)
    );
}

async fn tokens_expire(world: World) {
    let ada = world.owner("ada").await;
    let pair = world.auth.issue_tokens(ada.user.id).await.expect("it is issued");
    world.clock.advance(DAY + Duration::from_secs(29));
    access(&world, &pair).await.expect("within the leeway for clocks");
    world.clock.advance(Duration::from_secs(2));
    refuses!(access(&world, &pair).await, Error::Unauthenticated(_));
    world.clock.advance(28 * DAY);
    let (_, _, last) = world
        .auth
        .refresh(&pair.refresh_token)
        .await
        .expect("on the last day");
    assert!(
        last.expires_in < 24 * 3_600,
        "it ends with its session: {}",
        last.expires_in
    );
    world.clock.advance(DAY);
    refuses!(access(&world, &last).await, Error::Unauthenticated(_));
    refuses!(
        world.auth.refresh(&last.refresh_token).await,
        Error::Unauthenticated(_)
    );
}

async fn credentials_are_kept_as_digests(world: World) {
    let ada = world.owner("ada").await;
    let browser = world
        .auth
        .open_browser_session(ada.user.id)
        .await
        .expect("it opens");
    assert_eq!(browser.token.len(), 43, "256 bits");
    let (kept,): (Vec<u8>,) = peek!(
        world,
        _,
        "SELECT token_digest FROM sessions WHERE kind = 'browser'"
    );
    assert_eq!(kept, engine::random::digest(&browser.token));
    let (kept,): (Vec<u8>,) = peek!(world, _, "SELECT digest FROM refresh_tokens");
    assert_eq!(kept.len(), 32);
    let shown = format!("{browser:?}");
    assert!(
        !shown.contains(&browser.token),
        "a log line must not tell it: {shown}"
    );
}
