//! `datapulse`: product analytics that you host yourself, in one program.

mod allocator;
mod attachment;
mod body;
mod cli;
mod client;
mod compat;
mod config;
mod cookie;
mod csv_text;
mod demo;
mod ending;
mod export;
mod forms;
mod idempotency;
mod identity;
mod import;
mod limits;
mod listener;
mod live;
mod metrics;
mod openapi;
mod paper;
mod pictures;
mod preflight;
mod problem;
mod reads;
mod rest;
mod router;
mod security;
mod server;
mod share_page;
mod site;
mod state;
mod taking;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("datapulse: {message}");
            ExitCode::FAILURE
        }
    }
}
