//! `datapulse forget`

use std::time::Duration;

use clap::Args;
use engine::db::Db;
use engine::erasures::Erasures;
use engine::organizations::Organizations;
use engine::{Caller, Clock, Error, Random};
use indicatif::ProgressBar;
use model::erasure::{Erasure, ErasureState, ForgetRequest};
use model::ids::OrgId;

use crate::config::Config;
use crate::server;

const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Whom to forget.
#[derive(Args)]
pub(crate) struct ForgetArgs {
    /// Id of the organization, as `org list` tells it
    #[arg(long, value_name = "ID")]
    organization: OrgId,
    /// Ask for it and end; a running server does it
    #[arg(long)]
    no_wait: bool,
    /// Any id of the person: what events carry as `user_id` or `anonymous_id`
    #[arg(value_name = "USER_ID")]
    user_id: String,
}

/// Asks for it, beside a running server or without one, and waits until it is done.
///
/// # Errors
/// A sentence for the person at the terminal.
pub(crate) async fn run(args: ForgetArgs, config: &Config) -> Result<(), String> {
    let told = carry_out(args, config).await;
    println!("{}", told.map_err(|error| server::for_people(&error))?);
    Ok(())
}

async fn carry_out(args: ForgetArgs, config: &Config) -> Result<String, Error> {
    let ForgetArgs {
        organization,
        no_wait,
        user_id,
    } = args;
    let db = Db::open(&config.database_url).await?;
    let (clock, random) = (Clock::System, Random::from_os());
    let organizations = Organizations::new(db.clone(), clock.clone(), random.clone());
    let erasures = Erasures::new(db.clone(), clock, random, organizations);
    let operator = Caller::operator(organization);
    let request = ForgetRequest { user_id };
    let asked = erasures.forget(&operator, organization, &request).await?;
    let told = if no_wait {
        format!("Asked for as {}. It is done by {}.", asked.id, asked.due_at)
    } else {
        // Where no server runs, this process does the work itself.
        let own = match server::open_engine_unless_busy(config).await {
            Ok(own) => own,
            Err(why) => return Err(Error::Conflict(why)),
        };
        let done = wait(&erasures, &operator, &asked).await;
        if let Some(engine) = own {
            engine.close().await;
        }
        let done = done?;
        format!("Forgotten: {} events are erased.", done.events)
    };
    db.close().await;
    Ok(told)
}

async fn wait(erasures: &Erasures, operator: &Caller, asked: &Erasure) -> Result<Erasure, Error> {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(LOOK_EVERY);
    loop {
        let erasure = erasures.get(operator, operator.org(), asked.id).await?;
        if erasure.state == ErasureState::Done {
            bar.finish_and_clear();
            return Ok(erasure);
        }
        let note = erasure.note.as_deref().unwrap_or(erasure.state.as_str());
        bar.set_message(note.to_owned());
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
