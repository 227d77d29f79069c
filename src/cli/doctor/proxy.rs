//! The running server, and what stands between it and people: asked from outside, as they ask.

use std::time::Duration;

use ureq::Agent;
use ureq::http::Response;

use super::finding::Finding;
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
