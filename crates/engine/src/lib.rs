//! The verbs of DataPulse: everything that touches a database, a file, a clock or chance, and every "may this caller?".
//!
//! Callers are `app` (server functions) and `datapulse` (REST, command line); neither knows how anything is stored.

pub mod address;
pub mod annotations;
pub mod audit;
pub mod auth;
pub mod caller;
pub mod clock;
mod copy;
pub mod dashboards;
pub mod db;
mod engine;
pub mod enrich;
pub mod erasures;
pub mod error;
pub mod figures;
pub mod first_steps;
mod folder_size;
pub mod idempotency;
pub mod ingest;
pub mod live;
pub mod mail;
pub mod organizations;
mod people;
pub mod profiles;
pub mod query;
pub mod random;
mod redis;
pub mod sealing;
pub mod segments;
pub mod sharing;
pub mod store;
pub mod templates;
pub mod usage;

pub use self::redis::{Redis, RedisAddress};
pub use caller::Caller;
pub use clock::Clock;
pub use copy::{Copied, Step, copy_events};
pub use engine::{Check, Engine, Settings, lock_folder};
pub use error::Error;
pub use random::Random;
