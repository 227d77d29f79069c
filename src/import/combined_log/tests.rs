use proptest::prelude::*;

use super::*;

const LOG: &str = include_str!("../../../tests/data/apache_access.log");

fn event(line: &str) -> Value {
    let text = CombinedLog::default().event(line.as_bytes(), "id-1").expect(line);
    serde_json::from_str(&text).expect("it writes JSON")
}

fn proper(target: &str) -> Request {
    Request::Proper {
        method: "GET".to_owned(),
        target: target.to_owned(),
    }
}

#[test]
fn a_full_line_becomes_a_page_view() {
    let event = event(
        r#"83.149.9.216 - - [17/May/2015:12:05:03 +0200] "GET /a/b?x=1&y HTTP/1.1" 200 203023 "http://example.com/" "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:27.0) Gecko/20100101 Firefox/27.0""#,
    );
    let expected = serde_json::json!({
        "name": "page_view",
        "id": "id-1",
        "timestamp": "2015-05-17T10:05:03Z",
        "user_id": client_id(None, "83.149.9.216"),
        "properties": {
            "$path": "/a/b?x=1&y", "$query": "x=1&y", "method": "GET", "status": 200, "bytes": 203_023,
            "$referrer": "http://example.com/", "$browser": "Firefox", "$os": "Windows 7", "$device": "desktop",
        },
    });
    assert_eq!(event, expected);
}

#[test]
fn what_is_absent_is_left_out() {
    let event = event(r#"::1 - - [17/May/2015:10:05:03 +0000] "-" 408 - "-" "-""#);
    assert_eq!(event["properties"], serde_json::json!({"status": 408}));
    assert_eq!(event["user_id"], client_id(None, "::1"));
}

#[test]
fn a_table_of_requests() {
    let garbage = |text: &str| Request::Garbage(text.to_owned());
    let cases = [
        ("GET / HTTP/1.0", proper("/")),
        ("GET /two words HTTP/1.1", proper("/two words")),
        ("GET /old", proper("/old")),
        (r#"GET /say?\"hi\" HTTP/1.1"#, proper(r#"/say?"hi""#)),
        (r"GET /caf\xC3\xA9 HTTP/2.0", proper("/café")),
        (r"GET /back\\slash HTTP/2.0", proper(r"/back\slash")),
        (r"\x16\x03\x01", garbage(r"\x16\x03\x01")),
        ("quit", garbage("quit")),
        ("", Request::Absent),
        ("-", Request::Absent),
    ];
    for (request, expected) in cases {
        let line = format!(r#"host.example - frank [17/May/2015:10:05:03 +0000] "{request}" 200 1 "-" "x""#);
        assert_eq!(
            LogLine::parse(&line).expect(request).request,
            expected,
            "{request}"
        );
    }
}

#[test]
fn user_agents_may_hold_quotation_marks_and_lines_may_be_cut() {
    let line = r#"h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "a \"quoted\" agent""#;
    assert_eq!(
        LogLine::parse(line).expect(line).user_agent.as_deref(),
        Some(r#"a "quoted" agent"#)
    );
    let cut = r#"h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "Mozilla/5.0 (compat"#;
    assert_eq!(
        LogLine::parse(cut).expect(cut).user_agent.as_deref(),
        Some("Mozilla/5.0 (compat")
    );
    let common = r#"h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 304 -"#;
    let parsed = LogLine::parse(common).expect(common);
    assert_eq!(
        (parsed.status, parsed.bytes, parsed.user_agent),
        (Some(304), None, None)
    );
}

#[test]
fn broken_lines_say_what_is_missing() {
    let cases = [
        ("hello", "This is not an access log line."),
        ("h - - no time", "The time in brackets is missing."),
        (
            "h - - [soon] \"GET / HTTP/1.1\" 200 1",
            "`soon` is not a time such as 17/May/2015:10:05:03 +0000.",
        ),
        (
            "h - - [17/May/2015:10:05:03 +0000]",
            "The request in quotation marks is missing.",
        ),
        (
            "h - - [31/Feb/2015:10:05:03 +0000] \"-\"",
            "`31/Feb/2015:10:05:03 +0000` is not a time such as 17/May/2015:10:05:03 +0000.",
        ),
    ];
    for (line, reason) in cases {
        assert_eq!(LogLine::parse(line).expect_err(line), reason, "{line}");
    }
}

#[test]
fn the_real_log_is_read_whole() {
    let lines: Vec<LogLine> = LOG
        .lines()
        .map(|line| LogLine::parse(line).expect(line))
        .collect();
    let on_day = |day: &str| {
        lines
            .iter()
            .filter(|line| line.timestamp.to_string().starts_with(day))
            .count()
    };
    assert_eq!(
        ["2015-05-17", "2015-05-18", "2015-05-19", "2015-05-20"].map(on_day),
        [1632, 2893, 2896, 2579]
    );
    let with_status = |status: u16| lines.iter().filter(|line| line.status == Some(status)).count();
    assert_eq!(
        [200, 304, 404, 301, 206, 500, 416, 403].map(with_status),
        [9126, 445, 213, 164, 45, 3, 2, 2]
    );
    let asked_for = |path: &str| {
        lines
            .iter()
            .filter(|line| line.request_target() == Some(path))
            .count()
    };
    let top = [
        "/favicon.ico",
        "/style2.css",
        "/reset.css",
        "/images/jordan-80.png",
        "/images/web/2009/banner.png",
    ];
    assert_eq!(top.map(asked_for), [807, 546, 538, 533, 516]);
}

impl LogLine {
    fn request_target(&self) -> Option<&str> {
        match &self.request {
            Request::Proper { target, .. } => Some(target),
            Request::Garbage(_) | Request::Absent => None,
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = CombinedLog::default().event(&bytes, "id");
    }

    #[test]
    fn no_broken_line_panics(line in r#"[h:. ]{0,4}( - - )?\[?[0-9A-Za-z/: +]{0,28}\]? ?"?[A-Z\\"x0-9 é/?-]{0,30}"? ?[0-9-]{0,9} ?[0-9-]{0,9} ?"?.{0,20}"? ?"?.{0,60}"?"#) {
        if let Ok(event) = CombinedLog::default().event(line.as_bytes(), "id") {
            prop_assert!(serde_json::from_str::<Value>(&event).is_ok());
        }
    }
}
