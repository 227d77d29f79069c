//! What is added to events, left out and repaired on their way in.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, fields, read};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const GOOGLEBOT: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// Sends as a page on another site does, through a proxy that names the visitor.
async fn browse(app: &TestApp, member: &Member, agent: &str, address: &str, events: &Value) -> Value {
    let request = app
        .request(
            Method::POST,
            &format!("/api/analytics/events?key={}", member.write_key),
        )
        .header("origin", "https://shop.example")
        .header("user-agent", agent)
        .header("x-forwarded-for", address)
        .header("cf-ipcountry", "DE")
        .header("content-type", "text/plain")
        .body(events.to_string());
    let (status, receipt) = read(request.send().await.expect("an answer")).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{receipt}");
    receipt
}

/// The newest events, once there are `count` of them.
async fn stored(app: &TestApp, member: &Member, count: usize) -> Vec<Value> {
    let query = json!({"kind": "events", "range": {"from": "2020-01-01", "to": "2099-01-01"}});
    let answer = app
        .ask_until(member, &query, |answer| {
            answer["rows"].as_array().map(Vec::len) == Some(count)
        })
        .await;
    answer["rows"].as_array().cloned().expect("rows")
}

async fn set(app: &TestApp, member: &Member, changes: Value) -> (StatusCode, Value) {
    let path = format!("/api/organizations/{}", member.organization);
    app.call(member, Method::PATCH, &path, Some(changes)).await
}

#[tokio::test]
async fn a_page_view_says_what_the_browser_and_the_address_say() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let view = json!({"name": "page_view", "properties": {
        "$url": "https://shop.example/sale?utm_source=google&utm_medium=cpc&gclid=G1", "$referrer": "https://www.google.de/"}});
    browse(&app, &ada, FIREFOX, "203.0.113.7", &view).await;
    browse(&app, &ada, FIREFOX, "203.0.113.7", &json!({"name": "page_view"})).await;
    browse(&app, &ada, FIREFOX, "203.0.113.8", &json!({"name": "page_view"})).await;
    let rows = stored(&app, &ada, 3).await;
    let whole = rows
        .iter()
        .find(|row| row["properties"]["$url"].is_string())
        .expect("the first");
    let properties = json!({
        "$url": "https://shop.example/sale?utm_source=google&utm_medium=cpc&gclid=G1",
        "$referrer": "https://www.google.de/", "$browser": "Firefox", "$os": "Linux", "$device": "desktop",
        "$country": "DE", "utm_source": "google", "utm_medium": "cpc", "gclid": "G1", "$host": "shop.example",
        "$path": "/sale", "$referrer_domain": "google.de", "$channel": "Paid Search"});
    assert_eq!(whole["properties"], properties);
    let mut visitors: Vec<&Value> = rows.iter().map(|row| &row["anonymous_id"]).collect();
    visitors.sort_by_key(ToString::to_string);
    visitors.dedup();
    assert_eq!(visitors.len(), 2, "two addresses are two visitors: {visitors:?}");
    assert!(
        !json!(rows).to_string().contains("203.0.113"),
        "addresses are not stored"
    );
}

#[tokio::test]
async fn what_a_server_sends_stays_as_it_is() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let events = json!([
        {"name": "a", "properties": {"$url": "https://shop.example/?utm_source=x", "n": 1.50}},
        {"name": "b", "user_id": "u", "properties": {"$user_agent": FIREFOX, "$ip": "203.0.113.7"}}]);
    app.send(&ada, &events).await;
    let rows = stored(&app, &ada, 2).await;
    let of = |name: &str| rows.iter().find(|row| row["name"] == name).expect("it is there");
    assert_eq!(of("a")["properties"], events[0]["properties"]);
    let about = json!({"$browser": "Firefox", "$os": "Linux", "$device": "desktop"});
    assert_eq!(of("b")["properties"], about);
}

#[tokio::test]
async fn an_organization_chooses_what_is_added_and_left_out() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let path = format!("/api/organizations/{}", ada.organization);
    let (_, before) = app.get(&ada, &path).await;
    assert_eq!(
        (&before["ingest"]["bots"], &before["domains"]),
        (&json!("mark"), &json!([]))
    );
    let changes = json!({"ingest": {"bots": "drop", "user_agent": false, "store_address": true, "deny": ["secret*"],
        "redact": ["email"]}, "domains": ["WWW.Shop.example"]});
    let (status, after) = set(&app, &ada, changes).await;
    assert_eq!(
        (status, &after["domains"]),
        (StatusCode::OK, &json!(["shop.example"])),
        "{after}"
    );
    assert_eq!(
        (&after["ingest"]["bots"], &after["ingest"]["location"]),
        (&json!("drop"), &json!(true))
    );

    let event =
        json!({"name": "x", "user_id": "u", "properties": {"secret_plan": 1, "email": "a@b.c", "n": 1}});
    let receipt = browse(&app, &ada, GOOGLEBOT, "203.0.113.7", &event).await;
    assert_eq!(
        (&receipt["accepted"], &receipt["dropped"]),
        (&json!(0), &json!(1))
    );
    browse(&app, &ada, FIREFOX, "203.0.113.7", &event).await;
    let rows = stored(&app, &ada, 1).await;
    let expected = json!({"email": "[redacted]", "n": 1, "$country": "DE", "$ip": "203.0.113.7"});
    assert_eq!(rows[0]["properties"], expected);

    let (status, problem) = set(&app, &ada, json!({"ingest": {"bots": "eat"}})).await;
    assert_eq!(
        (status, fields(&problem)[0].0.as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "ingest.bots")
    );
    let (status, problem) = set(&app, &ada, json!({"domains": ["not a domain"]})).await;
    assert_eq!(
        (status, fields(&problem)[0].0.as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "domains")
    );
    let grace = app.member("grace").await;
    let (status, _) = set(&app, &grace, json!({"domains": ["shop.example"]})).await;
    assert_eq!(status, StatusCode::CONFLICT, "a domain sends to one organization");
}

