use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::app::{Member, TestApp};

/// A client of `/api/ws`.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub(crate) async fn open(app: &TestApp, headers: &[(&str, &str)]) -> Result<Self, StatusCode> {
        Self::open_at(app, "/api/ws", headers).await
    }

    pub(crate) async fn open_at(
        app: &TestApp,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, StatusCode> {
        let mut request = format!("{}{path}", app.url.replace("http://", "ws://"))
            .into_client_request()
            .expect("an address");
        for (name, value) in headers {
            let name: reqwest::header::HeaderName = name.parse().expect("a name");
            request
                .headers_mut()
                .insert(name, value.parse().expect("a value"));
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn of(app: &TestApp, member: &Member) -> Self {
        let token = format!("bearer.{}", member.token);
        Self::open(app, &[("sec-websocket-protocol", &token)])
            .await
            .expect("a member may connect")
    }

    async fn say(&mut self, frame: Value) {
        self.0
            .send(Message::text(frame.to_string()))
            .await
            .expect("it is sent");
    }

    /// The next frame, or the code that the connection ended with.
    pub(crate) async fn next(&mut self) -> Result<Value, u16> {
        let wait = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                    Some(Ok(Message::Close(frame))) => {
                        return Err(frame.map_or(1005, |frame| frame.code.into()));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Err(1006),
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait)
            .await
            .expect("something comes within 10 s")
    }

    /// The first frame that `fits`.
    pub(crate) async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.next().await.expect("the connection stays open");
            if fits(&frame) {
                return frame;
            }
        }
    }

    async fn subscribe(&mut self, subscribe: Value) {
        let id = subscribe["id"].clone();
        self.say(json!({"subscribe": subscribe})).await;
        let first = self.until(|frame| frame["id"] == id).await;
        assert_eq!(first["type"], "ping", "{first}");
    }
}

async fn dashboard_with_a_count(app: &TestApp, member: &Member) -> (String, String) {
    let (_, dashboard) = app.post(member, "/api/dashboards", json!({"name": "Live"})).await;
    let id = dashboard["id"].as_str().expect("an id").to_owned();
    let query = json!({"kind": "trend", "series": [{"event": "signup", "measure": "count"}],
        "range": {"last": "7d"}, "interval": "day"});
    let widget = json!({"type": "stat", "title": "Sign-ups", "config": {"query": query}});
    let (status, widget) = app
        .post(member, &format!("/api/dashboards/{id}/widgets"), widget)
        .await;
    assert_eq!(status, StatusCode::CREATED, "{widget}");
    (id, widget["id"].as_str().expect("an id").to_owned())
}

