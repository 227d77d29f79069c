//! `datapulse seed`

use crate::config::Config;
use crate::{demo, server};

/// Fills the demo organization and says how to see it.
///
/// # Errors
/// A sentence for the person at the terminal.
pub(crate) async fn run(config: &Config) -> Result<(), String> {
    let engine = server::open_engine(config, &config.public_url_for(config.addr)).await?;
    let seeded = demo::seed(&engine).await;
    engine.close().await;
    let seeded = seeded.map_err(|error| server::for_people(&error))?;
    println!("{seeded}");
    println!("Sign in as {} with the password {}", demo::EMAIL, demo::PASSWORD);
    Ok(())
}
