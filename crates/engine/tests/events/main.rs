//! The event store and the questions put to it, on real files.

mod generator;
mod oracle;
mod oracle_test;
mod store;
mod world;
