//! The sites whose pages may send with a key.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::problem::FieldError;

/// Most sites that one key names.
pub const MAX_ORIGINS: usize = 50;

/// Origins as browsers name them, `scheme://host[:port]`, perhaps with `*.` in front of the host. None at all are every
/// site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origins(Arc<[String]>);

impl Origins {
    /// Reads what a person or a program wrote, one site each.
    ///
    /// # Errors
    /// A [`FieldError`] on each entry of `origins` that is no site, or on `origins` where there are more than
    /// [`MAX_ORIGINS`].
    pub fn checked(written: &[String]) -> Result<Self, Vec<FieldError>> {
        if written.len() > MAX_ORIGINS {
            let message = format!("Name at most {MAX_ORIGINS} sites.");
            return Err(vec![FieldError::new("origins", "too_many", message)]);
        }
        let mut errors = Vec::new();
        let mut origins = Vec::with_capacity(written.len());
        for (position, text) in written.iter().enumerate() {
            match site(text) {
                Some(tidy) => origins.push(without_usual_port(tidy)),
                None => errors.push(FieldError::new(
                    format!("origins[{position}]"),
                    "invalid",
                    "Write a site as https://www.example.org, without a path.",
                )),
            }
        }
        origins.sort_unstable();
        origins.dedup();
        if errors.is_empty() {
            Ok(Self(origins.into()))
        } else {
            Err(errors)
        }
    }

    /// Reads the words that [`Origins::to_text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.split_ascii_whitespace().map(str::to_owned).collect())
    }

    /// The sites with spaces between.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.join(" ")
    }

    /// The sites; none are every site.
    #[must_use]
    pub fn list(&self) -> &[String] {
        &self.0
    }

    /// Whether a page of `origin`, the header of that name, may send. A program names no origin and is not held up: the
    /// header tells where a browser is, and nothing about anybody else.
    #[must_use]
    pub fn allow(&self, origin: Option<&str>) -> bool {
        let Some(origin) = origin else {
            return true;
        };
        let origin = origin.to_ascii_lowercase();
        self.0.is_empty() || self.0.iter().any(|site| is_of(&origin, site))
    }
}

/// `https://*.example.org` stands for every name below `example.org`, and not for itself.
fn is_of(origin: &str, site: &str) -> bool {
    let Some((scheme, domain)) = site.split_once("://*.") else {
        return origin == site;
    };
    let below = origin
        .strip_prefix(scheme)
        .and_then(|rest| rest.strip_prefix("://"))
        .and_then(|host| host.strip_suffix(domain))
        .and_then(|host| host.strip_suffix('.'));
    below.is_some_and(|name| !name.is_empty() && !name.contains(['/', ':', '@']))
}

/// Browsers leave the usual port out.
fn without_usual_port(site: String) -> String {
    let usual = match site.split_once("://") {
        Some(("https", _)) => ":443",
        _ => ":80",
    };
    match site.strip_suffix(usual) {
        Some(short) => short.to_owned(),
        None => site,
    }
}

/// A site as browsers and a content security policy name it: `scheme://host[:port]`, perhaps with `*.` in front of the
/// host.
pub(crate) fn site(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let host = host.strip_prefix("*.").unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (is_port && host.len() <= 253 && host.split('.').all(is_label)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(written: &[&str]) -> Origins {
        let written: Vec<String> = written.iter().map(|&text| text.to_owned()).collect();
        Origins::checked(&written).expect("they are sites")
    }

    #[test]
    fn only_sites_are_sites() {
        for (text, tidy) in [
            ("https://Example.org/", Some("https://example.org")),
            ("https://*.example.org", Some("https://*.example.org")),
            ("http://localhost:8080", Some("http://localhost:8080")),
            ("https://example.org/path", None),
            ("https://example.org; script-src *", None),
            ("https://a b", None),
            ("https://*", None),
            ("*", None),
            ("https://example.org:0", None),
            ("data:text/html", None),
            ("null", None),
            ("https://", None),
        ] {
            assert_eq!(site(text).as_deref(), tidy, "{text}");
        }
    }

    #[test]
    fn a_page_of_another_site_is_not_allowed() {
        let sites = origins(&[
            "https://Shop.example:443/",
            "http://localhost:8080",
            "https://*.wide.example",
        ]);
        for (origin, allowed) in [
            (Some("https://shop.example"), true),
            (Some("http://localhost:8080"), true),
            (Some("https://a.wide.example"), true),
            (Some("https://a.b.wide.example"), true),
            (None, true),
            (Some("null"), false),
            (Some(""), false),
            (Some("http://shop.example"), false),
            (Some("https://shop.example:8443"), false),
            (Some("https://shop.example.evil.example"), false),
            (Some("https://evil-shop.example"), false),
            (Some("http://localhost"), false),
            (Some("https://wide.example"), false),
            (Some("https://.wide.example"), false),
            (Some("https://evilwide.example"), false),
            (Some("http://a.wide.example"), false),
            (Some("https://a.wide.example:444"), false),
            (Some("https://evil.example/.wide.example"), false),
        ] {
            assert_eq!(sites.allow(origin), allowed, "{origin:?}");
        }
        assert!(Origins::default().allow(Some("https://anything.example")));
    }

    #[test]
    fn sites_survive_the_database_and_wrong_ones_are_named() {
        let sites = origins(&["https://b.example", "https://a.example", "https://b.example/"]);
        assert_eq!(sites.to_text(), "https://a.example https://b.example");
        assert_eq!(Origins::parse(&sites.to_text()), sites);
        assert_eq!(Origins::parse(""), Origins::default());
        let wrong = Origins::checked(&["https://a.example".to_owned(), "shop".to_owned()]);
        let fields: Vec<_> = wrong
            .expect_err("one is wrong")
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(fields, ["origins[1]"]);
        assert!(Origins::checked(&vec!["https://a.example".to_owned(); 51]).is_err());
    }
}
