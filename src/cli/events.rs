//! `datapulse events`

use clap::Subcommand;
use engine::db::Db;
use engine::organizations::Organizations;
use engine::store::{EventStore, EventsAt};
use engine::{Clock, Copied, Error, Random, Step, copy_events, lock_folder};
use indicatif::{ProgressBar, ProgressStyle};
use model::account::Organization;
use model::problem::FieldError;

use crate::config::Config;
use crate::server;

/// What can be done with stored events.
#[derive(Subcommand)]
pub(crate) enum EventsCommand {
    /// Copy events to another store while the server is stopped; a broken-off copy goes on where it was
    Copy {
        /// Where the events are [default: the configured store]
        #[arg(long, value_name = "URL")]
        from: Option<String>,
        /// Where they go: duckdb:FOLDER, postgres://… or clickhouse://…
        #[arg(long, value_name = "URL")]
        to: String,
        /// Id of one organization [default: all]
        #[arg(long, value_name = "ID")]
        organization: Option<String>,
    },
}

/// Does it, organization by organization.
///
/// # Errors
/// A sentence for the person at the terminal.
pub(crate) async fn run(command: EventsCommand, config: &Config) -> Result<(), String> {
    let EventsCommand::Copy {
        from,
        to,
        organization,
    } = command;
    let from = from.map_or_else(|| Ok(config.events.clone()), |url| store_at("--from", &url))?;
    let to = store_at("--to", &to)?;
    if from == to {
        return Err("--from and --to name the same store".to_owned());
    }
    let copied = copy(config, &from, &to, organization.as_deref()).await;
    copied.map_err(|error| server::for_people(&error))?;
    println!("Start the server with DATAPULSE_EVENTS_URL={to} to go on from there.");
    Ok(())
}

async fn copy(config: &Config, from: &EventsAt, to: &EventsAt, only: Option<&str>) -> Result<(), Error> {
    let _alone = lock_folder(&config.data_dir)?;
    let organizations = organizations(config, only).await?;
    let from = EventStore::open(from, Clock::System).await?;
    let to = EventStore::open(to, Clock::System).await?;
    for organization in organizations {
        let Copied { events, checksum } = copy_one(&from, &to, &organization).await?;
        println!(
            "{}: {events} events, checksum {checksum:032x} in both stores",
            organization.name
        );
    }
    from.close().await?;
    to.close().await
}

async fn copy_one(from: &EventStore, to: &EventStore, organization: &Organization) -> Result<Copied, Error> {
    let style =
        ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len} events, {eta} left");
    let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let outcome = copy_events(from, to, organization.id, |step| {
        let (word, events, of) = match step {
            Step::Copied { events, of } => ("Copying", events, of),
            Step::Compared { events, of } => ("Comparing", events, of),
        };
        bar.set_message(format!("{word} {}", organization.name));
        bar.set_length(of);
        bar.set_position(events);
    })
    .await;
    bar.finish_and_clear();
    outcome
}

async fn organizations(config: &Config, only: Option<&str>) -> Result<Vec<Organization>, Error> {
    let db = Db::open(&config.database_url).await?;
    let all = Organizations::new(db.clone(), Clock::System, Random::from_os())
        .all()
        .await;
    db.close().await;
    let mut organizations = all?;
    if let Some(only) = only {
        organizations.retain(|organization| organization.id.to_string() == only);
        if organizations.is_empty() {
            let message = format!("there is no organization with the id {only}");
            return Err(Error::invalid("--organization", "unknown", message));
        }
    }
    Ok(organizations)
}

fn store_at(flag: &str, url: &str) -> Result<EventsAt, String> {
    url.parse()
        .map_err(|error: FieldError| format!("{flag}: {}", error.message))
}
