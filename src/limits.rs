//! How often somebody may ask: GCRA for each address, and for each user, key and organization behind a credential, told in the
//! headers of the IETF draft `draft-ietf-httpapi-ratelimit-headers`.

use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::caller::Who;
use engine::{Caller, Error};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use model::account::KeyKind;

use crate::client::{Proxies, customer};
use crate::problem::Refusal;

const WINDOW_SECONDS: u64 = 60;
/// Names beyond this many make a limit forget those that are quiet.
const REMEMBERED: usize = 10_000;

/// One limit: so many requests a minute for each name.
struct Limit<K: Hash + Eq + Clone> {
    policy: &'static str,
    requests: NonZeroU32,
    limiter: DefaultKeyedRateLimiter<K, StateInformationMiddleware>,
}

/// What a limit said to one request.
#[derive(Clone, Copy)]
struct Said {
    policy: &'static str,
    requests: u32,
    remaining: u32,
    reset: u64,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(policy: &'static str, requests: u32) -> Self {
        let requests = NonZeroU32::new(requests).expect("no limit is zero");
        let quota = Quota::with_period(Duration::from_secs(WINDOW_SECONDS) / requests.get())
            .expect("the period is not zero")
            .allow_burst(requests);
        Self {
            policy,
            requests,
            limiter: RateLimiter::keyed(quota).with_middleware(),
        }
    }

    /// Counts a request of `name`: what is left, and how long to wait where nothing is.
    fn count(&self, name: &K) -> (Said, Option<Duration>) {
        if self.limiter.len() > REMEMBERED {
            self.limiter.retain_recent();
        }
        let said = |remaining, reset| Said {
            policy: self.policy,
            requests: self.requests.get(),
            remaining,
            reset,
        };
        match self.limiter.check_key(name) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let used = u64::from(self.requests.get() - left);
                (
                    said(left, WINDOW_SECONDS * used / u64::from(self.requests.get())),
                    None,
                )
            }
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                let wait = Duration::from_secs(wait.as_secs() + 1);
                (said(0, wait.as_secs()), Some(wait))
            }
        }
    }
}

struct All {
    credentials: Limit<IpAddr>,
    addresses: Limit<IpAddr>,
    users: Limit<u128>,
    keys: Limit<u128>,
    senders: Limit<u128>,
    organizations: Limit<u128>,
}

/// Every limit; none where limits are off.
#[derive(Clone)]
pub(crate) struct Limits(Option<Arc<All>>);

impl Limits {
    /// The limits of a server, or none.
    #[must_use]
    pub(crate) fn new(on: bool) -> Self {
        let all = || {
            Arc::new(All {
                credentials: Limit::new("credentials", 20),
                addresses: Limit::new("address", 6_000),
                users: Limit::new("user", 1_200),
                keys: Limit::new("key", 1_200),
                senders: Limit::new("sender", 60_000),
                organizations: Limit::new("organization", 12_000),
            })
        };
        Self(on.then(all))
    }

    /// Counts a request of somebody whose credential was checked. What the limits said stands in the answer's headers.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub(crate) fn count_caller(&self, caller: &Caller, notes: Option<&Notes>) -> Result<(), Refusal> {
        let Some(all) = &self.0 else { return Ok(()) };
        let (own, sends_only) = match caller.who() {
            Who::Member { user, .. } | Who::Guest { user, .. } => {
                (all.users.count(&user.uuid().as_u128()), false)
            }
            Who::Key { key, kind, .. } if *kind == KeyKind::Write => {
                (all.senders.count(&key.uuid().as_u128()), true)
            }
            Who::Personal { key, .. } | Who::Key { key, .. } => {
                (all.keys.count(&key.uuid().as_u128()), false)
            }
            Who::Link { .. } | Who::Site | Who::Operator => return Ok(()),
        };
        let mut said = vec![own];
        if !sends_only {
            said.push(all.organizations.count(&caller.org().uuid().as_u128()));
        }
        note(notes, &said)
    }

    /// As [`Limits::count_caller`], for a call that says in its body who sends: a key, or a site that is public.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub(crate) fn count_sender(&self, caller: &Caller, notes: Option<&Notes>) -> Result<(), Refusal> {
        let Some(all) = &self.0 else { return Ok(()) };
        let name = match caller.who() {
            Who::Key { key, .. } | Who::Personal { key, .. } => key.uuid().as_u128(),
            Who::Site => caller.org().uuid().as_u128(),
            Who::Member { .. } | Who::Guest { .. } | Who::Link { .. } | Who::Operator => return Ok(()),
        };
        note(notes, &[all.senders.count(&name)])
    }

    /// Counts what an address asks before it sends anything.
    ///
    /// # Errors
    /// [`Error::TooMany`].
    pub(crate) fn count_address(&self, who: IpAddr) -> Result<(), Refusal> {
        let Some(all) = &self.0 else { return Ok(()) };
        note(None, &[all.addresses.count(&who)])
    }
}

