//! The organization's record: who changed what, and when.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::api::people::{self as api, ChangeLine, Changes};
use crate::parts::frame::Frame;
use crate::parts::load::{Fetched, loaded, waiting_list};
use crate::parts::title::Title;
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
    view! {
        <Title text="Audit" />
        <Frame>
            <header class="topbar"><h1>"Audit"</h1></header>
            {loaded(changes, waiting_list, changes_page)}
        </Frame>
    }
}

fn changes_page(changes: Changes) -> AnyView {
    let rows = changes.lines.into_iter().map(line).collect_view();
    view! {
        <div class="settings wide">
            <p class="lead">"Every change to this organization, the newest first. Nobody can alter it."</p>
            <div class="table-box" tabindex="0" role="region" aria-label="Changes">
                <table class="list">
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"Who"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"On"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {changes.next.map(|next| view! {
                <p class="actions"><a class="button" href=format!("/settings/audit?after={next}")>"Earlier changes"</a></p>
            })}
        </div>
    }
    .into_any()
}

fn line(line: ChangeLine) -> AnyView {
    view! {
        <tr>
            <td><time datetime=line.at.to_string()>{words::moment(line.at)}</time></td>
            <td>{line.who}</td>
            <td>{line.action}</td>
            <td><code>{line.target}</code></td>
        </tr>
    }
    .into_any()
}
