//! Who did something: the people behind a question, or their events.

mod asked;
mod tools;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::person::{At, ListedPerson, Outcome, Place, Whose, node};
use model::query::{EventsSpec, Filter, Query};

use self::asked::Asked;
use crate::address;
use crate::api::users::{self as api, EventLine, Found};
use crate::language::{key, t, t_with};
use crate::parts::frame::Frame;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::load::{Fetched, loaded};
use crate::parts::title::Title;
use crate::query_string;
use crate::words;

/// The page.
#[component]
pub(super) fn UsersPage() -> impl IntoView {
    let search = use_location().search;
    let asked = Memo::new(move |_| search.with(|search| Asked::read(search)));
    let found: Fetched<Found> = Resource::new(
        move || asked.get(),
        |asked| api::list_users(asked.question, asked.search, asked.events, asked.cursor),
    );
    view! {
        <Title text=t("Users") />
        <Frame>
            <header class="topbar">
                <div class="titles"><h1>{t("Users")}</h1></div>
                {live::part(move || asked.with(tools::tools))}
            </header>
            {live::part(move || asked.with(tools::conditions).into_any())}
            {live::part(move || asked.with(|asked| asked.problem.clone()).map(|words| view! { <p class="notice" role="status">{words}</p> }).into_any())}
            {loaded(found, waiting, move |found| found_view(&asked.get_untracked(), found))}
        </Frame>
    }
}

/// Grey bars in the shape of the list.
fn waiting() -> AnyView {
    let rows = (0..8)
        .map(|_| view! { <div class="skeleton row"></div> })
        .collect_view();
    view! { <div class="settings wide"><div class="skeleton-list" role="status" aria-label=t("Loading")>{rows}</div></div> }
        .into_any()
}

/// The address of a person's page.
pub(super) fn person_path(id: &str) -> String {
    format!("/users/{}", query_string::encoded(id).replace('/', "%2F"))
}

fn found_view(asked: &Asked, found: Found) -> AnyView {
    let words = question_words(asked, &found);
    let tab = |events: bool, name: &'static str| {
        let is_here = asked.events == events;
        view! { <a class="button small" class:primary=is_here href=asked.path(events, None) aria-current=is_here.then_some("page")>{name}</a> }
    };
    let has_events = matches!(found.asked, Whose::Events(_)) && asked.search.is_none();
    let tabs = has_events.then(|| [tab(false, t("People")), tab(true, t("Events"))].collect_view());
    let is_empty = found.people.is_empty() && found.events.is_empty();
    let next = found
        .next
        .clone()
        .map(|cursor| asked.path(asked.events, Some(cursor)));
    let list = match &next {
        None if is_empty => nobody(asked, found.names.is_empty()),
        // Those who were looked at so far are none of them.
        Some(_) if is_empty => view! { <p class="muted">{t("Nobody so far. Look further.")}</p> }.into_any(),
        _ if asked.events => event_table(found.events, true),
        _ => people_table(found.people),
    };
    view! {
        <div class="settings wide">
            <p class="lead">{words}</p>
            {tabs.map(|tabs| view! { <nav class="actions" aria-label=t("Show")>{tabs}</nav> })}
            {list}
            {next.map(|path| view! { <p class="actions"><a class="button" href=path rel="next">{t("More")}</a></p> })}
            {tools::suggestions(found.names, found.properties)}
        </div>
    }
    .into_any()
}

fn question_words(asked: &Asked, found: &Found) -> String {
    let words = match &found.asked {
        Whose::Events(spec) => event_words(spec),
        Whose::At(at) => place_words(at),
    };
    match &asked.search {
        Some(search) => t_with("Known by “{0}”, with their events: {1}", &[search, &words]),
        None => words,
    }
}

/// `page_view, 17 May 2015 – 20 May 2015, where status is 200`
fn event_words(spec: &EventsSpec) -> String {
    let name = spec.event.clone().unwrap_or_else(|| t("Any event").to_owned());
    with_filter(&name, &address::range_words(&spec.range), spec.filter.as_ref())
}

/// `Came to step 2, buy, Last 7 days`
fn place_words(at: &At) -> String {
    let range = address::range_words(at.query.range());
    let words = match &at.place {
        Place::Step { step, outcome } => {
            let number = (step + 1).to_string();
            let label = step_label(&at.query, *step);
            match outcome {
                Outcome::Converted => t_with("Came to step {0}, {1}", &[&number, &label]),
                Outcome::Dropped => t_with("Did not come to step {0}, {1}", &[&number, &label]),
            }
        }
        Place::Cohort { start, value, period } => {
            let cohort = start.map_or_else(|| t("all cohorts").to_owned(), words::day_of);
            let cohort = value
                .iter()
                .fold(cohort, |cohort, value| format!("{cohort}, {value}"));
            t_with(
                "Came back in interval {0} of: {1}",
                &[&period.to_string(), &cohort],
            )
        }
        Place::Link { source, target } => {
            let name = |id: &str| node(id).map_or_else(String::new, |(_, name)| name.to_owned());
            t_with("Went from {0} to {1}", &[&name(source), &name(target)])
        }
        Place::Node { node: id } => {
            let (step, name) = node(id).unwrap_or_default();
            t_with("Came by {0} at step {1}", &[name, &(step + 1).to_string()])
        }
    };
    let filters = at.query.filters();
    let whole = filters.iter().find(|(field, _)| field == "filter");
    with_filter(&words, &range, whole.map(|(_, filter)| *filter))
}

