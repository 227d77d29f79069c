//! Users as their events tell of them: the list behind a mark of a chart, and one user's page.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::{Member, TestApp, fields};

/// Somebody who looked twice and bought once, and somebody who only looked; all within the last hours.
async fn two_people(app: &TestApp, member: &Member) {
    let events = json!([
        {"name": "$identify", "user_id": "ada", "anonymous_id": "device", "properties": {"$set": {"name": "Ada L", "plan": "pro"}}},
        {"name": "look", "anonymous_id": "device", "properties": {"page": "/a b"}},
        {"name": "look", "user_id": "ada", "properties": {"page": "/"}},
        {"name": "buy", "user_id": "ada", "properties": {"page": "/"}},
        {"name": "look", "user_id": "bob/1", "properties": {"page": "/"}},
    ]);
    let (status, receipt) = app.send(member, &events).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{receipt}");
    let count = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "24h"}});
    app.ask_until(member, &count, |answer| answer["series"][0]["total"] == 5)
        .await;
}

fn ids(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("items");
    let mut ids: Vec<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
    ids.sort_unstable();
    ids
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(pairs).expect("plain text")
}

#[tokio::test]
async fn a_mark_leads_to_the_users_and_the_events_behind_it() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    two_people(&app, &ada).await;
    let question = json!({"kind": "trend", "series": [{"event": "look", "measure": "count"}],
        "range": {"last": "24h"}, "breakdown": {"property": "page", "limit": 5}});
    let (_, board) = app.post(&ada, "/api/dashboards", json!({"name": "x"})).await;
    let widgets = format!("/api/dashboards/{}/widgets", board["id"].as_str().expect("an id"));
    let widget = json!({"type": "line", "title": "Looks", "config": {"query": question}});
    let (status, made) = app.post(&ada, &widgets, widget).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let behind = format!("/api/widgets/{}/behind", made["id"].as_str().expect("an id"));

    let (status, all) = app.get(&ada, &behind).await;
    assert_eq!(status, StatusCode::OK, "{all}");
    let who = async |question: &Value| {
        let path = format!(
            "/api/analytics/users?{}",
            encoded(&[("q", &question.to_string())])
        );
        let (status, page) = app.get(&ada, &path).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        page
    };
    assert_eq!(ids(&who(&all).await), ["ada", "bob/1"]);
    let (_, one) = app
        .get(&ada, &format!("{behind}?{}", encoded(&[("value", "/a b")])))
        .await;
    let page = who(&one).await;
    assert_eq!(ids(&page), ["ada"], "the device is hers");
    assert_eq!(page["items"][0]["events"], 1);
    let (_, rows) = app.post(&ada, "/api/analytics/query", one).await;
    assert_eq!(rows["rows"].as_array().map(Vec::len), Some(1), "{rows}");

    let long_ago = encoded(&[("from", "2015-05-17"), ("to", "2015-05-17")]);
    let (_, then) = app.get(&ada, &format!("{behind}?{long_ago}")).await;
    assert_eq!(ids(&who(&then).await), <[&str; 0]>::default());
    for (query, field) in [
        ("from=x&to=y", "from"),
        ("range=soon", "range"),
        ("filter=%7B", "filter"),
    ] {
        let (status, problem) = app.get(&ada, &format!("{behind}?{query}")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {problem}");
        assert_eq!(fields(&problem)[0].0, field, "{problem}");
    }
}

#[tokio::test]
async fn a_user_has_events_and_sessions_by_any_of_their_ids() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let eve = app.member("eve").await;
    two_people(&app, &ada).await;
    let (status, events) = app.get(&ada, "/api/analytics/users/ada/events?limit=3").await;
    assert_eq!(status, StatusCode::OK, "{events}");
    assert_eq!(events["items"].as_array().map(Vec::len), Some(3));
    let cursor = events["next_cursor"].as_str().expect("there is more");
    let (_, rest) = app
        .get(
            &ada,
            &format!("/api/analytics/users/ada/events?limit=3&cursor={cursor}"),
        )
        .await;
    assert_eq!(rest["items"].as_array().map(Vec::len), Some(1), "{rest}");
    let (_, sessions) = app.get(&ada, "/api/analytics/users/ada/sessions").await;
    assert_eq!(sessions["items"][0]["events"], 4, "{sessions}");
    let (status, other) = app.get(&ada, "/api/analytics/users/bob%2F1/sessions").await;
    assert_eq!(
        (status, &other["items"][0]["entry"]),
        (StatusCode::OK, &json!("look"))
    );
    let (status, _) = app.get(&ada, "/api/analytics/users/ada/events?limit=0").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for path in ["events", "sessions"] {
        for (member, id) in [(&eve, "ada"), (&ada, "nobody")] {
            let (status, told) = app
                .get(member, &format!("/api/analytics/users/{id}/{path}"))
                .await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{id}: {told}");
        }
    }
}

