//! Imports against a small server that answers as told.

mod fake_server;

use std::fs;
use std::path::PathBuf;

use fake_server::{Answer, FakeServer, accept_all};
use tempfile::TempDir;

use super::*;

struct Import {
    folder: TempDir,
    options: Options,
}

impl Import {
    fn of(text: &str, format: Format, server: &FakeServer) -> Self {
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("input");
        fs::write(&file, text).expect("the folder is writable");
        let options = Options {
            server: server.url().to_owned(),
            key: "key-1".to_owned(),
            format,
            source: Source::File(file),
            salt: None,
            restart: false,
            state_dir: Some(folder.path().join("state")),
        };
        Self { folder, options }
    }

    fn run(&self) -> Result<Summary, Failure> {
        import(&self.options)
    }

    fn notes(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.folder.path().join("state")) else {
            return Vec::new();
        };
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }
}

fn numbered(count: usize) -> String {
    let lines: Vec<String> = (0..count)
        .map(|number| format!("{{\"name\":\"n{number}\"}}"))
        .collect();
    lines.join("\n") + "\n"
}

fn counts(summary: &Summary) -> (u64, u64, u64, u64) {
    (
        summary.read,
        summary.accepted,
        summary.duplicates,
        summary.rejected,
    )
}

#[test]
fn the_same_file_twice_adds_nothing() {
    let server = FakeServer::start(accept_all);
    let import = Import::of(
        &format!("{}{}", numbered(5_000), numbered(1)),
        Format::Ndjson,
        &server,
    );
    assert_eq!(
        counts(&import.run().expect("the first run")),
        (5_001, 5_001, 0, 0)
    );
    assert_eq!(
        counts(&import.run().expect("the second run")),
        (5_001, 0, 5_001, 0)
    );
    assert_eq!(import.notes(), Vec::<PathBuf>::new());
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.key == "key-1" && request.names.len() <= 2_000)
    );
}

