//! One socket: reads what its client wants, sends what its subscriptions give, and ends when the credential does.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use engine::caller::Who;
use engine::live::Changed;
use engine::{Caller, Error};
use model::problem::FieldError;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::Credential;
use super::frames::{self, ClientFrame};
use super::sockets::Place;
use super::subscription::Subscription;
use crate::state::AppState;

/// Frames that wait to be sent; subscriptions wait beyond that.
const QUEUE: usize = 32;
/// A client that does not take a frame for so long is let go.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a client gets a sign of life.
pub(super) const PING_EVERY: Duration = Duration::from_secs(20);
/// A client that said nothing for so long, not even that it is there, is gone.
pub(super) const SILENCE: Duration = Duration::from_mins(1);
/// Credentials expire without anybody's doing, so they are looked at now and then.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
const MOST_SUBSCRIPTIONS: usize = 32;
/// Frames of a client in one minute.
const MOST_FRAMES: u32 = 300;
const GOODBYE: Duration = Duration::from_secs(1);

/// The credential does not count any more.
pub(super) const UNAUTHENTICATED: u16 = 4401;
/// The client reads too slowly, or says too much.
const TOO_SLOW: u16 = 1008;
/// The server ends, or is about to be replaced.
pub(super) const RESTARTING: u16 = 1012;

/// A client that was let in.
pub(super) struct Socket {
    pub(super) state: AppState,
    pub(super) caller: Caller,
    pub(super) credential: Credential,
    pub(super) place: Place,
}

/// Why a connection ends.
pub(super) enum End {
    /// The client left, or cannot be reached.
    Left,
    /// We end it, and say why.
    Close(u16, &'static str),
}

impl Socket {
    /// Serves the connection until its end.
    pub(super) async fn serve(self, mut connection: WebSocket) {
        let why = self.talk(&mut connection).await;
        end(connection, why).await;
    }

    async fn talk(&self, connection: &mut WebSocket) -> End {
        let (out, mut queue) = mpsc::channel(QUEUE);
        let mut subscriptions = HashMap::new();
        let mut changes = self.state.engine.live().changes();
        let mut ping_at = Instant::now() + PING_EVERY;
        let mut look_at = Instant::now() + LOOK_AGAIN;
        let mut heard = Instant::now();
        let mut frames = (Instant::now(), 0);
        loop {
            let next = tokio::select! {
                biased;
                () = self.place.ending.leaving() => Next::End(End::Close(RESTARTING, "The server restarts.")),
                change = changes.recv() => self.after(change),
                received = connection.recv() => match received {
                    Some(Ok(message)) => Next::Received(message),
                    Some(Err(_)) | None => Next::End(End::Left),
                },
                Some(message) = queue.recv() => Next::Send(message),
                () = tokio::time::sleep_until(ping_at) => Next::Ping,
                () = tokio::time::sleep_until(look_at) => Next::LookAgain,
            };
            let sent = match next {
                Next::Nothing => Ok(()),
                Next::End(end) => return end,
                Next::Received(message) => {
                    heard = Instant::now();
                    if is_too_much(&mut frames, heard) {
                        return End::Close(TOO_SLOW, "Too many frames. Slow down.");
                    }
                    self.received(message, &mut subscriptions, &out).await
                }
                Next::Send(message) => send(connection, message).await,
                Next::Ping if heard.elapsed() > SILENCE => return End::Left,
                Next::Ping => {
                    ping_at = Instant::now() + PING_EVERY;
                    self.ping(connection).await
                }
                Next::LookAgain => {
                    look_at = Instant::now() + LOOK_AGAIN;
                    self.is_still_allowed().await
                }
            };
            if let Err(end) = sent {
                return end;
            }
        }
    }

    /// What a change somewhere means for this socket.
    fn after(&self, change: Result<Changed, RecvError>) -> Next {
        match change {
            Ok(change) if self.is_ended_by(&change) => {
                Next::End(End::Close(UNAUTHENTICATED, "Your session or key ended."))
            }
            Ok(change) if self.concerns(&change) => Next::LookAgain,
            Ok(_) | Err(RecvError::Closed) => Next::Nothing,
            Err(RecvError::Lagged(_)) => Next::LookAgain,
        }
    }

    fn is_ended_by(&self, change: &Changed) -> bool {
        match self.caller.who() {
            Who::Member { session, .. } | Who::Guest { session, .. } => {
                change.action == "session.ended" && change.target == format!("session:{session}")
            }
            Who::Key { key, .. } | Who::Personal { key, .. } => {
                change.action == "key.revoked" && change.target == format!("key:{key}")
            }
            Who::Link { .. } | Who::Operator | Who::Site => false,
        }
    }

