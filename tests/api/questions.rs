use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, fields, read};

fn count(more: &Value) -> Value {
    let mut question = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}});
    for (key, value) in more.as_object().expect("fields") {
        question[key] = value.clone();
    }
    question
}

async fn send_raw(app: &TestApp, member: &Member, body: String) -> (StatusCode, Value) {
    let request = app
        .request(Method::POST, "/api/analytics/query")
        .bearer_auth(&member.token);
    read(request.body(body).send().await.expect("an answer")).await
}

#[tokio::test]
async fn looking_again_is_told_in_the_answer() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    app.send(&ada, &json!({"name": "x"})).await;
    let question = count(&json!({"interval": "day"}));
    app.ask_until(&ada, &question, |answer| answer["series"][0]["total"] == json!(1))
        .await;
    let (_, again) = app.post(&ada, "/api/analytics/query", question.clone()).await;
    let meta = &again["meta"];
    assert_eq!(
        (&meta["cached"], &meta["cached_share"]),
        (&json!(true), &json!(1.0)),
        "{again}"
    );
    app.send(&ada, &json!({"name": "x"})).await;
    let later = app
        .ask_until(&ada, &question, |answer| answer["series"][0]["total"] == json!(2))
        .await;
    let share = later["meta"]["cached_share"].as_f64().expect("a share");
    assert!((0.85..1.01).contains(&share), "six of seven days: {later}");
}

#[tokio::test]
async fn an_answer_explains_itself_when_asked_to() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let question = count(&json!({"filter": {"property": "plan", "op": "eq", "value": "o'neill"}}));
    let (status, answer) = app
        .post(&ada, "/api/analytics/query?explain=1", question.clone())
        .await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let statement = &answer["explain"][0];
    let sql = statement["sql"].as_str().expect("text");
    assert!(sql.contains("SELECT") && !sql.contains("o'neill"), "{sql}");
    let parameters = statement["parameters"].as_array().expect("a list");
    assert!(parameters.contains(&json!("o'neill")), "{statement}");
    let parameters = serde_urlencoded::to_string([("q", question.to_string().as_str()), ("explain", "1")]);
    let path = format!("/api/analytics/query?{}", parameters.expect("it can be encoded"));
    let by_url = app.request(Method::GET, &path).bearer_auth(&ada.token);
    let (status, same) = read(by_url.send().await.expect("an answer")).await;
    assert_eq!((status, &same["explain"]), (StatusCode::OK, &answer["explain"]));
    let (_, plain) = app.post(&ada, "/api/analytics/query", question.clone()).await;
    assert_eq!((plain.get("explain"), &plain["kind"]), (None, &json!("trend")));
    let (status, problem) = app
        .post(&ada, "/api/analytics/query?explain=maybe", question)
        .await;
    assert_eq!(
        (status, fields(&problem)[0].0.as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "explain")
    );
}

