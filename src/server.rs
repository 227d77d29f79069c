//! From settings to a listening server, and from SIGTERM to a clean end.

use std::io::Write as _;

use app::server::Site;
use engine::{Clock, Engine, Random};
use leptos::config::LeptosOptions;
use tokio::net::TcpListener;

use crate::config::Config;
use crate::cookie::Cookies;
use crate::ending::Ending;
use crate::limits::Limits;
use crate::listener;
use crate::live::Sockets;
use crate::metrics::Metrics;
use crate::router::router;
use crate::site::SiteFiles;
use crate::state::AppState;
use crate::telemetry::Spans;

/// Why the program ends when the disk says that it could not keep what was written.
const LOST_LOG: &str = "the disk could not keep the event log (a sync failed), so nothing more is promised. Everything that was \
    acknowledged before is safe. Look at the disk, then start again.";

/// Opens the engine with these settings; `public_url` is what links begin with.
///
/// # Errors
/// A sentence that names what could not be opened.
pub(crate) async fn open_engine(config: &Config, public_url: &str) -> Result<Engine, String> {
    let settings = engine::Settings {
        data_dir: config.data_dir.clone(),
        database_url: config.database_url.clone(),
        events: config.events.clone(),
        public_url: public_url.to_owned(),
        registration: config.registration,
        currency_rates: config.currency_rates.clone(),
        quotas: config.quotas.clone(),
        cache_bytes: config.cache_mb * 1024 * 1024,
        question_limit: config.question_limit,
        redis: config.redis.clone(),
        geoip_file: config.geoip_file.clone(),
        mail: config.mail.clone(),
        master_keys: config.master_keys.clone(),
        oidc: config.oidc.clone(),
    };
    Engine::open(settings, Clock::System, Random::from_os())
        .await
        .map_err(|error| for_people(&error))
}

/// As [`open_engine`], or nothing where another process works in the data folder: that one does what is to be done.
///
/// # Errors
/// A sentence that names what could not be opened.
pub(crate) async fn open_engine_unless_busy(config: &Config) -> Result<Option<Engine>, String> {
    match engine::lock_folder(&config.data_dir) {
        Ok(free) => drop(free),
        Err(engine::Error::Conflict(_)) => return Ok(None),
        Err(error) => return Err(for_people(&error)),
    }
    let public_url = config.public_url_for(config.addr);
    open_engine(config, &public_url).await.map(Some)
}

/// Serves until the process is asked to end.
///
/// # Errors
/// A sentence that says what went wrong.
pub(crate) async fn serve(config: Config) -> Result<(), String> {
    let busy =
        |error: std::io::Error| format!("{}: {error}. Choose another address with --addr.", config.addr);
    let socket = TcpListener::bind(config.addr).await.map_err(busy)?;
    let addr = socket.local_addr().map_err(|error| error.to_string())?;
    let public_url = config.public_url_for(addr);
    let engine = open_engine(&config, &public_url).await?;
    let ending = Ending::on_signals();
    let sockets = Sockets::new(ending.clone());
    let files = config
        .site_dir
        .clone()
        .map_or(SiteFiles::Embedded, SiteFiles::Folder);
    let state = AppState {
        files: files.clone(),
        engine: engine.clone(),
        cookies: Cookies::for_url(&public_url),
        proxies: config.trusted_proxies.clone(),
        limits: Limits::new(config.rate_limits),
        ending: ending.clone(),
        sockets: sockets.clone(),
        metrics: Metrics::new(),
        spans: Spans::new(config.otlp_endpoint.is_some()),
        leptos: LeptosOptions::builder()
            .output_name("datapulse")
            .site_pkg_dir("pkg")
            .build(),
        site: Site {
            public_url: public_url.clone(),
        },
    };
    let app = router(state, files);
    announce(&format!("http://{addr}"));
    tracing::info!(%addr, public_url, "listening");
    tokio::select! {
        () = listener::serve(socket, app, ending) => {}
        () = engine.ingest().lost() => return Err(LOST_LOG.to_owned()),
    }
    sockets.ended().await;
    engine.close().await;
    tracing::info!("ended");
    Ok(())
}

/// The first line of standard output: programs read the address from it.
fn announce(url: &str) {
    let mut out = std::io::stdout().lock();
    // A closed standard output is no reason not to serve.
    let _ = writeln!(out, "{url}");
    let _ = out.flush();
}

/// An engine's error with its causes and fields, for the person at the terminal.
#[must_use]
pub(crate) fn for_people(error: &engine::Error) -> String {
    if let engine::Error::Invalid(fields) = error {
        let lines: Vec<String> = fields
            .iter()
            .map(|field| format!("{}: {}", field.field, field.message))
            .collect();
        return lines.join("; ");
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
