//! `datapulse user`

use std::io::{BufRead, IsTerminal, Write};

use clap::Subcommand;
use engine::auth::{Auth, AuthSettings};
use engine::db::Db;
use engine::sealing::Vault;
use engine::{Clock, Error, Random};

use crate::config::Config;
use crate::server;

/// What can be done with accounts.
#[derive(Subcommand)]
pub(crate) enum UserCommand {
    /// Make an account with an organization of its own, also where registration is closed
    Add {
        /// Address to sign in with
        email: String,
        /// Name shown to others [default: the address]
        #[arg(long)]
        name: Option<String>,
        /// Name of the organization [default: made from the name]
        #[arg(long)]
        organization: Option<String>,
        /// Standard input holds a hash of the password that the person has elsewhere: of argon2, or of bcrypt
        #[arg(long)]
        hashed: bool,
    },
    /// Close an account: it is refused everywhere, and its sessions end
    Disable {
        /// Address to sign in with
        email: String,
    },
    /// Open a closed account again
    Enable {
        /// Address to sign in with
        email: String,
    },
    /// Give an account another password, read from standard input, and end its sessions
    Reset {
        /// Address to sign in with
        email: String,
        /// Print a link instead, by which the person chooses the password; it works once, for an hour
        #[arg(long)]
        link: bool,
    },
    /// Print a link that confirms an account's address, where its letter cannot arrive; it works once, for three days
    Confirm {
        /// Address to sign in with
        email: String,
    },
    /// Turn an account's second factor off: the person lost the app and the recovery codes
    EndTwoFactor {
        /// Address to sign in with
        email: String,
    },
}

/// Does it; passwords are read from standard input.
///
/// # Errors
/// A sentence for the person at the terminal.
pub(crate) async fn run(command: UserCommand, config: &Config) -> Result<(), String> {
    let password = match &command {
        UserCommand::Add { .. } | UserCommand::Reset { link: false, .. } => {
            read_password().map_err(|error| error.to_string())?
        }
        UserCommand::Disable { .. }
        | UserCommand::Enable { .. }
        | UserCommand::EndTwoFactor { .. }
        | UserCommand::Confirm { .. }
        | UserCommand::Reset { link: true, .. } => String::new(),
    };
    let done = with_accounts(config, async |auth| carry_out(command, &password, auth).await).await;
    println!("{}", done.map_err(|error| server::for_people(&error))?);
    Ok(())
}

async fn carry_out(command: UserCommand, password: &str, auth: &Auth) -> Result<String, Error> {
    match command {
        UserCommand::Add {
            email,
            name,
            organization,
            hashed,
        } => {
            let name = name.unwrap_or_else(|| email.clone());
            let organization = organization.as_deref();
            let made = if hashed {
                auth.import_user(&email, password, &name, organization).await
            } else {
                auth.create_user(&email, password, &name, organization).await
            };
            let (user, organization) = made?;
            Ok(format!(
                "Made the account {} with the organization {}.",
                user.email, organization.name
            ))
        }
        UserCommand::Disable { email } => {
            auth.disable(&email, true).await?;
            Ok(format!("Closed the account {email}; its sessions have ended."))
        }
        UserCommand::Enable { email } => {
            auth.disable(&email, false).await?;
            Ok(format!("The account {email} is open."))
        }
        UserCommand::EndTwoFactor { email } => {
            auth.end_totp_of(&email).await?;
            Ok(format!("{email} signs in with the password alone."))
        }
        UserCommand::Confirm { email } => auth.confirmation_link(&email).await,
        UserCommand::Reset { email, link: true } => auth.reset_link(&email).await,
        UserCommand::Reset { email, link: false } => {
            auth.reset_password(&email, password).await?;
            Ok(format!("{email} has another password; its sessions have ended."))
        }
    }
}

/// Needs the database alone, so that it also works beside a running server.
///
/// # Errors
/// What `work` refuses, or that the database cannot be opened.
pub(crate) async fn with_accounts<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Auth) -> Result<T, Error>,
) -> Result<T, Error> {
    let db = Db::open(&config.database_url).await?;
    let settings = AuthSettings::new(config.public_url_for(config.addr));
    let random = Random::from_os();
    let vault = Vault::open(config.master_keys.clone(), random.clone())?;
    let auth = Auth::open(db.clone(), Clock::System, random, settings, vault).await?;
    let done = work(&auth).await;
    db.close().await;
    done
}

fn read_password() -> std::io::Result<String> {
    if std::io::stdin().is_terminal() {
        print!("Password (8 characters or more), or its hash: ");
        std::io::stdout().flush()?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
