//! What is added to events before they are stored, alike for every way in: what user agent, address and referrer say.
//!
//! The sender's own words always count: nothing that an event says is overwritten. An event that comes with a browser's
//! request gets what the request says; an event of a server gets something only where it names a `$user_agent` or an `$ip`.

mod agent;
mod campaign;
mod entries;
mod place;
mod referrer;
mod visitor;

use std::net::IpAddr;
use std::sync::Arc;

use jiff::SignedDuration;
use model::Timestamp;
use model::event::{Carries, Event};
use model::ids::OrgId;
use model::ingest::{Bots, IngestRules};

pub use agent::{Agent, Agents};
pub use place::{Place, Places};

use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;
use crate::random::Random;
use campaign::Campaign;
use entries::Entries;
use visitor::{Salts, visitor_id};

/// Up to here a difference between `sent_at` and the arrival is the way that the request took, and no wrong clock.
const ON_THE_WAY: SignedDuration = SignedDuration::from_secs(10);

/// What a request says about who sent it, beside its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Whether the request comes from the very browser that its events are about.
    pub is_browser: bool,
    /// Of the request, or of whom it speaks for.
    pub user_agent: Option<String>,
    /// Of the request, or of whom it speaks for.
    pub address: Option<IpAddr>,
    /// What a content delivery network in front of us says.
    pub place: Place,
    /// The site whose page sent it, as its browser says.
    pub origin: Option<String>,
}

/// Knows how to read user agents, addresses and referrers.
#[derive(Clone)]
pub struct Enricher {
    agents: Agents,
    places: Option<Places>,
    salts: Salts,
    clock: Clock,
}

impl Enricher {
    /// Keeps the salts of visitor ids in `db`; `places` tells where addresses are.
    #[must_use]
    pub fn new(db: Db, clock: Clock, random: Random, places: Option<Places>) -> Self {
        Self {
            agents: Agents::default(),
            places,
            salts: Salts::new(db, random),
            clock,
        }
    }

    /// What becomes of the events of one request.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Internal`] when the salt of the day cannot be had.
    pub async fn for_request(
        &self,
        org: OrgId,
        rules: Arc<IngestRules>,
        client: &Client,
    ) -> Result<Enrichment, Error> {
        let sender = if client.is_browser {
            Some(self.sender(org, &rules, client).await?)
        } else {
            None
        };
        Ok(Enrichment {
            known: Some(self.clone()),
            rules,
            sender,
        })
    }

    async fn sender(&self, org: OrgId, rules: &IngestRules, client: &Client) -> Result<Sender, Error> {
        let user_agent = client.user_agent.as_deref();
        let visitor = match client.address.filter(|_| rules.visitor_id) {
            Some(address) => {
                let salt = self.salts.of_day(self.clock.now()).await?;
                Some(visitor_id(&salt, org, address, user_agent.unwrap_or_default()))
            }
            None => None,
        };
        Ok(Sender {
            agent: user_agent.map(|text| self.agents.recognise(text)),
            place: client.place.clone().or(|| self.place(client.address)),
            address: client.address,
            visitor,
        })
    }

    fn place(&self, address: Option<IpAddr>) -> Place {
        match (&self.places, address) {
            (Some(places), Some(address)) => places.of(address),
            _ => Place::default(),
        }
    }
}

impl std::fmt::Debug for Enricher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enricher")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

/// The browser that a request comes from.
#[derive(Clone, Debug)]
struct Sender {
    agent: Option<Arc<Agent>>,
    place: Place,
    address: Option<IpAddr>,
    visitor: Option<String>,
}

/// What becomes of the events of one request.
#[derive(Clone, Debug)]
pub struct Enrichment {
    known: Option<Enricher>,
    rules: Arc<IngestRules>,
    sender: Option<Sender>,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Enriched {
    /// It goes on.
    Kept(Event),
    /// The organization does not want it.
    Dropped,
}

impl Enrichment {
    /// Nothing is added and nothing left out.
    #[must_use]
    pub fn none() -> Self {
        Self {
            known: None,
            rules: Arc::default(),
            sender: None,
        }
    }

    /// By how much the sender's clock is behind ours; zero where that is not known or too little to tell.
    pub(crate) fn skew(&self, sent_at: Option<Timestamp>, now: Timestamp) -> SignedDuration {
        let behind = sent_at.map_or(SignedDuration::ZERO, |sent_at| now.duration_since(sent_at));
        if self.known.is_some() && self.rules.clock && behind.abs() > ON_THE_WAY {
            behind
        } else {
            SignedDuration::ZERO
        }
    }

