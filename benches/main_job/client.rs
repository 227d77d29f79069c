//! HTTP with as little work as possible, so that measuring costs the server nothing.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::Outcome;

/// A connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back, and how fast.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) first_byte: Duration,
    pub(crate) whole: Duration,
}

impl Connection {
    pub(crate) fn open(server: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        Ok(Self {
            stream,
            buffer: vec![0; 1 << 16],
        })
    }

    /// Sends a whole request and reads the whole response.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Outcome<Response> {
        let start = Instant::now();
        self.stream.write_all(request)?;
        let mut received = Vec::new();
        let mut first_byte = None;
        loop {
            let count = self.stream.read(&mut self.buffer)?;
            if count == 0 {
                return Err("the server closed the connection".into());
            }
            let at = start.elapsed();
            let first_byte = *first_byte.get_or_insert(at);
            received.extend_from_slice(&self.buffer[..count]);
            if let Some((head_end, is_chunked)) = complete(&received) {
                let head = String::from_utf8_lossy(&received[..head_end]).into_owned();
                let status = head
                    .split(' ')
                    .nth(1)
                    .and_then(|word| word.parse().ok())
                    .unwrap_or_default();
                let body = received.split_off(head_end);
                let body = if is_chunked { unchunked(&body) } else { body };
                return Ok(Response {
                    status,
                    head,
                    body,
                    first_byte,
                    whole: start.elapsed(),
                });
            }
        }
    }

    /// Asks for a page as a browser would.
    pub(crate) fn get(&mut self, path: &str, headers: &str) -> Outcome<Response> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n{headers}\r\n");
        self.exchange(request.as_bytes())
    }
}

/// Where the head of a complete response ends, and whether its body is in chunks.
fn complete(received: &[u8]) -> Option<(usize, bool)> {
    let head_end = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&received[..head_end]).to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return received[head_end..]
            .ends_with(b"0\r\n\r\n")
            .then_some((head_end, true));
    }
    let length = head
        .split("content-length: ")
        .nth(1)?
        .split("\r\n")
        .next()?
        .parse::<usize>()
        .ok()?;
    (received.len() >= head_end + length).then_some((head_end, false))
}

fn unchunked(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line_end) = chunks.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&chunks[..line_end])
            .ok()
            .and_then(|text| usize::from_str_radix(text, 16).ok());
        let (Some(size), start) = (size, line_end + 2) else {
            break;
        };
        if size == 0 || chunks.len() < start + size + 2 {
            break;
        }
        body.extend_from_slice(&chunks[start..start + size]);
        chunks = &chunks[start + size + 2..];
    }
    body
}

/// The middle of several measurements.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    percentile(&mut times, 50)
}

/// So many percent of the measurements are not above it.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times
        .get((times.len() * percent / 100).min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// In milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
