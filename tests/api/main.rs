//! The running program, driven over HTTP as its users drive it.

mod access;
mod accounts;
mod app;
mod bad_input;
mod company;
mod dashboards;
mod dialects;
mod documents;
mod embeds;
mod enrichment;
mod events;
mod live;
mod operations;
mod pages;
mod people;
mod questions;
mod real_input;
mod segments;
mod settings;
mod shares;
