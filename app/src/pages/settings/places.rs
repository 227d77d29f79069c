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
    let manages = expect_context::<Session>().may(Action::ManageOrganization);
    let for_managers = |href, name| manages.then(|| place(href, name));
    let organization = view! {
        {place("/settings/organization", t("General"))}
        {place("/settings/members", t("Members"))}
        {for_managers("/settings/audit", t("Audit"))}
    };
    let events = view! {
        {place("/settings/keys", t("API keys"))}
        {for_managers("/settings/data", t("Data"))}
    };
    view! {
        <nav class="settings-places" aria-label=t("Settings")>
            {group("settings-organization", t("Organization"), organization.into_any())}
            {group("settings-events", t("Events"), events.into_any())}
            {group("settings-you", t("You"), place("/settings/account", t("Your account")))}
        </nav>
    }
}

fn group(id: &'static str, name: &'static str, places: AnyView) -> AnyView {
    view! {
        <p class="settings-group" id=id>{name}</p>
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
