//! The question engine over HTTP beside the bare engine: the same figures from the same events in the same run.

mod bare;
mod by_hand;
mod questions;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Outcome;
use crate::server::{Server, text};
use crate::table::Table;
use bare::Bare;
use by_hand::{ByHand, CLICKHOUSE, DUCKDB, POSTGRES};
use questions::{Ask, QUESTIONS, Question};

const EVENTS: usize = 10_000_000;
/// Rounds go on until this much time went by: a short question is easily disturbed.
const ENOUGH: Duration = Duration::from_secs(15);
const MOST_ROUNDS: usize = 15;
const WARM_ROUNDS: usize = 20;
/// Above ten million events two cores take more than the usual time.
const PATIENT: (&str, &str) = ("DATAPULSE_QUESTION_SECONDS", "600");
/// Most of the time of SQL by hand, of the naive SQL, and least of how much faster an answer comes again.
const TARGETS: Targets = Targets {
    by_hand: 1.2,
    naive: 0.7,
    again: 20.0,
};

/// Twelve questions cold, beside SQL by hand; then warm; then a dashboard of twelve widgets looked at again. Then the same
/// events on each server that is named.
///
/// `EVENTS` in the environment says how many events there are, or several such numbers with commas between: then what a
/// question costs is compared from one to the next, and the servers are measured with the first. `BENCHMARK_POSTGRES_URL`
/// and `BENCHMARK_CLICKHOUSE_URL` name empty servers.
pub(crate) fn measure(table: &mut Table) -> Outcome<()> {
    let counts = counts()?;
    let mut costs = Vec::new();
    for (place, count) in counts.iter().enumerate() {
        let filled = Filled::with(*count, table)?;
        let filled = filled.on_duckdb(&mut costs, table)?;
        if place == 0 {
            filled.on_servers(table)?;
        }
    }
    for (counts, costs) in counts.windows(2).zip(costs.windows(2)) {
        growth(counts, costs, table);
    }
    Ok(())
}

fn counts() -> Outcome<Vec<usize>> {
    match setting("EVENTS") {
        None => Ok(vec![EVENTS]),
        Some(counts) => Ok(counts
            .split(',')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| "EVENTS is a number of events, or several with commas between")?),
    }
}

/// Whether what questions cost grows no faster than the data.
fn growth(counts: &[usize], costs: &[Vec<f64>], table: &mut Table) {
    let [fewer, more] = [counts[0], counts[1]];
    let most = more as f64 / fewer as f64;
    for (place, question) in QUESTIONS.iter().enumerate() {
        let grown = costs[1][place] / costs[0][place];
        let what = format!(
            "DuckDB: {}, cost from {} to {}",
            question.name,
            millions(fewer),
            millions(more)
        );
        let target = (format!("at most {most} ×"), grown <= most);
        told(table, &what, format!("{grown:.1} ×"), Some(target));
    }
}

fn millions(count: usize) -> String {
    format!("{} M", count / 1_000_000)
}

/// A stopped server whose organization has events.
struct Filled {
    server: Server,
    token: String,
    organization: String,
    file: String,
    size: String,
}

impl Filled {
    fn with(count: usize, table: &mut Table) -> Outcome<Self> {
        let mut server = Server::empty()?;
        let (token, _) = server.register()?;
        let organization = text(&server.get("/api/auth/me", &token)?["organizations"][0]["id"])?;
        server.stop();
        let size = millions(count);
        let start = Instant::now();
        let file = bare::fill(&server.data().join("events"), &organization, count)?;
        table.note(
            &format!("{size} events written by the engine itself"),
            start.elapsed().as_secs_f64(),
            "s",
        );
        Ok(Self {
            server,
            token,
            organization,
            file,
            size,
        })
    }

    /// Adds what each question costs there.
    fn on_duckdb(mut self, costs: &mut Vec<Vec<f64>>, table: &mut Table) -> Outcome<Self> {
        let rival = format!("duckdb:{}", self.file);
        let store = Store {
            name: format!("DuckDB, {}", self.size),
            url: None,
            rival: &rival,
            by_hand: &DUCKDB,
            targets: Some(TARGETS),
        };
        costs.push(store.measure(&mut self.server, &self.token, &self.organization, table)?);
        dashboard(&self.server, &self.token, &self.size, table)?;
        self.server.stop();
        Ok(self)
    }