fn step_label(query: &Query, step: usize) -> String {
    let Query::Funnel(funnel) = query else {
        return String::new();
    };
    let step = funnel.spec().steps.get(step);
    step.map_or_else(String::new, |step| {
        step.label.clone().unwrap_or_else(|| step.event.clone())
    })
}

fn with_filter(words: &str, range: &str, filter: Option<&Filter>) -> String {
    match filter {
        None => format!("{words}, {range}"),
        Some(Filter::And(parts)) if parts.is_empty() => format!("{words}, {range}"),
        Some(filter) => t_with("{0}, {1}, where {2}", &[words, range, &words::filter(filter)]),
    }
}

fn nobody(asked: &Asked, has_no_events: bool) -> AnyView {
    let (title, words) = match &asked.search {
        Some(search) => (
            t_with("Nobody is known by “{0}”", &[search]),
            t(
                "The search looks at ids, names, e-mail addresses and everything else that was said of people. Those of whom nothing was said are found by the beginning of an id, if they did something in this time.",
            ),
        ),
        None if has_no_events => (
            t("Nobody yet").to_owned(),
            t("People are listed here as soon as an event with a user id or a device id arrives."),
        ),
        None => (
            t("Nobody").to_owned(),
            t(
                "No events like that were sent in this time by somebody with a user id or a device id. Choose another range, or take a filter away.",
            ),
        ),
    };
    let longer = asked.spec.as_ref().map(|_| {
        let path = asked.of_a_year();
        view! { <a class="button" href=path>{t("Look at the last 12 months")}</a> }
    });
    let links = if has_no_events && asked.spec.is_some() {
        view! { <a class="button primary" href="/settings/keys">{t("Send the first event")}</a> }.into_any()
    } else {
        view! { {longer}<a class="button" href="/users">{t("Everybody of the last 30 days")}</a> }.into_any()
    };
    view! {
        <div class="empty">
            {icon(Icon::People)}
            <h2>{title}</h2>
            <p>{words}</p>
            <p class="actions">{links}</p>
        </div>
    }
    .into_any()
}

fn people_table(people: Vec<ListedPerson>) -> AnyView {
    let row = |person: ListedPerson| {
        let path = person_path(&person.id);
        let id = person
            .name
            .is_some()
            .then(|| view! { <code dir="auto">{person.id.clone()}</code> });
        let called = person.name.unwrap_or(person.id);
        let moment = |time: Option<model::Timestamp>| time.map_or_else(|| "–".to_owned(), words::moment);
        view! {
            <tr>
                <th scope="row" class="who"><a href=path dir="auto">{called}</a>{id}</th>
                <td data-label=t("E-mail") dir="auto">{person.email.unwrap_or_else(|| "–".to_owned())}</td>
                <td class="figure" data-label=t("Events")>{person.events.to_string()}</td>
                <td data-label=t("First")>{moment(person.first_seen)}</td>
                <td data-label=t("Last")>{moment(person.last_seen)}</td>
            </tr>
        }
    };
    let rows = people.into_iter().map(row).collect_view();
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label=t("People")>
            <table class="list stacked">
                <thead><tr><th scope="col">{t("Who")}</th><th scope="col">{t("E-mail")}</th><th scope="col" class="figure">{t("Events")}</th><th scope="col">{t("First")}</th><th scope="col">{t("Last")}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Events, each with what it carries behind a fold.
pub(super) fn event_table(events: Vec<EventLine>, says_who: bool) -> AnyView {
    let row = move |event: EventLine| {
        let who = says_who.then(|| {
            let link = event.who.map(|id| {
                let path = person_path(&id);
                view! { <a href=path dir="auto">{id}</a> }
            });
            view! { <td data-label=t("Who")>{link}</td> }
        });
        view! {
            <tr>
                <td data-label=t("When")><time datetime=event.at.to_string()>{words::moment(event.at)}</time></td>
                <th scope="row" dir="auto">{event.name}</th>
                {who}
                <td data-label=t("With")>{folded(event.properties)}</td>
            </tr>
        }
    };
    let rows = events.into_iter().map(row).collect_view();
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label=t("Events")>
            <table class="list stacked">
                <thead>
                    <tr>
                        <th scope="col">{t("When")}</th>
                        <th scope="col">{t("Event")}</th>
                        {says_who.then(|| view! { <th scope="col">{t("Who")}</th> })}
                        <th scope="col">{t("With")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn folded(properties: Vec<(String, String)>) -> Option<AnyView> {
    if properties.is_empty() {
        return None;
    }
    let count = u32::try_from(properties.len()).unwrap_or(u32::MAX);
    let count = words::counted(count, key("1 property"), key("{0} properties"));
    Some(view! { <details><summary>{count}</summary>{pairs(properties)}</details> }.into_any())
}

/// Names and values, one below the other.
pub(super) fn pairs(properties: Vec<(String, String)>) -> AnyView {
    let lines = properties
        .into_iter()
        .map(|(key, value)| view! { <dt>{key}</dt><dd>{value}</dd> })
        .collect_view();
    view! { <dl class="pairs">{lines}</dl> }.into_any()
}