    /// Whether it may have changed what the caller may do: anything about members and accounts of the organization, or
    /// about this user anywhere.
    fn concerns(&self, change: &Changed) -> bool {
        // What gives or takes no rights, or only those of the session or key that it names.
        const OWN: [&str; 8] = [
            "dashboard.",
            "widget.",
            "segment.",
            "share.",
            "annotation.",
            "key.",
            "session.",
            "invitation.",
        ];
        let is_about_user = self
            .caller
            .user()
            .is_some_and(|user| change.target.contains(&user.to_string()));
        let is_here = change.org == self.caller.org();
        is_about_user || (is_here && !OWN.iter().any(|word| change.action.starts_with(word)))
    }

    /// Asks again who this is; somebody who may do other things now has to connect anew.
    async fn is_still_allowed(&self) -> Result<(), End> {
        match self.credential.caller(&self.state).await {
            Ok(caller) if caller == self.caller => Ok(()),
            Ok(_) => Err(End::Close(UNAUTHENTICATED, "Your role changed. Connect again.")),
            Err(refusal) if refusal.is_temporary() => Ok(()),
            Err(_) => Err(End::Close(UNAUTHENTICATED, "Your session or key ended.")),
        }
    }

    async fn received(
        &self,
        message: Message,
        subscriptions: &mut HashMap<String, Subscription>,
        out: &mpsc::Sender<Message>,
    ) -> Result<(), End> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(End::Close(1003, "Send JSON in text frames.")),
            Message::Close(_) => return Err(End::Left),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        let answer = match ClientFrame::read(&text) {
            Err(problem) => Some(frames::error(None, &Error::from(problem))),
            Ok(ClientFrame::Unsubscribe(id)) => {
                subscriptions.remove(&id);
                None
            }
            Ok(ClientFrame::Subscribe(asked)) => {
                let asked = *asked;
                let id = asked.id.clone();
                match self.subscribe(asked, subscriptions, out).await {
                    // The subscription's first frame says that it runs.
                    Ok(()) => None,
                    Err(error) => Some(frames::error(Some(&id), &error)),
                }
            }
        };
        match answer {
            Some(answer) => out
                .try_send(answer)
                .map_err(|_| End::Close(TOO_SLOW, "Too many frames at once.")),
            None => Ok(()),
        }
    }

    async fn subscribe(
        &self,
        asked: frames::Subscribe,
        subscriptions: &mut HashMap<String, Subscription>,
        out: &mpsc::Sender<Message>,
    ) -> Result<(), Error> {
        let id = asked.id.clone();
        if subscriptions.len() >= MOST_SUBSCRIPTIONS && !subscriptions.contains_key(&id) {
            let message = format!("A connection has at most {MOST_SUBSCRIPTIONS} subscriptions.");
            return Err(FieldError::new("subscribe", "too_many", message).into());
        }
        let started = Subscription::start(&self.state.engine, &self.caller, asked, out.clone()).await?;
        // One with the same id takes the place of the one before.
        subscriptions.insert(id, started);
        Ok(())
    }

    async fn ping(&self, connection: &mut WebSocket) -> Result<(), End> {
        send(connection, frames::ping()).await?;
        send(connection, Message::Ping(Vec::new().into())).await
    }
}

enum Next {
    Nothing,
    End(End),
    Received(Message),
    Send(Message),
    Ping,
    LookAgain,
}

/// Ends a connection and says why.
pub(super) async fn end(mut connection: WebSocket, why: End) {
    if let End::Close(code, reason) = why {
        let reason = reason.into();
        let goodbye = Message::Close(Some(CloseFrame { code, reason }));
        // Whoever does not listen cannot be told.
        let _ = timeout(GOODBYE, connection.send(goodbye)).await;
    }
}

/// Counts a frame in the current minute.
fn is_too_much(frames: &mut (Instant, u32), now: Instant) -> bool {
    if now.duration_since(frames.0) > Duration::from_mins(1) {
        *frames = (now, 0);
    }
    frames.1 += 1;
    frames.1 > MOST_FRAMES
}

pub(super) async fn send(connection: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(PATIENCE, connection.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Left),
        Err(_) => Err(End::Close(TOO_SLOW, "You read too slowly.")),
    }
}
