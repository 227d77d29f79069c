//! Brings batches to the server, and does not give up at the first closed door.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use indicatif::ProgressBar;
use model::event::Receipt;
use model::problem::ItemProblem;

use super::batch::{Draft, body};
use super::report::{Failure, Rejection};

/// How often a request is repeated while the server cannot be reached.
const MAX_BROKEN: u32 = 6;
/// How often a request is repeated while the server asks to wait.
const MAX_BUSY: u32 = 60;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(8);
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(1);

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    pub(super) accepted: u64,
    pub(super) duplicates: u64,
    pub(super) rejected: Vec<Rejection>,
    pub(super) warnings: Vec<Rejection>,
}

enum Answer {
    Receipt(Receipt),
    /// The body as a whole was refused; a smaller one may not be.
    Refused(String),
    Busy(Option<Duration>),
    Broken(String),
    Fatal(String),
}

/// Sends to one server with one key; shared by all sender threads.
pub(super) struct Courier {
    agent: ureq::Agent,
    server: String,
    url: String,
    key: String,
    bar: ProgressBar,
    stopped: AtomicBool,
}

impl Courier {
    pub(super) fn new(server: &str, key: &str, bar: ProgressBar) -> Result<Self, Failure> {
        let server = server.trim().trim_end_matches('/').to_owned();
        if !server.starts_with("http://") && !server.starts_with("https://") {
            let message =
                format!("`{server}` is not an address. Write --server http://127.0.0.1:3000, for example.");
            return Err(Failure::early(message));
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_global(Some(Duration::from_mins(1)))
            .user_agent(concat!("datapulse-import/", env!("CARGO_PKG_VERSION")))
            .build();
        let url = format!("{server}/api/analytics/events");
        let key = key.trim().to_owned();
        Ok(Self {
            agent: config.into(),
            server,
            url,
            key,
            bar,
            stopped: AtomicBool::new(false),
        })
    }

    /// Makes every thread give up soon.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Delivers all of `drafts`; a body that is refused as a whole is halved until the culprit is alone.
    ///
    /// # Errors
    /// A sentence when the server cannot be reached, keeps asking to wait, or refuses the key.
    pub(super) fn deliver(&self, drafts: &[Draft]) -> Result<Delivered, String> {
        let mut delivered = Delivered::default();
        let mut waiting = vec![drafts];
        while let Some(part) = waiting.pop() {
            match (part, self.send(part)?) {
                ([], _) => {}
                (part, Ok(receipt)) => delivered.add(part, &receipt),
                ([one], Err(reason)) => delivered.rejected.push(Rejection {
                    line: one.line,
                    reason,
                }),
                (part, Err(_)) => {
                    let (first, second) = part.split_at(part.len() / 2);
                    waiting.extend([second, first]);
                }
            }
        }
        Ok(delivered)
    }

    fn send(&self, drafts: &[Draft]) -> Result<Result<Receipt, String>, String> {
        if drafts.is_empty() {
            return Ok(Ok(Receipt::default()));
        }
        let body = body(drafts);
        let (mut broken, mut busy) = (0, 0);
        loop {
            if self.is_stopped() {
                return Err("The import was stopped.".to_owned());
            }
            match self.post(&body) {
                Answer::Receipt(receipt) => return Ok(Ok(receipt)),
                Answer::Refused(reason) => return Ok(Err(reason)),
                Answer::Fatal(message) => return Err(message),
                Answer::Broken(message) if broken >= MAX_BROKEN => return Err(message),
                Answer::Broken(_) => {
                    broken += 1;
                    self.wait(backoff(broken), "the server does not answer");
                }
                Answer::Busy(_) if busy >= MAX_BUSY => {
                    return Err("The server keeps asking to wait. Try again later; the import goes on where it stopped.".to_owned());
                }
                Answer::Busy(retry_after) => {
                    busy += 1;
                    let wait = retry_after
                        .unwrap_or_default()
                        .min(LONGEST_RETRY_AFTER)
                        .max(backoff(busy));
                    self.wait(wait, "the server is busy");
                }
            }
        }
    }

    fn post(&self, body: &str) -> Answer {
        let request = self
            .agent
            .post(&self.url)
            .header("X-Write-Key", &self.key)
            .content_type("application/json");
        let mut response = match request.send(body) {
            Ok(response) => response,
            Err(ureq::Error::BadUri(_) | ureq::Error::Http(_)) => {
                return Answer::Fatal(
                    "The server's address or the key holds characters that cannot be sent.".to_owned(),
                );
            }
            Err(error) => return Answer::Broken(self.unreachable(&error)),
        };
        let retry_after = response
            .headers()
            .get("Retry-After")
            .and_then(|value| value.to_str().ok()?.parse().ok());
        let status = response.status().as_u16();
        let text = match response.body_mut().read_to_string() {
            Ok(text) => text,
            Err(error) => return Answer::Broken(self.unreachable(&error)),
        };
        match status {
            200..=299 => match serde_json::from_str(&text) {
                Ok(receipt) => Answer::Receipt(receipt),
                Err(_) => Answer::Fatal(format!(
                    "{} does not answer like DataPulse. Check --server.",
                    self.server
                )),
            },
            401 | 403 => Answer::Fatal(
                "The server refused the key. Make a write key in the settings and pass it with --key."
                    .to_owned(),
            ),
            400 | 413 | 422 => {
                Answer::Refused(detail(&text).unwrap_or_else(|| format!("The server answered {status}.")))
            }
            429 | 503 => Answer::Busy(retry_after.map(Duration::from_secs)),
            408 | 500..=599 => Answer::Broken(format!(
                "{} answered {status}. Look at its log, then import again.",
                self.server
            )),
            _ => Answer::Fatal(format!("{} answered {status}. Check --server.", self.server)),
        }
    }

    fn unreachable(&self, error: &ureq::Error) -> String {
        format!(
            "{} cannot be reached: {error}. Check --server and that it runs; the import goes on where it stopped.",
            self.server
        )
    }

    /// Waits in small steps, so that stopping does not take long.
    fn wait(&self, wait: Duration, why: &'static str) {
        const STEP: Duration = Duration::from_millis(100);
        self.bar.set_message(format!("{why}, waiting"));
        let mut left = wait;
        while !left.is_zero() && !self.is_stopped() {
            thread::sleep(left.min(STEP));
            left = left.saturating_sub(STEP);
        }
        self.bar.set_message("");
    }
}

impl Delivered {
    fn add(&mut self, drafts: &[Draft], receipt: &Receipt) {
        let at_line = |item: &ItemProblem| {
            let line = drafts.get(item.index).map_or(0, |draft| draft.line);
            let reason = match item.field.as_deref().filter(|field| !field.is_empty()) {
                Some(field) if !item.message.contains(field) => format!("{field}: {}", item.message),
                _ => item.message.clone(),
            };
            Rejection { line, reason }
        };
        self.accepted += receipt.accepted as u64;
        self.duplicates += receipt.duplicates as u64;
        self.rejected.extend(receipt.errors.iter().map(at_line));
        let unexplained = receipt.rejected.saturating_sub(receipt.errors.len());
        let line = drafts.first().map_or(0, |draft| draft.line);
        let unnamed = (0..unexplained).map(|_| Rejection {
            line,
            reason: "Refused, in a batch that begins here.".to_owned(),
        });
        self.rejected.extend(unnamed);
        self.warnings.extend(receipt.warnings.iter().map(at_line));
    }
}

fn backoff(attempt: u32) -> Duration {
    FIRST_WAIT
        .saturating_mul(1 << (attempt - 1).min(8))
        .min(LONGEST_WAIT)
}

/// The sentence of a problem document.
fn detail(text: &str) -> Option<String> {
    let problem: model::problem::Problem = serde_json::from_str(text).ok()?;
    Some(problem.detail)
}
