//! What a crash leaves of the log's last write.

use std::fs;
use std::num::NonZero;

use model::Timestamp;
use uuid::Uuid;

use super::*;

fn draft(text: &str) -> Draft {
    Draft {
        org: OrgId::new(Uuid::from_u128(1)),
        count: 1,
        body: text.as_bytes().to_vec(),
    }
}

fn bodies(records: &[Record]) -> Vec<Option<String>> {
    let text = |record: &Record| {
        let body = record.body.clone()?;
        Some(String::from_utf8(body).expect("text"))
    };
    records.iter().map(text).collect()
}

async fn records(path: &Path) -> Vec<Record> {
    let mut reader = LogReader::open(path).await.expect("it opens");
    let all = Span {
        org: OrgId::new(Uuid::from_u128(1)),
        first: 0,
        last: u64::MAX >> 1,
    };
    let records = reader.read(all).await.expect("it is readable");
    reader.close().await.expect("it closes");
    records
}

/// Of the last write all is there or nothing; of what came before everything; and the log goes on.
async fn look_at(folder: &Path, main: &[u8], journal: &[u8], cut: usize) {
    let path = folder.join("log.sqlite3");
    let journal_path = folder.join("log.sqlite3-wal");
    let _ = fs::remove_file(folder.join("log.sqlite3-shm"));
    fs::write(&path, main).expect("a scratch folder");
    fs::write(&journal_path, &journal[..cut]).expect("a scratch folder");
    let mut log = LogWriter::open(&path, 0).await.expect("it opens");
    let whole = cut == journal.len();
    let told = bodies(&records(&path).await);
    let expected: Vec<Option<String>> = ["first", "second", "last"]
        .into_iter()
        .take(if whole { 3 } else { 2 })
        .map(|text| Some(text.to_owned()))
        .collect();
    assert_eq!(told, expected, "cut after {cut} bytes of {}", journal.len());
    if cut.is_multiple_of(97) {
        let headers = log
            .append(Timestamp::UNIX_EPOCH, vec![draft("next")])
            .await
            .expect("it goes on");
        assert_eq!(headers[0].position, expected.len() as u64 + 1);
        assert_eq!(
            bodies(&records(&path).await).last(),
            Some(&Some("next".to_owned()))
        );
    }
    log.close().await.expect("it closes");
}

#[test]
fn a_log_that_is_torn_at_any_byte_of_its_last_write_loses_that_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("log.sqlite3");
    let wal = folder.path().join("log.sqlite3-wal");
    let (main, before, journal) = {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let mut log = LogWriter::open(&path, 0).await.expect("it opens");
            for text in ["first", "second"] {
                log.append(Timestamp::UNIX_EPOCH, vec![draft(text)])
                    .await
                    .expect("written");
            }
            let before = fs::metadata(&wal).expect("the journal").len();
            log.append(Timestamp::UNIX_EPOCH, vec![draft("last")])
                .await
                .expect("written");
            let files = (
                fs::read(&path).expect("the log"),
                before,
                fs::read(&wal).expect("the journal"),
            );
            log.close().await.expect("it closes");
            files
        })
    };
    let before = usize::try_from(before).expect("small");
    let (main, journal) = (&main, &journal);
    let threads = std::thread::available_parallelism().map_or(2, NonZero::get);
    let cuts: Vec<usize> = (before..=journal.len()).collect();
    assert!(cuts.len() > 4_000, "a page at least: {}", cuts.len());
    std::thread::scope(|scope| {
        for cuts in cuts.chunks(cuts.len().div_ceil(threads)) {
            scope.spawn(move || {
                let folder = tempfile::tempdir().expect("a scratch folder");
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = runtime.expect("a runtime");
                for cut in cuts {
                    runtime.block_on(look_at(folder.path(), main, journal, *cut));
                }
            });
        }
    });
}
