//! `datapulse doctor`: looks at everything that the program needs, changes nothing, and says what to do.

mod finding;
mod machine;
mod proxy;
mod servers;

use std::path::Path;

use engine::lock_folder;

use crate::config::Config;
use finding::Finding;

/// Prints a line for each thing that was looked at; those that are wrong are followed by what to do.
///
/// # Errors
/// How many things are wrong.
pub(crate) async fn run(url: Option<String>, config: &Config) -> Result<(), String> {
    let mut findings = vec![settings(config)];
    findings.extend(machine::findings(config));
    let running = is_running(&config.data_dir);
    findings.extend(servers::findings(config, running).await);
    let url = url.or_else(|| config.public_url.clone());
    findings.extend(tokio::task::block_in_place(|| {
        proxy::findings(config, url.as_deref(), running)
    }));
    for finding in &findings {
        println!("{finding}");
    }
    match findings.iter().filter(|finding| finding.is_bad()).count() {
        0 => Ok(()),
        1 => Err("one thing needs attention; see above".to_owned()),
        many => Err(format!("{many} things need attention; see above")),
    }
}

fn settings(config: &Config) -> Finding {
    const WHAT: &str = "settings";
    let public_url = config.public_url_for(config.addr);
    let said = format!("public URL {public_url}, events in {}", config.events);
    let is_open_to_others = !config.addr.ip().is_loopback();
    if is_open_to_others && !public_url.starts_with("https://") {
        let todo = "People would sign in without encryption. Put a proxy that speaks TLS in front, and set \
            DATAPULSE_PUBLIC_URL to its https address.";
        return Finding::notice(WHAT, said, todo);
    }
    Finding::good(WHAT, said)
}

/// Whether a server works in the folder; a folder that is not there has none.
fn is_running(data_dir: &Path) -> bool {
    data_dir.join("lock").exists() && matches!(lock_folder(data_dir), Err(engine::Error::Conflict(_)))
}
