//! What somebody new does first, step by step, each ticked by how things are: plain forms, drawn by the server alone.

use engine::Caller;
use engine::first_steps::FirstSteps;
use engine::templates::TemplateInfo;
use leptos::prelude::*;
use model::account::ApiKey;
use model::role::{Action, Role};

use crate::language::{key, t, t_with};
use crate::parts::first_event::{command, snippet};
use crate::parts::icon::{Icon, icon};
use crate::words;

/// Where a key stands that nobody knows any more.
const NO_KEY: &str = "YOUR_WRITE_KEY";

/// The steps as HTML. `made` is the key that this browser just made, where it made one.
pub(crate) fn html(steps: &FirstSteps, caller: &Caller, public_url: &str, made: Option<String>) -> String {
    let made = made.filter(|key| is_one_of(steps.write_keys.as_deref(), key));
    let done = steps.done();
    let next = done.iter().position(|done| !done);
    let count = u32::try_from(done.into_iter().filter(|done| *done).count()).unwrap_or(0);
    let known = made.clone().unwrap_or_else(|| NO_KEY.to_owned());
    let insides = [
        (key("Get your key"), key_step(steps, made.as_deref())),
        (key("Send the first event"), event_step(steps, public_url, &known)),
        (key("Make a dashboard of it"), dashboard_step(&steps.templates)),
        (key("Ask others in"), people_step(caller)),
    ];
    let items = insides
        .into_iter()
        .zip(done)
        .enumerate()
        .map(|(at, ((title, inside), is_done))| step(at, title, is_done, next == Some(at), inside))
        .collect_view();
    let lead = match next {
        Some(_) => t_with("{0} of {1} done. Each ticks itself.", &[&count.to_string(), "4"]),
        None => t("All done. What comes now is yours.").to_owned(),
    };
    view! {
        <section class="guide" aria-labelledby="guide" data-guide=if done[1] { "arrived" } else { "waiting" }>
            <header>
                <h2 id="guide">{t("First steps")}</h2>
                <p class="muted" role="status">{lead}</p>
                <form method="post" action="/first-steps">
                    <button type="submit" class="button small quiet" name="wish" value="hidden">{t("Put away")}</button>
                </form>
            </header>
            <progress class="hidden" max="4" value=count.to_string() aria-label=t("First steps")></progress>
            <ol>{items}</ol>
        </section>
    }
    .to_html()
}

fn step(at: usize, title: &'static str, is_done: bool, is_next: bool, inside: AnyView) -> AnyView {
    let mark = if is_done {
        view! { {icon(Icon::Check)}<span class="hidden">{t("Done")}</span> }.into_any()
    } else {
        view! { {(at + 1).to_string()} }.into_any()
    };
    view! {
        <li class=if is_done { "done" } else { "" }>
            <details open=is_next>
                <summary><span class="step-mark">{mark}</span><span>{t(title)}</span></summary>
                <div class="step">{inside}</div>
            </details>
        </li>
    }
    .into_any()
}

/// Whether a key is one of those that are listed: it may be another organization's, or have ended.
fn is_one_of(listed: Option<&[ApiKey]>, key: &str) -> bool {
    let mut listed = listed.unwrap_or_default().iter();
    listed.any(|known| key.starts_with(&known.prefix))
}

fn key_step(steps: &FirstSteps, made: Option<&str>) -> AnyView {
    let Some(keys) = &steps.write_keys else {
        let words = if steps.has_write_key {
            t("Your organization has a key that sends events. An administrator knows it.")
        } else {
            t("Ask an administrator of your organization to make a write key.")
        };
        return view! { <p>{words}</p> }.into_any();
    };
    let shown = made.map(|key| {
        view! {
            <p>{t("Your key is ready and filled in below. It is shown to you for a day in this browser; it only sends events and may stand in a web page.")}</p>
            <div class="snippet"><pre tabindex="0"><code>{key.to_owned()}</code></pre>{copy(key.to_owned(), t("Copy key"))}</div>
        }
    });
    let listed = (made.is_none() && !keys.is_empty()).then(|| {
        let words = t_with(
            "There is a key already, “{0}”. Keys are not shown again: make another one to have it filled in below.",
            &[&keys[0].name],
        );
        view! { <p>{words}</p> }
    });
    let lead = keys
        .is_empty()
        .then(|| view! { <p>{t("It says to which organization an event belongs.")}</p> });
    let button = if keys.is_empty() {
        t("Make a key")
    } else {
        t("Make another key")
    };
    let form = made.is_none().then(|| {
        view! {
            <form method="post" action="/first-steps/key">
                <button type="submit" class="button primary">{button}</button>
            </form>
        }
    });
    view! { {shown}{lead}{listed}{form} }.into_any()
}

