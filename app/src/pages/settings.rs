//! What settings pages have in common: the page itself, and its tables.

mod places;

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::language::t;
use crate::parts::field::Field;
use crate::parts::frame::Frame;
use crate::parts::live;
use crate::parts::load::{Fetched, loaded, waiting_list};
use crate::parts::title::Title;
pub(super) use places::SettingsPlaces;

/// A page called `title`, with what `inside` makes of what was fetched.
pub(super) fn settings_page<T>(title: &'static str, fetched: Fetched<T>, inside: fn(T) -> AnyView) -> AnyView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    view! {
        <Title text=title />
        <Frame>
            <header class="topbar"><h1>{title}</h1></header>
            <SettingsPlaces />
            {loaded(fetched, waiting_list, inside)}
        </Frame>
    }
    .into_any()
}

/// A line of text that its form sends as `name`, with or without script. `list` is the `id` of suggestions.
pub(super) fn sent_text(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    list: Option<&'static str>,
    problem: Signal<Option<String>>,
) -> AnyView {
    view! {
        <Field label id=id hint problem>
            <input
                class="input"
                id=id
                name=name
                type="text"
                value=value
                list=list
                required=true
                maxlength="200"
                autocomplete="off"
                aria-describedby=format!("{id}-problem")
                aria-invalid=live::word(move || problem.with(|problem| problem.is_some().then_some("true")))
            />
        </Field>
    }
    .into_any()
}

/// What the last column of a table of [`list_table`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastColumn {
    /// What can be done with the row; its head is for those who do not see it.
    Actions,
    /// As the others.
    Words,
}

/// A table called `label` with these columns; on a phone every row is a block of its own, in which each cell
/// says its `data-label` first. The cell that names the row is its `th`.
pub(super) fn list_table(
    label: &'static str,
    columns: &[&'static str],
    last: LastColumn,
    rows: AnyView,
) -> AnyView {
    let head = columns
        .iter()
        .map(|column| view! { <th scope="col">{*column}</th> })
        .collect_view();
    let actions = (last == LastColumn::Actions)
        .then(|| view! { <th scope="col"><span class="hidden">{t("Actions")}</span></th> });
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label=label>
            <table class="list stacked">
                <thead><tr>{head}{actions}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
