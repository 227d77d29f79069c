//! The organization's segments: what they stand for, where they lead, and their names. Plain forms, which work without
//! script.

use leptos::prelude::*;
use model::ids::SegmentId;
use model::query::Filter;
use model::role::Action;
use serde_json::json;

use super::settings::{LastColumn, list_table, settings_page};
use crate::api::segments::{self as api, SegmentLine};
use crate::api::session::Session;
use crate::language::{t, t_with};
use crate::parts::icon::{Icon, icon};
use crate::parts::load::Fetched;
use crate::parts::outcome::outcome;
use crate::parts::popover::Popover;
use crate::query_string;
use crate::words;

/// The page.
#[component]
pub(super) fn SegmentsPage() -> impl IntoView {
    let segments: Fetched<Vec<SegmentLine>> = Resource::new(|| (), |()| api::list_segments());
    settings_page(t("Segments"), segments, segments_page)
}

/// What came of the form that was sent.
fn said(code: &str) -> Option<&'static str> {
    Some(match code {
        "renamed" => t("The segment has another name."),
        "deleted" => t("The segment is deleted. Questions that used it say so."),
        "name" => t("Give it a name of at most 200 characters that no other segment has."),
        _ => return None,
    })
}

fn segments_page(segments: Vec<SegmentLine>) -> AnyView {
    let may_edit = expect_context::<Session>().may(Action::EditDashboards);
    let list = if segments.is_empty() {
        none_yet()
    } else {
        let rows: Vec<AnyView> = segments
            .into_iter()
            .map(|segment| row(segment, may_edit))
            .collect();
        let columns = [t("Name"), t("Only events where"), t("Changed")];
        list_table(t("Segments"), &columns, LastColumn::Actions, rows.into_any())
    };
    view! {
        <div class="settings wide">
            {outcome(said)}
            <p class="lead">{t("Conditions with a name. Whoever asks a question chooses them under “Only people who”, and where a segment changes, so does every question that uses it.")}</p>
            {list}
        </div>
    }
    .into_any()
}

fn none_yet() -> AnyView {
    view! {
        <div class="empty">
            {icon(Icon::People)}
            <h2>{t("No segments yet")}</h2>
            <p>{t("Set conditions in Explore, on events or on people, and save them as a segment.")}</p>
            <p class="actions"><a class="button primary" href="/explore">{t("Explore")}</a></p>
        </div>
    }
    .into_any()
}

fn row(segment: SegmentLine, may_edit: bool) -> AnyView {
    let SegmentLine {
        id,
        name,
        filter,
        updated_at,
    } = segment;
    let actions = may_edit.then(|| actions(id, name.clone()));
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td data-label=t("Only events where")>{words::filter(&filter)}</td>
            <td data-label=t("Changed")>{words::moment(updated_at)}</td>
            <td class="right">
                <div class="row-form">
                    <a class="button small" href=asking("/explore", "trend", &Filter::Segment(id))>{t("Explore")}</a>
                    <a class="button small" href=asking("/users", "events", &Filter::Segment(id))>{t("Users")}</a>
                    {actions}
                </div>
            </td>
        </tr>
    }
    .into_any()
}

fn actions(id: SegmentId, name: String) -> AnyView {
    let face = |words: &'static str| view! { <span>{words}</span> }.into_any();
    let (rename, delete) = (t_with("Rename {0}", &[&name]), t_with("Delete {0}", &[&name]));
    view! {
        <Popover id=format!("rename-{id}") name=rename face=face(t("Rename")) look="button small">
            <form method="post" action="/segments/rename" class="stack">
                <input type="hidden" name="segment" value=id.to_string() />
                <input class="input" name="name" value=name required=true maxlength="200" autocomplete="off" aria-label=t("Name of the segment") />
                <button type="submit" class="button primary wide">{t("Save")}</button>
            </form>
        </Popover>
        <Popover id=format!("delete-{id}") name=delete face=face(t("Delete")) look="button small">
            <p>{t("Questions that use it will not be answered until they choose another one.")}</p>
            <form method="post" action="/segments/delete">
                <input type="hidden" name="segment" value=id.to_string() />
                <button type="submit" class="button danger wide">{t("Delete segment")}</button>
            </form>
        </Popover>
    }
    .into_any()
}

/// The address of `page` with a question about the events that `filter` lets pass.
fn asking(page: &str, kind: &str, filter: &Filter) -> String {
    let mut question = json!({ "kind": kind, "range": { "last": "30d" }, "filter": filter });
    if kind == "trend" {
        question["series"] = json!([{ "measure": "unique_users" }]);
    }
    format!("{page}{}", query_string::written(&[("q", question.to_string())]))
}
