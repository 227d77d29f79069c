//! `/healthz`, `/readyz`, `/metrics` and `/api/address`: for whoever keeps the program running.

use std::net::{IpAddr, SocketAddr};

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::{Check, Engine, Error};
use serde::Serialize;
use utoipa::ToSchema;

use crate::client::{Forwarded, Proxies, customer};
use crate::ending::Ending;
use crate::metrics::Metrics;
use crate::problem::Answered;

/// The process is alive.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// What is ready, and what is not.
#[derive(Serialize, ToSchema)]
pub(crate) struct Report {
    ready: bool,
    checks: Vec<Checked>,
}

/// One thing that readiness looks at.
#[derive(Serialize, ToSchema)]
struct Checked {
    name: &'static str,
    ok: bool,
    /// Told where nothing is held up by it.
    #[serde(skip_serializing_if = "Clone::clone")]
    #[schema(required = false)]
    required: bool,
    /// What somebody should look at although it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<Check> for Checked {
    fn from(check: Check) -> Self {
        let Check {
            name,
            ok,
            required,
            note,
        } = check;
        Self {
            name,
            ok,
            required,
            note,
        }
    }
}

/// Everything that is required works; 503 names what does not.
///
/// `serving` is what fails first when the program is asked to end: whoever spreads requests over several sends no more here.
pub(crate) async fn readyz(State(engine): State<Engine>, State(ending): State<Ending>) -> Response {
    let mut checks = engine.readiness().await;
    checks.push(Check::new("serving", !ending.is_leaving()));
    let checks: Vec<Checked> = checks.into_iter().map(Checked::from).collect();
    let ready = checks.iter().all(|check| check.ok || !check.required);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Report { ready, checks })).into_response()
}

/// Figures for Prometheus: for this machine and private networks; nobody else learns that they are there.
pub(crate) async fn metrics(
    State(engine): State<Engine>,
    State(metrics): State<Metrics>,
    State(proxies): State<Proxies>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Answered<Response> {
    if !is_near(customer(proxies.client(peer, &headers))) {
        return Err(Error::NotFound.into());
    }
    let text = metrics.text(&engine).await.map_err(Error::internal)?;
    let content_type = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((content_type, text).into_response())
}

/// Where a request came from, as far as this server can tell.
#[derive(Serialize, ToSchema)]
pub(crate) struct Seen {
    #[schema(value_type = String)]
    address: IpAddr,
    /// Whether a proxy named it: `no`, `believed`, or `ignored` where the proxy is not trusted.
    forwarded: Forwarded,
}

/// `GET /api/address`: what limits and places go by, for whoever sets up a proxy.
pub(crate) async fn address(
    State(proxies): State<Proxies>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Json<Seen> {
    Json(Seen {
        address: proxies.client(peer, &headers),
        forwarded: proxies.forwarded(peer, &headers),
    })
}

fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(short) => short.is_loopback() || short.is_private() || short.is_link_local(),
        // `customer` tells networks of 64 bits: the loopback's is all zeros.
        IpAddr::V6(long) => {
            long.is_loopback()
                || long.is_unspecified()
                || long.is_unique_local()
                || long.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_for_this_machine_and_private_networks() {
        for (address, near) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("192.168.0.7", true),
            ("::1", true),
            ("fd00::1", true),
            ("203.0.113.7", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_near(address.parse().expect("an address")), near, "{address}");
        }
    }
}
