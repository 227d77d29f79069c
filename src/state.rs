//! What every handler can reach.

use axum::extract::FromRef;
use engine::Engine;
use leptos::config::LeptosOptions;

use crate::cookie::Cookies;
use crate::limits::CredentialLimit;

/// The state of the router.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// Every verb.
    pub engine: Engine,
    /// Where people reach this server.
    pub site: app::server::Site,
    /// How cookies are named and sealed.
    pub cookies: Cookies,
    /// How often somebody may try a password.
    pub credential_limit: CredentialLimit,
    /// What Leptos must know to write its scripts into a page.
    pub leptos: LeptosOptions,
}
