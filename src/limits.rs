//! How often somebody may try a password: GCRA for each address, told in the headers of the IETF draft
//! `draft-ietf-httpapi-ratelimit-headers`.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::Error;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::client::{Proxies, customer};
use crate::problem::Refusal;

const TRIES: NonZeroU32 = NonZeroU32::new(20).expect("20 is not zero");
const WINDOW_SECONDS: u64 = 60;
/// Addresses beyond this many make the limiter forget those that are quiet.
const REMEMBERED: usize = 10_000;

/// The limiter of the calls that take a password; none where limits are off.
#[derive(Clone)]
pub(crate) struct CredentialLimit(Option<Arc<DefaultKeyedRateLimiter<IpAddr, StateInformationMiddleware>>>);

impl CredentialLimit {
    /// 20 tries a minute for each address, or no limit.
    #[must_use]
    pub(crate) fn new(on: bool) -> Self {
        let period = Duration::from_secs(WINDOW_SECONDS) / TRIES.get();
        let quota = Quota::with_period(period)
            .expect("the period is not zero")
            .allow_burst(TRIES);
        Self(on.then(|| Arc::new(RateLimiter::keyed(quota).with_middleware())))
    }
}

/// Lets through whoever has tries left, and tells everybody how many.
pub(crate) async fn limit_credentials(
    State(limit): State<CredentialLimit>,
    State(proxies): State<Proxies>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let Some(limiter) = limit.0 else {
        return next.run(request).await;
    };
    if limiter.len() > REMEMBERED {
        limiter.retain_recent();
    }
    let who = customer(proxies.client(peer, request.headers()));
    let (mut response, remaining, reset) = match limiter.check_key(&who) {
        Ok(state) => {
            let left = state.remaining_burst_capacity();
            (
                next.run(request).await,
                left,
                WINDOW_SECONDS * u64::from(TRIES.get() - left) / u64::from(TRIES.get()),
            )
        }
        Err(until) => {
            let wait = until.wait_time_from(DefaultClock::default().now());
            let retry_after = Duration::from_secs(wait.as_secs() + 1);
            (
                Refusal::from(Error::TooMany { retry_after }).into_response(),
                0,
                retry_after.as_secs(),
            )
        }
    };
    tell(response.headers_mut(), remaining, reset);
    response
}

fn tell(headers: &mut HeaderMap, remaining: u32, reset: u64) {
    let lines = [
        (
            "ratelimit-policy",
            format!("\"credentials\";q={TRIES};w={WINDOW_SECONDS}"),
        ),
        ("ratelimit", format!("\"credentials\";r={remaining};t={reset}")),
    ];
    for (name, line) in lines {
        headers.insert(
            name,
            HeaderValue::from_str(&line).expect("digits and quotes are plain ASCII"),
        );
    }
}
