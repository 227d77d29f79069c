//! DuckDB's appender without us; only the crate `engine` knows it.

use std::process::Stdio;

use crate::Outcome;
use crate::queries::trend;
use crate::table::Table;

pub(super) fn measure(table: &mut Table) -> Outcome<()> {
    let output = trend()?.arg("appender").stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the benchmark of the engine failed".into());
    }
    for line in String::from_utf8(output.stdout)?.lines() {
        if let Some((what, rate)) = line.split_once('\t') {
            table.note(what, rate.parse()?, "events/s");
        }
    }
    Ok(())
}