#[test]
fn broken_lines_are_named_and_cost_nobody_else() {
    let server = FakeServer::start(|_, names| {
        if names.len() > 1 && names.contains(&"huge".to_owned()) {
            return Answer::Status(413, "");
        }
        match names.iter().position(|name| name == "bad") {
            Some(index) => Answer::Reject {
                index,
                message: "`name` is taken.",
            },
            None if names.contains(&"huge".to_owned()) => Answer::Status(413, ""),
            None => Answer::Accept,
        }
    });
    let text = "{\"name\":\"a\"}\nnot json\n{\"name\":\"bad\"}\n\n{\"name\":\"huge\"}\n{\"name\":\"b\"}\n";
    let summary = Import::of(text, Format::Ndjson, &server)
        .run()
        .expect("the rest is delivered");
    assert_eq!(counts(&summary), (5, 2, 0, 3));
    let told: Vec<String> = summary
        .first_rejections()
        .iter()
        .map(|rejection| format!("{}: {}", rejection.line, rejection.reason))
        .collect();
    let expected = [
        "2: An event is a JSON object on one line.",
        "3: `name` is taken.",
        "5: The server answered 413.",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_busy_or_stumbling_server_is_asked_again() {
    let server = FakeServer::start(|request, _| match request {
        0 => Answer::Status(503, "Retry-After: 0\r\n"),
        1 => Answer::Status(429, "Retry-After: 0\r\n"),
        2 => Answer::HangUp,
        3 => Answer::Status(502, ""),
        _ => Answer::Accept,
    });
    let summary = Import::of(&numbered(3), Format::Ndjson, &server)
        .run()
        .expect("it gets through");
    assert_eq!(counts(&summary), (3, 3, 0, 0));
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn a_refused_key_ends_the_import_at_once() {
    let server = FakeServer::start(|_, _| Answer::Status(401, ""));
    let failure = Import::of(&numbered(9_000), Format::Ndjson, &server)
        .run()
        .expect_err("the key is wrong");
    assert!(failure.message.contains("refused the key"), "{failure}");
    assert!(server.requests().len() <= 4);
}

#[test]
fn a_broken_off_import_goes_on_where_it_stopped() {
    let server = FakeServer::start(|_, names| {
        if names.contains(&"n9999".to_owned()) {
            Answer::Status(404, "")
        } else {
            Answer::Accept
        }
    });
    // The same lines before and behind the break: their ids tell them apart.
    let text = format!("{}{}", numbered(10_000), numbered(4_000));
    let mut import = Import::of(&text, Format::Ndjson, &server);
    let failure = import.run().expect_err("the server says 404");
    assert!(failure.so_far.accepted <= 12_000);
    assert_eq!(import.notes().len(), 1);

    let healed = FakeServer::start_with(server.ids(), accept_all);
    // The note belongs to an address, so the healed server answers at the old one.
    let note = import.notes().remove(0);
    import.options.server = healed.url().to_owned();
    let Source::File(file) = import.options.source.clone() else {
        unreachable!("the tests import files")
    };
    let state = import.options.state_dir.clone().expect("the tests have one");
    let confirmed = fs::read_to_string(&note).expect("it is a file");
    Progress::of(&state, &file, &import.options)
        .confirm(&serde_json::from_str(&confirmed).expect("it is a note"));

    let summary = import.run().expect("it ends well");
    assert_eq!(summary.skipped + summary.read, 14_000);
    assert!(summary.skipped > 0, "{summary}");
    assert_eq!(healed.ids().len(), 14_000);
}

#[test]
fn a_file_that_changed_is_imported_from_its_start() {
    let server = FakeServer::start(accept_all);
    let import = Import::of(&numbered(10), Format::Ndjson, &server);
    let Source::File(file) = &import.options.source else {
        unreachable!("the tests import files")
    };
    let state = import.options.state_dir.clone().expect("the tests have one");
    let outdated = progress::Confirmed {
        offset: 30,
        digest: "another file".to_owned(),
    };
    Progress::of(&state, file, &import.options).confirm(&outdated);
    let summary = import.run().expect("it is delivered");
    assert_eq!((summary.skipped, counts(&summary)), (0, (10, 10, 0, 0)));
}

#[test]
fn the_wrong_format_and_unreadable_files_are_failures() {
    let server = FakeServer::start(accept_all);
    let wrong = Import::of(&numbered(3), Format::CombinedLog, &server)
        .run()
        .expect_err("no line fits");
    assert_eq!(
        wrong.message,
        "No line could be imported. Is this file really `combined-log`?"
    );
    assert_eq!(wrong.so_far.rejected, 3);
    let mut gone = Import::of("", Format::Ndjson, &server);
    gone.options.source = Source::File(gone.folder.path().join("gone"));
    assert!(
        gone.run()
            .expect_err("there is no file")
            .message
            .contains("cannot be read")
    );
    assert_eq!(
        Import::of("", Format::Csv, &server)
            .run()
            .expect_err("no header")
            .message,
        "The file is empty."
    );
}

#[test]
fn the_real_log_arrives_whole() {
    let server = FakeServer::start(accept_all);
    let log = include_str!("../../tests/data/apache_access.log");
    let import = Import::of(log, Format::CombinedLog, &server);
    assert_eq!(
        counts(&import.run().expect("it is delivered")),
        (10_000, 10_000, 0, 0)
    );
}

#[test]
fn csv_rows_arrive_with_the_line_they_begin_on() {
    let server = FakeServer::start(accept_all);
    let text = "name,note\na,\"two\nlines\"\nb\nc,\"never closed\nd,fine\n";
    let summary = Import::of(text, Format::Csv, &server)
        .run()
        .expect("the rest is delivered");
    assert_eq!(counts(&summary), (4, 2, 0, 2));
    let lines: Vec<u64> = summary
        .first_rejections()
        .iter()
        .map(|rejection| rejection.line)
        .collect();
    assert_eq!(lines, [4, 5]);
}
