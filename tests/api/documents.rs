use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp};

fn id_of(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

async fn board(app: &TestApp, member: &Member) -> Value {
    let made = app
        .post(
            member,
            "/api/dashboards",
            json!({"name": "Growth", "range": {"last": "7d"}}),
        )
        .await;
    let widgets = format!("/api/dashboards/{}/widgets", id_of(&made.1));
    let query = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}});
    let options = json!({"goals": [{"value": 1000.5, "label": "Target"}], "axis": "log",
        "colors": [{"series": "A", "color": 3}], "stacking": "percent", "nulls": "connect", "legend": "hidden"});
    let widget = json!({"type": "area", "title": "Events", "config": {"query": query, "options": options}});
    assert_eq!(app.post(member, &widgets, widget).await.0, StatusCode::CREATED);
    made.1
}

#[tokio::test]
async fn a_dashboard_goes_out_as_a_document_and_comes_in_again() {
    let app = TestApp::start();
    let (ada, eve) = (app.member("ada").await, app.member("eve").await);
    let made = board(&app, &ada).await;
    let path = format!("/api/dashboards/{}/export", id_of(&made));
    let (status, document) = app.get(&ada, &path).await;
    assert_eq!(status, StatusCode::OK, "{document}");
    let options = &document["widgets"][0]["config"]["options"];
    assert_eq!(options["goals"], json!([{"value": 1000.5, "label": "Target"}]));
    assert_eq!(options["colors"], json!([{"series": "A", "color": 3}]));
    assert!(!document.to_string().contains(id_of(&made)), "no ids: {document}");
    assert_eq!(app.get(&eve, &path).await.0, StatusCode::NOT_FOUND);

    let (status, copy) = app.post(&eve, "/api/dashboards/import", document.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{copy}");
    let again = format!("/api/dashboards/{}/export", id_of(&copy));
    assert_eq!(app.get(&eve, &again).await.1, document);

    let mut wrong = document;
    wrong["widgets"][0]["size"] = json!({"w": 20, "h": 1});
    let (status, problem) = app.post(&eve, "/api/dashboards/import", wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    assert_eq!(problem["errors"][0]["field"], "widgets[0].size");
    let (_, listed) = app.get(&eve, "/api/dashboards").await;
    assert_eq!(
        listed["items"].as_array().map(Vec::len),
        Some(1),
        "nothing half made"
    );
}

#[tokio::test]
async fn what_happened_is_in_answers_over_time() {
    let app = TestApp::start();
    let (ada, eve) = (app.member("ada").await, app.member("eve").await);
    let made = board(&app, &ada).await;
    let own = format!("/api/dashboards/{}/annotations", id_of(&made));
    let (status, release) = app.post(&ada, &own, json!({"text": " Release 2.4 "})).await;
    assert_eq!(
        (status, &release["text"]),
        (StatusCode::CREATED, &json!("Release 2.4"))
    );
    let long_ago = json!({"text": "Founded", "at": "2001-01-01T00:00:00Z"});
    assert_eq!(
        app.post(&ada, "/api/annotations", long_ago).await.0,
        StatusCode::CREATED
    );
    let (_, listed) = app.get(&ada, &own).await;
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2));
    let (_, of_all) = app.get(&ada, "/api/annotations").await;
    assert_eq!(of_all["items"][0]["text"], "Founded");

    let (_, widgets) = app
        .get(&ada, &format!("/api/dashboards/{}/widgets", id_of(&made)))
        .await;
    let data = format!("/api/widgets/{}/data", id_of(&widgets["items"][0]));
    let (_, answer) = app.get(&ada, &data).await;
    assert_eq!(
        answer["meta"]["annotations"][0]["text"], "Release 2.4",
        "{answer}"
    );
    assert_eq!(answer["meta"]["annotations"].as_array().map(Vec::len), Some(1));

    let path = format!("/api/annotations/{}", id_of(&release));
    assert_eq!(
        app.post(&eve, &own, json!({"text": "x"})).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(app.get(&eve, &own).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        app.call(&eve, Method::DELETE, &path, None).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        app.call(&ada, Method::DELETE, &path, None).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        app.call(&ada, Method::DELETE, &path, None).await.0,
        StatusCode::NOT_FOUND
    );
    let (status, problem) = app.post(&ada, &own, json!({"text": "a\nb"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
}

#[tokio::test]
async fn favourites_are_a_persons_own() {
    let app = TestApp::start();
    let (ada, eve) = (app.member("ada").await, app.member("eve").await);
    let path = format!("/api/dashboards/{}/favourite", id_of(&board(&app, &ada).await));
    for method in [Method::PUT, Method::PUT, Method::DELETE, Method::DELETE] {
        let (status, body) = app.call(&ada, method, &path, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{body}");
    }
    assert_eq!(
        app.call(&eve, Method::PUT, &path, None).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn templates_fill_themselves_from_the_events_that_are_there() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (status, templates) = app.get(&ada, "/api/templates").await;
    assert_eq!(status, StatusCode::OK);
    let fitting = |templates: &Value| -> Vec<String> {
        let items = templates["items"].as_array().expect("a list").iter();
        let fits = items.filter(|template| template["fits"] == true);
        fits.map(|template| template["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert!(fitting(&templates).is_empty(), "{templates}");
    let (status, problem) = app.post(&ada, "/api/templates/funnel", json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");

    let event = |name: &str, user: &str| json!({"name": name, "user_id": user, "properties": {"country": "DE", "$path": "/"}});
    let events = json!({"events": [event("page_view", "u1"), event("page_view", "u2"), event("sign_up", "u1"), event("$exception", "u2")]});
    assert_eq!(app.send(&ada, &events).await.0, StatusCode::ACCEPTED);
    let question = json!({"kind": "trend", "range": {"last": "24h"}, "series": [{"measure": "count"}]});
    app.ask_until(&ada, &question, |answer| answer["series"][0]["total"] == 4)
        .await;

    let (_, templates) = app.get(&ada, "/api/templates").await;
    let all = ["product_overview", "web_traffic", "funnel", "retention", "errors"];
    assert_eq!(fitting(&templates), all);
    for name in all {
        let (status, made) = app.post(&ada, &format!("/api/templates/{name}"), json!({})).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let (_, widgets) = app
            .get(&ada, &format!("/api/dashboards/{}/widgets", id_of(&made)))
            .await;
        for widget in widgets["items"].as_array().expect("a list") {
            let (status, answer) = app
                .get(&ada, &format!("/api/widgets/{}/data", id_of(widget)))
                .await;
            assert_eq!(status, StatusCode::OK, "{name}: {}: {answer}", widget["title"]);
        }
    }
    let (status, _) = app.post(&ada, "/api/templates/horoscope", json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
