//! `datapulse keys`

use clap::Subcommand;
use engine::Error;
use engine::auth::Auth;

use crate::cli::user::with_accounts;
use crate::config::Config;
use crate::server;

/// What can be done with the keys of the server itself.
#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    /// Sign access tokens with a new key, and seal secrets with a new master key, or with the first one that is given
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
    let done = with_accounts(config, async |auth| rotate(auth, at_once).await).await;
    let (kid, sealed) = done.map_err(|error| server::for_people(&error))?;
    println!("Access tokens are signed with the key {kid} from now on.");
    println!("{sealed} secrets were sealed anew; all are sealed with the first master key.");
    Ok(())
}

/// A master key in a file gets a successor; nothing needs those before it once every secret is wrapped anew, but for the
/// one that a server may be using at this moment.
async fn rotate(auth: &Auth, at_once: bool) -> Result<(String, u64), Error> {
    auth.vault().add_key()?;
    let kid = auth.rotate_signing_key(at_once).await?;
    let sealed = auth.rewrap_secrets().await?;
    auth.vault().keep_keys(2)?;
    Ok((kid, sealed))
}
