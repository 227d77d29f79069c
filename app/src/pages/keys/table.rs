//! The keys that work.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::account::{ApiKey, KeyKind};
use model::ids::UserId;

use super::form::SCOPES;
use crate::api::keys as api;
use crate::language::{t, t_with};
use crate::pages::settings::{LastColumn, list_table};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::Popover;
use crate::parts::sent::Sent;
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
    let name = key.name.clone();
    let face = view! { <span>{t("Revoke")}</span> }.into_any();
    let panel = format!("revoke-{id}");
    view! {
        <tr>
            <td>{key.name}</td>
            <td><span class="tag">{kind}</span></td>
            <td>{scopes}</td>
            <td><code>{key.prefix}"…"</code></td>
            <td><time datetime=key.created_at.to_string()>{words::day_of(key.created_at)}</time></td>
            <td class="right">
                <Popover id=panel name=t_with("Revoke {0}", &[&name]) face look="button small">
                    <p>{t("Whatever uses ")}<strong>{name.clone()}</strong>{t(" stops working within a second. This cannot be undone.")}</p>
                    <form method="post" action="/settings/keys/revoke" on:submit=live::submit(revoke)>
                        <input type="hidden" name="key" value=id.to_string() />
                        <button type="submit" class="button danger wide">{t("Revoke key")}</button>
                    </form>
                </Popover>
            </td>
        </tr>
    }
    .into_any()
}
