//! One subscription: a small task that turns news into frames and waits while the socket is busy.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Message;
use engine::live::{Matcher, News, Watch};
use engine::{Caller, Engine, Error};
use model::dashboard::View;
use model::problem::FieldError;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::Sender;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::frames::{Subscribe, Topic, error, frame};

/// Frames with events that one subscription gets in a second; the others are counted.
const EVENTS_A_SECOND: u32 = 200;

/// A subscription that runs; it ends with the value.
pub(super) struct Subscription(AbortHandle);

impl Drop for Subscription {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Subscription {
    /// Starts what was asked for, for somebody who may have it.
    pub(super) async fn start(
        engine: &Engine,
        caller: &Caller,
        asked: Subscribe,
        out: Sender<Message>,
    ) -> Result<Self, Error> {
        let task = match asked.topic {
            Topic::Dashboard => {
                let dashboard = asked.dashboard_id.ok_or_else(|| {
                    FieldError::new("subscribe.dashboard_id", "required", "Name the dashboard.")
                })?;
                let view = View {
                    range: asked.range,
                    filter: asked.filter,
                    compare: asked.compare,
                    breakdown: asked.breakdown,
                    variables: asked.variables,
                };
                let watch = engine.watch_dashboard(caller, dashboard, view).await?;
                tokio::spawn(updates(asked.id, watch, out))
            }
            Topic::Events => {
                let (news, matcher) = engine.watch_events(caller, asked.filter.as_ref()).await?;
                let arriving = Arriving {
                    id: asked.id,
                    matcher,
                    with_refused: asked.refused,
                    out,
                    skipped: 0,
                    second: (Instant::now(), 0),
                };
                tokio::spawn(arriving.run(news))
            }
        };
        Ok(Self(task.abort_handle()))
    }
}

/// The latest of every widget: whoever reads slowly gets fewer updates, never old ones.
async fn updates(id: String, watch: Arc<Watch>, out: Sender<Message>) {
    let mut versions = watch.versions();
    let mut seen = 0;
    if out.send(frame(&id, "ping", "")).await.is_err() {
        return;
    }
    loop {
        versions.mark_unchanged();
        let since = watch.since(seen);
        if since.is_gone {
            let _ = out.send(error(Some(&id), &Error::NotFound)).await;
            return;
        }
        if since.is_changed && out.send(frame(&id, "update", "\"changed\":true")).await.is_err() {
            return;
        }
        for shown in since.shown {
            if out.send(frame(&id, "update", shown.json())).await.is_err() {
                return;
            }
        }
        seen = since.version;
        if versions.changed().await.is_err() {
            return;
        }
    }
}

/// Events on their way to one client.
struct Arriving {
    id: String,
    matcher: Matcher,
    with_refused: bool,
    out: Sender<Message>,
    /// Events that were not sent since the last frame that said so.
    skipped: u64,
    /// When the current second began, and the frames that were sent in it.
    second: (Instant, u32),
}

impl Arriving {
    async fn run(mut self, mut news: Receiver<News>) {
        if self.out.send(frame(&self.id, "ping", "")).await.is_err() {
            return;
        }
        loop {
            let told = match news.recv().await {
                Ok(News::Stored { events, more }) => {
                    self.skipped += more as u64;
                    self.stored(&events).await
                }
                Ok(News::Refused(refused)) if self.with_refused => self.refused(&refused).await,
                Ok(News::Refused(_)) => Ok(()),
                Err(RecvError::Lagged(announcements)) => {
                    self.skipped += announcements;
                    Ok(())
                }
                Err(RecvError::Closed) => return,
            };
            if told.is_err() || self.say_what_was_skipped().await.is_err() {
                return;
            }
        }
    }

    async fn stored(&mut self, events: &[engine::live::LiveEvent]) -> Result<(), ()> {
        for event in events {
            if !self.matcher.passes(event) {
                continue;
            }
            if self.may_send() {
                self.send(&format!("\"event\":{}", event.json())).await?;
            } else {
                self.skipped += 1;
            }
        }
        Ok(())
    }

    async fn refused(&mut self, refused: &[engine::live::Refused]) -> Result<(), ()> {
        for one in refused {
            if self.may_send() {
                let json = serde_json::to_string(one).map_err(|_| ())?;
                self.send(&format!("\"refused\":{json}")).await?;
            } else {
                self.skipped += 1;
            }
        }
        Ok(())
    }

    async fn say_what_was_skipped(&mut self) -> Result<(), ()> {
        if self.skipped == 0 {
            return Ok(());
        }
        let skipped = std::mem::take(&mut self.skipped);
        self.send(&format!("\"skipped\":{skipped}")).await
    }

    async fn send(&self, inside: &str) -> Result<(), ()> {
        let frame = frame(&self.id, "event", inside);
        self.out.send(frame).await.map_err(|_| ())
    }

    fn may_send(&mut self) -> bool {
        if self.second.0.elapsed() >= Duration::from_secs(1) {
            self.second = (Instant::now(), 0);
        }
        self.second.1 += 1;
        self.second.1 <= EVENTS_A_SECOND
    }
}
