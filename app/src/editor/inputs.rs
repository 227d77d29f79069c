//! Inputs that are bound to the draft.

use leptos::prelude::*;

use super::Editor;
use super::spot::Spot;
use super::suggest::EVENTS;
use crate::language::t;
use crate::parts::field::{ChoiceField, Field, TextField};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;

/// What an input is called, and by which name its problems are told.
#[derive(Clone)]
pub(super) struct Called {
    pub(super) id: String,
    pub(super) label: &'static str,
    pub(super) field: String,
    pub(super) placeholder: &'static str,
    pub(super) hint: &'static str,
}

impl Called {
    pub(super) fn new(id: impl Into<String>, label: &'static str, field: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label,
            field: field.into(),
            placeholder: "",
            hint: "",
        }
    }

    /// Shown while it is empty.
    pub(super) fn or(mut self, placeholder: &'static str) -> Self {
        self.placeholder = placeholder;
        self
    }

    /// A line that helps.
    pub(super) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }
}

fn line(editor: Editor, called: Called, spot: Spot<String>, list: String, is_number: bool) -> AnyView {
    let field = called.field;
    let kind = if is_number { "number" } else { "text" };
    view! {
        <TextField
            id=called.id
            label=called.label
            kind=kind
            hint=called.hint
            placeholder=called.placeholder
            list=list
            value=spot.signal(editor, Clone::clone)
            on_input=Callback::new(move |text| spot.change(editor, |place| *place = text))
            problem=editor.problems.of(move |name| name == field)
        />
    }
    .into_any()
}

/// An input for a text.
pub(super) fn text(editor: Editor, called: Called, spot: Spot<String>) -> AnyView {
    line(editor, called, spot, String::new(), false)
}

/// An input for several lines; a statement is no prose whose spelling could be wrong.
pub(super) fn lines(editor: Editor, called: Called, spot: Spot<String>, is_prose: bool) -> AnyView {
    let field = called.field;
    let value = spot.signal(editor, Clone::clone);
    let problem_id = format!("{}-problem", called.id);
    view! {
        <Field label=called.label id=called.id.clone() hint=called.hint problem=editor.problems.of(move |name| name == field)>
            <textarea
                id=called.id
                class="input"
                rows="12"
                spellcheck=is_prose.to_string()
                aria-describedby=problem_id
                prop:value=live::text(move || value.get())
                on:input=live::change(move |event| spot.change(editor, |place| *place = event_target_value(&event)))
            >
                {value.get_untracked()}
            </textarea>
        </Field>
    }
    .into_any()
}

/// An input for a number.
pub(super) fn number(editor: Editor, called: Called, spot: Spot<String>) -> AnyView {
    line(editor, called, spot, String::new(), true)
}

/// An input for the name of an event.
pub(super) fn event(editor: Editor, called: Called, spot: Spot<String>) -> AnyView {
    line(editor, called, spot, EVENTS.to_owned(), false)
}

/// An input for a property of the event that `of` names.
pub(super) fn property(editor: Editor, called: Called, spot: Spot<String>, of: Signal<String>) -> AnyView {
    let list = format!("{}-list", called.id);
    let is_wanted = RwSignal::new(false);
    view! {
        <div class="pick" on:focusin=live::focus(move |_| is_wanted.set(true))>
            {line(editor, called, spot, list.clone(), false)}
            {editor.list(list, editor.properties_of(of), is_wanted)}
        </div>
    }
    .into_any()
}

/// One of a few words: each value with the word in the form and the words that people read.
pub(super) fn choice<T: Copy + PartialEq + Send + Sync + 'static>(
    editor: Editor,
    called: Called,
    words: &'static [(T, &'static str, &'static str)],
    spot: Spot<T>,
) -> AnyView {
    let choices = words
        .iter()
        .map(|(_, word, label)| ((*word).to_owned(), t(label).to_owned()))
        .collect();
    let word_of = move |value: &T| {
        let known = words.iter().find(|(known, ..)| known == value);
        known.map_or("", |(_, word, _)| *word).to_owned()
    };
    let choose = move |chosen: String| {
        if let Some((value, ..)) = words.iter().find(|(_, word, _)| *word == chosen) {
            spot.change(editor, |place| *place = *value);
        }
    };
    let value = spot.signal(editor, word_of);
    chooser(editor, called, choices, value, Callback::new(choose))
}

/// One of `choices`: values, each with the words that people read.
pub(super) fn choice_of(
    editor: Editor,
    called: Called,
    choices: Vec<(String, String)>,
    spot: Spot<String>,
) -> AnyView {
    let choose = move |value| spot.change(editor, |place| *place = value);
    let value = spot.signal(editor, Clone::clone);
    chooser(editor, called, choices, value, Callback::new(choose))
}

fn chooser(
    editor: Editor,
    called: Called,
    choices: Vec<(String, String)>,
    value: Signal<String>,
    on_choice: Callback<String>,
) -> AnyView {
    let field = called.field;
    view! {
        <ChoiceField
            id=called.id
            label=called.label
            hint=called.hint
            choices=choices
            value=value
            on_choice=on_choice
            problem=editor.problems.of(move |name| name == field)
        />
    }
    .into_any()
}

/// A button that adds a row.
pub(super) fn add_button(label: &'static str, act: impl Fn() + 'static) -> AnyView {
    view! {
        <button type="button" class="button small" on:click=live::click(move |_| act())>{icon(Icon::Plus)}<span>{label}</span></button>
    }
    .into_any()
}

/// A button with a drawing alone.
pub(super) fn icon_button(which: Icon, label: String, act: impl Fn() + 'static) -> AnyView {
    let title = label.clone();
    view! {
        <button type="button" class="button icon-only quiet" aria-label=label title=title on:click=live::click(move |_| act())>{icon(which)}</button>
    }
    .into_any()
}

/// A button that takes a row away.
pub(super) fn remove(label: &str, act: impl Fn() + 'static) -> AnyView {
    icon_button(Icon::Close, label.to_owned(), act)
}

/// Goes to an input as soon as it is there.
pub(super) fn focus_soon(id: String) {
    use leptos::wasm_bindgen::JsCast;
    request_animation_frame(move || {
        let element = document().get_element_by_id(&id);
        if let Some(input) =
            element.and_then(|element| element.dyn_into::<leptos::web_sys::HtmlElement>().ok())
        {
            input.focus().ok();
        }
    });
}
