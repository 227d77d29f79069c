//! The page's filter, as chips that can be taken away, and a form that adds one.

use leptos::prelude::*;
use model::dashboard::View;
use model::query::{Comparison, Filter, Query};

use super::Board;
use crate::address;
use crate::editor::{FilterDraft, FilterLens, Lists, filter_row};
use crate::parts::field::Problems;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::{Popover, close};
use crate::words;

const PANEL: &str = "add-filter";

#[component]
pub(super) fn Filters(board: Board) -> impl IntoView {
    let filter = Memo::new(move |_| board.address.with(|address| address.view.filter.clone()));
    view! {
        <div class="filters" role="group" aria-label="Filters">
            {live::part(move || saved_chip(board).into_any())}
            {live::part(move || chips(board, filter.get().as_ref()))}
            <AddFilter board filter />
        </div>
    }
}

fn saved_chip(board: Board) -> Option<AnyView> {
    let saved = board.page.with(|page| page.dashboard.filter.clone())?;
    let words = filter_words(&saved);
    Some(view! { <span class="chip fixed" title="Saved with the dashboard">{icon(Icon::Filter)}{words}</span> }.into_any())
}

fn filter_words(filter: &Filter) -> String {
    match address::chips(Some(filter)) {
        Some(chips) => chips
            .iter()
            .map(words::comparison)
            .collect::<Vec<_>>()
            .join(" and "),
        None => "More than one condition".to_owned(),
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
    let label = format!("Take away: {words}");
    view! {
        <span class="chip">
            <span>{words}</span>
            <a href=path data-noscroll="" aria-label=label title="Take away">{icon(Icon::Close)}</a>
        </span>
    }
    .into_any()
}

#[component]
fn AddFilter(board: Board, filter: Memo<Option<Filter>>) -> impl IntoView {
    let draft = RwSignal::new(FilterDraft::default());
    let problems = Problems::new();
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match draft.with_untracked(FilterDraft::comparison) {
            Ok(comparison) => {
                problems.clear();
                draft.set(FilterDraft::default());
                close(PANEL);
                show_with(board, filter.get_untracked().as_ref(), comparison);
            }
            Err(error) => problems.set(vec![error]),
        }
    };
    let face = view! { {icon(Icon::Filter)}<span>"Add filter"</span> }.into_any();
    let known = Memo::new(move |_| board.page.with(known_properties));
    view! {
        <Popover id=PANEL name="Add filter" face look="button small quiet" panel="from-left">
            <form class="filter-form" on:submit=live::submit(add)>
                {filter_row("page-filter", FilterLens::of(draft), problems, "", lists())}
                <button type="submit" class="button primary wide">"Add filter"</button>
            </form>
        </Popover>
        <datalist id="properties">
            {live::part(move || known.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view().into_any())}
        </datalist>
    }
}

/// Values are not suggested here: the page's first file stays small.
fn lists() -> Lists {
    Lists {
        properties: "properties".to_owned(),
        values: String::new(),
    }
}

fn show_with(board: Board, filter: Option<&Filter>, comparison: Comparison) {
    let filter = match address::chips(filter) {
        Some(mut chips) => {
            chips.push(comparison);
            address::of_chips(chips)
        }
        None => Filter::both(filter, Some(&Filter::Compare(comparison))),
    };
    let view = board.address.with_untracked(|address| address.view.clone());
    board.show(&View { filter, ..view });
}

/// Properties that an event always may have, and those that the page's widgets ask about.
fn known_properties(page: &crate::api::dashboards::Page) -> Vec<String> {
    let mut known: Vec<String> = crate::editor::USUAL_PROPERTIES.map(str::to_owned).to_vec();
    for shown in &page.panels {
        let Some(Query::Trend(trend)) = &shown.widget.config.query else {
            continue;
        };
        let spec = trend.spec();
        let of_series = spec.series.iter().filter_map(|series| series.property.as_ref());
        let of_breakdown = spec.breakdown.as_ref().map(|breakdown| &breakdown.property);
        known.extend(of_series.chain(of_breakdown).map(ToString::to_string));
    }
    known.sort();
    known.dedup();
    known
}
