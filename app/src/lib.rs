//! What a person sees of DataPulse: pages, their parts, and the server functions behind them.
//!
//! Compiled twice: with `ssr` it renders pages on the server, with `hydrate` it takes them over in the browser.
#![recursion_limit = "256"]
#![expect(
    unreachable_pub,
    reason = "`#[component]` makes its types `pub`, whatever the component is"
)]

mod address;
pub mod api;
mod board;
mod clocks;
mod drawing;
mod editor;
#[cfg(feature = "ssr")]
pub mod entry;
pub mod error;
#[cfg(feature = "ssr")]
mod guide;
mod language;
#[cfg(feature = "ssr")]
mod markdown;
mod pages;
mod parts;
mod query_string;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod share;
mod shell;
mod theme;
mod words;

#[cfg(feature = "ssr")]
pub use address::view_of;
#[cfg(feature = "ssr")]
pub use language::reader_of;
#[cfg(feature = "ssr")]
pub use markdown::to_words;
#[cfg(target_arch = "wasm32")]
pub use model::language::{Clock, go_by, speak_german};
pub use pages::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
pub use theme::Theme;
