//! Looking for people: first those of whom something was said, then those who are known by what they did alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::ids::OrgId;
use model::person::{ListedPerson, Person, Whose};
use model::query::{EventsQuery, EventsSpec, Query};
use model::role::Action;

use super::limit_of;
use crate::caller::Caller;
use crate::db::{Page, PageRequest};
use crate::engine::Engine;
use crate::error::Error;
use crate::profiles::{Known, Wanted};
use crate::query::buckets::Calendar;

/// Most characters of what somebody types.
const LONGEST: usize = 200;
/// People that are looked at in one go where only some of them count.
const AT_ONCE: usize = 200;
/// How often that is done for one page; a page may hold fewer people than asked for, or nobody, and still have a next one.
const GOES: usize = 10;

impl Engine {
    /// The people in whose ids, name or other properties everything stands that was `typed`: whoever has exactly this id, then
    /// those of whom something was said, then those without a profile, one of whose ids begins with it and who did the events
    /// of `whose`. Where that asks for a certain event or has a filter, only those are found who did such events.
    ///
    /// # Errors
    /// As [`Engine::people`]; [`Error::Invalid`] for nothing typed, for too much, and for a place in an answer.
    pub async fn find_people(
        &self,
        caller: &Caller,
        typed: &str,
        whose: Whose,
        page: &PageRequest,
    ) -> Result<Page<ListedPerson>, Error> {
        caller.must(Action::Read)?;
        let limit = limit_of(page)?;
        let Whose::Events(spec) = whose else {
            let message = "A search looks among those who did events, not at a place of an answer.";
            return Err(Error::invalid("q", "invalid", message));
        };
        let (text, wanted) = read(typed)?;
        let place = page.cursor.as_deref().map(Place::read).transpose()?;
        let org = caller.org();
        let must_have_done = spec.event.is_some() || spec.filter.is_some();
        let query = Query::Events(EventsQuery::parse(EventsSpec {
            cursor: None,
            ..*spec
        })?);
        let search = Search {
            engine: self,
            org,
            calendar: self.organizations().calendar(org).await?,
            query: self.segments().expanded(org, &query).await?.into_owned(),
            exact: self.profiles().exactly(org, text).await?,
            text,
            wanted,
            must_have_done,
        };
        search.page(place, limit).await
    }
}

/// What somebody typed, and what it asks for.
fn read(typed: &str) -> Result<(&str, Wanted), Error> {
    let text = typed.trim();
    if text.chars().count() > LONGEST || text.contains('\0') {
        let message = format!("Search for at most {LONGEST} characters, without NUL characters.");
        return Err(Error::invalid("search", "invalid", message));
    }
    let nothing = "Type a part of an id, of a name or of an address.";
    let wanted = Wanted::read(text).ok_or_else(|| Error::invalid("search", "required", nothing))?;
    Ok((text, wanted))
}

/// How far a search has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// At the user who has exactly the id.
    Exact,
    /// At profiles, behind this id.
    Profiles(String),
    /// At people without one, behind this id.
    Events(String),
}

impl Place {
    fn written(&self) -> String {
        let (letter, id) = match self {
            Self::Exact => ("x", ""),
            Self::Profiles(id) => ("p", id.as_str()),
            Self::Events(id) => ("e", id.as_str()),
        };
        URL_SAFE_NO_PAD.encode(format!("{letter}:{id}"))
    }

    /// Reads what [`Place::written`] wrote.
    fn read(text: &str) -> Result<Self, Error> {
        let message = "Use the `next_cursor` of the page before, or leave `cursor` out for the first page.";
        Self::decoded(text).ok_or_else(|| Error::invalid("cursor", "invalid", message))
    }

    fn decoded(text: &str) -> Option<Self> {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (letter, id) = plain.split_once(':')?;
        if id.contains('\0') {
            return None;
        }
        match letter {
            "x" => Some(Self::Exact),
            "p" => Some(Self::Profiles(id.to_owned())),
            "e" => Some(Self::Events(id.to_owned())),
            _ => None,
        }
    }
}

struct Search<'s> {
    engine: &'s Engine,
    org: OrgId,
    calendar: Calendar,
    query: Query,
    text: &'s str,
    wanted: Wanted,
    exact: Option<(String, Known)>,
    must_have_done: bool,
}

/// Some who were found, each with their place, and where to go on; nowhere at the end.
struct Part {
    found: Vec<(Place, ListedPerson)>,
    next: Option<Place>,
}

