//! The question engine over HTTP beside the bare engine: the same figures from the same events in the same run.

mod bare;
mod questions;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Outcome;
use crate::server::{Server, text};
use crate::table::Table;
use bare::Bare;
use questions::{Ask, QUESTIONS, Question};

const EVENTS: usize = 10_000_000;
const ROUNDS: usize = 3;
const WARM_ROUNDS: usize = 20;

/// Twelve questions cold, beside SQL by hand; then warm; then a dashboard of twelve widgets looked at again.
///
/// `EVENTS` in the environment says how many events there are.
pub(crate) fn measure(table: &mut Table) -> Outcome<()> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark's own setting")]
    let count = std::env::var("EVENTS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(EVENTS);
    let mut server = Server::empty()?;
    let (token, _) = server.register()?;
    let organization = organization(&server, &token)?;
    server.stop();
    let start = Instant::now();
    let mut bare = Bare::fill(&server.data().join("events"), &organization, count)?;
    table.note(
        &format!("{} M events written by the engine itself", count / 1_000_000),
        start.elapsed().as_secs_f64(),
        "s",
    );

    let cold = Cold {
        token: &token,
        bare: &mut bare,
    };
    server.start(&[("DATAPULSE_CACHE_MB", "0")])?;
    let times = cold.measure(&server, table)?;
    server.stop();
    server.start(&[])?;
    warm(&server, &token, &times, table)?;
    dashboard(&server, &token, table)
}

fn organization(server: &Server, token: &str) -> Outcome<String> {
    text(&server.get("/api/auth/me", token)?["organizations"][0]["id"])
}

struct Cold<'b> {
    token: &'b str,
    bare: &'b mut Bare,
}

impl Cold<'_> {
    /// Each question's time without anything kept, in milliseconds.
    fn measure(self, server: &Server, table: &mut Table) -> Outcome<Vec<f64>> {
        let mut times = Vec::new();
        for question in &QUESTIONS {
            let (mut ours, mut by_hand, mut naive) = (f64::MAX, f64::MAX, f64::MAX);
            for _ in 0..ROUNDS {
                let (took, answer) = timed(server, self.token, question)?;
                ours = ours.min(took);
                let ran = self.bare.run(question.by_hand)?;
                by_hand = by_hand.min(ran.milliseconds);
                must_agree(question, &answer, ran.sum)?;
                if let Some(sql) = question.naive {
                    let ran = self.bare.run(sql)?;
                    naive = naive.min(ran.milliseconds);
                    must_agree(question, &answer, ran.sum)?;
                }
            }
            table.note(
                &format!("{}: DataPulse over HTTP, cold", question.name),
                ours,
                "ms",
            );
            table.note(&format!("{}: best SQL by hand", question.name), by_hand, "ms");
            table.at_most(
                &format!("{}: to SQL by hand", question.name),
                ours / by_hand,
                1.2,
                "×",
            );
            if question.naive.is_some() {
                table.note(&format!("{}: naive SQL", question.name), naive, "ms");
                table.at_most(
                    &format!("{}: to naive SQL", question.name),
                    ours / naive,
                    0.7,
                    "×",
                );
            }
            times.push(ours);
        }
        Ok(times)
    }
}

fn must_agree(question: &Question, answer: &Value, expected: f64) -> Outcome<()> {
    let ours = (question.sum)(answer);
    if (ours - expected).abs() > expected.abs() * 1e-9 {
        return Err(format!("{}: {ours} is not {expected}", question.name).into());
    }
    Ok(())
}

/// Each question asked again.
fn warm(server: &Server, token: &str, cold: &[f64], table: &mut Table) -> Outcome<()> {
    for (question, cold) in QUESTIONS.iter().zip(cold) {
        timed(server, token, question)?;
        let mut best = f64::MAX;
        for _ in 0..WARM_ROUNDS {
            best = best.min(timed(server, token, question)?.0);
        }
        table.at_least(
            &format!("{}: times faster when asked again", question.name),
            cold / best,
            20.0,
            "×",
        );
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
fn dashboard(server: &Server, token: &str, table: &mut Table) -> Outcome<()> {
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
    table.note("dashboard of 12 widgets, first look", look()?, "ms");
    table.at_most("dashboard of 12 widgets, second look", look()?, 100.0, "ms");
    Ok(())
}

fn query(question: &Question) -> Option<Value> {
    match question.ask {
        Ask::Query(body) => serde_json::from_str(body).ok(),
        Ask::Get(_) => None,
    }
}
