//! `datapulse keys`

use clap::Subcommand;

use crate::cli::user::with_accounts;
use crate::config::Config;
use crate::server;

/// What can be done with the keys of the server itself.
#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Sign access tokens with a new key; those that were signed before stay good until they end
    Rotate {
        /// End all access tokens: whoever holds one gets the next by its refresh token
        #[arg(long)]
        at_once: bool,
    },
}

/// Does it, also beside a running server, which notices within a minute.
///
/// # Errors
/// A sentence for the person at the terminal.
pub(crate) async fn run(command: KeysCommand, config: &Config) -> Result<(), String> {
    let KeysCommand::Rotate { at_once } = command;
    let made = with_accounts(config, async |auth| auth.rotate_signing_key(at_once).await).await;
    let kid = made.map_err(|error| server::for_people(&error))?;
    println!("Access tokens are signed with the key {kid} from now on.");
    Ok(())
}
