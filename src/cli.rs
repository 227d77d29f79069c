//! The command line: what each word does, and nothing of how.

mod doctor;
mod events;
mod export;
mod forget;
mod healthcheck;
mod import;
mod keys;
mod org;
mod seed;
mod user;

use std::future::Future;

use clap::{Parser, Subcommand};
use engine::db::Db;

use crate::config::{Config, Given};
use crate::{server, telemetry};

/// Product analytics that you host yourself.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    given: Given,
    /// What to do; `serve` when nothing is said
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the dashboards and take events
    Serve {
        /// Show the settings in force, with secrets hidden, and end
        #[arg(long)]
        print_config: bool,
    },
    /// Bring the database up to date; `serve` does it too
    Migrate,
    /// Fill a demo organization with dashboards and 90 days of events; what is there already stays
    Seed {
        /// Confirm that demo data is what you want
        #[arg(long, required = true)]
        demo: bool,
    },
    /// Send a file of events to a running server
    Import(import::ImportArgs),
    /// Fetch events from a running server into a file
    Export(export::ExportArgs),
    /// Erase every event of one person for good, beside a running server or without one
    Forget(forget::ForgetArgs),
    /// Manage people's accounts
    User {
        #[command(subcommand)]
        command: user::UserCommand,
    },
    /// Manage organizations
    Org {
        #[command(subcommand)]
        command: org::OrgCommand,
    },
    /// Manage the keys that sign access tokens and seal secrets
    Keys {
        #[command(subcommand)]
        command: keys::KeysCommand,
    },
    /// Manage stored events
    Events {
        #[command(subcommand)]
        command: events::EventsCommand,
    },
    /// Print the API's document: OpenAPI 3.1
    Openapi,
    /// Look at everything that DataPulse needs, and say what to do about what is wrong
    Doctor {
        /// How people reach the server, to look at the proxy before it [default: the public URL, where one is set]
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// Ask a running server whether it is ready; for containers and service managers
    Healthcheck {
        /// The server [default: the configured address]
        #[arg(long, value_name = "URL")]
        server: Option<String>,
    },
}

/// Does what the command line asks.
///
/// # Errors
/// A sentence for the person at the terminal.
pub(crate) fn run(cli: Cli) -> Result<(), String> {
    let config = Config::load(cli.given)?;
    match cli.command.unwrap_or(Command::Serve { print_config: false }) {
        Command::Serve { print_config: true } => {
            println!("{}", config.print());
            Ok(())
        }
        Command::Openapi => {
            print!("{}", crate::openapi::text());
            Ok(())
        }
        Command::Import(args) => import::run(args, &config),
        Command::Export(args) => export::run(args, &config),
        Command::Healthcheck { server } => healthcheck::run(server, &config),
        Command::Serve { print_config: false } => in_runtime(&config, server::serve(config.clone())),
        Command::Doctor { url } => in_runtime(&config, doctor::run(url, &config)),
        Command::Migrate => in_runtime(&config, migrate(&config)),
        Command::Seed { .. } => in_runtime(&config, seed::run(&config)),
        Command::Events { command } => in_runtime(&config, events::run(command, &config)),
        Command::Forget(args) => in_runtime(&config, forget::run(args, &config)),
        Command::Org { command } => in_runtime(&config, org::run(command, &config)),
        Command::Keys { command } => in_runtime(&config, keys::run(command, &config)),
        Command::User { command } => in_runtime(&config, user::run(command, &config)),
    }
}

/// What is read from people may be nested, and DuckDB takes a lot of stack for it; untouched memory costs nothing.
const STACK: usize = 8 * 1024 * 1024;

fn in_runtime(config: &Config, work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let traces = telemetry::start(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build();
    let done = runtime.map_err(|error| error.to_string())?.block_on(work);
    traces.end();
    done
}

async fn migrate(config: &Config) -> Result<(), String> {
    let db = Db::open(&config.database_url)
        .await
        .map_err(|error| server::for_people(&error))?;
    db.close().await;
    println!("The database is up to date.");
    Ok(())
}
