//! Share links of a dashboard: making, copying and ending them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::share::{NewShare, Share, ShareRequest};

use super::Board;
use crate::api::shares as api;
use crate::error::AppError;
use crate::parts::copy::CopyButton;
use crate::parts::field::{Problems, TextField};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::Popover;
use crate::words;

#[derive(Clone, Copy)]
struct Links {
    board: Board,
    listed: RwSignal<Option<Vec<Share>>>,
    made: RwSignal<Option<NewShare>>,
}

impl Links {
    fn fetch(self) {
        spawn_local(async move {
            match api::shares(self.board.id).await {
                Ok(listed) => self.listed.set(Some(listed)),
                Err(error) => self.board.toasts.problem(&error),
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
                    self.board
                        .toasts
                        .say("The link is revoked: it shows nothing anymore.");
                    self.fetch();
                }
                Err(error) => self.board.toasts.problem(&error),
            }
        });
    }
}

#[component]
pub(super) fn SharePanel(board: Board) -> impl IntoView {
    let links = Links {
        board,
        listed: RwSignal::new(None),
        made: RwSignal::new(None),
    };
    let face = view! { {icon(Icon::Share)}<span class="word">"Share"</span> }.into_any();
    view! {
        <Popover id="share" name="Share" face panel="share" on_press=Callback::new(move |()| links.fetch())>
            <h2>"Share this dashboard"</h2>
            <p class="muted">"Anyone with a link sees it as a document, with the saved range. They cannot change anything, and need no account."</p>
            <NewLink links />
            {live::part(move || links.made.get().map(made_view).into_any())}
            <LinkList links />
        </Popover>
    }
}

#[component]
fn NewLink(links: Links) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let expires = RwSignal::new(String::new());
    let problems = Problems::new();
    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        // A link works until the end of its last day.
        let expires_at =
            given(expires.get_untracked()).and_then(|day| format!("{day}T23:59:59Z").parse().ok());
        let request = ShareRequest {
            name: given(name.get_untracked()),
            expires_at,
        };
        spawn_local(async move {
            match api::create_share(links.board.id, request).await {
                Ok(made) => {
                    problems.clear();
                    name.set(String::new());
                    links.made.set(Some(made));
                    links.fetch();
                }
                Err(AppError::Invalid(errors)) => problems.set(errors),
                Err(error) => links.board.toasts.problem(&error),
            }
        });
    };
    view! {
        <form on:submit=live::submit(create)>
            <div class="two">
                <TextField id="share-name" label="Name (optional)" placeholder="For the board" value=name on_input=Callback::new(move |text| name.set(text)) problem=problems.named("name") />
                <TextField id="share-expires" label="Works until (optional)" kind="date" value=expires on_input=Callback::new(move |text| expires.set(text)) problem=problems.named("expires_at") />
            </div>
            <button type="submit" class="button primary wide">"Create link"</button>
        </form>
    }
}

fn made_view(made: NewShare) -> AnyView {
    view! {
        <div class="notice good" role="status">
            <p>"The link is ready. Copy it now: it is not shown again."</p>
            <div class="copy-line">
                <input class="input" readonly aria-label="Share link" value=made.url.clone() prop:value=made.url.clone() />
                <CopyButton text=made.url.clone() label="Copy link" />
            </div>
            <p><a href=made.url rel="external" target="_blank">"Open it"</a></p>
        </div>
    }
    .into_any()
}

#[component]
fn LinkList(links: Links) -> impl IntoView {
    live::part(move || {
        let Some(listed) = links.listed.get() else {
            return ().into_any();
        };
        if listed.is_empty() {
            return view! { <p class="muted">"No links yet."</p> }.into_any();
        }
        let rows = listed
            .into_iter()
            .map(|share| link_row(links, share))
            .collect_view();
        view! { <ul class="links" aria-label="Links">{rows}</ul> }.into_any()
    })
}

fn link_row(links: Links, share: Share) -> AnyView {
    let name = share.name.clone().unwrap_or_else(|| "Link".to_owned());
    let until = match share.expires_at {
        Some(time) => format!("works until {}", words::day_of(time)),
        None => "works until it is revoked".to_owned(),
    };
    let label = format!("Revoke {name}");
    let made = words::day_of(share.created_at);
    view! {
        <li>
            <div><strong>{name}</strong><span class="muted">{format!("Created {made}, {until}")}</span></div>
            <button type="button" class="button small" aria-label=label on:click=live::click(move |_| links.revoke(&share))>"Revoke"</button>
        </li>
    }
    .into_any()
}
