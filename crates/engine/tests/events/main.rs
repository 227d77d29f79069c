//! The event store and the questions put to it, on real files.

mod access_log;
mod activity;
mod answers;
mod catalogue;
mod clickhouse;
mod cohorts;
mod copy;
mod fairness;
mod funnel;
mod generator;
mod identity;
mod kept;
mod oracle;
mod oracle_test;
mod paths;
mod patterns;
mod redis;
mod retention;
mod rows;
mod select;
mod sessions;
mod store;
mod timescale;
mod trend_options;
mod users_test;
mod world;
