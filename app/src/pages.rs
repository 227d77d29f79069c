//! Every page and its address.

mod account;
mod changes;
mod dashboards;
mod data;
mod invitation;
mod keys;
mod landing;
mod later;
mod live;
mod members;
mod organization;
mod sign_in;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use crate::api::session;
use crate::board::BoardPage;
use crate::error::AppError;
use crate::parts::keys as keyboard;
use crate::parts::load::{SessionData, failed, framed_or_plain};
use crate::parts::toast::{ToastList, Toasts};
use dashboards::HomePage;

/// The app.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Effect::new(say_hydrated);
    Toasts::provide();
    provide_context(SessionData(Resource::new(|| (), |()| session::current_session())));
    view! {
        <Title formatter=page_title />
        <Router>
            <Keyboard />
            <FlatRoutes fallback=|| view! { <NotFoundPage /> }>
                <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
                <Route path=path!("/login") view=later::login() ssr=SsrMode::Async />
                <Route path=path!("/register") view=later::register() ssr=SsrMode::Async />
                <Route path=path!("/dashboards/:id") view=BoardPage ssr=SsrMode::Async />
                <Route path=path!("/dashboards/:id/widgets/:widget") view=later::editor() ssr=SsrMode::Async />
                <Route path=path!("/live") view=later::live() ssr=SsrMode::Async />
                <Route path=path!("/settings/keys") view=later::keys() ssr=SsrMode::Async />
                <Route path=path!("/settings/organization") view=later::organization() ssr=SsrMode::Async />
                <Route path=path!("/settings/data") view=later::data() ssr=SsrMode::Async />
                <Route path=path!("/settings/members") view=later::members() ssr=SsrMode::Async />
                <Route path=path!("/settings/audit") view=later::changes() ssr=SsrMode::Async />
                <Route path=path!("/settings/account") view=later::account() ssr=SsrMode::Async />
                <Route path=path!("/invitations/:token") view=later::invitation() ssr=SsrMode::Async />
                <Route path=path!("/start") view=later::start() ssr=SsrMode::Async />
            </FlatRoutes>
        </Router>
        <ToastList />
    }
}

/// Marks the page once script has taken it over.
fn say_hydrated() {
    if let Some(root) = document().document_element() {
        // A page without the mark works all the same.
        let _ = root.set_attribute("data-hydrated", "true");
    }
}

/// `leptos_meta` writes a title into the server's HTML as it is; in the browser it sets text.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that leptos_meta calls"
)]
fn page_title(title: String) -> String {
    if title.is_empty() {
        return "DataPulse".to_owned();
    }
    #[cfg(feature = "ssr")]
    let title = crate::share::escaped(&title);
    format!("{title} · DataPulse")
}

#[component]
fn Keyboard() -> impl IntoView {
    keyboard::listen();
}

#[component]
fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::server::told(AppError::NotFound);
    framed_or_plain(|| failed(&AppError::NotFound, None))
}
