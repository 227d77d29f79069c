//! The organization's record: who changed what, and when. Its filter is a plain form, which works without script.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::audit::EntryFilter;

use super::settings::{LastColumn, list_table, settings_page};
use crate::api::people::{self as api, ChangeLine, Changes, ChangesAsked};
use crate::language::t;
use crate::parts::load::Fetched;
use crate::query_string;
use crate::words;

const PAGE: &str = "/settings/audit";

/// The page.
#[component]
pub(super) fn ChangesPage() -> impl IntoView {
    let search = use_location().search;
    let changes: Fetched<Changes> =
        Resource::new(move || search.with(|search| asked(search)), api::list_changes);
    settings_page(t("Audit"), changes, changes_page)
}

fn asked(search: &str) -> ChangesAsked {
    let value = |name| query_string::value(search, name);
    ChangesAsked {
        filter: EntryFilter {
            actor: value("actor"),
            action: value("action"),
            from: value("from"),
            to: value("to"),
        },
        cursor: value("after"),
    }
}

fn changes_page(changes: Changes) -> AnyView {
    let is_filtered = changes.filter != EntryFilter::default();
    let next = changes.next.as_deref().map(|next| address(&changes.filter, next));
    let form = filter_form(&changes, is_filtered);
    let list = if changes.lines.is_empty() && is_filtered {
        view! { <p class="muted" role="status">{t("Nothing was changed that fits. Ask for more days, or clear the filters.")}</p> }.into_any()
    } else {
        let rows = changes.lines.into_iter().map(line).collect_view().into_any();
        list_table(
            t("Changes"),
            &[t("When"), t("Who"), t("What"), t("On")],
            LastColumn::Words,
            rows,
        )
    };
    view! {
        <div class="settings wide">
            <p class="lead">{t("Every change to this organization, the newest first. Nobody can alter it.")}</p>
            {form}
            {list}
            {next.map(|next| view! {
                <p class="actions"><a class="button" href=next>{t("Earlier changes")}</a></p>
            })}
        </div>
    }
    .into_any()
}

/// The next page, as it is filtered here.
fn address(filter: &EntryFilter, after: &str) -> String {
    let filters = [
        ("actor", &filter.actor),
        ("action", &filter.action),
        ("from", &filter.from),
        ("to", &filter.to),
    ];
    let mut pairs: Vec<(&str, String)> = filters
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)))
        .collect();
    pairs.push(("after", after.to_owned()));
    format!("{PAGE}{}", query_string::written(&pairs))
}

fn filter_form(changes: &Changes, is_filtered: bool) -> AnyView {
    let Changes {
        filter,
        members,
        actions,
        ..
    } = changes;
    let keys = ("key".to_owned(), t("API keys").to_owned());
    let who = members.iter().cloned().chain([keys]);
    let what = actions.iter().map(|action| (action.clone(), action.clone()));
    let who = choice("actor", t("Who"), t("Anyone"), filter.actor.as_deref(), who);
    let what = choice("action", t("What"), t("Anything"), filter.action.as_deref(), what);
    view! {
        <form method="get" action=PAGE class="line-form filters" role="search" aria-label=t("Filter")>
            {who}
            {what}
            {day("from", t("From"), filter.from.clone())}
            {day("to", t("Until"), filter.to.clone())}
            <button type="submit" class="button">{t("Filter")}</button>
            {is_filtered.then(|| view! { <a class="button quiet" href=PAGE>{t("Clear filters")}</a> })}
        </form>
    }
    .into_any()
}

fn choice(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    chosen: Option<&str>,
    choices: impl Iterator<Item = (String, String)>,
) -> AnyView {
    let options = choices
        .map(|(value, words)| {
            let is_chosen = chosen == Some(value.as_str());
            view! { <option value=value selected=is_chosen>{words}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=format!("changes-{name}")>{label}</label>
            <select class="input" id=format!("changes-{name}") name=name>
                <option value="">{all}</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

fn day(name: &'static str, label: &'static str, given: Option<String>) -> AnyView {
    view! {
        <div class="field">
            <label for=format!("changes-{name}")>{label}</label>
            <input class="input" id=format!("changes-{name}") name=name type="date" value=given />
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