#[tokio::test]
async fn only_whoever_is_known_may_connect() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let refused = async |headers: &[(&str, &str)]| Socket::open(&app, headers).await.err();
    assert_eq!(refused(&[]).await, Some(StatusCode::UNAUTHORIZED));
    assert_eq!(
        refused(&[("sec-websocket-protocol", "bearer.nonsense")]).await,
        Some(StatusCode::UNAUTHORIZED)
    );
    let cookie = app.cookie(&ada).await;
    for (header, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        assert_eq!(
            refused(&[("cookie", &cookie), (header, value)]).await,
            Some(StatusCode::FORBIDDEN),
            "{header}"
        );
    }
    let origin = app.url.clone();
    assert!(
        refused(&[("cookie", &cookie), ("origin", &origin)])
            .await
            .is_none()
    );
    let bearer = format!("Bearer {}", ada.token);
    assert!(refused(&[("authorization", &bearer)]).await.is_none());
    // An address that is opened as a page says what it is.
    assert_eq!(app.get(&ada, "/api/ws").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn events_arrive_filtered_and_so_do_refusals_with_their_reasons() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let eve = app.member("eve").await;
    let mut socket = Socket::of(&app, &ada).await;
    let filter = json!({"property": "plan", "op": "eq", "value": "pro"});
    socket
        .subscribe(json!({"id": "1", "topic": "events", "filter": filter, "refused": true}))
        .await;
    app.send(&eve, &json!({"name": "signup", "properties": {"plan": "pro"}}))
        .await;
    let sent = json!([
        {"name": "signup", "id": "a", "properties": {"plan": "free"}},
        {"name": "signup", "id": "b", "user_id": "u", "properties": {"plan": "pro"}},
        {"name": "", "id": "c"},
    ]);
    app.send(&ada, &sent).await;
    let refused = socket.until(|frame| frame["refused"].is_object()).await;
    assert_eq!(refused["refused"]["outcome"], "refused");
    assert_eq!(refused["refused"]["field"], "name");
    assert_eq!(refused["refused"]["text"], r#"{"id":"c","name":""}"#);
    let event = socket.until(|frame| frame["event"].is_object()).await;
    assert_eq!((&event["id"], &event["type"]), (&json!("1"), &json!("event")));
    assert_eq!(
        (&event["event"]["id"], &event["event"]["user_id"]),
        (&json!("b"), &json!("u"))
    );
    app.send(&ada, &sent).await;
    let duplicate = socket
        .until(|frame| frame["refused"]["outcome"] == "duplicate")
        .await;
    assert!(
        duplicate["refused"]["message"]
            .as_str()
            .is_some_and(|words| words.starts_with("2 events of a request were here before"))
    );
}

#[tokio::test]
async fn a_dashboard_sends_its_new_answers_within_a_second() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let (dashboard, widget) = dashboard_with_a_count(&app, &ada).await;
    let mut socket = Socket::of(&app, &ada).await;
    socket
        .subscribe(json!({"id": "d", "topic": "dashboard", "dashboard_id": dashboard}))
        .await;
    let total = |frame: &Value| frame["answer"]["series"][0]["total"].clone();
    let first = socket.until(|frame| frame["type"] == "update").await;
    assert_eq!((&first["widget_id"], total(&first)), (&json!(widget), json!(0)));
    // The first look is over a second old: the next event is shown at once.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let started = Instant::now();
    app.send(
        &ada,
        &json!([{"name": "signup"}, {"name": "signup"}, {"name": "other"}]),
    )
    .await;
    let second = socket.until(|frame| total(frame) == json!(2)).await;
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(second["id"], "d");
    let change = json!({"type": "stat", "title": "New name", "config": {"query": {"kind": "trend",
        "series": [{"measure": "count"}], "range": {"last": "7d"}, "interval": "day"}}});
    app.call(&ada, Method::PUT, &format!("/api/widgets/{widget}"), Some(change))
        .await;
    socket.until(|frame| frame["changed"] == json!(true)).await;
    app.call(
        &ada,
        Method::DELETE,
        &format!("/api/dashboards/{dashboard}"),
        None,
    )
    .await;
    let gone = socket.until(|frame| frame["type"] == "error").await;
    assert_eq!((&gone["id"], &gone["code"]), (&json!("d"), &json!("not_found")));
}

#[tokio::test]
async fn nobody_hears_of_what_is_not_theirs() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let eve = app.member("eve").await;
    let (dashboard, _) = dashboard_with_a_count(&app, &ada).await;
    let mut socket = Socket::of(&app, &eve).await;
    for (subscribe, code) in [
        (
            json!({"id": "1", "topic": "dashboard", "dashboard_id": dashboard}),
            "not_found",
        ),
        (json!({"id": "1", "topic": "dashboard"}), "invalid"),
        (
            json!({"id": "1", "topic": "events", "filter": {"segment": "0197a5c0-0000-7000-8000-000000000000"}}),
            "invalid",
        ),
    ] {
        socket.say(json!({"subscribe": subscribe})).await;
        let answer = socket.until(|frame| frame["type"] == "error").await;
        assert_eq!(
            (&answer["id"], &answer["code"]),
            (&json!("1"), &json!(code)),
            "{answer}"
        );
    }
    let mut writer = {
        let key = format!("bearer.{}", eve.write_key);
        Socket::open(&app, &[("sec-websocket-protocol", &key)])
            .await
            .expect("a write key is known")
    };
    writer
        .say(json!({"subscribe": {"id": "1", "topic": "events"}}))
        .await;
    assert_eq!(
        writer.until(|frame| frame["type"] == "error").await["code"],
        "forbidden"
    );
}

