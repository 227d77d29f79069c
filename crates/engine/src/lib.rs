//! The verbs of DataPulse: everything that touches a database, a file, a clock or chance, and every "may this caller?".
//!
//! Callers are `app` (server functions) and `datapulse` (REST, command line); neither knows how anything is stored.

pub mod address;
pub mod audit;
pub mod auth;
pub mod caller;
pub mod clock;
pub mod dashboards;
pub mod db;
mod engine;
pub mod error;
pub mod ingest;
pub mod organizations;
pub mod query;
pub mod random;
pub mod segments;
pub mod sharing;
pub mod store;

pub use caller::Caller;
pub use clock::Clock;
pub use engine::{Check, Engine, Settings};
pub use error::Error;
pub use random::Random;
