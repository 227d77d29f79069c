//! Access logs of Apache and nginx in the combined format: each request is a `page_view`.

use engine::enrich::Agents;
use jiff::fmt::strtime;
use model::Timestamp;
use serde_json::{Map, Value};

use super::identity::client_id;

/// A request as the log tells it; escapes are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    pub(crate) client: String,
    pub(crate) timestamp: Timestamp,
    pub(crate) request: Request,
    pub(crate) status: Option<u16>,
    pub(crate) bytes: Option<u64>,
    pub(crate) referrer: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// The request line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// A method and what it was asked of.
    Proper { method: String, target: String },
    /// Whatever a scanner sent instead.
    Garbage(String),
    /// Nothing at all.
    Absent,
}

/// Turns lines into events.
#[derive(Default)]
pub(crate) struct CombinedLog {
    agents: Agents,
    salt: Option<String>,
}

impl CombinedLog {
    /// `salt` is mixed into the hash of client addresses.
    pub(crate) fn new(salt: Option<String>) -> Self {
        Self {
            agents: Agents::default(),
            salt,
        }
    }

    /// The JSON text of the line's event.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub(crate) fn event(&mut self, line: &[u8], id: &str) -> Result<String, String> {
        let line = LogLine::parse(&String::from_utf8_lossy(line))?;
        let mut event = Map::new();
        event.insert("name".to_owned(), "page_view".into());
        event.insert("id".to_owned(), id.into());
        event.insert("timestamp".to_owned(), line.timestamp.to_string().into());
        event.insert(
            "user_id".to_owned(),
            client_id(self.salt.as_deref(), &line.client).into(),
        );
        event.insert("properties".to_owned(), Value::Object(self.properties(line)));
        Ok(Value::Object(event).to_string())
    }

    fn properties(&mut self, line: LogLine) -> Map<String, Value> {
        let mut properties = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                properties.insert(key.to_owned(), value);
            }
        };
        match line.request {
            Request::Proper { method, target } => {
                put("method", Some(method.into()));
                put("$query", target.split_once('?').map(|(_, query)| query.into()));
                put("$path", Some(target.into()));
            }
            Request::Garbage(text) => put("request", Some(text.into())),
            Request::Absent => {}
        }
        put("status", line.status.map(Value::from));
        put("bytes", line.bytes.map(Value::from));
        put("$referrer", line.referrer.map(Value::from));
        let agent = self
            .agents
            .recognise(line.user_agent.as_deref().unwrap_or_default());
        put("$browser", agent.browser.clone().map(Value::from));
        put("$os", agent.os.clone().map(Value::from));
        put("$device", agent.device.map(Value::from));
        properties
    }
}

impl LogLine {
    /// Reads a line. Client, time and a request in quotation marks must be there; what else is broken is left out.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let (client, rest) = line
            .trim_start()
            .split_once(' ')
            .ok_or("This is not an access log line.")?;
        let (_, rest) = rest.split_once('[').ok_or("The time in brackets is missing.")?;
        let (time, rest) = rest.split_once(']').ok_or("The time in brackets is missing.")?;
        let timestamp = read_time(time)?;
        let (request, rest) = quoted(rest).ok_or("The request in quotation marks is missing.")?;
        let (numbers, _) = rest.split_once('"').unwrap_or((rest, ""));
        let mut numbers = numbers.split_ascii_whitespace();
        let status = numbers.next().and_then(|word| word.parse().ok());
        let bytes = numbers.next().and_then(|word| word.parse().ok());
        let (referrer, rest) = quoted(rest).unwrap_or_default();
        let (user_agent, _) = quoted(rest).unwrap_or_default();
        Ok(Self {
            client: client.to_owned(),
            timestamp,
            request: Request::parse(request),
            status,
            bytes,
            referrer: present(referrer),
            user_agent: present(user_agent),
        })
    }
}

impl Request {
    fn parse(line: String) -> Self {
        if line.is_empty() || line == "-" {
            return Self::Absent;
        }
        let parts = line.split_once(' ').filter(|(method, _)| is_method(method));
        let Some((method, rest)) = parts else {
            return Self::Garbage(line);
        };
        let target = match rest.rsplit_once(' ') {
            Some((target, protocol)) if protocol.starts_with("HTTP/") => target,
            _ => rest,
        };
        if target.is_empty() {
            return Self::Garbage(line);
        }
        Self::Proper {
            method: method.to_owned(),
            target: target.to_owned(),
        }
    }
}

fn is_method(word: &str) -> bool {
    (1..=32).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'-' || byte == b'_')
}

fn present(text: String) -> Option<String> {
    (!text.is_empty() && text != "-").then_some(text)
}

fn read_time(text: &str) -> Result<Timestamp, String> {
    strtime::parse("%d/%b/%Y:%H:%M:%S %z", text)
        .and_then(|time| time.to_timestamp())
        .map_err(|_| {
            format!(
                "`{}` is not a time such as 17/May/2015:10:05:03 +0000.",
                excerpt(text)
            )
        })
}

/// At most 60 characters, for messages.
fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}

/// The next text in quotation marks, and what follows it. A line that was cut off ends the text too.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (_, text) = text.split_once('"')?;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    let end = at.min(bytes.len());
    Some((unescaped(&bytes[..end]), text.get(end + 1..).unwrap_or_default()))
}

/// Resolves `\"`, `\\` and `\x22`; control characters stay in their escaped form.
fn unescaped(bytes: &[u8]) -> String {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        let (byte, taken) = match after {
            [escaped @ (b'"' | b'\\'), ..] if first == b'\\' => (*escaped, 2),
            [b'x', high, low, ..] if first == b'\\' => match hex_byte(*high, *low) {
                Some(byte) if byte >= 0x20 && byte != 0x7f => (byte, 4),
                _ => (first, 1),
            },
            _ => (first, 1),
        };
        plain.push(byte);
        rest = &rest[taken..];
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests;
