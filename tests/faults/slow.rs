//! Clients that take their time, and bodies that are more than they seem.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::load::{Account, client, send};
use crate::program::Program;

const SLOW_CLIENTS: usize = 300;
/// The program's own limits are 30 seconds.
const CUT_OFF_WITHIN: Duration = Duration::from_secs(45);
const MOST_GROWTH: u64 = 32 * 1024 * 1024;
const BOMB_BYTES: u64 = 1 << 30;

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_cut_off_and_hold_up_nobody() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let client = client();
    let program = Program::start(dir.path());
    let account = Account::make(&client, &program.url).await;
    let began = Instant::now();
    let slow: Vec<_> = (0..SLOW_CLIENTS)
        .map(|number| {
            let address = program.address().to_owned();
            tokio::spawn(trickle(address, account.write_key.clone(), number % 2 == 0))
        })
        .collect();
    for number in 0..20 {
        let asked = Instant::now();
        assert!(send(&client, &program.url, &account.write_key, &[number.to_string()]).await);
        assert!(
            asked.elapsed() < Duration::from_secs(2),
            "others wait for slow clients"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for client in slow {
        let heard = client.await.expect("it is cut off");
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 408"), "{heard}");
    }
    assert!(began.elapsed() < CUT_OFF_WITHIN);
}

/// Sends half a header, or a header and half a body; answers what was heard before the connection was closed.
async fn trickle(address: String, key: String, half_a_body: bool) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let start = format!("POST /api/analytics/events HTTP/1.1\r\nHost: x\r\nX-Write-Key: {key}\r\n");
    let rest = if half_a_body {
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n[{"
    } else {
        "X-Slow: "
    };
    let start = start + rest;
    stream.write_all(start.as_bytes()).await.expect("it is open");
    let mut heard = Vec::new();
    // A connection that was reset has been closed as well.
    let _ = tokio::time::timeout(CUT_OFF_WITHIN, stream.read_to_end(&mut heard))
        .await
        .expect("it is closed in time");
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_are_refused_and_take_no_memory() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let client = client();
    let program = Program::start(dir.path());
    let account = Account::make(&client, &program.url).await;
    let zeros = std::io::Read::take(std::io::repeat(b' '), BOMB_BYTES);
    let bomb = zstd::encode_all(zeros, 3).expect("spaces are easily packed");
    let deep = "[".repeat(1_000_000);
    let throw = |encoding: Option<&'static str>, body: Vec<u8>| {
        let request = client
            .post(format!("{}/api/analytics/events", program.url))
            .header("X-Write-Key", &account.write_key)
            .header("Content-Type", "application/json");
        let request = match encoding {
            Some(encoding) => request.header("Content-Encoding", encoding),
            None => request,
        };
        async { request.body(body).send().await.expect("it answers").status() }
    };
    let mut before = 0;
    for round in 0..10 {
        if round == 2 {
            // What any large body leaves behind is there by now.
            before = program.memory();
        }
        assert_eq!(
            throw(Some("zstd"), bomb.clone()).await,
            StatusCode::PAYLOAD_TOO_LARGE
        );
        assert_eq!(
            throw(None, deep.clone().into_bytes()).await,
            StatusCode::BAD_REQUEST
        );
        assert_eq!(throw(Some("gzip"), bomb.clone()).await, StatusCode::BAD_REQUEST);
    }
    let growth = program.memory().saturating_sub(before);
    assert!(growth < MOST_GROWTH, "{} MiB more than before", growth >> 20);
}
