//! `datapulse healthcheck`

use std::time::Duration;

use crate::config::Config;

/// Asks `/readyz`; anything but yes is an error.
///
/// # Errors
/// What the server said, or that it cannot be reached.
pub(crate) fn run(server: Option<String>, config: &Config) -> Result<(), String> {
    let server = server.unwrap_or_else(|| format!("http://{}", config.addr));
    let url = format!("{}/readyz", server.trim_end_matches('/'));
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(5)))
        .http_status_as_error(false)
        .build()
        .into();
    let mut response = agent
        .get(&url)
        .call()
        .map_err(|error| format!("{url}: {error}"))?;
    if response.status() == 200 {
        println!("ready");
        return Ok(());
    }
    let report = response.body_mut().read_to_string().unwrap_or_default();
    Err(format!("{url}: {} {report}", response.status()))
}
