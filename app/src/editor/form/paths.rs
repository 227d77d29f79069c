//! Which ways people go: from where, how far, and what a step is.

use leptos::prelude::*;
use model::query::{PathsBy, PathsPer};

use super::super::Editor;
use super::super::draft::Side;
use super::super::inputs::{self, Called};
use super::super::spot::spot;
use super::{any_event, only_some};
use crate::language::{key, t};
use crate::parts::live;

const SIDES: [(Side, &str, &str); 3] = [
    (Side::From, "from", key("From an event on")),
    (Side::To, "to", key("Up to an event")),
    (Side::Whole, "whole", key("From their own beginning")),
];

const PERS: [(PathsPer, &str, &str); 2] = [
    (PathsPer::Session, "session", key("Session")),
    (PathsPer::User, "user", key("User")),
];

const BYS: [(PathsBy, &str, &str); 2] = [
    (PathsBy::Event, "event", key("An event")),
    (PathsBy::Property, "property", key("A value of a property")),
];

pub(super) fn form(editor: Editor) -> AnyView {
    let side = Memo::new(move |_| editor.draft.with(|draft| draft.paths.side));
    let is_by_property = spot!(paths.by).signal(editor, |by| *by == PathsBy::Property);
    let property = move || {
        let called = Called::new("step-property", t("Of property"), "property");
        inputs::property(editor, called.or("$path"), spot!(paths.property), any_event())
    };
    view! {
        <fieldset class="part">
            <legend>{t("Journeys")}</legend>
            <div class="series">
                <div class="two wordy">
                    {inputs::choice(editor, Called::new("side", t("Told"), "side"), &SIDES, spot!(paths.side))}
                    {live::part(move || end_event(editor, side.get()))}
                </div>
                {live::part(move || end_conditions(editor, side.get()))}
            </div>
            <div class="three">
                {inputs::number(editor, Called::new("path-steps", t("Steps"), "steps"), spot!(paths.steps))}
                {inputs::number(editor, Called::new("path-limit", t("Most at each step"), "limit"), spot!(paths.limit))}
                {inputs::choice(editor, Called::new("per", t("One journey for each"), "per"), &PERS, spot!(paths.per))}
            </div>
            <div class="two wordy">
                {inputs::choice(editor, Called::new("by", t("A step is"), "by"), &BYS, spot!(paths.by))}
                {live::shown(move || is_by_property.get(), property)}
            </div>
        </fieldset>
    }
    .into_any()
}

/// The name of the end in the question; none where journeys are told whole.
const fn end_of(side: Side) -> Option<&'static str> {
    match side {
        Side::Whole => None,
        Side::From => Some("from"),
        Side::To => Some("to"),
    }
}

fn end_event(editor: Editor, side: Side) -> AnyView {
    let Some(end) = end_of(side) else {
        return ().into_any();
    };
    let called = Called::new("end-event", t("Event"), format!("{end}.event")).or(t("An event"));
    inputs::event(editor, called, spot!(paths.end.event))
}

fn end_conditions(editor: Editor, side: Side) -> AnyView {
    let Some(end) = end_of(side) else {
        return ().into_any();
    };
    only_some(
        editor,
        "end-".to_owned(),
        format!("{end}."),
        spot!(paths.end.conditions),
        spot!(paths.end.event),
    )
}
