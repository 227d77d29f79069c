//! The organization's name and calendar: a plain form, which works without script.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use model::account::WeekStart;
use model::role::Action;

use super::settings::{SettingsPlaces, sent_text};
use crate::api::organization as api;
use crate::api::session::Session;
use crate::error::AppError;
use crate::language::t;
use crate::parts::field::Problems;
use crate::parts::frame::Frame;
use crate::parts::live;
use crate::parts::load::SessionData;
use crate::parts::outcome::outcome;
use crate::parts::sent::{Sent, field};
use crate::parts::title::Title;
use crate::parts::toast::Toasts;
use crate::query_string;

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
            <SettingsPlaces />
            <div class="settings">{outcome(said)}<OrganizationForm /><DangerZone /></div>
        </Frame>
    }
}

/// What came of the form that was sent.
fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "name" => t("Give the organization a name of at most 200 characters."),
        "timezone" => t("There is no such time zone. Use an IANA name such as Europe/Berlin."),
        "retyped" => t("Type the organization's name exactly, so that nothing is deleted by mistake."),
        _ => return None,
    })
}

/// What is set, or what was typed where that was sent back.
fn typed(session: &Session) -> [String; 3] {
    let search = use_location().search.get_untracked();
    let or_set = |name: &str, set: &str| query_string::value(&search, name).unwrap_or_else(|| set.to_owned());
    let organization = &session.organization;
    [
        or_set("name", &organization.name),
        or_set("timezone", &organization.timezone),
        or_set("week_start", organization.week_start.as_str()),
    ]
}

#[component]
fn OrganizationForm() -> impl IntoView {
    let session = expect_context::<Session>();
    let fetched = expect_context::<SessionData>().0;
    let toasts = Toasts::here();
    let may_change = session.may(Action::ManageOrganization);
    let [name, timezone, week_start] = typed(&session);
    let problems = Problems::new();
    let save = move |event: leptos::ev::SubmitEvent| {
        let Some(form) = Sent::instead_of(&event) else {
            return;
        };
        let fields = form.fields();
        let [name, timezone, week_start] =
            ["name", "timezone", "week_start"].map(|name| field(&fields, name));
        spawn_local(async move {
            match api::update_organization(name, timezone, WeekStart::parse(&week_start)).await {
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
    let days = [(WeekStart::Monday, t("Monday")), (WeekStart::Sunday, t("Sunday"))]
        .into_iter()
        .map(|(day, words)| view! { <option value=day.as_str() selected={day.as_str() == week_start}>{words}</option> })
        .collect_view();
    let zone_hint =
        t("Days and weeks of every chart begin in this zone. Use an IANA name such as Europe/Berlin.");
    view! {
        <form method="post" action="/settings/organization/save" class="stack" on:submit=live::submit(save)>
            <fieldset class="stack" disabled=!may_change>
                {sent_text("organization-name", "name", t("Name"), "", name, None, problems.named("name"))}
                {sent_text("timezone", "timezone", t("Time zone"), zone_hint, timezone, Some("zones"), problems.named("timezone"))}
                <datalist id="zones">{zones}</datalist>
                <div class="field">
                    <label for="week-start">{t("Weeks start on")}</label>
                    <select class="input" id="week-start" name="week_start">{days}</select>
                </div>
                {if may_change {
                    view! { <p class="actions"><button type="submit" class="button primary">{t("Save")}</button></p> }.into_any()
                } else {
                    view! { <p class="hint">{t("Administrators of your organization can change this.")}</p> }.into_any()
                }}
            </fieldset>
        </form>
    }
}

/// The end of the organization, for its owner.
#[component]
fn DangerZone() -> impl IntoView {
    let session = expect_context::<Session>();
    let name = session.organization.name.clone();
    session.may(Action::DeleteOrganization).then(|| {
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
    })
}
