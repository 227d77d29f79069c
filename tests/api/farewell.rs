//! An organization takes its events along and is deleted.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{TestApp, read};
use crate::company::{last_part, text};

#[tokio::test]
async fn an_organization_is_exported_and_then_deleted() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let bob = app.member("bob").await;
    for member in [&ada, &bob] {
        let (status, _) = app.send(member, &json!([{"name": "kept", "user_id": "u"}])).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        let count = json!({"kind": "trend", "series": [{"event": "kept", "measure": "count"}], "range": {"last": "24h"}});
        app.ask_until(member, &count, |answer| answer["series"][0]["total"] == 1.0)
            .await;
    }
    let (_, board) = app.post(&ada, "/api/dashboards", json!({"name": "Board"})).await;
    let shares = format!("/api/dashboards/{}/shares", text(&board["id"]));
    let (status, share) = app.post(&ada, &shares, json!({})).await;
    assert_eq!(status, StatusCode::CREATED, "{share}");
    let link = format!("/s/{}", last_part(&share["url"]));
    assert_eq!(app.page(&link, None).await.0, StatusCode::OK);

    let exported = app
        .request(Method::GET, "/api/analytics/export?from=2020-01-01&to=2099-01-01")
        .bearer_auth(&ada.token)
        .send()
        .await
        .expect("an answer");
    let status = exported.status();
    let exported = exported.text().await.expect("text");
    assert_eq!(status, StatusCode::OK, "{exported}");
    assert!(exported.contains("\"kept\""), "{exported}");

    let own = app
        .data
        .path()
        .join("events")
        .join(format!("{}.duckdb", ada.organization));
    assert!(own.exists(), "its events lie in a file of their own");
    let path = format!("/api/organizations/{}", ada.organization);
    let (status, told) = app.call(&ada, Method::DELETE, &path, None).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{told}");
    let (status, me) = app.get(&ada, "/api/auth/me").await;
    assert_eq!((status, &me["organizations"]), (StatusCode::OK, &json!([])));
    assert_eq!(app.get(&ada, &path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(app.get(&ada, "/api/dashboards").await.0, StatusCode::FORBIDDEN);
    assert_eq!(app.page(&link, None).await.0, StatusCode::NOT_FOUND);
    // A key that was used a moment ago is known for up to a second more, and leads nowhere.
    let mut status = StatusCode::NOT_FOUND;
    for _ in 0..40 {
        status = app.send(&ada, &json!([{"name": "late"}])).await.0;
        if status == StatusCode::UNAUTHORIZED {
            break;
        }
        assert_eq!(status, StatusCode::NOT_FOUND);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(status, StatusCode::UNAUTHORIZED, "its keys are gone");
    for _ in 0..400 {
        if !own.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!own.exists(), "its events are erased");
    let asked = app
        .request(Method::GET, "/api/dashboards")
        .bearer_auth(&bob.token);
    let (status, _) = read(asked.send().await.expect("an answer")).await;
    assert_eq!(status, StatusCode::OK, "another organization goes on");
}
