//! The form for a new key.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use model::account::ApiKey;
use model::scope::Scope;

use crate::api::keys::{self as api, KeyChoice, NewKey, WantedKey};
use crate::error::AppError;
use crate::language::{key, t};
use crate::pages::settings::sent_text;
use crate::parts::field::{Field, Problems};
use crate::parts::live;
use crate::parts::sent::Sent;
use crate::parts::toast::Toasts;
use crate::query_string;

const KINDS: [(KeyChoice, &str); 3] = [
    (KeyChoice::Write, key("Write: sends events")),
    (KeyChoice::Secret, key("Secret: sends and reads")),
    (KeyChoice::Personal, key("Personal: does what you may do")),
];

pub(super) const SITES_HINT: &str = key(
    "One in a line, such as https://www.example.org or https://*.example.org; empty takes events from every site.",
);

/// What a key may be confined to, in words.
pub(super) const SCOPES: [(Scope, &str); 6] = [
    (Scope::EventsWrite, key("send events")),
    (Scope::AnalyticsRead, key("look at dashboards, ask and export")),
    (Scope::SqlRead, key("ask in SQL")),
    (Scope::DashboardsWrite, key("change dashboards")),
    (Scope::SharesWrite, key("share dashboards")),
    (
        Scope::OrganizationWrite,
        key("manage the organization (personal keys only)"),
    ),
];

#[component]
pub(super) fn NewKeyForm(
    /// The keys that are listed below.
    keys: RwSignal<Vec<ApiKey>>,
    /// The key that was just made.
    made: RwSignal<Option<NewKey>>,
    /// Whether the person makes keys of the organization.
    may_manage: bool,
) -> impl IntoView {
    let toasts = Toasts::here();
    let problems = Problems::new();
    let create = move |event: leptos::ev::SubmitEvent| {
        let Some(form) = Sent::instead_of(&event) else {
            return;
        };
        let Some(wanted) = WantedKey::of_form(&form.fields()) else {
            return;
        };
        spawn_local(async move {
            match api::create_key(wanted).await {
                Ok(key) => {
                    problems.clear();
                    form.reset();
                    keys.update(|keys| keys.insert(0, key.listed.clone()));
                    made.set(Some(key));
                }
                Err(AppError::Invalid(errors)) => problems.set(errors),
                Err(error) => toasts.problem(&error),
            }
        });
    };
    let typed = query_string::value(&use_location().search.get_untracked(), "name").unwrap_or_default();
    view! {
        <form method="post" action="/settings/keys/create" class="stack wide" on:submit=live::submit(create)>
            <div class="line-form">
                {sent_text("key-name", "name", t("Name"), "", typed, None, problems.named("name"))}
                <div class="field">
                    <label for="key-kind">{t("Kind")}</label>
                    <select class="input" id="key-kind" name="kind">{kinds(may_manage)}</select>
                </div>
                <button type="submit" class="button primary">{t("Create key")}</button>
            </div>
            {boxes(problems)}
            {may_manage.then(|| sites(problems))}
        </form>
    }
}

fn sites(problems: Problems) -> AnyView {
    let problem = problems.of(|field| field.starts_with("origins"));
    view! {
        <Field label=t("Sites of a write key") id="key-sites" hint=t(SITES_HINT) problem>
            <textarea class="input" id="key-sites" name="origins" rows="2" spellcheck="false" placeholder="https://www.example.org" aria-describedby="key-sites-problem"></textarea>
        </Field>
    }
    .into_any()
}

fn kinds(may_manage: bool) -> AnyView {
    let offered = KINDS
        .into_iter()
        .filter(|(kind, _)| may_manage || *kind == KeyChoice::Personal);
    let options = offered.map(|(kind, words)| view! { <option value=kind.as_str()>{t(words)}</option> });
    options.collect_view().into_any()
}

fn boxes(problems: Problems) -> AnyView {
    let boxes = SCOPES
        .into_iter()
        .map(|(scope, words)| {
            view! {
                <label class="check"><input type="checkbox" name="scope" value=scope.as_str() />" "{t(words)}</label>
            }
        })
        .collect_view();
    let problem = problems.named("scopes");
    view! {
        <fieldset class="stack" aria-describedby="key-scopes">
            <legend>{t("It may only")}</legend>
            {boxes}
            <p class="hint" id="key-scopes">{t("Tick nothing, and it may do all that its kind allows. A write key only ever sends events.")}</p>
            <p class="problem" role="alert">{live::text(move || problem.get().unwrap_or_default())}</p>
        </fieldset>
    }
    .into_any()
}
