//! The organization's name and calendar.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::account::WeekStart;
use model::role::Action;

use super::members::said;
use crate::api::organization as api;
use crate::api::session::Session;
use crate::error::AppError;
use crate::language::t;
use crate::parts::field::{ChoiceField, Problems, TextField};
use crate::parts::frame::Frame;
use crate::parts::live;
use crate::parts::load::SessionData;
use crate::parts::title::Title;
use crate::parts::toast::Toasts;

/// Time zones that are suggested; any other IANA name may be typed.
const ZONES: [&str; 24] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Vienna",
    "Europe/Zurich",
    "Europe/Warsaw",
    "Europe/Athens",
    "Europe/Istanbul",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
];

/// The page.
#[component]
pub(super) fn OrganizationPage() -> impl IntoView {
    view! {
        <Title text=t("Organization") />
        <Frame>
            <header class="topbar"><h1>{t("Organization")}</h1></header>
            <div class="settings">{said()}<OrganizationForm /><DangerZone /></div>
        </Frame>
    }
}

#[component]
fn OrganizationForm() -> impl IntoView {
    let session = expect_context::<Session>();
    let fetched = expect_context::<SessionData>().0;
    let toasts = Toasts::here();
    let may_change = session.may(Action::ManageOrganization);
    let name = RwSignal::new(session.organization.name);
    let timezone = RwSignal::new(session.organization.timezone);
    let week_start = RwSignal::new(session.organization.week_start.as_str().to_owned());
    let problems = Problems::new();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let week_start = WeekStart::parse(&week_start.get_untracked());
        spawn_local(async move {
            match api::update_organization(name.get_untracked(), timezone.get_untracked(), week_start).await {
                Ok(_) => {
                    problems.clear();
                    toasts.say(t("Saved."));
                    fetched.refetch();
                }
                Err(AppError::Invalid(errors)) => problems.set(errors),
                Err(error) => toasts.problem(&error),
            }
        });
    };
    let zones = ZONES
        .into_iter()
        .map(|zone| view! { <option value=zone></option> })
        .collect_view();
    let days = vec![
        (WeekStart::Monday.as_str().to_owned(), t("Monday").to_owned()),
        (WeekStart::Sunday.as_str().to_owned(), t("Sunday").to_owned()),
    ];
    view! {
        <form class="stack" on:submit=live::submit(save)>
            <fieldset class="stack" disabled=!may_change>
                <TextField id="organization-name" label=t("Name") value=name on_input=Callback::new(move |text| name.set(text)) problem=problems.named("name") />
                <TextField id="timezone" label=t("Time zone") hint=t("Days and weeks of every chart begin in this zone. Use an IANA name such as Europe/Berlin.") list="zones" value=timezone on_input=Callback::new(move |text| timezone.set(text)) problem=problems.named("timezone") />
                <datalist id="zones">{zones}</datalist>
                <ChoiceField id="week-start" label=t("Weeks start on") choices=days value=week_start on_choice=Callback::new(move |word| week_start.set(word)) problem=problems.named("week_start") />
                {if may_change {
                    view! { <p class="actions"><button type="submit" class="button primary">{t("Save")}</button></p> }.into_any()
                } else {
                    view! { <p class="hint">{t("Administrators of your organization can change this.")}</p> }.into_any()
                }}
            </fieldset>
        </form>
    }
}

/// The record of changes for those who may see it, and the end of the organization for its owner.
#[component]
fn DangerZone() -> impl IntoView {
    let session = expect_context::<Session>();
    let name = session.organization.name.clone();
    let record = session.may(Action::ManageOrganization).then(|| {
        view! {
            <p class="actions">
                <a class="button" href="/settings/data">{t("Events: rules, export, erasing")}</a>
                <a class="button" href="/settings/audit">{t("Who changed what")}</a>
            </p>
        }
    });
    let end = session.may(Action::DeleteOrganization).then(|| {
        view! {
            <section>
                <h2>{t("Delete this organization")}</h2>
                <p class="lead">
                    {t("Its dashboards, keys and share links are gone at once, its events within a day, and nobody can bring them back. ")}
                    <a href="/settings/data">{t("Export your events first")}</a>". "{t("To be sure, type its name:")}" "
                    <strong>{name}</strong>
                </p>
                <form method="post" action="/settings/organization/delete" class="line-form">
                    <div class="field">
                        <label for="delete-name">{t("Name of the organization")}</label>
                        <input class="input" id="delete-name" name="name" type="text" required=true autocomplete="off" />
                    </div>
                    <button type="submit" class="button danger">{t("Delete organization")}</button>
                </form>
            </section>
        }
    });
    view! {
        {record}
        {end}
    }
}
