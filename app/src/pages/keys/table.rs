//! The keys that work.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::account::{ApiKey, KeyKind};
use model::ids::UserId;

use super::form::{SCOPES, SITES_HINT};
use crate::api::keys::{self as api, lines};
use crate::error::AppError;
use crate::language::{t, t_with};
use crate::pages::settings::{LastColumn, list_table};
use crate::parts::field::{Field, Problems};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::Popover;
use crate::parts::sent::{Sent, field};
use crate::parts::toast::Toasts;
use crate::words;

#[component]
pub(super) fn KeyTable(
    /// The newest first.
    keys: RwSignal<Vec<ApiKey>>,
    /// The person who looks at them.
    own: UserId,
) -> impl IntoView {
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
            .map(|key| key_row(key, keys, own))
            .collect_view();
        let columns = [t("Name"), t("Kind"), t("Allowed to"), t("Key"), t("Created")];
        list_table(t("Keys"), &columns, LastColumn::Actions, rows.into_any())
    })
}

fn kind_words(key: &ApiKey, own: UserId) -> &'static str {
    match (key.user_id, key.kind) {
        (Some(user), _) if user == own => t("personal"),
        (Some(_), _) => t("another member's"),
        (None, KeyKind::Write) => t("write"),
        (None, KeyKind::Secret) => t("secret"),
    }
}

fn scope_words(key: &ApiKey) -> String {
    let Some(scopes) = key.scopes.list() else {
        return match (key.user_id, key.kind) {
            (None, KeyKind::Write) => t("send events"),
            _ => t("all that its kind allows"),
        }
        .to_owned();
    };
    let words = SCOPES
        .into_iter()
        .filter(|(scope, _)| scopes.contains(scope))
        .map(|(_, words)| t(words));
    words.collect::<Vec<_>>().join(", ")
}

fn site_words(key: &ApiKey) -> Option<AnyView> {
    let sites = key.origins.list();
    (!sites.is_empty()).then(|| view! { <br /><span class="muted">{sites.join(", ")}</span> }.into_any())
}

/// The form for the sites of a write key.
fn sites_form(key: &ApiKey, keys: RwSignal<Vec<ApiKey>>) -> AnyView {
    let toasts = Toasts::here();
    let problems = Problems::new();
    let id = key.id;
    let save = move |event: leptos::ev::SubmitEvent| {
        let Some(form) = Sent::instead_of(&event) else {
            return;
        };
        let origins = lines(&field(&form.fields(), "origins"));
        spawn_local(async move {
            match api::change_sites(id, origins).await {
                Ok(changed) => {
                    keys.update(|keys| {
                        for key in keys.iter_mut().filter(|key| key.id == id) {
                            *key = changed.clone();
                        }
                    });
                    toasts.say(t("Saved."));
                }
                Err(AppError::Invalid(errors)) => problems.set(errors),
                Err(error) => toasts.problem(&error),
            }
        });
    };
    let face = view! { <span>{t("Sites")}</span> }.into_any();
    let (label, written) = (
        t_with("Sites of {0}", &[&key.name]),
        key.origins.list().join("\n"),
    );
    let input = format!("sites-{id}-field");
    let problem = problems.of(|field| field.starts_with("origins"));
    view! {
        <Popover id=format!("sites-{id}") name=label.clone() face look="button small">
            <form method="post" action="/settings/keys/sites" class="stack" on:submit=live::submit(save)>
                <input type="hidden" name="key" value=id.to_string() />
                <Field label=label.clone() id=input.clone() hint=t(SITES_HINT) problem>
                    <textarea class="input" id=input.clone() name="origins" rows="4" spellcheck="false" aria-describedby=format!("{input}-problem")>{written}</textarea>
                </Field>
                <button type="submit" class="button primary wide">{t("Save")}</button>
            </form>
        </Popover>
    }
    .into_any()
}

fn key_row(key: ApiKey, keys: RwSignal<Vec<ApiKey>>, own: UserId) -> AnyView {
    let toasts = Toasts::here();
    let id = key.id;
    let revoke = move |event: leptos::ev::SubmitEvent| {
        let _ = Sent::instead_of(&event);
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
    let (kind, scopes) = (kind_words(&key, own), scope_words(&key));
    let sites = site_words(&key);
    let form = (key.kind == KeyKind::Write).then(|| sites_form(&key, keys));
    let name = key.name.clone();
    let face = view! { <span>{t("Revoke")}</span> }.into_any();
    let panel = format!("revoke-{id}");
    view! {
        <tr>
            <th scope="row">{key.name}</th>
            <td data-label=t("Kind")><span class="tag">{kind}</span></td>
            <td data-label=t("Allowed to")>{scopes}{sites}</td>
            <td data-label=t("Key")><code>{key.prefix}"…"</code></td>
            <td data-label=t("Created")><time datetime=key.created_at.to_string()>{words::day_of(key.created_at)}</time></td>
            <td class="right"><div class="row-form">
                {form}
                <Popover id=panel name=t_with("Revoke {0}", &[&name]) face look="button small">
                    <p>{t("Whatever uses ")}<strong>{name.clone()}</strong>{t(" stops working within a second. This cannot be undone.")}</p>
                    <form method="post" action="/settings/keys/revoke" on:submit=live::submit(revoke)>
                        <input type="hidden" name="key" value=id.to_string() />
                        <button type="submit" class="button danger wide">{t("Revoke key")}</button>
                    </form>
                </Popover>
            </div></td>
        </tr>
    }
    .into_any()
}
