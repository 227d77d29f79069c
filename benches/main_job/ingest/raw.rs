//! The disk without us: the same bytes, each request's synced before the next.

use std::io::Write;
use std::time::Instant;

use engine::Clock;

use super::bodies::{self, BATCH, Sender};
use crate::Outcome;
use crate::table::Table;

const WRITES: usize = 1_600;

/// `ours` is what we acknowledged in a second.
pub(super) fn measure(table: &mut Table, ours: f64) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut file = std::fs::File::create(folder.path().join("log"))?;
    let now = Clock::System.now();
    let bodies: Vec<Vec<u8>> = (0..WRITES)
        .map(|number| bodies::batch("", number, now, Sender::Server))
        .collect();
    let start = Instant::now();
    for body in &bodies {
        file.write_all(body)?;
        file.sync_data()?;
    }
    let raw = (WRITES * BATCH) as f64 / start.elapsed().as_secs_f64();
    table.note(
        "a bare file, the same bytes, a sync for each batch",
        raw,
        "events/s",
    );
    table.note("ingest, beside it", ours / raw, "×");
    Ok(())
}
