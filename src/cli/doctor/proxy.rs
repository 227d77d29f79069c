//! The running server, and what stands between it and people: asked from outside, as they ask.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;
use ureq::Agent;
use ureq::http::Response;

use super::finding::Finding;
use crate::client::Forwarded;
use crate::config::Config;

/// Larger than what many proxies let through, and as large as a request with events may be.
const LARGE_BODY: usize = 5 * 1024 * 1024;

pub(super) fn findings(config: &Config, url: Option<&str>, running: bool) -> Vec<Finding> {
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(10)))
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into();
    let mut findings = Vec::new();
    if running && config.addr.port() != 0 {
        findings.push(server(&agent, &format!("http://{}", config.addr)));
    }
    match url {
        Some(url) => findings.extend(outside(&agent, config, url.trim_end_matches('/'))),
        None => findings.push(Finding::good(
            "proxy",
            "not looked at; --url names the address that people type",
        )),
    }
    findings
}

fn server(agent: &Agent, url: &str) -> Finding {
    const WHAT: &str = "server";
    match agent.get(format!("{url}/readyz")).call() {
        Ok(answer) if answer.status() == 200 => Finding::good(WHAT, format!("{url} is ready")),
        Ok(mut answer) => {
            let report = answer.body_mut().read_to_string().unwrap_or_default();
            let todo = "The report names what does not work; the lines above say more of it.";
            Finding::bad(WHAT, format!("{url}: {} {report}", answer.status()), todo)
        }
        Err(error) => Finding::bad(WHAT, format!("{url}: {error}"), "Look into the server's log."),
    }
}

fn outside(agent: &Agent, config: &Config, url: &str) -> Vec<Finding> {
    const WHAT: &str = "proxy";
    let page = match agent.get(format!("{url}/login")).call() {
        Ok(page) => page,
        Err(error) => {
            let todo = "Check that the name leads to the proxy, that its certificate is good, and that the proxy passes \
                requests on to DATAPULSE_ADDR.";
            return vec![Finding::bad(WHAT, format!("{url}: {error}"), todo)];
        }
    };
    if page.status() != 200 {
        let todo = "The proxy should pass everything below / on to DATAPULSE_ADDR, and nothing else.";
        return vec![Finding::bad(
            WHAT,
            format!("{url}/login answers {}", page.status()),
            todo,
        )];
    }
    let mut findings = vec![Finding::good(WHAT, format!("{url} leads here"))];
    findings.extend(headers(&page, url));
    findings.push(addresses(agent, config, url));
    findings.push(origin(agent, config, url));
    findings.push(large_body(agent, url));
    findings
}

fn headers<B>(page: &Response<B>, url: &str) -> Vec<Finding> {
    const WHAT: &str = "headers";
    let mut expected = vec![
        "content-security-policy",
        "x-content-type-options",
        "x-request-id",
    ];
    if url.starts_with("https://") {
        expected.push("strict-transport-security");
    }
    let missing: Vec<&str> = expected
        .into_iter()
        .filter(|name| !page.headers().contains_key(*name))
        .collect();
    if missing.is_empty() {
        return vec![Finding::good(WHAT, "arrive as they were sent")];
    }
    let todo = "Let the proxy pass headers on as they are. Strict-Transport-Security is sent when DATAPULSE_PUBLIC_URL is \
        an https address.";
    vec![Finding::bad(
        WHAT,
        format!("missing: {}", missing.join(", ")),
        todo,
    )]
}

/// What the server says of where a request came from.
#[derive(Deserialize)]
struct Seen {
    address: IpAddr,
    forwarded: Forwarded,
}

/// Limits, places and the record of sign-ins go by the address that the proxy names.
fn addresses(agent: &Agent, config: &Config, url: &str) -> Finding {
    const WHAT: &str = "addresses";
    let asked = agent.get(format!("{url}/api/address")).call();
    let seen = asked.and_then(|mut answer| answer.body_mut().read_json::<Seen>());
    let Seen { address, forwarded } = match seen {
        Ok(seen) => seen,
        Err(error) => {
            let todo = "The proxy should pass everything below / on to DATAPULSE_ADDR.";
            return Finding::bad(WHAT, format!("{url}/api/address: {error}"), todo);
        }
    };
    let is_direct = url == format!("http://{}", config.addr);
    match forwarded {
        Forwarded::Believed => Finding::good(WHAT, format!("arrive: this is {address}")),
        Forwarded::No if is_direct => Finding::good(WHAT, "no proxy is in between"),
        Forwarded::No if config.trusted_proxies.trusts(address) => Finding::bad(
            WHAT,
            format!("everybody seems to be at {address}: limits count all people as one"),
            "Let the proxy name them: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; in nginx.",
        ),
        Forwarded::No => Finding::notice(
            WHAT,
            format!("this is {address}, and no proxy says so"),
            "Is that this machine? Then all is well. Is it a proxy? Let it send X-Forwarded-For, and name it in \
                DATAPULSE_TRUSTED_PROXIES.",
        ),
        Forwarded::Ignored => Finding::bad(
            WHAT,
            format!(
                "the proxy at {address} names people, and is not trusted: limits count all of them as one"
            ),
            format!("Add {address} to DATAPULSE_TRUSTED_PROXIES, if that is your proxy."),
        ),
    }
}

/// A form as a browser sends it that does not know `Sec-Fetch-Site`: its origin has to be ours.
fn origin(agent: &Agent, config: &Config, url: &str) -> Finding {
    const WHAT: &str = "forms";
    let sent = agent
        .post(format!("{url}/theme"))
        .header("origin", url)
        .send_form([("theme", "system")]);
    match sent {
        Ok(answer) if answer.status() == 303 => Finding::good(WHAT, "are taken from this address"),
        Ok(answer) => {
            let said = format!("a form from {url} is answered {}", answer.status());
            let todo = format!(
                "Set DATAPULSE_PUBLIC_URL to what people type (it is {}), and let the proxy pass the Host header on.",
                config.public_url_for(config.addr)
            );
            Finding::bad(WHAT, said, todo)
        }
        Err(error) => Finding::bad(WHAT, error.to_string(), "Look into the proxy's log."),
    }
}

/// Too large for a call that signs in, which we say in our own words; a proxy that finds it too large says so first.
fn large_body(agent: &Agent, url: &str) -> Finding {
    const WHAT: &str = "large bodies";
    let todo = "Let the proxy take bodies of 5 MiB: client_max_body_size 6m; in nginx.";
    let sent = agent
        .post(format!("{url}/api/auth/login"))
        .header("content-type", "application/json")
        .send(&vec![b' '; LARGE_BODY][..]);
    match sent {
        Ok(answer) if is_ours(&answer) => Finding::good(WHAT, "come through"),
        Ok(answer) => Finding::bad(
            WHAT,
            format!("5 MiB are answered {} on the way", answer.status()),
            todo,
        ),
        Err(error) => Finding::bad(WHAT, format!("5 MiB do not come through: {error}"), todo),
    }
}

fn is_ours<B>(answer: &Response<B>) -> bool {
    let kind = answer.headers().get("content-type");
    kind.is_some_and(|kind| kind == "application/problem+json")
}
