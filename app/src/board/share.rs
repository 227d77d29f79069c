//! Share links of a dashboard: the button, and what it opens once its code is there.

mod links;
mod new_link;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Board;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::Popover;
use links::Links;

/// What draws the inside of the panel.
type Draw = fn(Links) -> AnyView;

#[component]
pub(super) fn SharePanel(board: Board) -> impl IntoView {
    let links = Links::of(board);
    let draw = RwSignal::new(None::<Draw>);
    let open = move |()| {
        links.fetch();
        if draw.with_untracked(Option::is_none) {
            spawn_local(async move { draw.set(Some(renderer().await)) });
        }
    };
    let face = view! { {icon(Icon::Share)}<span class="word">"Share"</span> }.into_any();
    let inside = move || match draw.get() {
        Some(draw) => draw(links),
        None => view! { <p class="muted">"One moment …"</p> }.into_any(),
    };
    view! {
        <Popover id="share" name="Share" face panel="share" on_press=Callback::new(open)>
            <h2>"Share this dashboard"</h2>
            {live::part(inside)}
        </Popover>
    }
}

/// The code of the panel; only a release is split, as with the pages in `pages/later.rs`.
#[cfg(debug_assertions)]
fn renderer() -> std::future::Ready<Draw> {
    std::future::ready(links::inside)
}

/// The code of the panel, fetched when somebody opens it.
#[cfg(not(debug_assertions))]
#[leptos::lazy]
fn renderer() -> Draw {
    links::inside
}
