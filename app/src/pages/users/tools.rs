//! What narrows the list: the search, the range and the conditions. Links and plain forms, so that all of it works without
//! script.

use leptos::prelude::*;
use model::query::{Edge, EventsSpec, Filter, Range};

use super::asked::Asked;
use crate::address::{self, PRESETS};
use crate::editor::op_choices;
use crate::language::{t, t_with};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::{Popover, close};
use crate::words;

const RANGE: &str = "range";
const EVENTS_LIST: &str = "event-names";
const PROPERTIES_LIST: &str = "property-names";

/// The search and the range.
pub(super) fn tools(asked: &Asked) -> AnyView {
    let search = asked.search.clone().unwrap_or_default();
    let range = asked.spec.as_ref().map(|spec| range_picker(asked, &spec.range));
    let find = asked.spec.is_some().then(|| {
        let kept = asked.kept(&["find", "show"]);
        view! {
            <form class="tools" method="get" action="/users" role="search">
                {hidden(kept)}
                <input type="search" class="input search people" name="find" value=search maxlength="200" placeholder=t("Name, e-mail or id") aria-label=t("Search for people") title=t("Search (/)") autocomplete="off" data-key="/" />
                <button type="submit" class="button">{t("Search")}</button>
            </form>
        }
    });
    view! { <div class="tools">{find}{range}<a class="button" href="/segments">{t("Segments")}</a></div> }
        .into_any()
}

fn range_picker(asked: &Asked, range: &Range) -> AnyView {
    let words = address::range_words(range);
    let face = view! { {icon(Icon::Calendar)}<span>{words.clone()}</span>{icon(Icon::Chevron)} }.into_any();
    let preset = |(value, label): (&'static str, &'static str)| {
        let preset = Range::parse_word(value).ok()?;
        let is_here = preset == *range;
        let href = asked.changed(|spec| spec.range = preset);
        Some(view! {
            <a class="menu-item" href=href aria-current=is_here.then_some("true") on:click=live::click(|_| close(RANGE))>{t(label)}</a>
        })
    };
    let presets = PRESETS.into_iter().filter_map(preset).collect_view();
    let (from, to) = days(range);
    let kept = asked.kept(&["range", "from", "to"]);
    view! {
        <Popover id=RANGE name=t_with("Range: {0}", &[&words]) face key="t" panel="menu range">
            <div class="presets">{presets}</div>
            <form class="custom-range" method="get" action="/users">
                {hidden(kept)}
                <div class="two">
                    <div class="field">
                        <label for="range-from">{t("First day")}</label>
                        <input id="range-from" class="input" type="date" name="from" value=from required=true />
                    </div>
                    <div class="field">
                        <label for="range-to">{t("Last day")}</label>
                        <input id="range-to" class="input" type="date" name="to" value=to required=true />
                    </div>
                </div>
                <button type="submit" class="button wide">{t("Show these days")}</button>
            </form>
        </Popover>
    }
    .into_any()
}

fn days(range: &Range) -> (String, String) {
    match range {
        Range::Between {
            from: Edge::Date(from),
            to: Edge::Date(to),
        } => (from.to_string(), to.to_string()),
        _ => (String::new(), String::new()),
    }
}

/// The conditions, each of which can be taken away, and the form that adds one.
pub(super) fn conditions(asked: &Asked) -> Option<AnyView> {
    let spec = asked.spec.as_ref()?;
    let event = spec.event.as_ref().map(|name| {
        let path = asked.changed(|spec| spec.event = None);
        chip(t_with("did {0}", &[name]), path)
    });
    let chips = filter_chips(asked, spec);
    let view = view! {
        <div class="filters" role="group" aria-label=t("Conditions")>
            {event}
            {chips}
            {add_condition(asked, spec)}
        </div>
    };
    Some(view.into_any())
}

fn filter_chips(asked: &Asked, spec: &EventsSpec) -> Vec<AnyView> {
    let without = |filter: Option<Filter>| asked.changed(|spec| spec.filter = filter);
    let Some(chips) = address::chips(spec.filter.as_ref()) else {
        let whole = spec.filter.as_ref().map(words::filter).unwrap_or_default();
        return vec![chip(whole, without(None))];
    };
    let each = (0..chips.len()).map(|position| {
        let mut others = chips.clone();
        let own = others.remove(position);
        chip(words::comparison(&own), without(address::of_chips(others)))
    });
    each.collect()
}

/// A condition, and the link to the list without it.
fn chip(words: String, path: String) -> AnyView {
    let label = t_with("Take away: {0}", &[&words]);
    view! {
        <span class="chip">
            <span>{words}</span>
            <a href=path aria-label=label title=t("Take away")>{icon(Icon::Close)}</a>
        </span>
    }
    .into_any()
}

fn add_condition(asked: &Asked, spec: &EventsSpec) -> AnyView {
    let face = view! { {icon(Icon::Filter)}<span>{t("Add condition")}</span> }.into_any();
    let kept = asked.kept(&["event"]);
    let event = spec.event.clone().unwrap_or_default();
    let choices = op_choices()
        .map(|(word, words)| view! { <option value=word>{words}</option> })
        .collect_view();
    view! {
        <Popover id="add-condition" name=t("Add condition") face look="button small quiet" panel="from-left">
            <form class="filter-form" method="get" action="/users">
                {hidden(kept)}
                <div class="field">
                    <label for="did-event">{t("Did this event (optional)")}</label>
                    <input id="did-event" class="input" type="text" name="event" value=event maxlength="200" list=EVENTS_LIST autocomplete="off" />
                </div>
                <div class="field">
                    <label for="condition-property">{t("Property of the event (optional)")}</label>
                    <input id="condition-property" class="input" type="text" name="property" maxlength="300" placeholder="$path" list=PROPERTIES_LIST autocomplete="off" />
                </div>
                <div class="field">
                    <label for="condition-op">{t("Condition")}</label>
                    <select id="condition-op" class="input" name="op">{choices}</select>
                </div>
                <div class="field">
                    <label for="condition-value">{t("Value")}</label>
                    <input id="condition-value" class="input" type="text" name="value" autocomplete="off" />
                </div>
                <button type="submit" class="button primary wide">{t("Show these people")}</button>
            </form>
        </Popover>
    }
    .into_any()
}

/// What the form of a condition suggests.
pub(super) fn suggestions(names: Vec<String>, properties: Vec<String>) -> AnyView {
    let options = |words: Vec<String>| {
        words
            .into_iter()
            .map(|word| view! { <option value=word></option> })
            .collect_view()
    };
    view! {
        <datalist id=EVENTS_LIST>{options(names)}</datalist>
        <datalist id=PROPERTIES_LIST>{properties.into_iter().map(words::suggested_property).collect_view()}</datalist>
    }
    .into_any()
}

fn hidden(pairs: Vec<(String, String)>) -> AnyView {
    pairs
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view()
        .into_any()
}
