//! Who sent a request, as far as the connection and the headers of proxies that are trusted tell.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use engine::auth::Origin;
use engine::enrich::{Client, Place};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::cookie::Cookies;
use crate::problem::Refusal;

/// Names of the headers in which content delivery networks tell where somebody is.
const COUNTRY: [&str; 4] = [
    "cf-ipcountry",
    "x-vercel-ip-country",
    "cloudfront-viewer-country",
    "x-country-code",
];
const REGION: [&str; 3] = [
    "cf-region",
    "cloudfront-viewer-country-region-name",
    "x-vercel-ip-country-region",
];
const CITY: [&str; 3] = ["cf-ipcity", "x-vercel-ip-city", "cloudfront-viewer-city"];

/// The networks of proxies whose word on addresses and places counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxies(Arc<[IpNet]>);

impl Default for Proxies {
    /// This machine.
    fn default() -> Self {
        "127.0.0.0/8,::1/128".parse().expect("these are networks")
    }
}

impl FromStr for Proxies {
    type Err = String;

    /// Reads addresses and networks, separated by commas.
    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let network = |word: &str| {
            let address = word.parse::<IpAddr>().map(IpNet::from);
            address
                .or_else(|_| word.parse())
                .map_err(|_| format!("`{word}` is neither an address nor a network such as 10.0.0.0/8"))
        };
        words
            .map(network)
            .collect::<Result<Vec<_>, _>>()
            .map(|networks| Self(networks.into()))
    }
}

impl std::fmt::Display for Proxies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&words.join(","))
    }
}

impl Proxies {
    /// Whether the word of a proxy at this address counts.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who is behind a request: the peer, or the nearest address that a trusted proxy names and that is none itself.
    pub(crate) fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut address = peer.ip().to_canonical();
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        let named = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.rsplit(','));
        for word in named {
            if !self.trusts(address) {
                break;
            }
            let Ok(before) = word.trim().parse::<IpAddr>() else {
                break;
            };
            address = before.to_canonical();
        }
        address
    }
}

/// What came of `X-Forwarded-For`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Forwarded {
    /// Nobody sent it.
    No,
    /// A proxy that is trusted names somebody.
    Believed,
    /// It came from somebody who is not trusted.
    Ignored,
}

impl Proxies {
    /// Whether a request names somebody behind its peer, and whether that counts.
    pub(crate) fn forwarded(&self, peer: SocketAddr, headers: &HeaderMap) -> Forwarded {
        match (headers.contains_key("x-forwarded-for"), self.trusts(peer.ip())) {
            (false, _) => Forwarded::No,
            (true, true) => Forwarded::Believed,
            (true, false) => Forwarded::Ignored,
        }
    }
}

/// The network that is counted as one customer: an address, or the /64 of a long one.
pub(crate) fn customer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => {
            let network = u128::from(long) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
        short @ IpAddr::V4(_) => short,
    }
}

/// Who sent the request.
pub(crate) struct From(pub Client);

impl<S: Send + Sync> FromRequestParts<S> for From
where
    Proxies: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let proxies = Proxies::from_ref(state);
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0);
        Ok(Self(read(&proxies, peer, &parts.headers)))
    }
}

/// Where a program tries a password.
pub(crate) struct FromProgram(pub Origin);

/// Where somebody tries a password in a browser.
pub(crate) struct FromBrowser(pub Origin);

impl<S: Send + Sync> FromRequestParts<S> for FromProgram
where
    Proxies: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let From(client) = From::from_request_parts(parts, state).await?;
        Ok(Self(Origin::program(client.address)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FromBrowser
where
    Proxies: FromRef<S>,
    Cookies: FromRef<S>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let From(client) = From::from_request_parts(parts, state).await?;
        let token = Cookies::from_ref(state).browser(&parts.headers);
        Ok(Self(Origin::browser(client.address, token)))
    }
}

fn read(proxies: &Proxies, peer: Option<SocketAddr>, headers: &HeaderMap) -> Client {
    let is_behind_proxy = peer.is_some_and(|peer| proxies.trusts(peer.ip()));
    Client {
        is_browser: headers.contains_key("sec-fetch-mode") || headers.contains_key(header::ORIGIN),
        user_agent: headers
            .get(header::USER_AGENT)
            .map(|value| text(value.as_bytes())),
        address: peer.map(|peer| proxies.client(peer, headers)),
        place: if is_behind_proxy {
            place(headers)
        } else {
            Place::default()
        },
        origin: headers.get(header::ORIGIN).map(|value| text(value.as_bytes())),
    }
}

fn place(headers: &HeaderMap) -> Place {
    let first = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| headers.get(*name));
        values
            .find(|value| !value.is_empty())
            .map(|value| text(value.as_bytes()))
    };
    let is_country = |code: &String| code.len() == 2 && !matches!(code.as_str(), "XX" | "T1");
    Place {
        country: first(&COUNTRY).map(|code| code.to_uppercase()).filter(is_country),
        region: first(&REGION),
        city: first(&CITY),
    }
}

/// The text of a header, with percent signs resolved where there are any.
fn text(bytes: &[u8]) -> String {
    let plain = String::from_utf8_lossy(bytes);
    if !plain.contains('%') {
        return plain.into_owned();
    }
    let pair = format!("v={}", plain.replace('+', "%2B").replace('&', "%26"));
    let decoded = form_urlencoded::parse(pair.as_bytes()).next();
    decoded.map_or_else(|| plain.into_owned(), |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_a_trusted_proxy_may_name_somebody_else() {
        let forwarded = headers(&[("x-forwarded-for", "10.0.0.1, 203.0.113.7, 10.9.9.9")]);
        let seen = |proxies: &str, peer: &str| {
            let proxies: Proxies = proxies.parse().expect("networks");
            proxies
                .client(peer.parse().expect("an address"), &forwarded)
                .to_string()
        };
        assert_eq!(seen("127.0.0.1", "127.0.0.1:5000"), "10.9.9.9");
        assert_eq!(seen("127.0.0.1,10.9.0.0/16", "127.0.0.1:5000"), "203.0.113.7");
        assert_eq!(seen("127.0.0.1", "198.51.100.4:5000"), "198.51.100.4");
        assert!("10.0.0.0/33".parse::<Proxies>().is_err());
        assert_eq!(
            customer("2001:db8:1:2:3:4:5:6".parse().expect("an address")).to_string(),
            "2001:db8:1:2::"
        );
    }

    #[test]
    fn a_network_in_front_of_us_says_where_somebody_is() {
        let from = |peer: &str, pairs: &[(&'static str, &'static str)]| {
            read(&Proxies::default(), peer.parse().ok(), &headers(pairs)).place
        };
        let lines = [("cf-ipcountry", "de"), ("x-vercel-ip-city", "K%C3%B6ln")];
        let place = from("127.0.0.1:1", &lines);
        assert_eq!(
            (place.country.as_deref(), place.city.as_deref()),
            (Some("DE"), Some("Köln"))
        );
        assert_eq!(from("203.0.113.7:1", &lines), Place::default());
        assert_eq!(from("127.0.0.1:1", &[("cf-ipcountry", "XX")]), Place::default());
    }
}
