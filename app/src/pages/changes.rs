//! The organization's record: who changed what, and when.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::settings::{LastColumn, list_table, settings_page};
use crate::api::people::{self as api, ChangeLine, Changes};
use crate::language::t;
use crate::parts::load::Fetched;
use crate::query_string;
use crate::words;

/// The page.
#[component]
pub(super) fn ChangesPage() -> impl IntoView {
    let search = use_location().search;
    let changes: Fetched<Changes> = Resource::new(
        move || search.with(|search| query_string::value(search, "after")),
        api::list_changes,
    );
    settings_page(t("Audit"), changes, changes_page)
}

fn changes_page(changes: Changes) -> AnyView {
    let rows = changes.lines.into_iter().map(line).collect_view();
    view! {
        <div class="settings wide">
            <p class="lead">{t("Every change to this organization, the newest first. Nobody can alter it.")}</p>
            {list_table(t("Changes"), &[t("When"), t("Who"), t("What"), t("On")], LastColumn::Words, rows.into_any())}
            {changes.next.map(|next| view! {
                <p class="actions"><a class="button" href=format!("/settings/audit?after={next}")>{t("Earlier changes")}</a></p>
            })}
        </div>
    }
    .into_any()
}

fn line(line: ChangeLine) -> AnyView {
    view! {
        <tr>
            <td data-label=t("When")><time datetime=line.at.to_string()>{words::moment(line.at)}</time></td>
            <td data-label=t("Who")>{line.who}</td>
            <th scope="row">{line.action}</th>
            <td data-label=t("On")><code>{line.target}</code></td>
        </tr>
    }
    .into_any()
}
