//! What every handler can reach.

use axum::extract::FromRef;
use engine::Engine;
use leptos::config::LeptosOptions;

use crate::client::Proxies;
use crate::cookie::Cookies;
use crate::ending::Ending;
use crate::limits::Limits;
use crate::live::Sockets;
use crate::metrics::Metrics;
use crate::site::SiteFiles;
use crate::telemetry::Spans;

/// The state of the router.
#[derive(Clone, FromRef)]
pub(crate) struct AppState {
    /// Every verb.
    pub(crate) engine: Engine,
    /// Where people reach this server.
    pub(crate) site: app::server::Site,
    /// How cookies are named and sealed.
    pub(crate) cookies: Cookies,
    /// Whose word on addresses counts.
    pub(crate) proxies: Proxies,
    /// How often somebody may ask.
    pub(crate) limits: Limits,
    /// Whether the program is about to end.
    pub(crate) ending: Ending,
    /// Style sheets, scripts and fonts.
    pub(crate) files: SiteFiles,
    /// The live connections.
    pub(crate) sockets: Sockets,
    /// What is counted for Prometheus.
    pub(crate) metrics: Metrics,
    /// What is told of requests.
    pub(crate) spans: Spans,
    /// What Leptos must know to write its scripts into a page.
    pub(crate) leptos: LeptosOptions,
}
