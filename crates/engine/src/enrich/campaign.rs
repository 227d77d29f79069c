//! What the address of a page says about the campaign that led there.

use std::borrow::Cow;

use url::form_urlencoded;

const UTM: [&str; 6] = [
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "utm_id",
];
const SEARCH_CLICKS: [&str; 5] = ["gclid", "gbraid", "wbraid", "msclkid", "yclid"];
const SOCIAL_CLICKS: [&str; 4] = ["ttclid", "twclid", "li_fat_id", "rdt_cid"];
/// Set on every link, paid or not.
const OTHER_CLICKS: [&str; 4] = ["fbclid", "igshid", "dclid", "mc_eid"];
/// What is longer was not made by a person.
const MOST_BYTES: usize = 500;

/// UTM parameters and click ids, in the order of the address.
#[derive(Debug, Default)]
pub(super) struct Campaign<'a>(Vec<(&'static str, Cow<'a, str>)>);

impl<'a> Campaign<'a> {
    /// Reads the query of `url`.
    pub(super) fn of(url: &'a str) -> Self {
        let Some((_, query)) = url.split_once('?') else {
            return Self::default();
        };
        let query = query.split('#').next().unwrap_or_default();
        let mut found: Vec<(&'static str, Cow<'a, str>)> = Vec::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let known = all().find(|name| *name == key);
            let Some(name) = known.filter(|_| !value.is_empty() && value.len() <= MOST_BYTES) else {
                continue;
            };
            if !found.iter().any(|(earlier, _)| *earlier == name) {
                found.push((name, value));
            }
        }
        Self(found)
    }

    /// As [`Campaign::of`], with what the sender took from the address itself.
    pub(super) fn with(mut self, told: impl Fn(&str) -> Option<Cow<'a, str>>) -> Self {
        for name in all() {
            if let Some(value) = told(name) {
                self.0.retain(|(known, _)| *known != name);
                self.0.push((name, value));
            }
        }
        self
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_ref()))
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn source(&self) -> Option<&str> {
        self.get("utm_source")
    }

    pub(super) fn medium(&self) -> Option<&str> {
        self.get("utm_medium")
    }

    /// Whether an advertisement was clicked.
    pub(super) fn is_paid_click(&self) -> bool {
        self.is_search_click() || self.is_social_click() || self.get("dclid").is_some()
    }

    pub(super) fn is_search_click(&self) -> bool {
        SEARCH_CLICKS.iter().any(|name| self.get(name).is_some())
    }

    pub(super) fn is_social_click(&self) -> bool {
        SOCIAL_CLICKS.iter().any(|name| self.get(name).is_some())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }
}

fn all() -> impl Iterator<Item = &'static str> {
    let clicks = SEARCH_CLICKS.into_iter().chain(SOCIAL_CLICKS).chain(OTHER_CLICKS);
    UTM.into_iter().chain(clicks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_the_first_counts() {
        let campaign = Campaign::of(
            "https://a.b/c?utm_source=Fall%20Sale+1&x=1&utm_source=2&gclid=&fbclid=F#utm_term=no",
        );
        let found: Vec<_> = campaign.iter().collect();
        assert_eq!(found, [("utm_source", "Fall Sale 1"), ("fbclid", "F")]);
        assert!(Campaign::of("https://a.b/c").is_empty());
    }
}
