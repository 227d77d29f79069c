//! 10,000 real requests of a web server, and the counts that `awk` gives for them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp};

const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/apache_access.log");
const VIEWS: [u64; 4] = [1632, 2893, 2896, 2579];
const USERS: [u64; 4] = [341, 627, 561, 505];

fn question(series: &Value) -> Value {
    json!({"kind": "trend", "series": [series], "range": {"from": "2015-05-17", "to": "2015-05-20"}, "interval": "day"})
}

fn import(app: &TestApp, member: &Member) -> Value {
    let args = [
        "import",
        "--server",
        &app.url,
        "--key",
        &member.write_key,
        "--format",
        "combined-log",
        "--restart",
        LOG,
    ];
    let output = app.run(&args);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(text.trim().lines().last().expect("a last line")).expect("it is JSON")
}

async fn imported() -> (TestApp, Member) {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let summary = import(&app, &ada);
    assert_eq!(
        summary,
        json!({"read": 10000, "accepted": 10000, "duplicates": 0, "rejected": 0})
    );
    app.ask_until(&ada, &question(&json!({"measure": "count"})), |answer| {
        answer["series"][0]["total"] == json!(10000)
    })
    .await;
    (app, ada)
}

#[tokio::test]
async fn the_api_counts_what_awk_counts() {
    let (app, ada) = imported().await;
    let answer = async |query: Value| app.post(&ada, "/api/analytics/query", query).await.1;

    let views = answer(question(&json!({"event": "page_view", "measure": "count"}))).await;
    assert_eq!(views["series"][0]["values"], json!(VIEWS));
    let users = answer(question(&json!({"measure": "unique_users"}))).await;
    assert_eq!(users["series"][0]["values"], json!(USERS));
    assert_eq!(
        users["series"][0]["total"],
        json!(1753),
        "distinct over all days, not the sum of the days"
    );

    let mut by_status = question(&json!({"measure": "count"}));
    by_status["breakdown"] = json!({"property": "status", "limit": 3});
    let by_status = answer(by_status).await;
    let totals: Vec<(&Value, &Value)> = by_status["series"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|series| (&series["breakdown"], &series["total"]))
        .collect();
    assert_eq!(
        totals,
        [
            (&json!("200"), &json!(9126)),
            (&json!("304"), &json!(445)),
            (&json!("404"), &json!(213)),
            (&json!("$other"), &json!(216)),
        ]
    );
    assert_eq!(by_status["series"][0]["values"], json!([1496, 2534, 2645, 2451]));

    let mut by_path = question(&json!({"measure": "count"}));
    by_path["breakdown"] = json!({"property": "$path", "limit": 5});
    let by_path = answer(by_path).await;
    for (position, (path, total)) in [
        ("/favicon.ico", 807),
        ("/style2.css", 546),
        ("/reset.css", 538),
        ("/images/jordan-80.png", 533),
        ("/images/web/2009/banner.png", 516),
    ]
    .into_iter()
    .enumerate()
    {
        let series = &by_path["series"][position];
        assert_eq!(
            (&series["breakdown"], &series["total"]),
            (&json!(path), &json!(total))
        );
    }
}

#[tokio::test]
async fn the_same_file_twice_adds_nothing() {
    let (app, ada) = imported().await;
    let again = import(&app, &ada);
    assert_eq!(
        again,
        json!({"read": 10000, "accepted": 0, "duplicates": 10000, "rejected": 0})
    );
    let answer = app
        .post(
            &ada,
            "/api/analytics/query",
            question(&json!({"measure": "count"})),
        )
        .await
        .1;
    assert_eq!(answer["series"][0]["total"], json!(10000));
}

#[tokio::test]
async fn a_broken_line_costs_only_itself() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let log = std::fs::read_to_string(LOG).expect("the test data is there");
    let mut lines: Vec<&str> = log.lines().take(20).collect();
    lines.insert(7, "this is no access log line");
    let file = app.data.path().join("broken.log");
    std::fs::write(&file, lines.join("\n")).expect("it can be written");
    let file = file.to_str().expect("UTF-8");
    let output = app.run(&[
        "import",
        "--server",
        &app.url,
        "--key",
        &ada.write_key,
        "--format",
        "combined-log",
        file,
    ]);
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let summary: Value =
        serde_json::from_str(out.trim().lines().last().expect("a last line")).expect("it is JSON");
    assert_eq!(
        summary,
        json!({"read": 21, "accepted": 20, "duplicates": 0, "rejected": 1})
    );
    assert!(
        err.contains('8') && output.status.success(),
        "line 8 is named: {err}"
    );
}

#[tokio::test]
async fn the_dashboard_and_the_share_page_show_the_same_figures() {
    let (app, ada) = imported().await;
    let (_, dashboard) = app
        .post(&ada, "/api/dashboards", json!({"name": "Web traffic"}))
        .await;
    let id = dashboard["id"].as_str().expect("an id");
    let mut by_status = question(&json!({"event": "page_view", "measure": "count"}));
    by_status["breakdown"] = json!({"property": "status", "limit": 3});
    let mut by_path = question(&json!({"event": "page_view", "measure": "count"}));
    by_path["breakdown"] = json!({"property": "$path", "limit": 5});
    for (kind, title, query) in [
        (
            "table",
            "Page views",
            question(&json!({"event": "page_view", "measure": "count", "label": "Views"})),
        ),
        (
            "table",
            "Visitors",
            question(&json!({"event": "page_view", "measure": "unique_users", "label": "Visitors"})),
        ),
        ("table", "Status", by_status),
        ("horizontal_bar", "Top paths", by_path),
        (
            "line",
            "Page views per day",
            question(&json!({"event": "page_view", "measure": "count", "label": "Views"})),
        ),
    ] {
        let widget = json!({"type": kind, "title": title, "config": {"query": query}});
        let (status, made) = app
            .post(&ada, &format!("/api/dashboards/{id}/widgets"), widget)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
    }
    let (_, share) = app
        .post(&ada, &format!("/api/dashboards/{id}/shares"), json!({}))
        .await;
    let link = share["url"]
        .as_str()
        .expect("a link")
        .strip_prefix(&app.url)
        .expect("ours")
        .to_owned();
    let cookie = app.cookie(&ada).await;
    let pages = [
        app.page(&format!("/dashboards/{id}"), Some(&cookie)).await,
        app.page(&link, None).await,
    ];
    for (status, page) in pages {
        assert_eq!(status, StatusCode::OK);
        for figure in [
            "1,632", "2,893", "2,896", "2,579", "341", "627", "561", "505", "9,126",
        ] {
            assert!(page.contains(figure), "{figure} is missing");
        }
        for path in [
            "/favicon.ico",
            "/style2.css",
            "/reset.css",
            "/images/jordan-80.png",
            "/images/web/2009/banner.png",
        ] {
            assert!(page.contains(path), "{path} is missing");
        }
        for total in ["807", "546", "538", "533", "516"] {
            assert!(page.contains(total), "{total} is missing");
        }
    }
    let compressed = app
        .request(Method::GET, &link)
        // What browsers say.
        .header("accept-encoding", "gzip, deflate, br, zstd")
        .send()
        .await
        .expect("an answer");
    assert_eq!(compressed.headers()["content-encoding"], "br");
    let size = compressed.bytes().await.expect("a body").len();
    assert!(size <= 100 * 1024, "the share page has {size} bytes compressed");
}