#[tokio::test]
async fn a_wrong_clock_is_repaired() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    // This sender lives in 2001: half an hour passed between the event and its sending.
    let body = json!({"sent_at": "2001-01-01T00:30:00Z",
        "events": [{"name": "x", "timestamp": "2001-01-01T00:00:00Z"}, {"name": "x"}]});
    app.send(&ada, &body).await;
    let rows = stored(&app, &ada, 2).await;
    let at = |row: &Value| {
        row["timestamp"]
            .as_str()
            .and_then(|text| text.parse::<jiff::Timestamp>().ok())
    };
    let (newest, oldest) = (at(&rows[0]).expect("a time"), at(&rows[1]).expect("a time"));
    assert_eq!(newest.duration_since(oldest).as_mins(), 30);
    let age = engine::Clock::System.now().duration_since(newest).as_secs();
    assert!((0..60).contains(&age), "{age} seconds old");
}

#[tokio::test]
async fn people_have_a_profile() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let events = json!([
        {"name": "page_view", "anonymous_id": "device", "properties": {"$set_once": {"first_page": "/"}}},
        {"name": "$identify", "user_id": "u1", "anonymous_id": "device",
            "properties": {"$set": {"email": "u@example.org", "plan": "free"}}},
        {"name": "paid", "user_id": "u1", "properties": {"$set": {"plan": "team"}, "$set_once": {"first_page": "/x"}}},
        {"name": "$groupidentify", "user_id": "u1",
            "properties": {"$group_type": "company", "$group_key": "acme", "$group_set": {"seats": 5}}}]);
    app.send(&ada, &events).await;
    for id in ["u1", "device"] {
        let (status, profile) = app.get(&ada, &format!("/api/analytics/users/{id}")).await;
        assert_eq!(status, StatusCode::OK, "{profile}");
        assert_eq!(
            (&profile["id"], &profile["other_ids"]),
            (&json!("u1"), &json!(["device"]))
        );
        let expected = json!({"email": "u@example.org", "plan": "team", "first_page": "/"});
        assert_eq!(profile["properties"], expected);
    }
    let (_, group) = app.get(&ada, "/api/analytics/groups/company/acme").await;
    assert_eq!(
        (&group["group_type"], &group["properties"]),
        (&json!("company"), &json!({"seats": 5}))
    );
    let grace = app.member("grace").await;
    let (status, _) = app.get(&grace, "/api/analytics/users/u1").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "another organization's user");
    let answer = app
        .request(Method::GET, "/api/analytics/users/u1")
        .bearer_auth(&ada.write_key)
        .send()
        .await;
    assert_eq!(
        answer.expect("an answer").status(),
        StatusCode::FORBIDDEN,
        "a write key only writes"
    );
}

#[tokio::test]
async fn a_file_of_the_operator_says_where_an_address_is() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/places.mmdb");
    let app = TestApp::start_with(&[("DATAPULSE_GEOIP_FILE", file)]);
    let ada = app.member("ada").await;
    let events = json!([
        {"name": "munich", "properties": {"$ip": "203.0.113.80"}},
        {"name": "france", "properties": {"$ip": "2001:db8:1::5"}},
        {"name": "told", "properties": {"$ip": "203.0.113.80", "$city": "Augsburg"}},
        {"name": "nowhere", "properties": {"$ip": "198.51.100.1"}}]);
    app.send(&ada, &events).await;
    browse(&app, &ada, FIREFOX, "203.0.113.80", &json!({"name": "browser"})).await;
    browse(
        &app,
        &ada,
        FIREFOX,
        "2001:db8:1::5",
        &json!({"name": "contradicted"}),
    )
    .await;
    let rows = stored(&app, &ada, 6).await;
    let place = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).expect("it is there");
        let part = |key: &str| row["properties"][key].as_str().unwrap_or("-").to_owned();
        [part("$country"), part("$region"), part("$city")].join(" ")
    };
    assert_eq!(place("munich"), "DE Bavaria Munich");
    assert_eq!(place("france"), "FR - -");
    assert_eq!(place("told"), "DE Bavaria Augsburg");
    assert_eq!(place("nowhere"), "- - -");
    assert_eq!(place("browser"), "DE Bavaria Munich");
    assert_eq!(
        place("contradicted"),
        "DE - -",
        "the network in front of us counts"
    );
}
