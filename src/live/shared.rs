//! `GET /s/{token}/live` and `GET /embed/{token}/live`: new figures for a shared page, drawn here, so that the page needs
//! hardly any script.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use engine::Error;
use engine::live::{Changed, Shown, Watch};
use engine::sharing::Opened;
use model::dashboard::Panel;
use model::language::Reader;
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use super::socket::{End, PING_EVERY, RESTARTING, SILENCE, UNAUTHENTICATED, end, send};
use super::sockets::Place;
use super::{configured, frames, full};
use crate::problem::{Answered, plain, respond};
use crate::share_page;
use crate::state::AppState;

/// `GET /s/{token}/live`
pub(crate) async fn connect_shared(
    State(state): State<AppState>,
    Path(token): Path<String>,
    request: Request,
) -> Answered<Response> {
    let opened = match share_page::open(&state, &token, request.headers()).await {
        Ok(opened) => opened,
        Err(Error::Unauthenticated(_)) => return Err(Error::NotFound.into()),
        Err(error) => return Err(error.into()),
    };
    connect(state, opened, None, request).await
}

/// `GET /embed/{token}/live`: the same with what the token fixed, as long as it lasts.
pub(crate) async fn connect_signed(
    State(state): State<AppState>,
    Path(token): Path<String>,
    request: Request,
) -> Answered<Response> {
    let opened = state.engine.sharing().open_signed(&token).await?;
    connect(state, opened, Some(token), request).await
}

async fn connect(
    state: AppState,
    opened: Opened,
    signed: Option<String>,
    request: Request,
) -> Answered<Response> {
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &state).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let detail = "Open this address as a WebSocket.";
            return Ok(respond(&plain(
                StatusCode::BAD_REQUEST,
                "not-a-websocket",
                format!("{detail} {rejection}"),
            )));
        }
    };
    let watch = state.engine.watch_shared(&opened).await?;
    let Some(place) = state.sockets.enter() else {
        return Ok(full());
    };
    let viewer = Viewer {
        state: state.clone(),
        opened,
        watch,
        place,
        signed,
        reader: share_page::reader_of(&parts.headers),
    };
    Ok(configured(upgrade, &parts.headers).on_upgrade(move |connection| viewer.serve(connection)))
}

struct Viewer {
    state: AppState,
    opened: Opened,
    watch: Arc<Watch>,
    place: Place,
    /// The token that the key of the share signed, where one opened it.
    signed: Option<String>,
    reader: Reader,
}

#[derive(Serialize)]
struct Update<'u> {
    #[serde(rename = "type")]
    kind: &'static str,
    widget_id: String,
    html: &'u str,
    updated: &'u str,
}

impl Viewer {
    async fn serve(self, mut connection: WebSocket) {
        let why = self.show(&mut connection).await;
        end(connection, why).await;
    }

    async fn show(&self, connection: &mut WebSocket) -> End {
        let mut versions = self.watch.versions();
        let mut changes = self.state.engine.live().changes();
        let mut ping_at = Instant::now() + PING_EVERY;
        let mut heard = Instant::now();
        let expires = Instant::now() + self.time_left();
        let mut seen = 0;
        loop {
            versions.mark_unchanged();
            match self.send_news(connection, seen).await {
                Ok(version) => seen = version,
                Err(why) => return why,
            }
            tokio::select! {
                biased;
                () = self.place.ending.leaving() => return End::Close(RESTARTING, "The server restarts."),
                () = sleep_until(expires) => return End::Close(UNAUTHENTICATED, "The link has expired."),
                change = changes.recv() => if self.is_ended_by(change).await {
                    return End::Close(UNAUTHENTICATED, "The link was revoked.");
                },
                received = connection.recv() => match received {
                    // Viewers have nothing to say, but are heard to be there.
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => heard = Instant::now(),
                    _ => return End::Left,
                },
                next = versions.changed() => if next.is_err() {
                    return End::Left;
                },
                () = sleep_until(ping_at) => {
                    if heard.elapsed() > SILENCE {
                        return End::Left;
                    }
                    ping_at = Instant::now() + PING_EVERY;
                    for sign in [frames::ping(), Message::Ping(Vec::new().into())] {
                        if let Err(why) = send(connection, sign).await {
                            return why;
                        }
                    }
                }
            }
        }
    }

    fn time_left(&self) -> Duration {
        /// Longer than any connection lasts.
        const LONG: Duration = Duration::from_hours(24 * 30);
        let left = self
            .opened
            .expires_at
            .map(|at| at.duration_since(self.state.engine.clock().now()));
        left.map_or(LONG, |left| {
            Duration::try_from(left).unwrap_or_default().min(LONG)
        })
    }

    async fn is_ended_by(&self, change: Result<Changed, RecvError>) -> bool {
        let target = format!("share:{}", self.opened.id);
        let Some(change) = change.ok().filter(|change| change.target == target) else {
            return false;
        };
        match change.action.as_str() {
            "share.revoked" | "share.rotated" | "share.changed" => true,
            // News come a little later: it may be the very key that signed the token.
            "share.embed_key_made" | "share.embed_key_ended" => match &self.signed {
                Some(token) => self.state.engine.sharing().open_signed(token).await.is_err(),
                None => false,
            },
            _ => false,
        }
    }

    /// What is new since `seen`; gives what is seen then.
    async fn send_news(&self, connection: &mut WebSocket, seen: u64) -> Result<u64, End> {
        let since = self.watch.since(seen);
        if since.is_gone {
            return Err(End::Close(UNAUTHENTICATED, "The dashboard was deleted."));
        }
        if since.is_changed {
            send(connection, Message::Text("{\"type\":\"changed\"}".into())).await?;
        }
        let updated = share_page::updated(&self.state, &self.opened, self.reader);
        let may_see = |shown: &Arc<Shown>| self.opened.may_see(&shown.panel.widget);
        let draw = |panel: &Panel| app::share::card_inside(panel, &self.opened.organization.timezone);
        for shown in since.shown.into_iter().filter(may_see) {
            let update = Update {
                kind: "update",
                widget_id: shown.panel.widget.id.to_string(),
                html: shown.drawn(self.reader, draw),
                updated: &updated,
            };
            let text = serde_json::to_string(&update).unwrap_or_default();
            send(connection, Message::Text(text.into())).await?;
        }
        Ok(since.version)
    }
}
