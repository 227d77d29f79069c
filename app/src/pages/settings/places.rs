//! The way from one page of the settings to the others.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::role::Action;

use crate::api::session::Session;
use crate::language::t;
use crate::parts::live;

/// Every page of the settings that the person may open, by whose they are.
#[component]
pub(in crate::pages) fn SettingsPlaces() -> impl IntoView {
    // Segments look like settings and belong to the users.
    let belongs = use_location()
        .pathname
        .with_untracked(|path| path.starts_with("/settings/"));
    belongs.then(places)
}

fn places() -> AnyView {
    let session = expect_context::<Session>();
    let manages = session.may(Action::ManageOrganization);
    let shares = session.may(Action::Share);
    let for_managers = |href, name| manages.then(|| place(href, name));
    let organization = view! {
        {place("/settings/organization", t("General"))}
        {place("/settings/members", t("Members"))}
        {shares.then(|| place("/settings/shares", t("Share links")))}
        {for_managers("/settings/audit", t("Audit"))}
    };
    let events = view! {
        {place("/settings/keys", t("API keys"))}
        {for_managers("/settings/data", t("Data"))}
        {elsewhere("/api/docs", t("API reference"))}
    };
    let you = view! {
        {place("/settings/account", t("Your account"))}
        {elsewhere("/settings/two-factor", t("Two-factor sign-in"))}
    };
    view! {
        <nav class="settings-places" aria-label=t("Settings")>
            {group("settings-organization", t("Organization"), organization.into_any())}
            {group("settings-events", t("Events"), events.into_any())}
            {group("settings-you", t("You"), you.into_any())}
        </nav>
    }
    .into_any()
}

fn group(id: &'static str, name: &'static str, places: AnyView) -> AnyView {
    view! {
        <h2 class="settings-group" id=id>{name}</h2>
        <ul aria-labelledby=id>{places}</ul>
    }
    .into_any()
}

fn place(href: &'static str, name: &'static str) -> AnyView {
    let path = use_location().pathname;
    let is_here = move || path.with(|path| path == href);
    view! {
        <li><a class="settings-place" href=href aria-current=live::word(move || is_here().then_some("page"))>{name}</a></li>
    }
    .into_any()
}

/// A page that the server makes alone: the router leaves it to the browser.
fn elsewhere(href: &'static str, name: &'static str) -> AnyView {
    view! { <li><a class="settings-place" href=href rel="external">{name}</a></li> }.into_any()
}