#[tokio::test]
async fn a_socket_ends_with_its_session_or_key() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let mut by_token = Socket::of(&app, &ada).await;
    let cookie = app.cookie(&ada).await;
    let mut by_cookie = Socket::open(&app, &[("cookie", &cookie)])
        .await
        .expect("it opens");
    let keys = format!("/api/organizations/{}/keys", ada.organization);
    let (_, key) = app
        .post(&ada, &keys, json!({"name": "k", "kind": "secret"}))
        .await;
    let secret = format!("bearer.{}", key["key"].as_str().expect("a key"));
    let mut by_key = Socket::open(&app, &[("sec-websocket-protocol", &secret)])
        .await
        .expect("it opens");
    let ended = async |socket: &mut Socket| {
        let started = Instant::now();
        let code = socket.next().await.expect_err("the connection ends");
        assert!(
            started.elapsed() < Duration::from_secs(1),
            "{:?}",
            started.elapsed()
        );
        code
    };
    let path = format!("{keys}/{}", key["id"].as_str().expect("an id"));
    app.call(&ada, Method::DELETE, &path, None).await;
    assert_eq!(ended(&mut by_key).await, 4401);
    app.form("/logout", &[], Some(&cookie)).await;
    assert_eq!(ended(&mut by_cookie).await, 4401);
    app.post(&ada, "/api/auth/logout", json!({})).await;
    assert_eq!(ended(&mut by_token).await, 4401);
}

#[tokio::test]
async fn frames_that_are_too_large_or_no_text_end_the_connection() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let mut large = Socket::of(&app, &ada).await;
    let text = format!("{{\"unsubscribe\":\"{}\"}}", "x".repeat(64 * 1024));
    // The server may end the connection while the frame is still on its way.
    let _ = large.0.send(Message::text(text)).await;
    assert!(large.next().await.is_err());
    let mut binary = Socket::of(&app, &ada).await;
    binary.0.send(Message::binary(vec![1])).await.expect("it is sent");
    assert_eq!(binary.next().await, Err(1003));
    let mut wrong = Socket::of(&app, &ada).await;
    wrong.say(json!({"shout": 1})).await;
    assert_eq!(wrong.next().await.expect("an answer")["type"], "error");
}

#[tokio::test]
async fn whoever_does_not_read_is_let_go_and_holds_up_nobody() {
    let app = TestApp::start();
    let ada = app.member("ada").await;
    let mut lazy = Socket::of(&app, &ada).await;
    lazy.subscribe(json!({"id": "1", "topic": "events"})).await;
    let mut keen = Socket::of(&app, &ada).await;
    keen.subscribe(json!({"id": "1", "topic": "events"})).await;
    let reading = tokio::spawn(async move {
        keen.until(|frame| frame["event"]["name"] == "last").await;
    });
    let large = json!({"name": "fill", "properties": {"text": "x".repeat(30_000)}});
    let many: Vec<&Value> = std::iter::repeat_n(&large, 20).collect();
    // More than the buffers of a connection hold.
    for _ in 0..50 {
        app.send(&ada, &json!(many)).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    app.send(&ada, &json!({"name": "last"})).await;
    reading.await.expect("whoever reads gets everything");
    tokio::time::sleep(Duration::from_secs(6)).await;
    let end = loop {
        if let Err(code) = lazy.next().await {
            break code;
        }
    };
    assert!(matches!(end, 1008 | 1006), "{end}");
}

#[tokio::test]
async fn the_end_of_the_program_is_announced() {
    let mut app = TestApp::start();
    let ada = app.member("ada").await;
    let mut socket = Socket::of(&app, &ada).await;
    let started = Instant::now();
    let killed = std::process::Command::new("kill")
        .arg(app.pid().to_string())
        .status();
    assert!(killed.expect("kill runs").success());
    assert_eq!(socket.next().await, Err(1012));
    drop(socket);
    assert!(app.wait().success());
    assert!(started.elapsed() < Duration::from_secs(10));
}
