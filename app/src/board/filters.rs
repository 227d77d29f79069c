//! The page's filter, as chips that can be taken away, and a form that adds one.

mod add;

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::dashboard::View;
use model::query::Filter;

use super::Board;
use crate::address;
use crate::language::{t, t_with};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::Popover;
use crate::words;

const PANEL: &str = "add-filter";

#[component]
pub(super) fn Filters(board: Board) -> impl IntoView {
    let filter = Memo::new(move |_| board.address.with(|address| address.view.filter.clone()));
    // Drawn anew only when something else is chosen: somebody may be typing in it.
    let switches = Memo::new(move |_| board.page.with(|page| page.switches.clone()));
    view! {
        <div class="filters" role="group" aria-label=t("Filters")>
            {live::part(move || saved_chip(board).into_any())}
            {live::part(move || chips(board, filter.get().as_ref()))}
            <AddFilter board filter />
            {live::part(move || view! { <div class="switches" inner_html=switches.get()></div> }.into_any())}
        </div>
    }
}

fn saved_chip(board: Board) -> Option<AnyView> {
    let saved = board.page.with(|page| page.dashboard.filter.clone())?;
    let words = filter_words(&saved);
    Some(view! { <span class="chip fixed" title=t("Saved with the dashboard")>{icon(Icon::Filter)}{words}</span> }.into_any())
}

fn filter_words(filter: &Filter) -> String {
    match address::chips(Some(filter)) {
        Some(chips) => chips
            .iter()
            .map(words::comparison)
            .collect::<Vec<_>>()
            .join(t(" and ")),
        None => t("More than one condition").to_owned(),
    }
}

fn chips(board: Board, filter: Option<&Filter>) -> AnyView {
    let Some(chips) = address::chips(filter) else {
        let words = filter.map(filter_words).unwrap_or_default();
        return chip(board, words, None);
    };
    (0..chips.len())
        .map(|position| {
            let mut others = chips.clone();
            let own = others.remove(position);
            chip(board, words::comparison(&own), address::of_chips(others))
        })
        .collect_view()
        .into_any()
}

/// A condition, and the link that leaves only the `others`.
fn chip(board: Board, words: String, others: Option<Filter>) -> AnyView {
    let path = board.path_of(&View {
        filter: others,
        ..board.address.with(|address| address.view.clone())
    });
    let label = t_with("Take away: {0}", &[&words]);
    view! {
        <span class="chip">
            <span>{words}</span>
            <a href=path data-noscroll="" aria-label=label title=t("Take away")>{icon(Icon::Close)}</a>
        </span>
    }
    .into_any()
}

/// What draws the form of a new condition.
type Draw = fn(Board, Memo<Option<Filter>>) -> AnyView;

#[component]
fn AddFilter(board: Board, filter: Memo<Option<Filter>>) -> impl IntoView {
    let draw = RwSignal::new(None::<Draw>);
    let open = move |()| {
        if draw.with_untracked(Option::is_none) {
            spawn_local(async move { draw.set(Some(renderer().await)) });
        }
    };
    let face = view! { {icon(Icon::Filter)}<span>{t("Add filter")}</span> }.into_any();
    let inside = move || match draw.get() {
        Some(draw) => draw(board, filter),
        None => view! { <p class="muted">{t("One moment …")}</p> }.into_any(),
    };
    view! {
        <Popover id=PANEL name=t("Add filter") face look="button small quiet" panel="from-left" on_press=Callback::new(open)>
            {live::part(inside)}
        </Popover>
    }
}

/// The code of the form; only a release is split, as with the pages in `pages/later.rs`.
#[cfg(debug_assertions)]
fn renderer() -> std::future::Ready<Draw> {
    std::future::ready(add::inside)
}

/// The code of the form, fetched when somebody opens it.
#[cfg(not(debug_assertions))]
#[leptos::lazy]
fn renderer() -> Draw {
    add::inside
}
