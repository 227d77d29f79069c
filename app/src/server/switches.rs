//! What a dashboard is told apart by and what its variables are: a plain form, so that it works without script; with it,
//! `public/scripts/switches.js` suggests values and shows the choice at once.

use leptos::prelude::*;
use model::dashboard::{Dashboard, Variable, View, variables};
use model::query::Range;

use crate::address::VARIABLE;
use crate::language::t;

/// The form for `dashboard`, as it is seen through `view`.
pub(super) fn html(dashboard: &Dashboard, view: &View) -> String {
    let own: Vec<Variable> = variables(&dashboard.layout);
    let fields = own
        .into_iter()
        .map(|variable| field(variable, view))
        .collect_view();
    let breakdown = view
        .breakdown
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    view! {
        <form method="get" action=format!("/dashboards/{}", dashboard.id) data-switches="">
            <label class="switch">
                <span>{t("Break down by")}</span>
                <input class="input" name="breakdown" value=breakdown placeholder=t("as saved") maxlength="300" list="switch-breakdown" data-suggest="properties" autocomplete="off" />
            </label>
            <datalist id="switch-breakdown"></datalist>
            {fields}
            {kept(view)}
            <button type="submit" class="button small" data-plain="">{t("Show")}</button>
        </form>
    }
    .to_html()
}

fn field(variable: Variable, view: &View) -> AnyView {
    let property = variable.property.to_string();
    let saved = variable.default.unwrap_or_default();
    let value = view.variables.get(&property).cloned().unwrap_or(saved);
    let list = format!("switch-{property}");
    view! {
        <label class="switch">
            <span>{variable.name}</span>
            <input class="input" name=format!("{VARIABLE}{property}") value=value placeholder=t("any") maxlength="200" list=list.clone() data-suggest="values" data-property=property autocomplete="off" />
        </label>
        <datalist id=list></datalist>
    }
    .into_any()
}

/// What the address says beside.
fn kept(view: &View) -> AnyView {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    match &view.range {
        None => {}
        Some(Range::Between { from, to }) => {
            pairs.push(("from", from.to_string()));
            pairs.push(("to", to.to_string()));
        }
        Some(range) => pairs.extend(range.word().map(|word| ("range", word))),
    }
    let filter = view
        .filter
        .as_ref()
        .and_then(|filter| serde_json::to_string(filter).ok());
    pairs.extend(filter.map(|json| ("filter", json)));
    pairs
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view()
        .into_any()
}
