//! Share links of a dashboard: the button, and what it opens once its code is there.

mod links;
mod new_link;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Board;
use crate::language::t;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::Popover;
use links::Links;

/// What the panel does once its code is there.
#[derive(Clone, Copy)]
struct Panel {
    /// Asks for the links.
    fetch: fn(Links),
    /// Draws the inside.
    draw: fn(Links) -> AnyView,
}

const PANEL: Panel = Panel {
    fetch: Links::fetch,
    draw: links::inside,
};

#[component]
pub(super) fn SharePanel(board: Board) -> impl IntoView {
    let links = Links::of(board);
    let panel = RwSignal::new(None::<Panel>);
    let open = move |()| {
        spawn_local(async move {
            let loaded = renderer().await;
            if panel.with_untracked(Option::is_none) {
                panel.set(Some(loaded));
            }
            (loaded.fetch)(links);
        });
    };
    let face = view! { {icon(Icon::Share)}<span class="word">{t("Share")}</span> }.into_any();
    let inside = move || match panel.get() {
        Some(panel) => (panel.draw)(links),
        None => view! { <p class="muted">{t("One moment …")}</p> }.into_any(),
    };
    view! {
        <Popover id="share" name=t("Share") face panel="share" on_press=Callback::new(open)>
            <h2>{t("Share this dashboard")}</h2>
            {live::part(inside)}
        </Popover>
    }
}

/// The code of the panel; only a release is split, as with the pages in `pages/later.rs`.
#[cfg(debug_assertions)]
fn renderer() -> std::future::Ready<Panel> {
    std::future::ready(PANEL)
}

/// The code of the panel, fetched when somebody opens it.
#[cfg(not(debug_assertions))]
#[leptos::lazy]
fn renderer() -> Panel {
    PANEL
}
