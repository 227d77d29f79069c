//! `scripts/bench.sh`: the release against its targets, as a Markdown table.
//!
//! Names of parts after `--` choose some of them: `ingest`, `queries`, `pages`, `size`, `live`; and `engine` and `steady`,
//! which take many minutes and are only measured when they are named. A missed target is printed; the exit status says
//! only whether everything could be measured.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "counts and sizes of a benchmark are far below what a cast could lose, and are printed rounded"
)]

mod client;
mod engine;
mod ingest;
mod live;
mod machine;
mod pages;
mod queries;
mod server;
mod size;
mod table;

use std::process::ExitCode;

use table::Table;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
type Part = fn(&mut Table) -> Outcome<()>;

/// Measured only when named.
const LONG: [&str; 2] = ["engine", "steady"];

const PARTS: [(&str, Part); 7] = [
    ("ingest", ingest::measure),
    ("queries", queries::measure),
    ("pages", pages::measure),
    ("size", size::measure),
    ("live", live::measure),
    ("engine", engine::measure),
    ("steady", ingest::measure_steady),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("This is a benchmark: run `scripts/bench.sh`.");
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let mut table = Table::default();
    let mut complete = true;
    for (name, measure) in PARTS {
        let is_wanted = if chosen.is_empty() {
            !LONG.contains(&name)
        } else {
            chosen.contains(&name)
        };
        if !is_wanted {
            continue;
        }
        eprintln!("Measuring {name} …");
        if let Err(error) = measure(&mut table) {
            eprintln!("{name} could not be measured: {error}");
            complete = false;
        }
    }
    println!("{}\n\n{table}", machine::words());
    if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
