//! The form that adds a condition to the page's filter.

use leptos::prelude::*;
use model::dashboard::View;
use model::query::{Comparison, Filter, Query};

use super::PANEL;
use crate::address;
use crate::board::Board;
use crate::editor::{FilterDraft, FilterLens, Lists, filter_row};
use crate::language::t;
use crate::parts::field::Problems;
use crate::parts::live;
use crate::parts::popover::close;
use crate::words;

/// The form and what it suggests.
pub(super) fn inside(board: Board, filter: Memo<Option<Filter>>) -> AnyView {
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
    let known = Memo::new(move |_| board.page.with(known_properties));
    view! {
        <form class="filter-form" on:submit=live::submit(add)>
            {filter_row("page-filter", FilterLens::of(draft), problems, "", lists())}
            <button type="submit" class="button primary wide">{t("Add filter")}</button>
        </form>
        <datalist id="properties">
            {live::part(move || known.get().into_iter().map(words::suggested_property).collect_view().into_any())}
        </datalist>
    }
    .into_any()
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
