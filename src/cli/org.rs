//! `datapulse org`

use clap::Subcommand;
use engine::db::Db;
use engine::organizations::Organizations;
use engine::{Clock, Error, Random};
use model::ids::OrgId;

use crate::config::Config;
use crate::server;

/// What can be done with organizations.
#[derive(Subcommand)]
pub(crate) enum OrgCommand {
    /// Every organization: its id and its name
    List,
    /// Suspend an organization: nobody sends events to it, asks or changes anything
    Suspend {
        /// Its id, as `org list` tells it
        id: OrgId,
    },
    /// Put an organization on another plan
    Plan {
        /// Its id, as `org list` tells it
        id: OrgId,
        /// The plan, as `--quotas` names it
        plan: String,
    },
    /// Let a suspended organization go on
    Resume {
        /// Its id, as `org list` tells it
        id: OrgId,
    },
}

/// Does it, also beside a running server.
///
/// # Errors
/// A sentence for the person at the terminal.
pub(crate) async fn run(command: OrgCommand, config: &Config) -> Result<(), String> {
    let told = carry_out(command, config).await;
    println!("{}", told.map_err(|error| server::for_people(&error))?);
    Ok(())
}

async fn carry_out(command: OrgCommand, config: &Config) -> Result<String, Error> {
    let db = Db::open(&config.database_url).await?;
    let organizations = Organizations::new(db.clone(), Clock::System, Random::from_os());
    let told = match command {
        OrgCommand::List => {
            let all = organizations.all().await?;
            let lines = all.iter().map(|one| format!("{}  {}", one.id, one.name));
            lines.collect::<Vec<_>>().join("\n")
        }
        OrgCommand::Suspend { id } => {
            organizations.suspend(id, true).await?;
            format!("Suspended {id}.")
        }
        OrgCommand::Plan { id, plan } => {
            organizations.set_plan(id, &plan).await?;
            format!("{id} is on the plan {plan}.")
        }
        OrgCommand::Resume { id } => {
            organizations.suspend(id, false).await?;
            format!("{id} goes on.")
        }
    };
    db.close().await;
    Ok(told)
}
