use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Member, TestApp, fields};

fn line_widget() -> Value {
    let query = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}});
    json!({"type": "line", "title": "Events", "config": {"query": query}})
}

async fn dashboard(app: &TestApp, member: &Member) -> String {
    let (status, made) = app
        .post(member, "/api/dashboards", json!({"name": "Growth"}))
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn dashboards_and_widgets_live_and_die() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let id = dashboard(&app, &ada).await;
    let widgets = format!("/api/dashboards/{id}/widgets");
    let (status, widget) = app.post(&ada, &widgets, line_widget()).await;
    assert_eq!(status, StatusCode::CREATED, "{widget}");
    assert_eq!(
        (&widget["type"], &widget["size"]["w"]),
        (&json!("line"), &json!(6))
    );

    let path = format!("/api/widgets/{}", widget["id"].as_str().expect("an id"));
    let mut bar = line_widget();
    bar["type"] = json!("bar");
    let (status, replaced) = app.call(&ada, Method::PUT, &path, Some(bar)).await;
    assert_eq!((status, &replaced["type"]), (StatusCode::OK, &json!("bar")));
    let (status, answer) = app.get(&ada, &format!("{path}/data")).await;
    assert_eq!(
        (status, &answer["series"][0]["total"]),
        (StatusCode::OK, &json!(0))
    );

    let (_, copy) = app
        .post(&ada, &format!("/api/dashboards/{id}/duplicate"), json!({}))
        .await;
    let copied = app
        .get(
            &ada,
            &format!("/api/dashboards/{}/widgets", copy["id"].as_str().expect("an id")),
        )
        .await
        .1;
    assert_eq!(copied["items"].as_array().map(Vec::len), Some(1));

    assert_eq!(
        app.call(&ada, Method::DELETE, &path, None).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(app.get(&ada, &path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        app.call(&ada, Method::DELETE, &format!("/api/dashboards/{id}"), None)
            .await
            .0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        app.get(&ada, &format!("/api/dashboards/{id}")).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn whoever_saves_second_is_told() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let path = format!("/api/dashboards/{}", dashboard(&app, &ada).await);
    let read = app
        .request(Method::GET, &path)
        .bearer_auth(&ada.token)
        .send()
        .await
        .expect("an answer");
    let tag = read.headers()["etag"].to_str().expect("ASCII").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag} is strong");
    let save = async |name: &str| {
        let request = app
            .request(Method::PUT, &path)
            .bearer_auth(&ada.token)
            .header("if-match", &tag);
        request
            .json(&json!({"name": name}))
            .send()
            .await
            .expect("an answer")
            .status()
    };
    assert_eq!(save("first").await, StatusCode::OK);
    assert_eq!(save("second").await, StatusCode::PRECONDITION_FAILED);
    assert_eq!(app.get(&ada, &path).await.1["name"], "first");
}

#[tokio::test]
async fn what_a_caller_has_already_is_not_sent_again() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let path = format!("/api/dashboards/{}", dashboard(&app, &ada).await);
    let read = async |known: &str| {
        let request = app.request(Method::GET, &path).bearer_auth(&ada.token);
        let answer = request.header("if-none-match", known).send().await;
        let answer = answer.expect("an answer");
        let status = answer.status();
        let tag = answer.headers()["etag"].to_str().expect("ASCII").to_owned();
        (status, tag, answer.text().await.expect("a body"))
    };
    let (status, tag, body) = read("\"another\"").await;
    assert_eq!((status, body.is_empty()), (StatusCode::OK, false));
    for known in [tag.clone(), format!("\"another\", W/{tag}"), "*".to_owned()] {
        assert_eq!(
            read(&known).await,
            (StatusCode::NOT_MODIFIED, tag.clone(), String::new()),
            "{known}"
        );
    }
    let changed = app
        .call(&ada, Method::PUT, &path, Some(json!({"name": "changed"})))
        .await;
    assert_eq!(changed.0, StatusCode::OK);
    assert_eq!(read(&tag).await.0, StatusCode::OK);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    for n in 0..5 {
        app.post(&ada, "/api/dashboards", json!({"name": format!("Board {n}")}))
            .await;
    }
    let mut names = Vec::new();
    let mut path = "/api/dashboards?limit=2".to_owned();
    loop {
        let (status, page) = app.get(&ada, &path).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        names.extend(
            page["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|item| item["name"].clone()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/dashboards?limit=2&cursor={cursor}");
    }
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, ["Board 0", "Board 1", "Board 2", "Board 3", "Board 4"]);
}

#[tokio::test]
async fn lists_that_are_read_as_a_whole_come_in_pages_too() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let organization = format!("/api/organizations/{}", ada.organization);
    let board = format!("/api/dashboards/{}", dashboard(&app, &ada).await);
    for n in 0..3 {
        let made = [
            ("/api/auth/keys".to_owned(), json!({"name": format!("Key {n}")})),
            (
                format!("{organization}/keys"),
                json!({"name": format!("Key {n}"), "kind": "write"}),
            ),
            (
                format!("{organization}/invitations"),
                json!({"email": format!("i{n}@example.org"), "role": "viewer"}),
            ),
            (
                "/api/organizations".to_owned(),
                json!({"name": format!("Other {n}")}),
            ),
            (format!("{board}/widgets"), line_widget()),
            (format!("{board}/shares"), json!({})),
            (
                format!("{board}/annotations"),
                json!({"at": "2026-01-01T00:00:00Z", "text": "x"}),
            ),
        ];
        for (path, body) in made {
            let (status, made) = app.post(&ada, &path, body).await;
            assert_eq!(status, StatusCode::CREATED, "{path}: {made}");
        }
    }
    for list in [
        "/api/auth/keys".to_owned(),
        "/api/auth/sessions".to_owned(),
        "/api/organizations".to_owned(),
        format!("{organization}/keys"),
        format!("{organization}/invitations"),
        format!("{organization}/members"),
        format!("{board}/widgets"),
        format!("{board}/shares"),
        format!("{board}/annotations"),
    ] {
        let whole = app.get(&ada, &list).await.1["items"].clone();
        let mut parts = Vec::new();
        let mut path = format!("{list}?limit=2");
        loop {
            let (status, page) = app.get(&ada, &path).await;
            assert_eq!(status, StatusCode::OK, "{path}: {page}");
            let items = page["items"].as_array().expect("a list");
            assert!(items.len() <= 2, "{path}: {page}");
            parts.extend(items.iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("{list}?limit=2&cursor={cursor}");
        }
        assert_eq!(json!(parts), whole, "{list}");
    }
}

#[tokio::test]
async fn somebody_else_s_things_do_not_exist() {
    let app = TestApp::start();
    let (ada, eve) = tokio::join!(app.member("ada"), app.member("eve"));
    let id = dashboard(&app, &ada).await;
    let (_, widget) = app
        .post(&ada, &format!("/api/dashboards/{id}/widgets"), line_widget())
        .await;
    let widget = widget["id"].as_str().expect("an id");
    for (method, path, body) in [
        (Method::GET, format!("/api/dashboards/{id}"), None),
        (
            Method::PUT,
            format!("/api/dashboards/{id}"),
            Some(json!({"name": "mine"})),
        ),
        (Method::DELETE, format!("/api/dashboards/{id}"), None),
        (
            Method::POST,
            format!("/api/dashboards/{id}/duplicate"),
            Some(json!({})),
        ),
        (Method::GET, format!("/api/dashboards/{id}/widgets"), None),
        (
            Method::POST,
            format!("/api/dashboards/{id}/widgets"),
            Some(line_widget()),
        ),
        (Method::GET, format!("/api/widgets/{widget}"), None),
        (Method::PUT, format!("/api/widgets/{widget}"), Some(line_widget())),
        (Method::DELETE, format!("/api/widgets/{widget}"), None),
        (Method::GET, format!("/api/widgets/{widget}/data"), None),
        (Method::GET, format!("/api/widgets/{widget}/chart.svg"), None),
        (Method::GET, format!("/api/widgets/{widget}/data.csv"), None),
        (Method::GET, format!("/api/dashboards/{id}/shares"), None),
        (
            Method::POST,
            format!("/api/dashboards/{id}/shares"),
            Some(json!({})),
        ),
        (
            Method::GET,
            format!("/api/organizations/{}", ada.organization),
            None,
        ),
        (
            Method::GET,
            format!("/api/organizations/{}/keys", ada.organization),
            None,
        ),
    ] {
        assert_eq!(
            app.call(&eve, method.clone(), &path, body).await.0,
            StatusCode::NOT_FOUND,
            "{method} {path}"
        );
    }
    assert_eq!(
        app.get(&ada, &format!("/api/dashboards/{id}")).await.1["name"],
        "Growth"
    );
    assert_eq!(
        app.get(&ada, &format!("/api/dashboards/{id}/widgets")).await.1["items"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn wrong_widgets_name_the_field() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let path = format!("/api/dashboards/{}/widgets", dashboard(&app, &ada).await);
    let with = |key: &str, value: Value| {
        let mut widget = line_widget();
        widget[key] = value;
        widget
    };
    for (widget, field) in [
        (with("type", json!("hologram")), "type"),
        (with("size", json!({"w": 13, "h": 2})), "size"),
        (with("config", json!({})), "config.query"),
        (with("glow", json!(true)), "glow"),
        (json!({"title": "no type"}), "type"),
    ] {
        let (status, problem) = app.post(&ada, &path, widget).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(fields(&problem)[0].0, field);
    }
}

#[tokio::test]
async fn a_table_is_no_picture_and_its_file_has_its_title() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    app.send(&ada, &json!([{"name": "visit"}])).await;
    let query = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}});
    app.ask_until(&ada, &query, |answer| answer["series"][0]["total"] == json!(1))
        .await;
    let (_, dashboard) = app.post(&ada, "/api/dashboards", json!({"name": "Growth"})).await;
    let widgets = format!(
        "/api/dashboards/{}/widgets",
        dashboard["id"].as_str().expect("an id")
    );
    let widget = json!({"type": "table", "title": "Visits a day", "config": {"query": query}});
    let (_, made) = app.post(&ada, &widgets, widget).await;
    let widget = format!("/api/widgets/{}", made["id"].as_str().expect("an id"));
    for picture in ["chart.svg", "chart.png"] {
        let (status, _) = app.get(&ada, &format!("{widget}/{picture}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{picture}");
    }
    let asked = app
        .request(Method::GET, &format!("{widget}/data.csv"))
        .bearer_auth(&ada.token);
    let file = asked.send().await.expect("an answer");
    let named = file.headers()["content-disposition"].to_str().expect("ASCII");
    assert!(
        named.starts_with("attachment; filename=\"Visits a day.csv\";"),
        "{named}"
    );
}
