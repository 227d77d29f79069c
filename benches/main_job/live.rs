//! Thousands of people who look at one dashboard while events arrive: how soon each sees them, and what that takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use crate::Outcome;
use crate::client::milliseconds;
use crate::machine::resident_mb;
use crate::server::{Server, text};
use crate::table::Table;

const SOCKETS: usize = 5_000;
const EVENTS: usize = 20;
/// Connections that are being opened at a time.
const AT_ONCE: usize = 200;
/// How long a connection may wait for what it was promised.
const PATIENCE: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) fn measure(table: &mut Table) -> Outcome<()> {
    let server = Server::empty()?;
    let (token, key) = server.register()?;
    let dashboard = dashboard(&server, &token)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(watched(table, &server, (&token, &key), &dashboard))
}

/// With one figure, which every event changes.
fn dashboard(server: &Server, token: &str) -> Outcome<String> {
    let made = server.post("/api/dashboards", token, &json!({"name": "Watched"}))?;
    let id = text(&made["id"])?;
    let query = json!({"kind": "trend", "series": [{"measure": "count"}], "range": {"last": "7d"}, "interval": "day"});
    let widget = json!({"type": "stat", "title": "Events", "config": {"query": query}});
    server.post(&format!("/api/dashboards/{id}/widgets"), token, &widget)?;
    Ok(id)
}

async fn watched(
    table: &mut Table,
    server: &Server,
    (token, key): (&str, &str),
    dashboard: &str,
) -> Outcome<()> {
    let url = format!("ws://{}/api/ws", server.address());
    let (seen, mut totals) = mpsc::unbounded_channel();
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let opening = Instant::now();
    let mut sockets = Vec::with_capacity(SOCKETS);
    for _ in 0..SOCKETS {
        let (url, token, dashboard) = (url.clone(), token.to_owned(), dashboard.to_owned());
        let (room, seen) = (Arc::clone(&room), seen.clone());
        sockets.push(tokio::spawn(async move {
            let place = room.acquire().await.map_err(|error| error.to_string())?;
            let socket = open(&url, &token, &dashboard).await?;
            drop(place);
            tokio::spawn(watch(socket, seen));
            Ok::<(), String>(())
        }));
    }
    for socket in sockets {
        socket.await??;
    }
    all_see(&mut totals, 0).await?;
    table.note(
        "live, 5,000 sockets opened and answered",
        milliseconds(opening.elapsed()) / 1e3,
        "s",
    );

    // A client wants its cryptography chosen; another client may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build()?;
    let (mut delays, mut ingest) = (Vec::new(), Vec::new());
    for count in 1..=EVENTS {
        // A little more than the pause between two looks, so that each event is a look of its own.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let sent = Instant::now();
        let request = client.post(format!("http://{}/api/analytics/events", server.address()));
        let answer = request
            .header("x-write-key", key)
            .json(&json!({"name": "tick"}))
            .send()
            .await?;
        if answer.status() != 202 {
            return Err(format!("an event was answered with {}", answer.status()).into());
        }
        ingest.push(sent.elapsed());
        for moment in all_see(&mut totals, count).await? {
            delays.push(moment.duration_since(sent));
        }
    }
    let memory = resident_mb(server.process()).ok_or("the server's memory cannot be read")?;
    table.at_most(
        "live, memory of the server with 5,000 sockets",
        memory,
        400.0,
        "MB",
    );
    table.note(
        "live, from sending an event until a socket has its figure, p50",
        percentile(&mut delays, 50),
        "ms",
    );
    table.at_most("the same, p99", percentile(&mut delays, 99), 1000.0, "ms");
    table.note(
        "live, answer to an event meanwhile, p50",
        percentile(&mut ingest, 50),
        "ms",
    );
    Ok(())
}

async fn open(url: &str, token: &str, dashboard: &str) -> Result<Socket, String> {
    let mut request = url.into_client_request().map_err(|error| error.to_string())?;
    let bearer = format!("Bearer {token}")
        .parse()
        .map_err(|_| "the token is no header")?;
    request.headers_mut().insert("authorization", bearer);
    // The client is on the same machine, and has as many sockets as the server.
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(1024);
    let connected = connect_async_with_config(request, Some(config), true).await;
    let (mut socket, _) = connected.map_err(|error| error.to_string())?;
    let subscribe = json!({"subscribe": {"id": "1", "topic": "dashboard", "dashboard_id": dashboard}});
    let sent = socket.send(Message::text(subscribe.to_string())).await;
    sent.map_err(|error| error.to_string())?;
    Ok(socket)
}

/// Tells every figure that arrives, and when.
async fn watch(mut socket: Socket, seen: mpsc::UnboundedSender<(usize, Instant)>) {
    while let Some(Ok(message)) = socket.next().await {
        let now = Instant::now();
        let Message::Text(frame) = message else { continue };
        let frame: Value = serde_json::from_str(&frame).unwrap_or_default();
        let total = frame["answer"]["series"][0]["total"].as_u64();
        if let Some(total) = total.and_then(|total| usize::try_from(total).ok())
            && seen.send((total, now)).is_err()
        {
            return;
        }
    }
}

/// Waits until every socket has this figure, and gives back when each had it.
async fn all_see(
    totals: &mut mpsc::UnboundedReceiver<(usize, Instant)>,
    wanted: usize,
) -> Outcome<Vec<Instant>> {
    let mut moments = Vec::with_capacity(SOCKETS);
    while moments.len() < SOCKETS {
        let next = tokio::time::timeout(PATIENCE, totals.recv()).await;
        let next = next.map_err(|_| format!("{} of {SOCKETS} sockets got figure {wanted}", moments.len()))?;
        let (total, moment) = next.ok_or("every socket was closed")?;
        if total == wanted {
            moments.push(moment);
        }
    }
    Ok(moments)
}

fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    milliseconds(times[place])
}
