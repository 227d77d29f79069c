//! `datapulse user`

use std::io::{BufRead, IsTerminal, Write};

use clap::Subcommand;
use engine::auth::{Auth, AuthSettings};
use engine::db::Db;
use engine::{Clock, Error, Random};
use model::account::{Organization, User};

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
    },
}

/// Does it; the password is read from standard input.
///
/// # Errors
/// A sentence for the person at the terminal.
pub(crate) async fn run(command: UserCommand, config: &Config) -> Result<(), String> {
    let UserCommand::Add {
        email,
        name,
        organization,
    } = command;
    let password = read_password().map_err(|error| error.to_string())?;
    let name = name.unwrap_or_else(|| email.clone());
    let made = add(config, &email, &password, &name, organization.as_deref()).await;
    let (user, organization) = made.map_err(|error| server::for_people(&error))?;
    println!(
        "Made the account {} with the organization {}.",
        user.email, organization.name
    );
    Ok(())
}

/// Needs the database alone, so that it also works beside a running server.
async fn add(
    config: &Config,
    email: &str,
    password: &str,
    name: &str,
    organization: Option<&str>,
) -> Result<(User, Organization), Error> {
    let db = Db::open(&config.database_url).await?;
    let settings = AuthSettings::new(config.public_url_for(config.addr));
    let auth = Auth::open(db.clone(), Clock::System, Random::from_os(), settings).await?;
    let made = auth.create_user(email, password, name, organization).await;
    db.close().await;
    made
}

fn read_password() -> std::io::Result<String> {
    if std::io::stdin().is_terminal() {
        print!("Password (8 characters or more): ");
        std::io::stdout().flush()?;
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
