//! The organization's keys, and how to send the first event with one.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::account::{ApiKey, KeyKind};
use model::role::Action;

use super::settings::{LastColumn, list_table, settings_page};
use crate::api::organization::{self as api, NewKey};
use crate::api::session::Session;
use crate::error::AppError;
use crate::language::{t, t_with};
use crate::parts::copy::CopyButton;
use crate::parts::field::{ChoiceField, Problems, TextField};
use crate::parts::first_event::FirstEvent;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::load::Fetched;
use crate::parts::popover::Popover;
use crate::parts::toast::Toasts;
use crate::words;

/// The page.
#[component]
pub(super) fn KeysPage() -> impl IntoView {
    let keys: Fetched<Vec<ApiKey>> = Resource::new(|| (), |()| api::keys());
    settings_page(t("API keys"), keys, keys_page)
}

fn keys_page(keys: Vec<ApiKey>) -> AnyView {
    let session = expect_context::<Session>();
    let may_manage = session.may(Action::ManageKeys);
    let keys = RwSignal::new(keys);
    let made = RwSignal::new(None::<NewKey>);
    let write_key = Signal::derive(move || {
        let made = made.with(|made| {
            made.as_ref()
                .filter(|made| made.listed.kind == KeyKind::Write)
                .map(|made| made.key.clone())
        });
        made.unwrap_or_else(|| "YOUR_WRITE_KEY".to_owned())
    });
    view! {
        <div class="settings">
            <section>
                <h2>{t("Keys")}</h2>
                <p class="lead">
                    {t("A write key sends events and may be public, in a web page or an app. ")}
                    {t("A secret key also reads, and belongs on servers only.")}
                </p>
                {may_manage.then(|| view! { <NewKeyForm keys made /> })}
                {live::part(move || made.get().map(made_view).into_any())}
                <KeyTable keys may_manage />
            </section>
            <section>
                <h2>{t("Send your first event")}</h2>
                <p class="lead">
                    {live::text(move || if made.with(Option::is_none) { t("Create a write key first: it is then filled in here.") } else { "" }.to_owned())}
                </p>
                <FirstEvent public_url=session.public_url write_key />
            </section>
        </div>
    }
    .into_any()
}

fn made_view(made: NewKey) -> AnyView {
    view! {
        <div class="notice good" role="status">
            <p><strong>{made.listed.name}</strong>{t(" is ready. Copy the key now: it is not shown again.")}</p>
            <div class="snippet">
                <pre tabindex="0"><code>{made.key.clone()}</code></pre>
                <CopyButton text=made.key label=t("Copy key") />
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn NewKeyForm(keys: RwSignal<Vec<ApiKey>>, made: RwSignal<Option<NewKey>>) -> impl IntoView {
    let toasts = Toasts::here();
    let name = RwSignal::new(String::new());
    let kind = RwSignal::new(KeyKind::Write.as_str().to_owned());
    let problems = Problems::new();
    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(wanted) = KeyKind::parse(&kind.get_untracked()) else {
            return;
        };
        spawn_local(async move {
            match api::create_key(name.get_untracked(), wanted).await {
                Ok(key) => {
                    problems.clear();
                    name.set(String::new());
                    keys.update(|keys| keys.insert(0, key.listed.clone()));
                    made.set(Some(key));
                }
                Err(AppError::Invalid(errors)) => problems.set(errors),
                Err(error) => toasts.problem(&error),
            }
        });
    };
    let kinds = vec![
        (
            KeyKind::Write.as_str().to_owned(),
            t("Write: sends events").to_owned(),
        ),
        (
            KeyKind::Secret.as_str().to_owned(),
            t("Secret: sends and reads").to_owned(),
        ),
    ];
    view! {
        <form class="line-form" on:submit=live::submit(create)>
            <TextField id="key-name" label=t("Name") placeholder=t("Website") value=name on_input=Callback::new(move |text| name.set(text)) problem=problems.named("name") />
            <ChoiceField id="key-kind" label=t("Kind") choices=kinds value=kind on_choice=Callback::new(move |word| kind.set(word)) />
            <button type="submit" class="button primary">{t("Create key")}</button>
        </form>
    }
}

#[component]
fn KeyTable(keys: RwSignal<Vec<ApiKey>>, may_manage: bool) -> impl IntoView {
    live::part(move || {
        if keys.with(Vec::is_empty) {
            return view! {
                <div class="empty small">
                    {icon(Icon::Key)}
                    <h3>{t("No keys yet")}</h3>
                    <p>{t("Create a write key to send events.")}</p>
                </div>
            }
            .into_any();
        }
        let rows = keys
            .get()
            .into_iter()
            .map(|key| key_row(key, keys, may_manage))
            .collect_view();
        view! {
            {list_table(t("Keys"), &[t("Name"), t("Kind"), t("Key"), t("Created")], LastColumn::Actions, rows.into_any())}
        }
        .into_any()
    })
}

fn kind_words(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Write => t("write"),
        KeyKind::Secret => t("secret"),
    }
}

fn key_row(key: ApiKey, keys: RwSignal<Vec<ApiKey>>, may_manage: bool) -> AnyView {
    let toasts = Toasts::here();
    let id = key.id;
    let revoke = move |_| {
        spawn_local(async move {
            match api::revoke_key(id).await {
                Ok(()) => {
                    keys.update(|keys| keys.retain(|key| key.id != id));
                    toasts.say(t("The key is revoked."));
                }
                Err(error) => toasts.problem(&error),
            }
        });
    };
    let name = key.name.clone();
    let face = view! { <span>{t("Revoke")}</span> }.into_any();
    let panel = format!("revoke-{id}");
    view! {
        <tr>
            <td>{key.name.clone()}</td>
            <td><span class="tag">{kind_words(key.kind)}</span></td>
            <td><code>{key.prefix}"…"</code></td>
            <td><time datetime=key.created_at.to_string()>{words::day_of(key.created_at)}</time></td>
            <td class="right">
                {may_manage.then(|| view! {
                    <Popover id=panel name=t_with("Revoke {0}", &[&name]) face look="button small">
                        <p>{t("Whatever uses ")}<strong>{name.clone()}</strong>{t(" stops working within a second. This cannot be undone.")}</p>
                        <button type="button" class="button danger wide" on:click=live::click(revoke)>{t("Revoke key")}</button>
                    </Popover>
                })}
            </td>
        </tr>
    }
    .into_any()
}
