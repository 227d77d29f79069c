//! Connections: so many at once, each with a limit on how long its headers, its body and its reading may take, and all
//! of them brought to a clean end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{SockFilter, SockRef};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::ending::Ending;

/// Most connections at once; others wait in the system's queue.
const MOST_CONNECTIONS: usize = 16_384;

/// How long a connection may be silent before the last byte of its headers came, the first request's and every later one's.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);

/// How long what was sent may lie unread.
const READ_WITHIN: Duration = Duration::from_mins(1);

/// How long requests under way may take once the end was asked for.
const GRACE: Duration = Duration::from_secs(20);

/// How long requests are still taken from connections that are there when the system takes no new ones.
const LAST_CALL: Duration = Duration::from_millis(100);

/// After a failed accept, which is most often for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves until the end was asked for and the requests under way are answered, or were given up on.
pub(crate) async fn serve(socket: TcpListener, app: Router, ending: Ending) {
    let connections = TaskTracker::new();
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let (stream, peer, slot) = tokio::select! {
            next = next_connection(&socket, &slots) => next,
            () = ending.closing() => break,
        };
        connections.spawn(connection(stream, peer, app.clone(), ending.clone(), slot));
    }
    // Whoever is in the queue already has connected, and may have sent a request.
    turn_newcomers_away(&socket);
    let closes_at = Instant::now() + LAST_CALL;
    loop {
        let (stream, peer, slot) = tokio::select! {
            biased;
            next = next_connection(&socket, &slots) => next,
            () = tokio::time::sleep_until(closes_at) => break,
        };
        connections.spawn(connection(stream, peer, app.clone(), ending.clone(), slot));
    }
    drop(socket);
    connections.close();
    if tokio::time::timeout(GRACE, connections.wait()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

/// Lets nobody else into the queue, and everybody who is in it or half way there. Closing the socket alone would break off whoever
/// connected since the last one was taken: a proxy cannot know whether their requests were read, and may not send them again.
/// A packet that asks for a connection, SYN without ACK (RFC 9293, section 3.5), is dropped; when it is sent again, the socket
/// is closed, and the proxy knows that nobody heard it.
fn turn_newcomers_away(socket: &TcpListener) {
    const FLAGS_AT: u32 = 13;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    /// Classic BPF: loads the byte at an offset, from the TCP header on.
    const LOAD: u16 = 0x30;
    const AND: u16 = 0x54;
    const JUMP_IF_EQUAL: u16 = 0x15;
    /// Ends with so many bytes of the packet: none drops it.
    const TAKE: u16 = 0x06;
    let filter = [
        SockFilter::new(LOAD, 0, 0, FLAGS_AT),
        SockFilter::new(AND, 0, 0, SYN | ACK),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, SYN),
        SockFilter::new(TAKE, 0, 0, 0),
        SockFilter::new(TAKE, 0, 0, u32::MAX),
    ];
    let socket = SockRef::from(socket);
    if let Err(error) = socket.attach_filter(&filter) {
        tracing::debug!(%error, "no filter for new connections; the queue is made as short as it can be");
        let _ = socket.listen(0);
    }
}

async fn next_connection(
    socket: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else {
            return std::future::pending().await;
        };
        match socket.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    ending: Ending,
    _slot: OwnedSemaphorePermit,
) {
    // Neither is needed for a right answer.
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(READ_WITHIN));
    let told = ending.clone();
    let service = service_fn(move |request| answer(app.clone(), request, peer, told.clone()));
    let mut serving = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    let last_call = async {
        ending.closing().await;
        // A connection that is new, or that was kept, may have a request under way that has not been read yet.
        tokio::time::sleep(LAST_CALL).await;
    };
    let ended = tokio::select! {
        biased;
        ended = serving.as_mut() => ended,
        () = last_call => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection broke off");
    }
}

/// One request. A client that keeps its connection is told to make its next one elsewhere while the program leaves, and one
/// whose body was refused, and perhaps not read to its end, that this connection ends.
async fn answer(
    mut app: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    ending: Ending,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let has_body = !request.body().is_end_stream();
    let mut response = app.call(request).await?;
    let may_be_unread = has_body && response.status().is_client_error();
    if may_be_unread || ending.is_leaving() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