#[tokio::test]
async fn every_body_that_is_no_question_is_a_problem() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    for (body, status) in [
        (String::new(), StatusCode::BAD_REQUEST),
        ("{\"kind\":".to_owned(), StatusCode::BAD_REQUEST),
        ("[]".to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        (" ".repeat(3 * 1024 * 1024), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let (given, problem) = send_raw(&app, &ada, body).await;
        assert_eq!(
            (given, &problem["status"]),
            (status, &json!(status.as_u16())),
            "{problem}"
        );
    }
    let values: Vec<String> = (0..10_000).map(|n| format!("value {n}")).collect();
    let many = count(&json!({"filter": {"property": "plan", "op": "in", "value": values}}));
    let (status, answer) = app.post(&ada, "/api/analytics/query", many).await;
    assert_eq!(
        (status, &answer["series"][0]["total"]),
        (StatusCode::OK, &json!(0)),
        "{answer}"
    );
}

/// Seconds of processor time that the program has used.
fn processor_seconds(app: &TestApp) -> f64 {
    let path = format!("/proc/{}/stat", app.pid());
    let stat = std::fs::read_to_string(path).expect("the program runs");
    let (_, numbers) = stat.rsplit_once(") ").expect("the name ends");
    let ticks = |field: usize| -> f64 {
        let field = numbers.split(' ').nth(field).expect("a field");
        field.parse().expect("a number")
    };
    let (in_user_mode, in_kernel_mode) = (11, 12);
    (ticks(in_user_mode) + ticks(in_kernel_mode)) / 100.0
}

/// How much of one processor the program uses.
async fn load(app: &TestApp) -> f64 {
    let (begun, used) = (Instant::now(), processor_seconds(app));
    tokio::time::sleep(Duration::from_millis(300)).await;
    (processor_seconds(app) - used) / begun.elapsed().as_secs_f64()
}

async fn until(app: &TestApp, what: &str, holds: impl Fn(f64) -> bool) {
    for _ in 0..60 {
        if holds(load(app).await) {
            return;
        }
    }
    panic!("{what}");
}

/// Thousands of regular expressions over twenty megabytes of text: minutes of work on any machine.
fn endless() -> Value {
    let expressions: Vec<Value> = (0..2_000)
        .map(|n| json!({"property": "text", "op": "matches", "value": format!("(a|b|c)*d[efg]{{1,9}}{n}$")}))
        .collect();
    count(&json!({"filter": {"or": expressions}}))
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_stops_their_question() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let text = "abc".repeat(2_700);
    for batch in 0..5 {
        let events: Vec<Value> = (0..500)
            .map(|n| json!({"name": "x", "properties": {"text": format!("{text}{batch}-{n}")}}))
            .collect();
        app.send(&ada, &json!(events)).await;
    }
    app.ask_until(&ada, &count(&json!({})), |answer| {
        answer["series"][0]["total"] == json!(2_500)
    })
    .await;
    until(&app, "it is never idle", |load| load < 0.2).await;
    let asked = app
        .request(Method::POST, "/api/analytics/query")
        .bearer_auth(&ada.token)
        .json(&endless())
        .timeout(Duration::from_secs(2));
    assert!(asked.send().await.is_err_and(|error| error.is_timeout()));
    until(&app, "the question goes on though nobody waits for it", |load| {
        load < 0.2
    })
    .await;
    let (status, answer) = app.post(&ada, "/api/analytics/query", count(&json!({}))).await;
    assert_eq!(
        (status, &answer["series"][0]["total"]),
        (StatusCode::OK, &json!(2_500))
    );
}

#[tokio::test]
async fn a_select_of_one_s_own_is_answered_shown_and_shared() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let bo = app.member("bo").await;
    app.send(
        &ada,
        &json!({"name": "signup", "user_id": "u", "properties": {"plan": "pro"}}),
    )
    .await;
    app.send(&bo, &json!({"name": "secret", "user_id": "stranger"}))
        .await;
    let one = count(&json!({"interval": "day"}));
    for member in [&ada, &bo] {
        app.ask_until(member, &one, |answer| answer["series"][0]["total"] == json!(1))
            .await;
    }
    let sql =
        "SELECT name, properties.plan, count(*) AS n FROM events WHERE ts >= :from AND ts < :to GROUP BY ALL";
    let (status, answer) = app.post(&ada, "/api/analytics/sql", json!({"sql": sql})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(
        answer["rows"],
        json!([["signup", "pro", 1]]),
        "nobody else's events"
    );
    let (_, explained) = app
        .post(&ada, "/api/analytics/sql?explain=1", json!({"sql": sql}))
        .await;
    assert!(
        explained["explain"][0]["sql"]
            .as_str()
            .is_some_and(|text| text.contains("FROM events"))
    );
    for (question, field, code) in [
        (json!({"sql": "DROP TABLE events"}), "sql", "not_select"),
        (
            json!({"sql": "SELECT * FROM read_csv('/etc/passwd')"}),
            "sql",
            "not_allowed",
        ),
        (json!({"sql": "SELECT nothing FROM events"}), "sql", "refused"),
        (
            json!({"sql": "SELECT 1", "filter": {}}),
            "filter",
            "unknown_field",
        ),
    ] {
        let (status, problem) = app.post(&ada, "/api/analytics/sql", question.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{question}: {problem}");
        assert_eq!(
            fields(&problem),
            [(field.to_owned(), code.to_owned())],
            "{question}"
        );
    }

    let (_, dashboard) = app
        .post(&ada, "/api/dashboards", json!({"name": "By hand"}))
        .await;
    let dashboard = format!("/api/dashboards/{}", dashboard["id"].as_str().expect("an id"));
    let widget = json!({"type": "table", "title": "Plans", "config": {"query": {"kind": "sql", "sql": sql}}});
    let (status, widget) = app.post(&ada, &format!("{dashboard}/widgets"), widget).await;
    assert_eq!(status, StatusCode::CREATED, "{widget}");
    let csv = format!("/api/widgets/{}/data.csv", widget["id"].as_str().expect("an id"));
    let csv = app
        .request(Method::GET, &csv)
        .bearer_auth(&ada.token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(csv.text().await.expect("text"), "name,plan,n\nsignup,pro,1\n");
    let (_, share) = app.post(&ada, &format!("{dashboard}/shares"), json!({})).await;
    let url = share["url"].as_str().expect("a link");
    let path = url
        .strip_prefix(&app.url)
        .expect("it begins with the public address");
    let (status, page) = app.page(path, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(">signup<") && page.contains(">1<"), "{page}");
}
