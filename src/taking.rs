//! Taking events for whoever sends them, in whatever dialect: within the limits, counted, and with a word in the answer's head
//! where nothing was kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use engine::enrich::Client;
use engine::ingest::Batch;
use engine::{Caller, Engine};
use model::event::Receipt;

use crate::compat::DROPPED;
use crate::limits::{Limits, Notes};
use crate::metrics::Metrics;
use crate::problem::Refusal;
use crate::state::AppState;

/// Takes the events of one request.
pub(crate) struct Taking {
    pub(crate) engine: Engine,
    metrics: Metrics,
    limits: Limits,
    notes: Option<Notes>,
    over_quota: OverQuota,
}

/// Whether something of the request was not kept because a plan's events are used up.
#[derive(Clone, Default)]
struct OverQuota(Arc<AtomicBool>);

impl FromRequestParts<AppState> for Taking {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self {
            engine: state.engine.clone(),
            metrics: state.metrics.clone(),
            limits: state.limits.clone(),
            notes: parts.extensions.get().cloned(),
            over_quota: parts.extensions.get().cloned().unwrap_or_default(),
        })
    }
}

impl Taking {
    /// As [`Engine::take`], of a caller whom no limit has counted yet.
    ///
    /// # Errors
    /// As [`Engine::take`], and [`engine::Error::TooMany`].
    pub(crate) async fn take(
        &self,
        caller: &Caller,
        batch: Batch<'_>,
        client: &Client,
    ) -> Result<Receipt, Refusal> {
        self.limits.count_sender(caller, self.notes.as_ref())?;
        self.take_counted(caller, batch, client, false).await
    }

    /// As [`Engine::take`].
    ///
    /// # Errors
    /// As [`Engine::take`].
    pub(crate) async fn take_counted(
        &self,
        caller: &Caller,
        batch: Batch<'_>,
        client: &Client,
        dry_run: bool,
    ) -> Result<Receipt, Refusal> {
        let receipt = self.engine.take(caller, batch, client, dry_run).await?;
        if !dry_run {
            self.metrics.count_events(&receipt);
        }
        if receipt.dropped_because.is_some() {
            self.over_quota.0.store(true, Ordering::Relaxed);
        }
        Ok(receipt)
    }
}

/// Says in the head of an answer that something was not kept: 202 all the same, or senders would try for ever.
pub(crate) async fn tell_what_was_dropped(mut request: Request, next: Next) -> Response {
    let over_quota = OverQuota::default();
    request.extensions_mut().insert(over_quota.clone());
    let mut response = next.run(request).await;
    if over_quota.0.load(Ordering::Relaxed) {
        let value = HeaderValue::from_static("quota");
        response.headers_mut().insert(DROPPED, value);
    }
    response
}