    fn on_servers(mut self, table: &mut Table) -> Outcome<()> {
        let servers = [
            ("PostgreSQL", "BENCHMARK_POSTGRES_URL", &POSTGRES),
            ("ClickHouse", "BENCHMARK_CLICKHOUSE_URL", &CLICKHOUSE),
        ];
        for (name, variable, by_hand) in servers {
            let Some(url) = setting(variable) else { continue };
            let start = Instant::now();
            let from = format!("duckdb:{}", self.server.data().join("events").display());
            self.server
                .run(&["events", "copy", "--from", &from, "--to", &url])?;
            table.note(
                &format!("{name}: {} events copied there and compared", self.size),
                start.elapsed().as_secs_f64(),
                "s",
            );
            let store = Store {
                name: format!("{name}, {}", self.size),
                url: Some(&url),
                rival: &url,
                by_hand,
                targets: None,
            };
            store.measure(&mut self.server, &self.token, &self.organization, table)?;
            self.server.stop();
        }
        Ok(())
    }
}

fn setting(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark's own settings")]
    std::env::var(name).ok()
}

#[derive(Clone, Copy)]
struct Targets {
    by_hand: f64,
    naive: f64,
    again: f64,
}

/// Where the events are, and what is measured beside it.
struct Store<'s> {
    name: String,
    /// `None` is the server's own folder.
    url: Option<&'s str>,
    rival: &'s str,
    by_hand: &'s [ByHand; 12],
    targets: Option<Targets>,
}

impl Store<'_> {
    /// What each question costs cold, in milliseconds. Leaves the server running.
    fn measure(
        &self,
        server: &mut Server,
        token: &str,
        organization: &str,
        table: &mut Table,
    ) -> Outcome<Vec<f64>> {
        let mut rival = Bare::open(self.rival)?;
        let there: Vec<_> = self
            .url
            .map(|url| ("DATAPULSE_EVENTS_URL", url))
            .into_iter()
            .collect();
        server.start(&[&there[..], &[("DATAPULSE_CACHE_MB", "0"), PATIENT]].concat())?;
        let mut times = Vec::new();
        for (question, by_hand) in QUESTIONS.iter().zip(self.by_hand) {
            times.push(self.cold(
                server,
                token,
                question,
                &mut rival,
                &in_organization(by_hand, organization),
                table,
            )?);
        }
        server.stop();
        server.start(&[&there[..], &[PATIENT]].concat())?;
        for (question, cold) in QUESTIONS.iter().zip(&times) {
            self.again(server, token, question, *cold, table)?;
        }
        Ok(times)
    }

    /// The question's time without anything kept, in milliseconds; it takes turns with its rivals.
    fn cold(
        &self,
        server: &Server,
        token: &str,
        question: &Question,
        rival: &mut Bare,
        (best, naive): &(String, Option<String>),
        table: &mut Table,
    ) -> Outcome<f64> {
        let (mut ours, mut by_hand, mut by_joins) = (f64::MAX, f64::MAX, f64::MAX);
        let start = Instant::now();
        for round in 0..MOST_ROUNDS {
            if round > 0 && start.elapsed() > ENOUGH {
                break;
            }
            let (took, answer) = timed(server, token, question)?;
            ours = ours.min(took);
            let ran = rival.run(best)?;
            by_hand = by_hand.min(ran.milliseconds);
            must_agree(question, &answer, ran.sum)?;
            if let Some(sql) = naive {
                let ran = rival.run(sql)?;
                by_joins = by_joins.min(ran.milliseconds);
                must_agree(question, &answer, ran.sum)?;
            }
        }
        let mut told = |than: &str, theirs: f64, target: Option<f64>| {
            let what = format!("{}: {}, cold, to {than}", self.name, question.name);
            let figure = format!("{:.2} × ({ours:.0} ms, {theirs:.0} ms)", ours / theirs);
            let target = target.map(|most| (format!("at most {most} ×"), ours / theirs <= most));
            told(table, &what, figure, target);
        };
        told(
            "the best SQL by hand",
            by_hand,
            self.targets.map(|targets| targets.by_hand),
        );
        if naive.is_some() {
            told(
                "the naive SQL",
                by_joins,
                self.targets.map(|targets| targets.naive),
            );
        }
        Ok(ours)
    }

    /// The question asked again.
    fn again(
        &self,
        server: &Server,
        token: &str,
        question: &Question,
        cold: f64,
        table: &mut Table,
    ) -> Outcome<()> {
        timed(server, token, question)?;
        let mut best = f64::MAX;
        for _ in 0..WARM_ROUNDS {
            best = best.min(timed(server, token, question)?.0);
        }
        let what = format!("{}: {}, times faster when asked again", self.name, question.name);
        let figure = format!("{:.0} × ({cold:.0} ms, {best:.2} ms)", cold / best);
        let target = self.targets.map(|targets| {
            (
                format!("at least {} ×", targets.again),
                cold / best >= targets.again,
            )
        });
        told(table, &what, figure, target);
        Ok(())
    }
}

