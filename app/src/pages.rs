//! Every page and its address.

mod account;
mod changes;
mod dashboards;
mod data;
mod invitation;
mod keys;
#[cfg(feature = "ssr")]
mod landing;
mod later;
mod live;
mod members;
mod organization;
mod segments;
mod served;
mod settings;
mod shares;
#[cfg(feature = "ssr")]
mod sign_in;
mod user;
mod users;

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use crate::api::session;
use crate::board::BoardPage;
use crate::error::AppError;
use crate::parts::load::{SessionData, failed, framed_or_plain};
use crate::parts::toast::{ToastList, Toasts};
use dashboards::HomePage;
use served::{Served, served};

/// The app.
#[component]
pub fn App() -> impl IntoView {
    #[cfg(feature = "ssr")]
    leptos_meta::provide_meta_context();
    Effect::new(say_hydrated);
    Toasts::provide();
    provide_context(SessionData(Resource::new(|| (), |()| session::current_session())));
    view! {
        <Router>
            <FlatRoutes fallback=|| view! { <NotFoundPage /> }>
                <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
                <Route path=path!("/login") view=|| served(Served::Login) ssr=SsrMode::Async />
                <Route path=path!("/register") view=|| served(Served::Register) ssr=SsrMode::Async />
                <Route path=path!("/dashboards/:id") view=BoardPage ssr=SsrMode::Async />
                <Route path=path!("/dashboards/:id/widgets/:widget") view=later::editor() ssr=SsrMode::Async />
                <Route path=path!("/explore") view=later::explore() ssr=SsrMode::Async />
                <Route path=path!("/live") view=later::live() ssr=SsrMode::Async />
                <Route path=path!("/users") view=later::users() ssr=SsrMode::Async />
                <Route path=path!("/users/:id") view=later::user() ssr=SsrMode::Async />
                <Route path=path!("/segments") view=later::segments() ssr=SsrMode::Async />
                <Route path=path!("/settings/keys") view=later::keys() ssr=SsrMode::Async />
                <Route path=path!("/settings/organization") view=later::organization() ssr=SsrMode::Async />
                <Route path=path!("/settings/data") view=later::data() ssr=SsrMode::Async />
                <Route path=path!("/settings/members") view=later::members() ssr=SsrMode::Async />
                <Route path=path!("/settings/shares") view=later::shares() ssr=SsrMode::Async />
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

#[component]
fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::server::told(AppError::NotFound);
    framed_or_plain(|| failed(&AppError::NotFound, None))
}
