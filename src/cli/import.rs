//! `datapulse import`

use std::path::PathBuf;

use clap::Args;

use crate::config::Config;
use crate::import::{self, Format, Options, Source};

/// What to import, and where to.
#[derive(Args)]
pub(crate) struct ImportArgs {
    /// Address of the server [default: the configured one]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// A write key or secret key of the organization
    #[arg(long, env = "DATAPULSE_KEY", hide_env_values = true)]
    key: String,
    /// What the lines are: combined-log, ndjson, csv, segment-ndjson, posthog, mixpanel, ga4 or umami
    #[arg(long)]
    format: Format,
    /// Mixed into the hash of client addresses of an access log
    #[arg(long)]
    salt: Option<String>,
    /// Begin again instead of going on where the last import of this file stopped
    #[arg(long)]
    restart: bool,
    /// The file, or - for standard input
    // Not `file`: that is the id of `--config`, which every command has.
    #[arg(value_name = "FILE")]
    input: PathBuf,
}

/// Sends the file's events to the server.
///
/// # Errors
/// A sentence that says why not everything could be delivered.
pub(crate) fn run(args: ImportArgs, config: &Config) -> Result<(), String> {
    let options = Options {
        server: args.server.unwrap_or_else(|| config.public_url_for(config.addr)),
        key: args.key,
        format: args.format,
        source: Source::parse(&args.input),
        salt: args.salt,
        restart: args.restart,
        state_dir: Some(config.imports_dir.clone()),
    };
    import::run(&options)
        .map(|_| ())
        .map_err(|failure| failure.to_string())
}
