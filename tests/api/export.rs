//! Events to take along, over the API and by the command line.

use std::fs;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp};
use crate::company::text;

const ALL: &str = r#"{"kind":"trend","series":[{"measure":"count"}],"range":{"from":"2025-12-01","to":"2026-02-01"},"interval":"day"}"#;

fn all() -> Value {
    serde_json::from_str(ALL).expect("JSON")
}

/// 4,500 events, most of them at one instant, and a few beside.
async fn filled(app: &TestApp, member: &Member) {
    for part in 0..3 {
        let event = |number: usize| json!({"id": format!("e{part}-{number}"), "name": "tick", "timestamp": "2026-01-02T03:04:05.123456Z", "user_id": "ada", "properties": {"n": number, "x": [1, "ü"]}});
        let events: Vec<Value> = (0..1_500).map(event).collect();
        app.send(member, &json!(events)).await;
    }
    let few = json!([
        {"id": "first", "name": "start", "timestamp": "2025-12-31T23:59:59Z", "anonymous_id": "v"},
        {"id": "last", "name": "=end,\"", "timestamp": "2026-01-05T00:00:00Z"},
    ]);
    app.send(member, &few).await;
    app.ask_until(member, &all(), |answer| answer["series"][0]["total"] == 4502.0)
        .await;
}

async fn exported(app: &TestApp, token: &str, query: &str) -> (StatusCode, String, u64) {
    let request = app.request(Method::GET, &format!("/api/analytics/export?{query}"));
    let answer = request
        .bearer_auth(token)
        .send()
        .await
        .expect("the server answers");
    let total = answer.headers().get("x-datapulse-events");
    let total = total.map_or(0, |total| {
        total.to_str().expect("ASCII").parse().expect("a number")
    });
    (answer.status(), answer.text().await.expect("text"), total)
}

async fn secret_key(app: &TestApp, member: &Member, scopes: Value) -> String {
    let keys = format!("/api/organizations/{}/keys", member.organization);
    let (_, made) = app
        .post(
            member,
            &keys,
            json!({"name": "x", "kind": "secret", "scopes": scopes}),
        )
        .await;
    text(&made["key"])
}

fn ids(lines: &str) -> Vec<String> {
    let event = |line: &str| -> Value { serde_json::from_str(line).expect("a line is JSON") };
    lines.lines().map(|line| text(&event(line)["id"])).collect()
}

#[tokio::test]
async fn an_export_is_whole_in_order_and_can_be_imported_again() {
    let app = TestApp::start();
    let (ada, bob) = (app.member("ada").await, app.member("bob").await);
    filled(&app, &ada).await;
    let (status, lines, total) = exported(&app, &ada.token, "format=ndjson").await;
    assert_eq!((status, total), (StatusCode::OK, 4502), "{lines}");
    let told = ids(&lines);
    let mut different = told.clone();
    different.sort();
    different.dedup();
    assert_eq!((told.len(), different.len()), (4502, 4502));
    assert_eq!((told[0].as_str(), told[4501].as_str()), ("first", "last"));

    let file = app.data.path().join("all.ndjson");
    fs::write(&file, &lines).expect("a file");
    let file = file.to_str().expect("UTF-8");
    for (member, accepted, duplicates) in [(&ada, 0, 4502), (&bob, 4502, 0), (&bob, 0, 4502)] {
        let told = app.run(&[
            "import",
            "--server",
            &app.url,
            "--key",
            &member.write_key,
            "--format",
            "ndjson",
            "--restart",
            file,
        ]);
        assert!(told.status.success(), "{told:?}");
        let last: Value = serde_json::from_slice(&told.stdout).expect("JSON");
        assert_eq!(
            last,
            json!({"read": 4502, "accepted": accepted, "duplicates": duplicates, "rejected": 0})
        );
    }
    let theirs = app
        .ask_until(&bob, &all(), |answer| answer["series"][0]["total"] == 4502.0)
        .await;
    let (_, ours) = app.post(&ada, "/api/analytics/query", all()).await;
    assert_eq!(theirs["series"], ours["series"]);
    let (_, again, _) = exported(&app, &bob.token, "").await;
    assert_eq!(again, lines, "and it comes out as it went in");
}