fn told(table: &mut Table, what: &str, figure: String, target: Option<(String, bool)>) {
    let (target, verdict) = match target {
        Some((target, true)) => (target, "met"),
        Some((target, false)) => (target, "**missed**"),
        None => (String::new(), ""),
    };
    table.push(what, figure, target, verdict.to_owned());
}

fn in_organization(by_hand: &ByHand, organization: &str) -> (String, Option<String>) {
    let named = |sql: &str| sql.replace("$organization", organization);
    (named(by_hand.best), by_hand.naive.map(named))
}

fn must_agree(question: &Question, answer: &Value, expected: f64) -> Outcome<()> {
    let ours = (question.sum)(answer);
    if (ours - expected).abs() > expected.abs() * 1e-9 {
        return Err(format!("{}: {ours} is not {expected}", question.name).into());
    }
    Ok(())
}

fn timed(server: &Server, token: &str, question: &Question) -> Outcome<(f64, Value)> {
    let start = Instant::now();
    let answer = match question.ask {
        Ask::Query(body) => server.post("/api/analytics/query", token, &serde_json::from_str(body)?)?,
        Ask::Get(path) => server.get(path, token)?,
    };
    Ok((milliseconds(start.elapsed()), answer))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A dashboard of twelve widgets, looked at a second time.
fn dashboard(server: &Server, token: &str, size: &str, table: &mut Table) -> Outcome<()> {
    let made = server.post("/api/dashboards", token, &json!({"name": "Twelve"}))?;
    let dashboard = text(&made["id"])?;
    let mut widgets = Vec::new();
    for (position, question) in QUESTIONS
        .iter()
        .chain(&QUESTIONS)
        .filter_map(query)
        .take(12)
        .enumerate()
    {
        let widget = json!({"type": "table", "title": format!("Widget {position}"), "config": {"query": question},
            "position": {"x": 0, "y": position * 4}, "size": {"w": 6, "h": 4}});
        let made = server.post(&format!("/api/dashboards/{dashboard}/widgets"), token, &widget)?;
        widgets.push(text(&made["id"])?);
    }
    let look = || -> Outcome<f64> {
        let start = Instant::now();
        for widget in &widgets {
            server.get(&format!("/api/widgets/{widget}/data"), token)?;
        }
        Ok(milliseconds(start.elapsed()))
    };
    let name = format!("DuckDB, {size}: dashboard of 12 widgets");
    table.note(&format!("{name}, first look"), look()?, "ms");
    table.at_most(&format!("{name}, second look"), look()?, 100.0, "ms");
    Ok(())
}

fn query(question: &Question) -> Option<Value> {
    match question.ask {
        Ask::Query(body) => serde_json::from_str(body).ok(),
        Ask::Get(_) => None,
    }
}
