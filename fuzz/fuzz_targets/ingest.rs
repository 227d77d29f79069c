//! Bodies of `POST /api/analytics/events`.
#![no_main]

use engine::ingest::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::body(bytes));