#[tokio::test]
async fn ranges_names_filters_and_formats_are_what_they_say() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    filled(&app, &ada).await;
    let count = async |query: &str| {
        let (status, lines, total) = exported(&app, &ada.token, query).await;
        assert_eq!(status, StatusCode::OK, "{query}: {lines}");
        (lines.lines().count(), total)
    };
    assert_eq!(count("event=start").await, (1, 1));
    assert_eq!(count("from=2025-12-31&to=2025-12-31").await, (1, 1));
    assert_eq!(
        count("from=2026-01-02T03:04:05.123457Z&to=2026-01-06").await,
        (1, 1)
    );
    let filter =
        serde_urlencoded::to_string([("filter", r#"{"property":"n","op":"lt","value":2}"#)]).expect("text");
    assert_eq!(count(&filter).await, (6, 6));
    assert_eq!(
        count("after=2026-01-02T03:04:05.123456Z/e2-999&event=tick").await,
        (0, 4500)
    );
    assert_eq!(
        count("after=2026-01-02T03:04:05.123456Z/e2-998&event=tick").await,
        (1, 4500)
    );
    let (_, rows, _) = exported(&app, &ada.token, "format=csv&event=%3Dend%2C%22").await;
    assert!(
        rows.ends_with("last,\"'=end,\"\"\",2026-01-05T00:00:00Z,,,,{}\n"),
        "{rows}"
    );
    let parquet = app
        .request(Method::GET, "/api/analytics/export?format=parquet")
        .bearer_auth(&ada.token)
        .send()
        .await;
    let bytes = parquet.expect("an answer").bytes().await.expect("bytes");
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    for wrong in [
        "format=xls",
        "from=2026-01-01",
        "after=x",
        "nothing=1",
        "from=2026-02-01&to=2026-01-01",
    ] {
        let (status, told, _) = exported(&app, &ada.token, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {told}");
    }
    let (status, told, _) = exported(&app, &ada.token, "filter=%7B").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{told}");
    let reads = secret_key(&app, &ada, json!(["analytics:read"])).await;
    assert_eq!(exported(&app, &reads, "event=start").await.0, StatusCode::OK);
    let sends = secret_key(&app, &ada, json!(["events:write"])).await;
    assert_eq!(
        exported(&app, &sends, "event=start").await.0,
        StatusCode::FORBIDDEN
    );
    let (_, record) = app
        .get(&ada, &format!("/api/organizations/{}/audit", ada.organization))
        .await;
    assert!(record.to_string().contains("events.exported"), "{record}");
}

#[tokio::test]
async fn the_command_line_goes_on_where_it_broke_off() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    filled(&app, &ada).await;
    let key = secret_key(&app, &ada, json!(["analytics:read"])).await;
    let file = app.data.path().join("all.ndjson");
    let name = file.to_str().expect("UTF-8");
    let run = |more: &[&str], to: &str| {
        let told = app.run(&[&["export", "--server", &app.url, "--key", &key], more, &[to]].concat());
        assert!(told.status.success(), "{told:?}");
        told.stdout
    };
    assert_eq!(run(&[], name), b"{\"events\":4502}\n");
    let whole = fs::read(&file).expect("it is there");
    assert_eq!(ids(std::str::from_utf8(&whole).expect("UTF-8")).len(), 4502);

    // What a connection leaves behind that broke in the middle of a line.
    let cut = whole.len() / 3;
    let (part, of) = (format!("{name}.part"), format!("{name}.part-of"));
    fs::write(&part, &whole[..cut]).expect("a file");
    fs::write(&of, format!("{} []", app.url)).expect("a file");
    fs::remove_file(&file).expect("it was there");
    assert_eq!(run(&[], name), b"{\"events\":4502}\n");
    assert!(
        fs::read(&file).expect("it is there") == whole,
        "the same, byte by byte"
    );
    assert!(!fs::exists(&part).expect("a folder") && !fs::exists(&of).expect("a folder"));
    // What another export left is not gone on with.
    fs::write(&part, "{}\n").expect("a file");
    fs::write(&of, "something else").expect("a file");
    assert_eq!(run(&["--event", "start"], name), b"{\"events\":1}\n");
    assert_eq!(run(&["--format", "ndjson"], "-"), whole);
    let rows = app.data.path().join("all.csv");
    run(&["--format", "csv"], rows.to_str().expect("UTF-8"));
    let (_, expected, _) = exported(&app, &ada.token, "format=csv").await;
    assert_eq!(fs::read_to_string(&rows).expect("text"), expected);
    let file = app.data.path().join("all.parquet");
    run(&["--format", "parquet"], file.to_str().expect("UTF-8"));
    assert!(fs::read(&file).expect("bytes").ends_with(b"PAR1"));
    let told = app.run(&["export", "--server", &app.url, "--key", &ada.write_key, name]);
    assert!(!told.status.success(), "a write key reads nothing");
}
