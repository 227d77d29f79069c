//! `datapulse export`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::config::Config;
use crate::export::Format;
use crate::export::fetch::{self, Options};

/// Which events, and where to.
#[derive(Args)]
pub(crate) struct ExportArgs {
    /// Address of the server [default: the configured one]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// A secret key of the organization, or a personal key
    #[arg(long, env = "DATAPULSE_KEY", hide_env_values = true)]
    key: String,
    /// What the file is written as
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// From this date or time on
    #[arg(long, requires = "to")]
    from: Option<String>,
    /// Until this date (included) or time
    #[arg(long, requires = "from")]
    to: Option<String>,
    /// The last days or hours instead: 30d, 24h
    #[arg(long, conflicts_with = "from")]
    last: Option<String>,
    /// Only events with this name
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// Only events that pass this filter, as questions have it: JSON
    #[arg(long, value_name = "JSON")]
    filter: Option<String>,
    /// Begin anew instead of going on where the last export to this file broke off
    #[arg(long)]
    restart: bool,
    /// The file, or - for standard output
    #[arg(value_name = "FILE")]
    output: PathBuf,
}

/// Fetches the events from the server.
///
/// # Errors
/// A sentence that says why not everything could be fetched.
pub(crate) fn run(args: ExportArgs, config: &Config) -> Result<(), String> {
    let wanted = [
        ("from", args.from),
        ("to", args.to),
        ("last", args.last),
        ("event", args.event),
        ("filter", args.filter),
    ];
    let wanted = wanted
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let options = Options {
        server: args.server.unwrap_or_else(|| config.public_url_for(config.addr)),
        key: args.key,
        format: args.format,
        wanted: wanted.collect(),
        output: args.output,
        restart: args.restart,
        state_dir: config.imports_dir.clone(),
    };
    let events = fetch::run(&options)?;
    let told = json!({ "events": events }).to_string();
    // Standard output may be the export itself.
    if options.output.as_os_str() == "-" {
        eprintln!("{told}");
    } else {
        println!("{told}");
    }
    Ok(())
}
