//! The REST API of the contract: each handler is who asks, plus one verb of the engine.

pub(crate) mod annotations;
pub(crate) mod auth;
pub(crate) mod catalogue;
pub(crate) mod dashboards;
pub(crate) mod docs;
pub(crate) mod erasures;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod members;
pub(crate) mod operations;
pub(crate) mod organizations;
pub(crate) mod people;
pub(crate) mod profiles;
pub(crate) mod query;
pub(crate) mod segments;
pub(crate) mod shares;
pub(crate) mod templates;
pub(crate) mod totp;
pub(crate) mod widgets;

pub(crate) mod etag;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use engine::Error;
use engine::db::PageRequest;
use serde::Serialize;

use crate::problem::Refusal;

/// Most items of a page.
const MOST: u32 = 200;

/// A list that is read as a whole, and answered as one or in pages.
#[derive(Serialize)]
pub(crate) struct Whole<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

impl<T> Whole<T> {
    fn new(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
        }
    }

    /// The part of it that was asked for; all of it where no `limit` was. The cursor is the `id` of the item before.
    fn part(
        items: Vec<T>,
        PageRequest { limit, cursor }: PageRequest,
        id: impl Fn(&T) -> String,
    ) -> Result<Self, Refusal> {
        let from = match cursor {
            None => 0,
            Some(cursor) => {
                place_after(&items.iter().map(&id).collect::<Vec<_>>(), &cursor).ok_or_else(|| {
                    Error::invalid("cursor", "invalid", "Use the `next_cursor` of the page before.")
                })?
            }
        };
        let Some(limit) = limit else {
            return Ok(Self::new(items.into_iter().skip(from).collect()));
        };
        if limit == 0 || limit > MOST {
            let message = format!("Ask for 1 to {MOST} items.");
            return Err(Error::invalid("limit", "out_of_range", message).into());
        }
        let limit = limit as usize;
        let more = items.len() > from + limit;
        let items: Vec<T> = items.into_iter().skip(from).take(limit).collect();
        let next_cursor = items.last().filter(|_| more).map(id);
        Ok(Self { items, next_cursor })
    }
}

/// Where the items after the one with the id `cursor` begin, also when that one is gone and the list is in the order of ids.
fn place_after(ids: &[String], cursor: &str) -> Option<usize> {
    if let Some(place) = ids.iter().position(|id| id == cursor) {
        return Some(place + 1);
    }
    cursor.parse::<uuid::Uuid>().ok()?;
    if ids.is_sorted() {
        Some(ids.partition_point(|id| id.as_str() < cursor))
    } else if ids.is_sorted_by(|one, next| one > next) {
        Some(ids.partition_point(|id| id.as_str() > cursor))
    } else {
        None
    }
}

/// 201: what was made, and the address of its own that it has.
pub(crate) struct Created<T>(pub(crate) String, pub(crate) T);

impl<T: IntoResponse> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, [(LOCATION, self.0)], self.1).into_response()
    }
}

/// `?limit=&cursor=`
pub(crate) struct InPages(PageRequest);

impl<S: Send + Sync> FromRequestParts<S> for InPages {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        parameters(Query::from_request_parts(parts, state).await).map(Self)
    }
}

/// Reads query parameters, or says which one is wrong.
fn parameters<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Refusal> {
    query.map(|Query(parameters)| parameters).map_err(|rejection| {
        let said = rejection.body_text();
        let said = said
            .strip_prefix("Failed to deserialize query string: ")
            .unwrap_or(&said);
        let (field, code) = wrong_parameter(said);
        let message = format!("A query parameter cannot be read: {said}.");
        Error::invalid(field, code, message).into()
    })
}

/// Which parameter a message is about, and what is wrong with it.
fn wrong_parameter(said: &str) -> (&str, &'static str) {
    let quoted = |start: &str| said.strip_prefix(start)?.split('`').next();
    if let Some(name) = quoted("missing field `") {
        return (name, "required");
    }
    if let Some(name) = said
        .split("unknown field `")
        .nth(1)
        .and_then(|rest| rest.split('`').next())
    {
        return (name, "unknown_field");
    }
    match quoted("duplicate field `").or_else(|| said.split_once(": ").map(|(name, _)| name)) {
        Some(name) => (name, "invalid"),
        None => ("query", "invalid"),
    }
}

/// An id in a path; what is no id at all is as unknown as any other.
fn id<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Error::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(numbers: &[u128]) -> Vec<String> {
        let ids = numbers
            .iter()
            .map(|number| uuid::Uuid::from_u128(*number).to_string());
        ids.collect()
    }

    #[test]
    fn a_page_goes_on_after_an_item_that_is_gone() {
        let at = |number| ids(&[number]).remove(0);
        for (list, cursor, place) in [
            (&[1, 3, 5][..], 3, Some(2)),
            (&[1, 3, 5][..], 2, Some(1)),
            (&[1, 3, 5][..], 9, Some(3)),
            (&[5, 3, 1][..], 3, Some(2)),
            (&[5, 3, 1][..], 4, Some(1)),
            (&[3, 5, 1][..], 5, Some(2)),
            (&[3, 5, 1][..], 4, None),
            (&[][..], 4, Some(0)),
        ] {
            assert_eq!(
                place_after(&ids(list), &at(cursor)),
                place,
                "{cursor} in {list:?}"
            );
        }
        assert_eq!(place_after(&ids(&[1, 3]), "zzz"), None);
    }

    #[test]
    fn the_parameter_that_is_wrong_is_named() {
        for (said, named) in [
            ("limit: invalid digit found in string", ("limit", "invalid")),
            (
                "foo: unknown field `foo`, expected `limit`",
                ("foo", "unknown_field"),
            ),
            (
                "unknown field `foo`, there are no fields",
                ("foo", "unknown_field"),
            ),
            ("missing field `q`", ("q", "required")),
            ("duplicate field `limit`", ("limit", "invalid")),
            ("something else", ("query", "invalid")),
        ] {
            assert_eq!(wrong_parameter(said), named, "{said}");
        }
    }
}
