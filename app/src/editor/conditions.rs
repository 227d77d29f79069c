//! Conditions in rows, of the whole question or of one event in it.

use std::sync::Arc;

use leptos::prelude::*;

use super::draft::Conditions;
use super::filter::{FilterLens, Lists, filter_row};
use super::inputs::{focus_soon, remove};
use super::spot::Spot;
use super::{Editor, FilterDraft};
use crate::language::t;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;

/// Whose conditions they are.
pub(super) struct Place {
    /// What the `id`s of the inputs begin with.
    pub(super) id: String,
    /// What the names of their problems begin with.
    pub(super) field: String,
    pub(super) spot: Spot<Conditions>,
    /// The event whose properties are suggested; empty for any.
    pub(super) event: Signal<String>,
    /// What the button that adds one says.
    pub(super) add: &'static str,
    /// Whether the button stays in the background.
    pub(super) is_quiet: bool,
}

/// The rows, and a button that adds one.
pub(super) fn conditions(editor: Editor, place: Place) -> AnyView {
    let spot = place.spot;
    let of_draft = spot.signal(editor, |conditions| conditions.rows.len());
    let count = Memo::new(move |_| of_draft.get());
    let has_kept = spot.signal(editor, |conditions| conditions.kept.is_some());
    let look = if place.is_quiet {
        "button small quiet"
    } else {
        "button small"
    };
    let (drawing, words) = (if place.is_quiet { Icon::Filter } else { Icon::Plus }, place.add);
    let place = Arc::new(place);
    let of_rows = Arc::clone(&place);
    let add = move |_| {
        let next = count.get_untracked();
        spot.change(editor, |conditions| conditions.rows.push(FilterDraft::default()));
        focus_soon(format!("{}filter-{next}-property", place.id));
    };
    view! {
        {live::shown(move || has_kept.get(), || view! {
            <p class="hint">{t("A filter that was set through the API also applies.")}</p>
        }.into_any())}
        {live::rows(count, move |row| condition(editor, &of_rows, row))}
        <button type="button" class=look on:click=live::click(add)>{icon(drawing)}<span>{words}</span></button>
    }
    .into_any()
}

fn condition(editor: Editor, place: &Place, row: usize) -> AnyView {
    let id = format!("{}filter-{row}", place.id);
    let lists = Lists {
        properties: format!("{id}-properties"),
        values: format!("{id}-values"),
    };
    let (properties_id, values_id) = (lists.properties.clone(), lists.values.clone());
    let spot = place.spot;
    let lens = FilterLens {
        read: spot.signal(editor, move |conditions| {
            conditions.rows.get(row).cloned().unwrap_or_default()
        }),
        write: Callback::new(move |filter| {
            spot.change(editor, |conditions| {
                if let Some(place) = conditions.rows.get_mut(row) {
                    *place = filter;
                }
            });
        }),
    };
    let is_wanted = RwSignal::new(false);
    let property = Signal::derive(move || lens.read.with(|filter| filter.property.clone()));
    let take_away = move || {
        spot.change(editor, |conditions| {
            if row < conditions.rows.len() {
                conditions.rows.remove(row);
            }
        });
    };
    view! {
        <div class="removable" on:focusin=live::focus(move |_| is_wanted.set(true))>
            {filter_row(&id, lens, editor.problems, &format!("{}filters[{row}].", place.field), lists)}
            {editor.list(properties_id, editor.properties_of(place.event), is_wanted)}
            {editor.list(values_id, editor.values_of(place.event, property), is_wanted)}
            {remove(t("Remove condition"), take_away)}
        </div>
    }
    .into_any()
}
