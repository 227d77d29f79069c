//! Traces: what a request spent its time on, sent to a collector by OTLP. Spans alone are sent, with routes and statuses; what
//! the log says stays in the log.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterFn, LevelFilter};
use tracing_subscriber::registry::LookupSpan;

const SERVICE: &str = "datapulse";
/// Whose spans are sent.
const OURS: [&str; 3] = ["datapulse", "engine", "app"];
/// How long the end of the program waits for spans that are on their way.
const AT_THE_END: Duration = Duration::from_secs(3);

/// Sends traces, or does not.
#[must_use = "spans that are on their way are lost unless it ends"]
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Nobody collects any.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// To the collector at `endpoint`, as `OTEL_EXPORTER_OTLP_ENDPOINT` names one: without `/v1/traces`.
    ///
    /// # Errors
    /// A sentence where that is no address.
    pub(super) fn to(endpoint: &str) -> Result<Self, String> {
        // Whoever was first is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|error| format!("OTEL_EXPORTER_OTLP_ENDPOINT: {error}"))?;
        let resource = Resource::builder()
            .with_service_name(SERVICE)
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .build();
        Ok(Self(Some(provider)))
    }

    /// What turns our spans into theirs.
    pub(super) fn layer<S>(&self) -> Option<impl Layer<S>>
    where
        S: Subscriber + for<'s> LookupSpan<'s>,
    {
        let provider = self.0.as_ref()?;
        let is_ours = |target: &str| OURS.contains(&target.split("::").next().unwrap_or(target));
        let ours = FilterFn::new(move |metadata| metadata.is_span() && is_ours(metadata.target()))
            .with_max_level_hint(LevelFilter::DEBUG);
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(ours);
        Some(layer)
    }

    /// Sends what is on its way, for a moment.
    pub(crate) fn end(self) {
        if let Some(provider) = self.0
            && let Err(error) = provider.shutdown_with_timeout(AT_THE_END)
        {
            tracing::warn!(%error, "some spans were not sent");
        }
    }
}
