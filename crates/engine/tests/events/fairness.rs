//! One organization's worst questions and everybody else.

use std::time::Duration;

use engine::Error;
use engine::store::{Frame, Statement};

use crate::world::{World, org};

const NOW: &str = "2026-03-10T12:00:30Z";
const ENDLESS: &str =
    "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range * b.range % 7 = 3";

fn plain(text: &str) -> Statement {
    Statement::new(text, Vec::new())
}

fn ask(world: &World, number: u128, text: &str) -> tokio::task::JoinHandle<Result<Frame, Error>> {
    let (store, statement) = (world.store.clone(), plain(text));
    tokio::spawn(async move { store.fetch(org(number), statement).await })
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_much_waits_and_is_then_refused_while_others_are_answered() {
    let world = World::at(NOW).await;
    let asked: Vec<_> = (0..250).map(|_| ask(&world, 1, ENDLESS)).collect();
    let mut refused = 0;
    while refused == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        refused = asked.iter().filter(|asked| asked.is_finished()).count();
    }
    let light = tokio::time::timeout(Duration::from_secs(20), ask(&world, 2, "SELECT 42"));
    let light = light
        .await
        .expect("it does not wait for the others")
        .expect("it finishes");
    assert_eq!(light.expect("an answer").rows.len(), 1);
    for asked in &asked {
        asked.abort();
    }
    for asked in asked {
        match asked.await {
            Ok(Err(Error::TooMany { retry_after })) => assert!(retry_after.as_secs() >= 1),
            Ok(other) => panic!("{other:?}"),
            Err(stopped) => assert!(stopped.is_cancelled()),
        }
    }
    let again = ask(&world, 1, "SELECT 42").await.expect("it finishes");
    assert_eq!(again.expect("the queue is empty again").rows.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_too_many_rows_is_refused() {
    let world = World::at(NOW).await;
    let rows = |count: u32| plain(&format!("SELECT range FROM range({count})"));
    let most = world.store.fetch(org(1), rows(100_000)).await.expect("it fits");
    assert_eq!(most.rows.len(), 100_000);
    let Err(Error::Invalid(fields)) = world.store.fetch(org(1), rows(100_001)).await else {
        panic!("it is one too many")
    };
    assert_eq!(
        (fields[0].field.as_str(), fields[0].code.as_str()),
        ("range", "too_many_rows")
    );
    let long = plain("SELECT repeat('x', 1000000) || range FROM range(80)");
    let Err(Error::Invalid(fields)) = world.store.fetch(org(1), long).await else {
        panic!("it is too long")
    };
    assert_eq!(fields[0].code, "too_many_rows");
}