    /// Adds what is known to one event, and leaves out what must not be stored.
    pub(crate) fn apply(&self, event: Event, carries: Carries) -> Enriched {
        let Some(known) = &self.known else {
            return Enriched::Kept(event);
        };
        let is_about_a_browser = self.sender.is_some() || carries.client;
        if !is_about_a_browser && !self.rules.has_lists() {
            return Enriched::Kept(event);
        }
        let mut parts = event.into_parts();
        let mut entries = Entries::read(&parts.properties);
        if is_about_a_browser {
            let is_bot = self.add_client(&mut entries, known);
            if is_bot && self.rules.bots == Bots::Drop {
                return Enriched::Dropped;
            }
            self.add_origin(&mut entries);
        }
        self.leave_out(&mut entries);
        if let Some(text) = entries.written(&parts.properties) {
            parts.properties = text;
        }
        if parts.user_id.is_none() && parts.anonymous_id.is_none() {
            parts.anonymous_id = self.sender.as_ref().and_then(|sender| sender.visitor.clone());
        }
        Enriched::Kept(Event::from_parts(parts))
    }

    /// Browser, system, device and place; whether it is a bot.
    fn add_client(&self, entries: &mut Entries<'_>, known: &Enricher) -> bool {
        let rules = &self.rules;
        let named = entries
            .text("$user_agent")
            .or_else(|| entries.text("$raw_user_agent"));
        let agent = match named {
            Some(text) => Some(known.agents.recognise(&text)),
            None => self.sender.as_ref().and_then(|sender| sender.agent.clone()),
        };
        if let Some(agent) = agent.as_deref().filter(|_| rules.user_agent) {
            for (key, value) in [
                ("$browser", agent.browser.as_deref()),
                ("$os", agent.os.as_deref()),
                ("$device", agent.device),
            ] {
                if let Some(value) = value {
                    entries.add(key, value);
                }
            }
        }
        let is_bot = agent.is_some_and(|agent| agent.is_bot());
        if is_bot && rules.bots == Bots::Mark {
            entries.add_raw("$bot", || "true".to_owned());
        }
        let named: Option<IpAddr> = entries.text("$ip").and_then(|text| text.parse().ok());
        let sender = self.sender.as_ref();
        if rules.location {
            let place = match (named, sender) {
                (Some(address), _) => known.place(Some(address)),
                (None, Some(sender)) => sender.place.clone(),
                (None, None) => Place::default(),
            };
            for (key, value) in [
                ("$country", place.country),
                ("$region", place.region),
                ("$city", place.city),
            ] {
                if let Some(value) = value {
                    entries.add(key, &value);
                }
            }
        }
        if rules.store_address
            && let Some(address) = sender.and_then(|sender| sender.address)
        {
            entries.add("$ip", &address.to_string());
        }
        is_bot
    }

    /// Campaign, referrer and channel, of events that name a page.
    fn add_origin(&self, entries: &mut Entries<'_>) {
        let page = entries.text("$url").or_else(|| entries.text("$current_url"));
        let referrer = entries.text("$referrer").filter(|text| text != "$direct");
        if page.is_none() && referrer.is_none() {
            return;
        }
        let page = page.as_deref().unwrap_or_default();
        let campaign = Campaign::of(page).with(|name| entries.text(name));
        if self.rules.campaign {
            for (name, value) in campaign.iter() {
                entries.add(name, value);
            }
        }
        if !page.is_empty() {
            add_page(entries, page);
        }
        if self.rules.referrer {
            let domain = referrer.as_deref().and_then(referrer::domain_of);
            let is_internal = domain.is_some() && domain == referrer::domain_of(page);
            if let Some(domain) = domain.as_deref().filter(|_| !is_internal) {
                entries.add("$referrer_domain", domain);
            }
            if let Some(channel) = referrer::channel(domain.as_deref(), is_internal, &campaign) {
                entries.add("$channel", channel);
            }
        }
    }

    fn leave_out(&self, entries: &mut Entries<'_>) {
        let rules = &self.rules;
        let replaced = |key: &str| match key {
            "$ip" => !rules.store_address,
            "$user_agent" | "$raw_user_agent" => rules.user_agent,
            _ => false,
        };
        entries.retain(|key| {
            !replaced(key)
                && (rules.allow.is_empty() || is_listed(&rules.allow, key))
                && !is_listed(&rules.deny, key)
        });
        if !rules.redact.is_empty() {
            entries.redact(|key| is_listed(&rules.redact, key));
        }
        // What they say of a user ends up in the profile.
        if !(rules.deny.is_empty() && rules.redact.is_empty()) {
            for key in SAID_OF_USERS {
                entries.within(key, |said| {
                    said.retain(|key| !is_listed(&rules.deny, key));
                    said.redact(|key| is_listed(&rules.redact, key));
                });
            }
        }
    }
}

/// Properties whose own properties are the user's or the group's.
const SAID_OF_USERS: [&str; 3] = ["$set", "$set_once", "$group_set"];

/// Host and path of the page.
fn add_page(entries: &mut Entries<'_>, page: &str) {
    let Some((_, rest)) = page.split_once("://") else {
        return;
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, rest) = rest.split_at(end);
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if !host.is_empty() {
        entries.add("$host", host);
    }
    entries.add("$path", if path.is_empty() { "/" } else { path });
}

/// Whether a list names `key`, in full or by its beginning.
fn is_listed(names: &[String], key: &str) -> bool {
    names.iter().any(|name| match name.strip_suffix('*') {
        Some(beginning) => key.starts_with(beginning),
        None => name == key,
    })
}

#[cfg(test)]
mod tests;
