//! A real access log, 17 to 20 May 2015, inside the program. Where it is from: `tests/data/README.md`.

use crate::import::Format;
use crate::import::combined_log::CombinedLog;
use crate::import::identity::Identities;

const LOG: &[u8] = include_bytes!("apache_access.log.zst");

/// Asks how much of it is there.
pub(super) const COUNTED: &str = r#"{"kind":"trend","series":[{"event":"page_view","measure":"count"}],
    "range":{"from":"2015-05-17","to":"2015-05-20"},"interval":"day","timezone":"UTC"}"#;

/// Its requests as events, with the ids that an import of the file gives them.
pub(super) fn events() -> Vec<String> {
    let text = zstd::decode_all(LOG).expect("the log is inside the program and a test reads it");
    let mut identities = Identities::of(Format::CombinedLog.as_str().as_bytes());
    let mut log = CombinedLog::new(None);
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .filter_map(|line| log.event(line, &identities.next(line)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_log_of_the_tests() {
        let text = zstd::decode_all(LOG).expect("it is compressed");
        assert!(text == include_bytes!("../../tests/data/apache_access.log"));
        assert_eq!(events().len(), 10_000);
    }
}
