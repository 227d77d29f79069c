//! The running program, driven over HTTP as its users drive it.

mod access;
mod accounts;
mod app;
mod bad_input;
mod company;
mod dashboards;
mod dialects;
mod doctor;
mod documents;
mod embeds;
mod enrichment;
mod events;
mod idempotency;
mod live;
mod load;
mod mail;
mod oidc;
mod operations;
mod pages;
mod people;
mod questions;
mod real_input;
mod segments;
mod settings;
mod shares;
mod two_factor;
