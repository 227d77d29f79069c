//! The inputs of the editor.

mod activity;
mod breakdown;
mod events;
mod figures;
mod funnel;
mod options;
mod paths;
mod retention;
mod sessions;
mod sql;
mod text;
mod time;
mod topics;
mod trend;
mod types;

use leptos::prelude::*;

use super::Editor;
use super::conditions::{Place, conditions};
use super::draft::Topic;
use super::inputs::{self, Called};
use super::spot::{Spot, spot};
use crate::api::session::Session;
use crate::language::t;
use crate::parts::first_event::FirstEvent;
use crate::parts::live;

/// Everything that can be said of a widget.
pub(super) fn form(editor: Editor) -> AnyView {
    let topic = Memo::new(move |_| editor.draft.with(|draft| draft.topic));
    view! {
        {topics::topics(editor)}
        {live::part(move || types::types(editor, topic.get()))}
        {inputs::text(editor, Called::new("widget-title", t("Title"), "title"), spot!(title))}
        {live::part(move || about(editor, topic.get()))}
        {editor.event_list()}
        <p class="hidden" role="status">{live::text(move || editor.said.get())}</p>
    }
    .into_any()
}

fn about(editor: Editor, topic: Topic) -> AnyView {
    let own = match topic {
        Topic::Trend => trend::form(editor),
        Topic::Funnel => funnel::form(editor),
        Topic::Retention => retention::form(editor),
        Topic::Lifecycle => activity::form(editor, spot!(lifecycle.event)),
        Topic::Stickiness => activity::form(editor, spot!(stickiness.event)),
        Topic::Paths => paths::form(editor),
        Topic::Sessions => sessions::form(editor),
        Topic::Events => events::form(editor),
        Topic::Sql => sql::form(editor),
        Topic::Text => return text::form(editor),
    };
    view! {
        {no_events(editor)}
        {own}
        {topic.has_conditions().then(|| filters(editor))}
        {live::shown(
            move || editor.draft.with(super::Draft::has_breakdown),
            move || breakdown::form(editor, topic),
        )}
        {time::form(editor, topic)}
        {topic.has_units().then(|| figures::form(editor))}
        {options::form(editor, topic)}
    }
    .into_any()
}

/// What to do before there is anything to ask about.
fn no_events(editor: Editor) -> AnyView {
    let has_none = editor.names.with_value(Vec::is_empty);
    has_none
        .then(|| {
            let public_url = expect_context::<Session>().public_url;
            view! {
                <div class="notice">
                    <p><strong>{t("No events yet.")}</strong>{t(" Send one with a key from ")}<a href="/settings/keys">{t("API keys")}</a>{t(", or go on and save the question.")}</p>
                    <FirstEvent public_url write_key=Signal::derive(|| "YOUR_WRITE_KEY".to_owned()) />
                </div>
            }
        })
        .into_any()
}

fn filters(editor: Editor) -> AnyView {
    let place = Place {
        id: String::new(),
        field: String::new(),
        spot: spot!(conditions),
        event: any_event(),
        add: t("Add condition"),
        is_quiet: false,
    };
    view! {
        <fieldset class="part">
            <legend>{t("Only events where")}</legend>
            {conditions(editor, place)}
        </fieldset>
        {super::people::people(editor)}
    }
    .into_any()
}

/// For suggestions that belong to no event in particular.
fn any_event() -> Signal<String> {
    Signal::derive(String::new)
}

/// The event that the question is about in the first place.
fn leading_event(editor: Editor) -> Signal<String> {
    Signal::derive(move || {
        editor
            .draft
            .with(|draft| draft.leading_event().unwrap_or_default().to_owned())
    })
}

/// The conditions of one event in the question.
fn only_some(
    editor: Editor,
    id: String,
    field: String,
    spot: Spot<super::draft::Conditions>,
    event: Spot<String>,
) -> AnyView {
    let place = Place {
        id,
        field,
        spot,
        event: event.signal(editor, Clone::clone),
        add: t("Only some of them"),
        is_quiet: true,
    };
    conditions(editor, place)
}