fn event_step(steps: &FirstSteps, public_url: &str, key: &str) -> AnyView {
    let (tag, command) = (snippet(public_url, key), command(public_url, key));
    let file = format!("datapulse import --server {public_url} --key {key} --format combined-log access.log");
    let state = match &steps.event {
        Some(name) => view! {
            <p class="first-event" data-first-event="arrived" role="status">{icon(Icon::Check)}" "{t_with("Events arrive: “{0}”.", &[name])}</p>
        }
        .into_any(),
        None => view! {
            <p class="first-event" data-first-event="waiting" role="status">
                <span class="waiting">{t("Waiting for the first event …")}</span>
                <span class="arrived">{t("The first event is here.")}</span>
            </p>
        }
        .into_any(),
    };
    view! {
        <p>{t("In the head of a web page, for page views and more:")}</p>
        <div class="snippet"><pre tabindex="0"><code>{tag.clone()}</code></pre>{copy(tag, t("Copy tag"))}</div>
        <p>{t("Or from a terminal:")}</p>
        <div class="snippet"><pre tabindex="0"><code>{command.clone()}</code></pre>{copy(command, t("Copy command"))}</div>
        <p>{t("Or bring the past along, from the log of a web server:")}</p>
        <div class="snippet"><pre tabindex="0"><code>{file.clone()}</code></pre>{copy(file, t("Copy command"))}</div>
        {state}
    }
    .into_any()
}

/// `public/first-event.js` copies what it holds.
fn copy(text: String, label: &'static str) -> AnyView {
    view! { <button type="button" class="button small" data-copy=text data-copied=t("Copied")>{label}</button> }.into_any()
}

fn dashboard_step(templates: &[TemplateInfo]) -> AnyView {
    let choice = |template: &TemplateInfo| {
        let about = if template.fits {
            t(template.description)
        } else {
            t("There are too few kinds of events for it yet.")
        };
        let fits = template.fits;
        view! {
            <button type="submit" name="template" value=template.name class="template" disabled=!fits>
                <strong>{t(template.title)}</strong>
                <span class="muted">{about}</span>
            </button>
        }
    };
    let choices = templates.iter().map(choice).collect_view();
    view! {
        <p>{t("Choose one: it fills itself from the events that are there, and everything on it can be changed.")}</p>
        <form method="post" action="/dashboards/from-template" class="template-choices">{choices}</form>
    }
    .into_any()
}

fn people_step(caller: &Caller) -> AnyView {
    if !caller.may(Action::ManageMembers) {
        return view! { <p>{t("Administrators of your organization can invite people.")}</p> }.into_any();
    }
    let roles = [Role::Viewer, Role::Editor, Role::Admin]
        .map(|role| view! { <option value=role.as_str()>{words::role(role)}</option> })
        .collect_view();
    view! {
        <p>{t("They look at the same dashboards; what they may change is up to you.")}</p>
        <form method="post" action="/settings/members/invite" class="line-form">
            <div class="field">
                <label for="guide-email">{t("E-mail")}</label>
                <input class="input" id="guide-email" name="email" type="email" required autocomplete="off" />
            </div>
            <div class="field">
                <label for="guide-role">{t("Role")}</label>
                <select class="input" id="guide-role" name="role">{roles}</select>
            </div>
            <button type="submit" class="button">{t("Invite")}</button>
        </form>
    }
    .into_any()
}