impl Search<'_> {
    async fn page(&self, after: Option<Place>, limit: usize) -> Result<Page<ListedPerson>, Error> {
        let mut part = self.part(after.as_ref(), limit + 1).await?;
        let mut found = part.found;
        for _ in 1..GOES {
            let Some(place) = part.next.as_ref().filter(|_| found.len() <= limit) else {
                break;
            };
            part = self.part(Some(place), limit + 1 - found.len()).await?;
            found.append(&mut part.found);
        }
        let is_more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|(place, _)| place.clone());
        let next = if is_more { last } else { part.next };
        Ok(Page {
            items: found.into_iter().map(|(_, person)| person).collect(),
            next_cursor: next.map(|place| place.written()),
        })
    }

    /// What comes behind `place`: about `room` people.
    async fn part(&self, place: Option<&Place>, room: usize) -> Result<Part, Error> {
        let at_once = if self.must_have_done { AT_ONCE } else { room };
        match place {
            None => {
                let exact = self.exact.clone().into_iter().collect();
                let found = self.counted(exact, |_| Place::Exact).await?;
                let next = Some(Place::Exact);
                Ok(Part { found, next })
            }
            Some(Place::Exact) => self.of_profiles("", at_once).await,
            Some(Place::Profiles(id)) => self.of_profiles(id, at_once).await,
            Some(Place::Events(id)) => self.of_events(id, room).await,
        }
    }

    async fn of_profiles(&self, after: &str, limit: usize) -> Result<Part, Error> {
        let profiles = self.engine.profiles();
        let mut rows = profiles.matching(self.org, &self.wanted, after, limit).await?;
        let last = rows.last().map(|(id, _)| id.clone());
        let next = match last.filter(|_| rows.len() == limit) {
            Some(id) => Place::Profiles(id),
            None => Place::Events(String::new()),
        };
        rows.retain(|(id, _)| !self.is_exact(id));
        let found = self.counted(rows, |id| Place::Profiles(id.to_owned())).await?;
        let next = Some(next);
        Ok(Part { found, next })
    }

    /// These users with what they did; without those who did nothing, where that counts.
    async fn counted(
        &self,
        rows: Vec<(String, Known)>,
        place: impl Fn(&str) -> Place,
    ) -> Result<Vec<(Place, ListedPerson)>, Error> {
        let ids: Vec<String> = rows.iter().map(|(id, _)| id.clone()).collect();
        let queries = self.engine.queries();
        let did = queries
            .people_among(self.org, &self.calendar, &self.query, &ids)
            .await?;
        let found = rows.into_iter().filter_map(|(id, known)| {
            let active = did.iter().find(|person| person.id == id).cloned();
            if active.is_none() && self.must_have_done {
                return None;
            }
            let place = place(&id);
            let person = active.map_or_else(|| ListedPerson::without_events(id), ListedPerson::from);
            Some((place, called(person, known)))
        });
        Ok(found.collect())
    }

    /// People who did something and were not found by their profile.
    async fn of_events(&self, after: &str, limit: usize) -> Result<Part, Error> {
        let queries = self.engine.queries();
        let begun = queries
            .people_beginning(self.org, &self.calendar, &self.query, self.text, (after, limit))
            .await?;
        let ids: Vec<String> = begun.into_iter().map(|person| person.id).collect();
        let next = ids
            .last()
            .filter(|_| ids.len() == limit)
            .cloned()
            .map(Place::Events);
        // Who was found by a device did other things, too.
        let people = queries
            .people_among(self.org, &self.calendar, &self.query, &ids)
            .await?;
        let mut known = self.engine.profiles().among(self.org, &ids).await?;
        let others = self.engine.profiles().others_among(self.org, &ids).await?;
        let is_found = |known: &Known| known.folded.as_ref().is_some_and(|text| self.wanted.is_in(text));
        let found = people.into_iter().filter_map(|person: Person| {
            let known = known.remove(&person.id).unwrap_or_default();
            if is_found(&known) || others.contains(&person.id) || self.is_exact(&person.id) {
                return None;
            }
            let place = Place::Events(person.id.clone());
            Some((place, called(ListedPerson::from(person), known)))
        });
        let found = found.collect();
        Ok(Part { found, next })
    }

    fn is_exact(&self, id: &str) -> bool {
        self.exact.as_ref().is_some_and(|(exact, _)| exact == id)
    }
}

fn called(person: ListedPerson, known: Known) -> ListedPerson {
    ListedPerson {
        name: known.name,
        email: known.email,
        ..person
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_cursor_and_anything_else_is_refused() {
        for place in [
            Place::Exact,
            Place::Profiles("a:b".to_owned()),
            Place::Events(String::new()),
        ] {
            assert_eq!(Place::read(&place.written()).expect("it is ours"), place);
        }
        let (unknown, nul) = (URL_SAFE_NO_PAD.encode("q:a"), URL_SAFE_NO_PAD.encode("p:\0"));
        for broken in ["", "x", "%%%", unknown.as_str(), nul.as_str()] {
            assert!(Place::read(broken).is_err(), "{broken}");
        }
    }
}
