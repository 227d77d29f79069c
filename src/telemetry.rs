//! Structured logs on standard error: text for people, JSON for machines. And, where a collector is named, traces for it.

mod spans;
mod traces;

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{Config, LogFormat};
pub(crate) use spans::Spans;
pub(crate) use traces::Traces;

/// Starts logging as configured, and sending traces where somebody collects them.
///
/// # Errors
/// A sentence when the filter or the collector's address cannot be read.
pub(crate) fn start(config: &Config) -> Result<Traces, String> {
    let filter = EnvFilter::try_new(&config.log).map_err(|error| format!("DATAPULSE_LOG: {error}"))?;
    let format = format(config);
    let Some(endpoint) = &config.otlp_endpoint else {
        let lines = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr);
        match format {
            LogFormat::Text => lines.with_ansi(to_a_person()).with_target(false).init(),
            LogFormat::Json => lines.json().flatten_event(true).init(),
        }
        return Ok(Traces::none());
    };
    let traces = Traces::to(endpoint)?;
    tracing_subscriber::registry()
        .with(lines(format).with_filter(filter))
        .with(traces.layer())
        .init();
    Ok(traces)
}

fn format(config: &Config) -> LogFormat {
    config.log_format.unwrap_or(if to_a_person() {
        LogFormat::Text
    } else {
        LogFormat::Json
    })
}

fn to_a_person() -> bool {
    std::io::stderr().is_terminal()
}

fn lines<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => Box::new(lines.with_ansi(to_a_person()).with_target(false)),
        LogFormat::Json => Box::new(lines.json().flatten_event(true)),
    }
}
