use std::path::Path;

use uuid::Uuid;

use crate::clock::Clock;
use crate::error::Error;
use crate::random::Random;

/// The name of the log in the folder `dir` among all logs of an installation; a new log gets one.
///
/// # Errors
/// [`Error::Internal`] when the folder cannot be written.
pub(crate) fn identity(dir: &Path, clock: &Clock, random: &Random) -> Result<Uuid, Error> {
    let path = dir.join("id");
    let known = std::fs::read_to_string(&path).ok();
    if let Some(id) = known.and_then(|text| Uuid::parse_str(text.trim()).ok()) {
        return Ok(id);
    }
    std::fs::create_dir_all(dir).map_err(Error::internal)?;
    let id = random.id(clock.now());
    std::fs::write(&path, id.to_string()).map_err(Error::internal)?;
    Ok(id)
}
