use model::event::{Event, EventParts};
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::{Format, Writer};

fn events(count: usize) -> Vec<Event> {
    let event = |number: usize| {
        Event::from_parts(EventParts {
            id: format!("e{number}"),
            name: "=käse \"x\"".to_owned(),
            timestamp: "2026-01-02T03:04:05.000006Z".parse().expect("a time"),
            user_id: number.is_multiple_of(2).then(|| "ada,x".to_owned()),
            anonymous_id: None,
            session_id: None,
            properties: r#"{"a":[1,"x"]}"#.to_owned(),
        })
    };
    (0..count).map(event).collect()
}

fn written(format: Format, pages: &[Vec<Event>]) -> Vec<u8> {
    let mut writer = Writer::new(format).expect("memory");
    let mut bytes = Vec::new();
    for page in pages {
        bytes.extend(writer.add(page).expect("memory"));
    }
    bytes.extend(writer.finish().expect("memory"));
    bytes
}

#[test]
fn a_line_is_an_event_of_the_api() {
    let bytes = written(Format::Ndjson, &[events(1), events(1)]);
    let text = String::from_utf8(bytes).expect("UTF-8");
    let line = r#"{"id":"e0","name":"=käse \"x\"","timestamp":"2026-01-02T03:04:05.000006Z","user_id":"ada,x","properties":{"a":[1,"x"]}}"#;
    assert_eq!(text, format!("{line}\n{line}\n"));
    let now = "2026-02-01T00:00:00Z".parse().expect("a time");
    let read = Event::parse(line, now, String::new).expect("it is one").event;
    assert_eq!(vec![read], events(1));
}

#[test]
fn rows_have_one_header_and_no_formulas() {
    let text = String::from_utf8(written(Format::Csv, &[events(1), events(1)])).expect("UTF-8");
    let row =
        "e0,\"'=käse \"\"x\"\"\",2026-01-02T03:04:05.000006Z,\"ada,x\",,,\"{\"\"a\"\":[1,\"\"x\"\"]}\"\n";
    assert_eq!(
        text,
        format!("id,name,timestamp,user_id,anonymous_id,session_id,properties\n{row}{row}")
    );
    assert!(
        written(Format::Csv, &[]).starts_with(b"id,name"),
        "a header even of nothing"
    );
}

#[test]
fn parquet_is_read_back_whatever_its_groups() {
    for pages in [
        vec![],
        vec![events(3), events(2)],
        vec![events(60_000), events(60_000), events(60_000), events(7)],
    ] {
        let expected: usize = pages.iter().map(Vec::len).sum();
        let bytes = bytes::Bytes::from(written(Format::Parquet, &pages));
        let reader = SerializedFileReader::new(bytes).expect("a file");
        let rows: Vec<String> = reader
            .get_row_iter(None)
            .expect("rows")
            .map(|row| row.expect("a row").to_string())
            .collect();
        assert_eq!(rows.len(), expected);
        assert!(
            rows.iter()
                .all(|row| row.contains("käse") && row.contains(r#"{"a":[1,"x"]}"#)),
            "{:?}",
            rows.first()
        );
        assert_eq!(
            rows.iter().filter(|row| row.contains("user_id: null")).count(),
            pages.iter().map(|page| page.len() / 2).sum::<usize>()
        );
        assert_eq!(reader.num_row_groups() > 1, expected > 100_000);
    }
}