/// What the limits said to the request under way.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<Said>>>);

impl Notes {
    fn add(&self, said: Said) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(said);
    }
}

fn note(notes: Option<&Notes>, all: &[(Said, Option<Duration>)]) -> Result<(), Refusal> {
    let mut longest = None;
    for (said, wait) in all {
        if let Some(notes) = notes {
            notes.add(*said);
        }
        longest = longest.max(*wait);
    }
    match longest {
        Some(retry_after) => Err(Error::TooMany { retry_after }.into()),
        None => Ok(()),
    }
}

/// Counts the address of every request, and tells in the answer what all limits said.
pub(crate) async fn limit_addresses(
    State(limits): State<Limits>,
    State(proxies): State<Proxies>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let Some(all) = limits.0 else {
        return next.run(request).await;
    };
    let who = customer(proxies.client(peer, request.headers()));
    by_address(&all.addresses, who, request, next).await
}

/// Counts the address of a request that tries a password or a token.
pub(crate) async fn limit_credentials(
    State(limits): State<Limits>,
    State(proxies): State<Proxies>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let Some(all) = limits.0 else {
        return next.run(request).await;
    };
    let who = customer(proxies.client(peer, request.headers()));
    by_address(&all.credentials, who, request, next).await
}

async fn by_address(limit: &Limit<IpAddr>, who: IpAddr, mut request: Request, next: Next) -> Response {
    let notes = Notes::default();
    let (said, wait) = limit.count(&who);
    let mut response = match wait {
        None => {
            request.extensions_mut().insert(notes.clone());
            next.run(request).await
        }
        Some(retry_after) => Refusal::from(Error::TooMany { retry_after }).into_response(),
    };
    notes.add(said);
    tell(response.headers_mut(), &notes);
    response
}

/// What refused a request without a limit of its own for it, such as guesses of a password or questions under way, is told
/// in the same headers: once more after the wait.
pub(crate) async fn tell_of_waits(mut response: Response) -> Response {
    let headers = response.headers();
    let told = headers.get("ratelimit").and_then(|line| line.to_str().ok());
    if response.status() != StatusCode::TOO_MANY_REQUESTS || told.is_some_and(|line| line.contains(";r=0;")) {
        return response;
    }
    let wait = headers.get(RETRY_AFTER).and_then(|wait| wait.to_str().ok());
    let wait: u64 = wait.and_then(|wait| wait.parse().ok()).unwrap_or(1);
    for (name, line) in [
        ("ratelimit-policy", format!("\"wait\";q=1;w={wait}")),
        ("ratelimit", format!("\"wait\";r=0;t={wait}")),
    ] {
        let before = response.headers().get(name).and_then(|line| line.to_str().ok());
        let line = before.map_or_else(|| line.clone(), |before| format!("{line}, {before}"));
        response.headers_mut().insert(
            name,
            HeaderValue::from_str(&line).expect("digits and quotes are plain ASCII"),
        );
    }
    response
}

fn tell(headers: &mut HeaderMap, notes: &Notes) {
    let notes = notes.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut policies = Vec::with_capacity(notes.len());
    let mut left = Vec::with_capacity(notes.len());
    for said in notes.iter() {
        let Said {
            policy,
            requests,
            remaining,
            reset,
        } = said;
        policies.push(format!("\"{policy}\";q={requests};w={WINDOW_SECONDS}"));
        left.push(format!("\"{policy}\";r={remaining};t={reset}"));
    }
    for (name, lines) in [("ratelimit-policy", policies), ("ratelimit", left)] {
        let line = lines.join(", ");
        headers.insert(
            name,
            HeaderValue::from_str(&line).expect("digits and quotes are plain ASCII"),
        );
    }
}
