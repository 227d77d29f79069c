//! The links of a dashboard: copying, renewing and ending them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::ids::DashboardId;
use model::share::{NewShare, Share, ViewerMay};

use super::new_link::NewLink;
use crate::api::shares as api;
use crate::board::Board;
use crate::language::{t, t_with};
use crate::parts::copy::CopyButton;
use crate::parts::live;
use crate::parts::toast::Toasts;
use crate::words;

/// The links, and the one that was just made.
#[derive(Clone, Copy)]
pub(crate) struct Links {
    pub(super) dashboard: DashboardId,
    pub(super) toasts: Toasts,
    listed: RwSignal<Option<Vec<Share>>>,
    pub(super) made: RwSignal<Option<NewShare>>,
    /// Whether the link that was just made may be framed.
    pub(super) is_embeddable: RwSignal<bool>,
}

impl Links {
    pub(super) fn of(board: Board) -> Self {
        Self {
            dashboard: board.id,
            toasts: board.toasts,
            listed: RwSignal::new(None),
            made: RwSignal::new(None),
            is_embeddable: RwSignal::new(false),
        }
    }

    pub(super) fn fetch(self) {
        spawn_local(async move {
            match api::shares(self.dashboard).await {
                Ok(listed) => self.listed.set(Some(listed)),
                Err(error) => self.toasts.problem(&error),
            }
        });
    }

    fn rotate(self, share: &Share) {
        let (id, is_embeddable) = (share.id, !share.embed_origins.is_empty());
        spawn_local(async move {
            match api::rotate_share(id).await {
                Ok(made) => {
                    self.is_embeddable.set(is_embeddable);
                    self.made.set(Some(made));
                    self.toasts.say(t(
                        "The link has a new address: the old one shows nothing anymore.",
                    ));
                }
                Err(error) => self.toasts.problem(&error),
            }
        });
    }

    fn revoke(self, share: &Share) {
        let id = share.id;
        spawn_local(async move {
            match api::revoke_share(id).await {
                Ok(()) => {
                    if self
                        .made
                        .with_untracked(|made| made.as_ref().is_some_and(|made| made.id == id))
                    {
                        self.made.set(None);
                    }
                    self.toasts
                        .say(t("The link is revoked: it shows nothing anymore."));
                    self.fetch();
                }
                Err(error) => self.toasts.problem(&error),
            }
        });
    }
}

/// The inside of the panel.
pub(super) fn inside(links: Links) -> AnyView {
    view! {
        <p class="muted">{t("Anyone with a link sees it as a document, with the saved questions and no others. They need no account.")}</p>
        <NewLink links />
        {live::part(move || links.made.get().map(|made| made_view(made, links.is_embeddable.get_untracked())).into_any())}
        {live::part(move || list(links))}
        <p><a href="/settings/shares">{t("All links of your organization")}</a></p>
    }
    .into_any()
}

fn made_view(made: NewShare, is_embeddable: bool) -> AnyView {
    let frame = format!(
        "<iframe src=\"{}/embed\" title=\"Dashboard\" width=\"100%\" height=\"720\" loading=\"lazy\"></iframe>",
        made.url
    );
    view! {
        <div class="notice good" role="status">
            <p>{t("The link is ready. Copy it now: it is not shown again.")}</p>
            <div class="copy-line">
                <input class="input" readonly aria-label=t("Share link") value=made.url.clone() prop:value=made.url.clone() />
                <CopyButton text=made.url.clone() label=t("Copy link") />
            </div>
            {is_embeddable.then(|| view! {
                <p>{t("To show it on your site, paste this. Add ")}<code>"?theme=dark"</code>{t(" or ")}<code>"?theme=light"</code>{t(" to fix its colours.")}</p>
                <div class="copy-line">
                    <input class="input" readonly aria-label=t("Code for your site") value=frame.clone() prop:value=frame.clone() />
                    <CopyButton text=frame.clone() label=t("Copy code") />
                </div>
            })}
            <p><a href=made.url rel="external" target="_blank">{t("Open it")}</a></p>
        </div>
    }
    .into_any()
}

fn list(links: Links) -> AnyView {
    let Some(listed) = links.listed.get() else {
        return ().into_any();
    };
    if listed.is_empty() {
        return view! { <p class="muted">{t("No links yet.")}</p> }.into_any();
    }
    let rows = listed
        .into_iter()
        .map(|share| link_row(links, share))
        .collect_view();
    view! { <ul class="links" aria-label=t("Links")>{rows}</ul> }.into_any()
}

fn link_row(links: Links, share: Share) -> AnyView {
    let name = share.name.clone().unwrap_or_else(|| t("Link").to_owned());
    let words = about(&share);
    let (renew, revoke) = (
        t_with("New address for {0}", &[&name]),
        t_with("Revoke {0}", &[&name]),
    );
    let rotated = share.clone();
    view! {
        <li>
            <div><strong>{name}</strong><span class="muted">{words}</span></div>
            <span class="actions">
                <button type="button" class="button small" aria-label=renew title=t("The old address stops to work") on:click=live::click(move |_| links.rotate(&rotated))>{t("New address")}</button>
                <button type="button" class="button small" data-act="embed-key" data-share=share.id.to_string() data-has-key=share.embed_key_at.map(|_| "") aria-label=t_with("Key for signed frames of {0}", &[share.name.as_deref().unwrap_or_else(|| t("Link"))]) title=t("For frames that your own site signs for")>{t("Frame key")}</button>
                <button type="button" class="button small" aria-label=revoke on:click=live::click(move |_| links.revoke(&share))>{t("Revoke")}</button>
            </span>
        </li>
    }
    .into_any()
}

/// What a link is like, in a line.
fn about(share: &Share) -> String {
    let mut parts = vec![t_with("Created {0}", &[&words::day_of(share.created_at)])];
    parts.push(match share.expires_at {
        Some(time) => t_with("works until {0}", &[&words::day_of(time)]),
        None => t("works until it is revoked").to_owned(),
    });
    if share.has_password {
        parts.push(t("has a password").to_owned());
    }
    for (may, words) in [
        (ViewerMay::Range, t("range")),
        (ViewerMay::Filter, t("filter")),
        (ViewerMay::Download, t("downloads")),
    ] {
        if share.viewer_may.contains(&may) {
            parts.push(words.to_owned());
        }
    }
    if !share.embed_origins.is_empty() {
        parts.push(t_with("may be framed by {0}", &[&share.embed_origins.join(", ")]));
    }
    parts.join(", ")
}