#[tokio::test]
async fn users_are_found_by_what_is_known_of_them() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let eve = app.member("eve").await;
    two_people(&app, &ada).await;
    let find = async |member: &Member, pairs: &[(&str, &str)]| {
        app.get(member, &format!("/api/analytics/users?{}", encoded(pairs)))
            .await
    };
    for (search, expected) in [
        ("ada l", vec!["ada"]),
        ("DEVICE", vec!["ada"]),
        ("pro", vec!["ada"]),
        ("bob/", vec!["bob/1"]),
        ("%", vec![]),
    ] {
        let (status, page) = find(&ada, &[("search", search)]).await;
        assert_eq!(
            (status, ids(&page)),
            (StatusCode::OK, expected),
            "{search}: {page}"
        );
        let (_, other) = find(&eve, &[("search", search)]).await;
        assert_eq!(ids(&other), <[&str; 0]>::default(), "{search}");
    }
    let (_, page) = find(&ada, &[("search", "ada")]).await;
    assert_eq!(
        (&page["items"][0]["name"], &page["items"][0]["events"]),
        (&json!("Ada L"), &json!(4))
    );
    let bought = json!({"kind": "events", "event": "buy", "range": {"last": "24h"}}).to_string();
    let (_, page) = find(&ada, &[("search", "ada"), ("q", &bought)]).await;
    assert_eq!(page["items"][0]["events"], 1, "{page}");
    for (pairs, field) in [
        (vec![("search", " ")], "search"),
        (vec![("search", "a"), ("cursor", "x")], "cursor"),
        (vec![("search", "a"), ("limit", "201")], "limit"),
    ] {
        let (status, problem) = find(&ada, &pairs).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(fields(&problem)[0].0, field, "{problem}");
    }
}

