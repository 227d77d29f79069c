//! Where a visit came from: the domain that linked here, and the channel that it belongs to, in the words of the default
//! channel groups that web analytics has in common.

use super::campaign::Campaign;

const SEARCH: [&str; 15] = [
    "google",
    "bing",
    "duckduckgo",
    "yahoo",
    "yandex",
    "baidu",
    "ecosia",
    "qwant",
    "startpage",
    "naver",
    "seznam",
    "sogou",
    "brave",
    "kagi",
    "ask",
];
const SOCIAL: [&str; 20] = [
    "facebook",
    "instagram",
    "twitter",
    "x",
    "t",
    "linkedin",
    "lnkd",
    "reddit",
    "pinterest",
    "tiktok",
    "snapchat",
    "threads",
    "bsky",
    "mastodon",
    "vk",
    "weibo",
    "whatsapp",
    "telegram",
    "discord",
    "quora",
];
const SOCIAL_HOSTS: [&str; 4] = ["news.ycombinator.com", "lobste.rs", "mastodon.social", "t.me"];
const VIDEO: [&str; 6] = ["youtube", "youtu", "vimeo", "dailymotion", "twitch", "netflix"];
const SHOPPING: [&str; 5] = ["amazon", "ebay", "etsy", "walmart", "alibaba"];
const ASSISTANTS: [&str; 7] = [
    "chatgpt",
    "openai",
    "perplexity",
    "claude",
    "copilot",
    "gemini",
    "deepseek",
];
const MAIL_HOSTS: [&str; 5] = [
    "mail.google.com",
    "outlook.live.com",
    "mail.yahoo.com",
    "mail.proton.me",
    "webmail",
];

/// The channel of a visit; `None` for a step within the same site.
pub(super) fn channel(
    referrer: Option<&str>,
    is_internal: bool,
    campaign: &Campaign<'_>,
) -> Option<&'static str> {
    if campaign.is_empty() && is_internal {
        return None;
    }
    let source = campaign.source().map(str::to_lowercase);
    let medium = campaign.medium().map(str::to_lowercase).unwrap_or_default();
    let from = source.as_deref().or(referrer.filter(|_| !is_internal));
    let is_paid = campaign.is_paid_click()
        || matches!(medium.as_str(), "cpc" | "ppc" | "retargeting" | "paidsearch")
        || medium.starts_with("paid");
    let kind = from.and_then(kind);
    Some(match (kind, medium.as_str()) {
        (_, "display" | "banner" | "expandable" | "interstitial" | "cpm") => "Display",
        (_, "affiliate" | "affiliates") => "Affiliates",
        (_, "email" | "e-mail" | "e_mail" | "newsletter") | (Some(Kind::Mail), _) => "Email",
        (_, "sms") => "SMS",
        (_, "push" | "notification") => "Mobile Push Notifications",
        (Some(Kind::Search), _) if is_paid => "Paid Search",
        (Some(Kind::Social), _) if is_paid => "Paid Social",
        (Some(Kind::Video), _) if is_paid => "Paid Video",
        (Some(Kind::Shopping), _) if is_paid => "Paid Shopping",
        (None, _) if is_paid && campaign.is_search_click() => "Paid Search",
        (None, _) if is_paid && campaign.is_social_click() => "Paid Social",
        (_, _) if is_paid => "Paid Other",
        (Some(Kind::Assistant), _) => "AI Assistants",
        (Some(Kind::Video), _) | (_, "video") => "Organic Video",
        (Some(Kind::Social), _) | (_, "social" | "social-network" | "social-media" | "sm") => {
            "Organic Social"
        }
        (Some(Kind::Shopping), _) => "Organic Shopping",
        (Some(Kind::Search), _) | (_, "organic") => "Organic Search",
        (None, "audio") => "Audio",
        (None, _) if from.is_some() || !medium.is_empty() => "Referral",
        (None, _) => "Direct",
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Assistant,
    Mail,
    Search,
    Shopping,
    Social,
    Video,
}

/// What kind of site `from` is: a domain, or the bare word of a `utm_source`.
fn kind(from: &str) -> Option<Kind> {
    if MAIL_HOSTS.contains(&from) {
        return Some(Kind::Mail);
    }
    if SOCIAL_HOSTS.contains(&from) {
        return Some(Kind::Social);
    }
    let mut words: Vec<&str> = from.split('.').collect();
    if words.len() > 1 {
        words.pop();
    }
    // Of `news.google.co.uk` the name is the last word that is no part of the suffix; of `gemini.google.com` both say something.
    let named = |names: &[&str]| {
        words
            .iter()
            .any(|word| names.contains(word) && (word.len() > 1 || words.len() == 1))
    };
    [
        (&ASSISTANTS[..], Kind::Assistant),
        (&VIDEO[..], Kind::Video),
        (&SOCIAL[..], Kind::Social),
        (&SHOPPING[..], Kind::Shopping),
        (&SEARCH[..], Kind::Search),
    ]
    .into_iter()
    .find(|(names, _)| named(names))
    .map(|(_, kind)| kind)
}

/// The domain of an address, lower case and without `www.`.
pub(super) fn domain_of(address: &str) -> Option<String> {
    let rest = address.split_once("://").map(|(_, rest)| rest)?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = if host.starts_with('[') {
        host
    } else {
        host.split(':').next()?
    };
    let lower = host.to_lowercase();
    let bare = lower.strip_prefix("www.").unwrap_or(&lower);
    (!bare.is_empty()).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_channels() {
        let cases = [
            ("", None, Some("Direct")),
            ("", Some("google.com"), Some("Organic Search")),
            ("", Some("google.co.uk"), Some("Organic Search")),
            ("gclid=1", Some("google.com"), Some("Paid Search")),
            ("gclid=1", None, Some("Paid Search")),
            ("utm_source=google&utm_medium=cpc", None, Some("Paid Search")),
            ("fbclid=1", Some("facebook.com"), Some("Organic Social")),
            ("", Some("l.facebook.com"), Some("Organic Social")),
            ("", Some("t.co"), Some("Organic Social")),
            ("", Some("x.com"), Some("Organic Social")),
            ("", Some("news.ycombinator.com"), Some("Organic Social")),
            (
                "utm_medium=paid_social&utm_source=linkedin",
                None,
                Some("Paid Social"),
            ),
            ("utm_source=newsletter&utm_medium=email", None, Some("Email")),
            ("", Some("mail.google.com"), Some("Email")),
            ("", Some("youtube.com"), Some("Organic Video")),
            ("", Some("chatgpt.com"), Some("AI Assistants")),
            ("", Some("blog.example.org"), Some("Referral")),
            ("utm_source=partner", None, Some("Referral")),
            ("utm_medium=banner", Some("example.org"), Some("Display")),
        ];
        for (query, referrer, expected) in cases {
            let url = format!("https://shop.example/?{query}");
            let campaign = Campaign::of(&url);
            assert_eq!(
                channel(referrer, false, &campaign),
                expected,
                "{query} {referrer:?}"
            );
        }
        assert_eq!(
            channel(
                Some("shop.example"),
                true,
                &Campaign::of("https://shop.example/b")
            ),
            None
        );
    }

    #[test]
    fn domains() {
        for (address, domain) in [
            ("https://www.Google.com/search?q=a@b", Some("google.com")),
            ("https://user@example.org:8080#x", Some("example.org")),
            ("http://[::1]:80/", Some("[::1]:80")),
            ("android-app://com.slack/", Some("com.slack")),
            ("/relative", None),
            ("https:///x", None),
        ] {
            assert_eq!(domain_of(address).as_deref(), domain, "{address}");
        }
    }
}
