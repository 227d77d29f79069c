//! SQL that people write: confined for every store, and run by DuckDB.
#![no_main]

use std::sync::LazyLock;

use engine::query::fuzzing::Asker;
use libfuzzer_sys::fuzz_target;

static ASKER: LazyLock<Asker> = LazyLock::new(|| Asker::new(tempfile::tempdir().expect("a folder").keep()));

fuzz_target!(|bytes: &[u8]| ASKER.sql(bytes));
