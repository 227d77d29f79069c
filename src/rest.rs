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

mod etag;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use engine::Error;
use serde::Serialize;

use crate::problem::Refusal;

/// A list that is never longer than one page.
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
}

/// Reads query parameters, or says which one is wrong.
fn parameters<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Refusal> {
    query.map(|Query(parameters)| parameters).map_err(|rejection| {
        Error::invalid(
            "query",
            "invalid",
            format!("A query parameter cannot be read: {}.", rejection.body_text()),
        )
        .into()
    })
}

/// An id in a path; what is no id at all is as unknown as any other.
fn id<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Error::NotFound.into())
}
