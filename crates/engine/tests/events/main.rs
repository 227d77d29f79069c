//! The event store and the questions put to it, on real files.

mod access_log;
mod answers;
mod catalogue;
mod cohorts;
mod generator;
mod identity;
mod kept;
mod oracle;
mod oracle_test;
mod store;
mod world;
