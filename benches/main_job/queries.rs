//! Questions over ten million events beside the same SQL on the bare engine: measured inside `engine`, the only crate that
//! knows the store.

use std::process::{Command, Stdio};

use crate::Outcome;
use crate::table::Table;

/// The benchmark of the crate `engine`, which `scripts/bench.sh` builds beside this one and names.
pub(crate) fn trend() -> Outcome<Command> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark's own setting")]
    let program =
        std::env::var_os("TREND_BENCHMARK").ok_or("use scripts/bench.sh: it builds the engine's half too")?;
    let mut command = Command::new(program);
    command.arg("--bench");
    Ok(command)
}

pub(crate) fn measure(table: &mut Table) -> Outcome<()> {
    let output = trend()?.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the benchmark of the engine failed".into());
    }
    for line in String::from_utf8(output.stdout)?.lines() {
        if let [what, figure, target, verdict] = line.split('\t').collect::<Vec<_>>()[..] {
            table.push(what, figure.to_owned(), target.to_owned(), verdict.to_owned());
        }
    }
    Ok(())
}
