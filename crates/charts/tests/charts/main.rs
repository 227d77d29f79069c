//! The crate from outside: what it draws and what it says.

mod paths;
mod pictures;
mod rules;
mod samples;
mod words;
