//! What a viewer may choose: links and plain forms that ask for the same page anew.

use leptos::prelude::*;
use model::dashboard::View;
use model::query::{Edge, Range};

use super::SharedDocument;
use super::asked::{chosen, written};
use crate::address::{PRESETS, range_words};
use crate::language::{t, t_with};
use crate::parts::icon::{Icon, icon};
use crate::words;

/// The controls; nothing where the link allows none.
pub(super) fn controls(shared: &SharedDocument) -> AnyView {
    let has_filter = !shared.filterable.is_empty();
    if !shared.may_choose_range && !has_filter {
        return ().into_any();
    }
    view! {
        <nav class="share-controls" aria-label=t("What is shown")>
            {shared.may_choose_range.then(|| ranges(shared))}
            {has_filter.then(|| filters(shared))}
        </nav>
    }
    .into_any()
}

fn path_of(shared: &SharedDocument, view: &View) -> String {
    format!("{}{}", shared.path, written(view))
}

fn ranges(shared: &SharedDocument) -> AnyView {
    let current = shared.view.range.clone();
    let presets = PRESETS
        .into_iter()
        .filter_map(|(value, label)| Some((Range::parse_word(value).ok()?, label)))
        .map(|(range, label)| {
            let is_current = current.as_ref() == Some(&range);
            let view = View {
                range: Some(range),
                filter: shared.view.filter.clone(),
                ..View::default()
            };
            view! { <a class="menu-item" href=path_of(shared, &view) aria-current=is_current.then_some("true")>{t(label)}</a> }
        })
        .collect_view();
    let saved = View {
        range: None,
        filter: shared.view.filter.clone(),
        ..View::default()
    };
    let days = |edge: &Edge| match edge {
        Edge::Date(date) => date.to_string(),
        Edge::Time(_) => String::new(),
    };
    let (from, to) = match &current {
        Some(Range::Between { from, to }) => (days(from), days(to)),
        _ => (String::new(), String::new()),
    };
    let words = current
        .as_ref()
        .or(shared.page.dashboard.range.as_ref())
        .map_or_else(|| t("Range").to_owned(), range_words);
    view! {
        <details class="share-choice">
            <summary class="button">{icon(Icon::Calendar)}<span>{words}</span>{icon(Icon::Chevron)}</summary>
            <div class="share-panel">
                <div class="presets">{presets}</div>
                <form method="get" action=shared.path.clone() class="custom-range">
                    <div class="two">
                        <div class="field"><label for="from">{t("First day")}</label><input class="input" id="from" type="date" name="from" value=from required /></div>
                        <div class="field"><label for="to">{t("Last day")}</label><input class="input" id="to" type="date" name="to" value=to required /></div>
                    </div>
                    {kept_filter(&shared.view)}
                    <button type="submit" class="button wide">{t("Show these days")}</button>
                </form>
                {current.is_some().then(|| view! { <a class="menu-item" href=path_of(shared, &saved)>{t("Back to the saved range")}</a> })}
            </div>
        </details>
    }
    .into_any()
}

fn filters(shared: &SharedDocument) -> AnyView {
    let chosen = chosen(&shared.view);
    let options = shared
        .filterable
        .iter()
        .map(|property| {
            let name = property.to_string();
            let is_chosen = chosen.as_ref().is_some_and(|(chosen, _)| *chosen == name);
            view! { <option value=name.clone() selected=is_chosen>{words::property(&name)}</option> }
        })
        .collect_view();
    let without = View {
        range: shared.view.range.clone(),
        ..View::default()
    };
    let chip = chosen.as_ref().map(|(property, value)| {
        let words = format!("{} {} {value}", words::property(property), t("is"));
        view! {
            <span class="chip">
                <span>{words.clone()}</span>
                <a href=path_of(shared, &without) aria-label=t_with("Take away: {0}", &[&words]) title=t("Take away")>{icon(Icon::Close)}</a>
            </span>
        }
    });
    let value = chosen
        .as_ref()
        .map(|(_, value)| value.clone())
        .unwrap_or_default();
    view! {
        {chip}
        <details class="share-choice">
            <summary class="button">{icon(Icon::Filter)}<span>{t("Filter")}</span>{icon(Icon::Chevron)}</summary>
            <div class="share-panel">
                <form method="get" action=shared.path.clone() class="stack">
                    <div class="field"><label for="property">{t("Property")}</label><select class="input" id="property" name="property">{options}</select></div>
                    <div class="field"><label for="value">{t("is")}</label><input class="input" id="value" name="value" value=value required maxlength="200" autocomplete="off" /></div>
                    {kept_range(&shared.view)}
                    <button type="submit" class="button primary wide">{t("Show only these")}</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

fn kept_filter(view: &View) -> Option<AnyView> {
    let (property, value) = chosen(view)?;
    Some(
        view! { <input type="hidden" name="property" value=property /><input type="hidden" name="value" value=value /> }
            .into_any(),
    )
}

fn kept_range(view: &View) -> Option<AnyView> {
    Some(match view.range.as_ref()? {
        Range::Between { from, to } => {
            view! { <input type="hidden" name="from" value=from.to_string() /><input type="hidden" name="to" value=to.to_string() /> }
                .into_any()
        }
        range => range
            .word()
            .map(|word| view! { <input type="hidden" name="range" value=word /> })
            .into_any(),
    })
}
