//! Questions as JSON: refused with a reason, or the same question when they are written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::query::Query;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let query = match Query::parse(text) {
        Ok(query) => query,
        Err(errors) => {
            assert!(!errors.is_empty(), "a refusal says why");
            return;
        }
    };
    let written = serde_json::to_string(&query).expect("a question is JSON");
    let again = Query::parse(&written).unwrap_or_else(|errors| panic!("{written}: {errors:?}"));
    assert_eq!(again, query, "{written}");
});