#[tokio::test]
async fn the_pages_of_users_work_without_script() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    two_people(&app, &ada).await;
    let cookie = app.cookie(&ada).await;
    let (status, list) = app.page("/users", Some(&cookie)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(list.contains("href=\"/users/bob%2F1\""), "{list}");
    let (status, page) = app.page("/users/ada", Some(&cookie)).await;
    assert_eq!(status, StatusCode::OK);
    for words in ["Ada L", "pro", "device", "buy", "Timeline"] {
        assert!(page.contains(words), "{words}");
    }
    let (status, page) = app.page("/users/bob%2F1", Some(&cookie)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Nothing was said of this person yet"));
    let (status, _) = app.page("/users/nobody", Some(&cookie)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(list.contains("Ada L"), "by name");
    let (status, found) = app.page("/users?find=ADA", Some(&cookie)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        found.contains("href=\"/users/ada\"") && !found.contains("href=\"/users/bob%2F1\""),
        "{found}"
    );
    let added = "/users?range=7d&event=look&property=page&op=eq&value=%2Fa+b";
    let (_, added) = app.page(added, Some(&cookie)).await;
    for words in ["did look", "page is /a b", "Last 7 days", "href=\"/users/ada\""] {
        assert!(added.contains(words), "{words}: {added}");
    }
    assert!(!added.contains("href=\"/users/bob%2F1\""), "{added}");
    let (_, nobody) = app.page("/users?find=%25%3Cb%3E", Some(&cookie)).await;
    assert!(
        nobody.contains("Nobody is known by") && !nobody.contains("%<b>"),
        "{nobody}"
    );

    let form = [("name", "Made without script")];
    let made = app.form("/dashboards", &form, Some(&cookie)).await;
    assert_eq!(made.status(), StatusCode::SEE_OTHER);
    let path = made.headers()["location"].to_str().expect("a path").to_owned();
    let (_, page) = app.page(&path, Some(&cookie)).await;
    assert!(page.contains("Made without script"));
    let refused = app.form("/dashboards", &[("name", " ")], Some(&cookie)).await;
    let (_, list) = app
        .page(
            refused.headers()["location"].to_str().expect("a path"),
            Some(&cookie),
        )
        .await;
    assert!(list.contains("Give the dashboard a name"));
}

#[tokio::test]
async fn a_step_of_a_funnel_leads_to_those_who_came_and_those_who_did_not() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let eve = app.member("eve").await;
    #[expect(clippy::disallowed_methods, reason = "the server's clock is this machine's")]
    let now = jiff::Timestamp::now();
    let did = |user: &str, name: &str, minutes: i64| {
        json!({"name": name, "user_id": user,
        "timestamp": (now - jiff::SignedDuration::from_mins(minutes)).to_string()})
    };
    let events = json!([
        did("ada", "look", 20),
        did("ada", "buy", 10),
        did("bob/1", "look", 20)
    ]);
    assert_eq!(app.send(&ada, &events).await.0, StatusCode::ACCEPTED);
    let count = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "24h"}});
    app.ask_until(&ada, &count, |answer| answer["series"][0]["total"] == 3)
        .await;
    let funnel =
        json!({"kind": "funnel", "steps": [{"event": "look"}, {"event": "buy"}], "range": {"last": "24h"}});
    let (_, board) = app.post(&ada, "/api/dashboards", json!({"name": "x"})).await;
    let widgets = format!("/api/dashboards/{}/widgets", board["id"].as_str().expect("an id"));
    let widget = json!({"type": "funnel", "title": "Buyers", "config": {"query": funnel}});
    let (status, made) = app.post(&ada, &widgets, widget).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let behind = format!("/api/widgets/{}/behind", made["id"].as_str().expect("an id"));
    let who = async |place: Value| {
        let path = format!("{behind}?{}", encoded(&[("place", &place.to_string())]));
        let (status, question) = app.get(&ada, &path).await;
        assert_eq!(status, StatusCode::OK, "{question}");
        let path = format!(
            "/api/analytics/users?{}",
            encoded(&[("q", &question.to_string())])
        );
        let (status, page) = app.get(&ada, &path).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let (_, others) = app.get(&eve, &path).await;
        assert_eq!(
            ids(&others),
            <[&str; 0]>::default(),
            "the question is hers, the events are not"
        );
        let cookie = app.cookie(&ada).await;
        let path = format!("/users?{}", encoded(&[("q", &question.to_string())]));
        let (status, html) = app.page(&path, Some(&cookie)).await;
        assert_eq!(status, StatusCode::OK, "{html}");
        (page, html)
    };
    let (came, html) = who(json!({"of": "step", "step": 1, "outcome": "converted"})).await;
    assert_eq!(ids(&came), ["ada"]);
    assert!(
        html.contains("Came to step 2, buy") && html.contains("href=\"/users/ada\""),
        "{html}"
    );
    let (lost, html) = who(json!({"of": "step", "step": 1, "outcome": "dropped"})).await;
    assert_eq!(ids(&lost), ["bob/1"]);
    assert!(
        html.contains("Did not come to step 2, buy") && !html.contains("show=events"),
        "{html}"
    );

    for (place, field) in [
        (r#"{"of":"step","step":7}"#, "widget"),
        (r#"{"of":"cohort","period":0}"#, "widget"),
        (r#"{"of":"nowhere"}"#, "place"),
    ] {
        let (status, problem) = app
            .get(&ada, &format!("{behind}?{}", encoded(&[("place", place)])))
            .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{place}: {problem}");
        assert_eq!(fields(&problem)[0].0, field, "{problem}");
    }
    for (q, field) in [
        (
            json!({"query": funnel, "place": {"of": "step", "step": 9}}),
            "place",
        ),
        (
            json!({"query": {"kind": "events", "range": {"last": "7d"}}, "place": {"of": "step", "step": 0}}),
            "place",
        ),
        (funnel.clone(), "kind"),
    ] {
        let path = format!("/api/analytics/users?{}", encoded(&[("q", &q.to_string())]));
        let (status, problem) = app.get(&ada, &path).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{q}: {problem}");
        assert_eq!(fields(&problem)[0].0, field, "{problem}");
    }
}
