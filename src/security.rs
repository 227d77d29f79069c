//! The browser's defences: which pages may act for a person, and what a page may load.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::cookie::Cookies;
use crate::identity::{bearer, key_in_address};
use crate::problem::{plain, respond};
use crate::state::AppState;

/// Where events are taken, from any origin.
const EVENTS: &str = "/api/analytics/events";

/// Refuses a change that another site's page makes with this browser's cookie (OWASP: verify `Sec-Fetch-Site` and `Origin`).
pub(crate) async fn refuse_other_sites(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    // There the same is asked within the layer that lets pages of other sites read what is wrong.
    if request.uri().path() == EVENTS {
        return next.run(request).await;
    }
    refuse_other_sites_here(State(state), request, next).await
}

/// As [`refuse_other_sites`], whatever the address.
pub(crate) async fn refuse_other_sites_here(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // Nothing under `/compat/` looks at a cookie.
    if is_safe
        || request.uri().path().starts_with("/compat/")
        || brings_its_own_credential(&request)
        || is_the_password_of_a_link(&request)
        || is_same_origin(request.headers(), &state.site.public_url)
    {
        return next.run(request).await;
    }
    let detail = if request.uri().path() == EVENTS {
        "This request came from another site, and without a key. Send a write key in `X-Write-Key` or `?key=`. You make one under Settings, API keys."
    } else {
        "This request came from another site. Open DataPulse itself and try again."
    };
    respond(&plain(StatusCode::FORBIDDEN, "cross-site", detail))
}

/// A token is not sent by the browser on its own, so no other site can use it; nor is the key of events, where they are taken.
/// Everywhere else a key counts for nothing and the cookie would, as it would beside a name and password of the browser's own
/// (`Basic`, for a proxy before this server).
fn brings_its_own_credential(request: &Request) -> bool {
    let headers = request.headers();
    let is_key = || headers.contains_key("x-write-key") || key_in_address(request.uri()).is_some();
    bearer(headers).is_some() || (request.uri().path() == EVENTS && is_key())
}

/// Its page is sent with `no-referrer`, so browsers say no origin; and who posts the form must know the password.
fn is_the_password_of_a_link(request: &Request) -> bool {
    request.uri().path().starts_with("/s/")
}

pub(crate) fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    // Programs send neither header; a browser that does not know `Sec-Fetch-Site` sends `Origin`.
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    origin == public_url || (host.is_some() && host == text(header::HOST))
}

/// What pages may load: nothing but what this server sends. `nonce` allows the page's own scripts.
#[must_use]
pub(crate) fn content_security_policy(nonce: Option<&str>) -> String {
    let (scripts, styles) = match nonce {
        Some(nonce) => (
            format!("'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'"),
            format!("'self' 'nonce-{nonce}'"),
        ),
        None => ("'none'".to_owned(), "'self'".to_owned()),
    };
    policy(&scripts, &styles, "'none'")
}

/// What a shared page may load: one script of ours. Only the sites in `ancestors` may show it in a frame.
#[must_use]
pub(crate) fn shared_page_policy(nonce: &str, ancestors: &[String]) -> String {
    let ancestors = match ancestors {
        [] => "'none'".to_owned(),
        some => some.join(" "),
    };
    policy(&format!("'nonce-{nonce}'"), "'self'", &ancestors)
}

fn policy(scripts: &str, styles: &str, ancestors: &str) -> String {
    format!(
        "default-src 'none'; script-src {scripts}; style-src {styles}; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; frame-ancestors {ancestors}; base-uri 'none'; object-src 'none'"
    )
}

/// Marks an answer that other sites may frame, as far as its policy says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MayBeFramed;

/// Sets the headers that every answer carries, errors too; a page that set its own policy keeps it.
pub(crate) async fn harden(State(cookies): State<Cookies>, request: Request, next: Next) -> Response {
    let is_call = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let may_be_framed = response.extensions().get::<MayBeFramed>().is_some();
    let headers = response.headers_mut();
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = HeaderValue::from_str(&content_security_policy(None)).expect("a policy is plain ASCII");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !may_be_framed {
        // It knows no list of sites; the policy above does.
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("same-origin"));
    if let Some(kept) = who_may_keep(is_call, headers) {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static(kept));
    }
    if cookies.secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    response
}

/// Tokens, keys and figures of an organization are kept by nobody on the way, and pages only by the browser that asked, to go back to.
fn who_may_keep(is_call: bool, headers: &HeaderMap) -> Option<&'static str> {
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    match (is_call, is_page) {
        (true, _) => Some("no-store"),
        (false, true) => Some("private, no-cache"),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_the_same_origin_may_change_things() {
        let public = "https://stats.example.org";
        for (pairs, allowed) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")][..], true),
            (&[("sec-fetch-site", "same-site")][..], false),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://stats.example.org"),
                ][..],
                false,
            ),
            (&[("origin", "https://stats.example.org")][..], true),
            (
                &[("origin", "https://evil.example"), ("host", "stats.example.org")][..],
                false,
            ),
            (
                &[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")][..],
                true,
            ),
            (&[("origin", "null"), ("host", "stats.example.org")][..], false),
        ] {
            assert_eq!(is_same_origin(&headers(pairs), public), allowed, "{pairs:?}");
        }
    }
}
