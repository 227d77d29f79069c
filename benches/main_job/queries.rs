//! Questions over ten million events beside the same SQL on the bare engine: measured inside `engine`, the only crate that
//! knows the store.

use std::process::{Command, Stdio};

use crate::Outcome;
use crate::table::Table;

pub(crate) fn measure(table: &mut Table) -> Outcome<()> {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let output = Command::new(cargo)
        .args([
            "bench",
            "--locked",
            "--workspace",
            "--exclude",
            "frontend",
            "--bench",
            "trend",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()?;
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
