//! What a user agent says about browser, system and device, in the words that the browser SDK uses too.

use std::sync::Arc;

use moka::sync::Cache;
use woothee::parser::Parser;

/// Most user agents that are remembered; a log repeats a few thousand.
const REMEMBERED: u64 = 20_000;
/// What is longer says nothing more.
const READ_BYTES: usize = 1_000;

/// Browser, system and device, as far as they can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// Such as `Firefox`.
    pub browser: Option<String>,
    /// Such as `macOS`.
    pub os: Option<String>,
    /// `desktop`, `mobile`, `tablet`, `console`, `other` or `bot`.
    pub device: Option<&'static str>,
}

impl Agent {
    /// Whether it is a program that nobody looks at.
    #[must_use]
    pub fn is_bot(&self) -> bool {
        self.device == Some("bot")
    }
}

/// Recognises user agents and remembers the answers. Clones share what they remember.
#[derive(Clone)]
pub struct Agents {
    parser: Arc<Parser>,
    known: Cache<String, Arc<Agent>>,
}

impl Default for Agents {
    fn default() -> Self {
        Self {
            parser: Arc::default(),
            known: Cache::new(REMEMBERED),
        }
    }
}

impl Agents {
    /// What `text` says.
    #[must_use]
    pub fn recognise(&self, text: &str) -> Arc<Agent> {
        let text = text.get(..READ_BYTES).unwrap_or(text);
        if let Some(agent) = self.known.get(text) {
            return agent;
        }
        let agent = Arc::new(recognised(&self.parser, text));
        self.known.insert(text.to_owned(), Arc::clone(&agent));
        agent
    }
}

fn recognised(parser: &Parser, text: &str) -> Agent {
    if text.is_empty() || text == "-" {
        return Agent::default();
    }
    let Some(found) = parser.parse(text) else {
        return Agent {
            device: looks_like_a_program(text).then_some("bot"),
            ..Agent::default()
        };
    };
    let is_bot = found.category == "crawler" || looks_like_a_program(text);
    let device = if is_bot {
        Some("bot")
    } else {
        device(found.category, found.os, text)
    };
    Agent {
        browser: known(found.name).map(str::to_owned),
        os: known(found.os).map(system),
        device,
    }
}

fn known(word: &str) -> Option<&str> {
    let says_nothing = word.is_empty() || word == "UNKNOWN" || word.starts_with("misc ");
    (!says_nothing).then_some(word)
}

fn system(name: &str) -> String {
    match name {
        "Mac OSX" => "macOS".to_owned(),
        "iPhone" | "iPad" | "iPod" => "iOS".to_owned(),
        other => other.to_owned(),
    }
}

fn device(category: &str, os: &str, text: &str) -> Option<&'static str> {
    let is_tablet = os == "iPad" || (os == "Android" && !text.contains("Mobile")) || text.contains("Tablet;");
    match category {
        _ if is_tablet => Some("tablet"),
        "pc" => Some("desktop"),
        "smartphone" | "mobilephone" => Some("mobile"),
        "appliance" => Some("console"),
        "misc" => Some("other"),
        _ => None,
    }
}

/// Programs that name themselves and that no list keeps up with.
fn looks_like_a_program(text: &str) -> bool {
    const MARKS: [&str; 15] = [
        "bot", "crawl", "spider", "slurp", "feed", "rss", "curl/", "wget", "python", "java/", "ruby",
        "libwww", "fetcher", "monitor", "headless",
    ];
    let lower = text.to_ascii_lowercase();
    MARKS.iter().any(|mark| lower.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_agents() {
        let cases = [
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.77 Safari/537.36",
                (Some("Chrome"), Some("macOS"), Some("desktop")),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 6_0 like Mac OS X) AppleWebKit/536.26 (KHTML, like Gecko) Version/6.0 Mobile/10A5376e Safari/8536.25",
                (Some("Safari"), Some("iOS"), Some("mobile")),
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 7_0 like Mac OS X) AppleWebKit/537.51.1 (KHTML, like Gecko) Version/7.0 Mobile/11A465 Safari/9537.53",
                (Some("Safari"), Some("iOS"), Some("tablet")),
            ),
            (
                "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:27.0) Gecko/20100101 Firefox/27.0",
                (Some("Firefox"), Some("Windows 7"), Some("desktop")),
            ),
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html",
                (Some("Googlebot"), None, Some("bot")),
            ),
            (
                "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/",
                (None, None, Some("bot")),
            ),
            ("-", (None, None, None)),
        ];
        let agents = Agents::default();
        for (text, expected) in cases {
            let agent = agents.recognise(text);
            let found = (agent.browser.as_deref(), agent.os.as_deref(), agent.device);
            if expected.0.is_none() && found.0.is_some() {
                assert_eq!((found.1, found.2), (expected.1, expected.2), "{text}");
                continue;
            }
            assert_eq!(found, expected, "{text}");
        }
    }
}
