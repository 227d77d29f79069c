//! `scripts/bench.sh queries`: every trend question beside the best SQL that a person would write for the
//! same figures, over the same ten million events, in the same run.
//!
//! Prints one line for each question, parts apart by tabs; a number as argument says how many events.
//!
//! `fill FOLDER ORGANIZATION COUNT` fills that organization's file in FOLDER instead, and prints its path. `rival URL` runs each
//! statement that it reads from a line of standard input on the engine there, without us; it answers
//! `milliseconds<TAB>rows<TAB>sum of the second column`. `appender` measures how fast the engine takes events without us.

mod appender;
mod events;
mod questions;
mod rival;

use std::path::Path;
use std::time::{Duration, Instant};

use engine::Clock;
use engine::query::Queries;
use engine::query::buckets::Calendar;
use engine::store::{EventStore, EventsAt};
use model::account::WeekStart;
use model::answer::Answer;
use model::ids::OrgId;
use model::query::Query;
use questions::{QUESTIONS, Question};
use rival::Rival;
use rival::duckdb::DuckDb;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const EVENTS: usize = 10_000_000;
const ROUNDS: usize = 5;
const MOST: f64 = 1.5;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("This is a benchmark: run `scripts/bench.sh queries`.");
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [.., "fill", folder, org, count] => return runtime.block_on(fill(folder, org, count)),
        [.., "appender"] => return appender::measure(),
        [.., "rival", url] => return runtime.block_on(answer_statements(url)),
        _ => {}
    }
    let count = arguments
        .iter()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(EVENTS);
    runtime.block_on(measure(count))
}

async fn fill(folder: &str, org: &str, count: &str) -> Outcome<()> {
    let clock = Clock::manual(events::END.parse()?);
    let org = OrgId::new(org.parse()?);
    let file = events::generate(Path::new(folder), org, &clock, count.parse()?).await?;
    println!("{}", file.display());
    Ok(())
}

/// The bare engine for a benchmark that itself must not know it.
async fn answer_statements(url: &str) -> Outcome<()> {
    let rival = Rival::open(url).await?;
    println!("ready");
    for sql in std::io::stdin().lines() {
        let start = Instant::now();
        let (rows, sum) = rival.rows_and_sum(&sql?).await?;
        println!("{}\t{rows}\t{sum}", start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(())
}

async fn measure(count: usize) -> Outcome<()> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let clock = Clock::manual(events::END.parse()?);
    let org = OrgId::new(uuid::Uuid::from_u128(1));
    let start = Instant::now();
    let file = events::generate(folder.path(), org, &clock, count).await?;
    eprintln!(
        "  {count} events written in {:.0} s",
        start.elapsed().as_secs_f64()
    );
    let raw = DuckDb::open(&file)?;
    let store = EventStore::open(&EventsAt::DuckDb(folder.path().to_owned()), clock.clone()).await?;
    for question in QUESTIONS {
        let (ours, bare) = compare(&question, &store, &clock, org, &raw).await?;
        let ratio = ours.as_secs_f64() / bare.as_secs_f64();
        let verdict = if ratio <= MOST { "met" } else { "**missed**" };
        let (ours, bare) = (ours.as_secs_f64() * 1e3, bare.as_secs_f64() * 1e3);
        let what = format!("{}, {} M events", question.name, count / 1_000_000);
        println!("{what}\t{ratio:.2} × ({ours:.0} ms, bare {bare:.0} ms)\tat most {MOST} ×\t{verdict}");
    }
    store.close().await?;
    Ok(())
}

/// The best times of ours and of the bare engine, taken in turns.
async fn compare(
    question: &Question,
    store: &EventStore,
    clock: &Clock,
    org: OrgId,
    raw: &DuckDb,
) -> Outcome<(Duration, Duration)> {
    let calendar = Calendar {
        timezone: "UTC".to_owned(),
        week_start: WeekStart::Monday,
    };
    let query = Query::parse(question.json).map_err(|errors| format!("{errors:?}"))?;
    let (mut ours, mut bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        // Fresh, so that no answer is kept.
        let queries = Queries::new(store.clone(), clock.clone());
        let start = Instant::now();
        let Answer::Trend(answer) = queries.run(org, &calendar, &query).await? else {
            return Err("a trend is asked".into());
        };
        ours = ours.min(start.elapsed());
        let ours_sum: f64 = answer
            .series
            .iter()
            .flat_map(|series| &series.values)
            .flatten()
            .sum();

        let start = Instant::now();
        let bare_sum = raw.sum(question.sql)?;
        bare = bare.min(start.elapsed());
        if (ours_sum - bare_sum).abs() > ours_sum.abs() * 1e-9 {
            return Err(format!("{}: {ours_sum} is not {bare_sum}", question.name).into());
        }
    }
    Ok((ours, bare))
}
