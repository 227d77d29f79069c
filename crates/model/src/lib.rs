//! Nouns and pure rules of DataPulse: what an event, a question, an answer, a dashboard and a role *are*.
//!
//! Nothing here does I/O, reads a clock or rolls dice, so every type compiles for the server and for the browser alike.

pub mod account;
pub mod annotation;
pub mod answer;
pub mod audit;
pub mod catalogue;
pub mod dashboard;
pub mod erasure;
pub mod event;
pub mod format;
pub mod ids;
pub mod ingest;
pub mod language;
pub mod mail;
pub mod membership;
#[cfg(feature = "openapi")]
mod openapi;
pub mod origins;
pub mod person;
pub mod problem;
pub mod profile;
pub mod query;
pub mod rates;
pub mod role;
pub mod scope;
pub mod segment;
pub mod share;
pub mod usage;

pub use jiff::Timestamp;
