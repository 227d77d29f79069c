//! Labelled inputs with their problem beside them.

use leptos::prelude::*;
use model::problem::FieldError;

use super::live;
use crate::language::told;

/// The problems of a form's fields.
#[derive(Clone, Copy)]
pub(crate) struct Problems(RwSignal<Vec<FieldError>>);

impl Problems {
    pub(crate) fn new() -> Self {
        Self(RwSignal::new(Vec::new()))
    }

    pub(crate) fn set(self, errors: Vec<FieldError>) {
        self.0.set(errors);
    }

    /// What is no longer among `errors` is solved.
    pub(crate) fn keep_only(self, errors: &[FieldError]) {
        let is_there = |known: &FieldError| errors.iter().any(|error| error.field == known.field);
        if self.0.with_untracked(|known| !known.iter().all(is_there)) {
            self.0.update(|known| known.retain(is_there));
        }
    }

    pub(crate) fn clear(self) {
        self.0.set(Vec::new());
    }

    /// The first problem whose field `is` says so of.
    pub(crate) fn of(self, is: impl Fn(&str) -> bool + Send + Sync + 'static) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.0.with(|errors| {
                errors
                    .iter()
                    .find(|error| is(&error.field))
                    .map(|error| told(&error.message))
            })
        })
    }

    /// The first problem of the field `name`.
    pub(crate) fn named(self, name: &'static str) -> Signal<Option<String>> {
        self.of(move |field| field == name)
    }
}

/// A label, what stands below it, and the problem.
#[component]
pub(crate) fn Field(
    /// What the field is called.
    #[prop(into)]
    label: Signal<String>,
    /// The `id` of the input.
    #[prop(into)]
    id: String,
    /// A line that helps.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let problem_id = format!("{id}-problem");
    view! {
        <div class="field" class:wrong=live::flag(move || problem.with(Option::is_some))>
            <label for=id>{live::text(move || label.get())}</label>
            {children()}
            {hint.filter(|hint| !hint.is_empty()).map(|hint| view! { <p class="hint">{hint}</p> })}
            <p class="problem" id=problem_id role="alert">{live::text(move || problem.get().unwrap_or_default())}</p>
        </div>
    }
}

/// A line of text.
#[component]
pub(crate) fn TextField(
    /// What the field is called.
    #[prop(into)]
    label: Signal<String>,
    /// The `id` of the input.
    #[prop(into)]
    id: String,
    /// What it says now.
    #[prop(into)]
    value: Signal<String>,
    /// Takes what the person typed.
    on_input: Callback<String>,
    /// A line that helps.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Shown while it is empty.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// The `type` of the input.
    #[prop(optional, default = "text")]
    kind: &'static str,
    /// The `id` of the list of suggestions.
    #[prop(optional, into)]
    list: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let described_by = format!("{id}-problem");
    view! {
        <Field label id=id.clone() hint=hint.unwrap_or_default() problem>
            <input
                id=id
                type=kind
                class="input"
                list=list.filter(|list| !list.is_empty())
                placeholder=placeholder
                autocomplete="off"
                prop:value=live::text(move || value.get())
                value=value.get_untracked()
                aria-describedby=described_by
                aria-invalid=live::word(move || problem.with(|problem| problem.is_some().then_some("true")))
                on:input=live::change(move |event| on_input.run(event_target_value(&event)))
            />
        </Field>
    }
}

/// One of a few words.
#[component]
pub(crate) fn ChoiceField(
    /// What the field is called.
    #[prop(into)]
    label: Signal<String>,
    /// The `id` of the input.
    #[prop(into)]
    id: String,
    /// The values and their words.
    choices: Vec<(String, String)>,
    /// The value now.
    #[prop(into)]
    value: Signal<String>,
    /// Takes the value that the person chose.
    on_choice: Callback<String>,
    /// A line that helps.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let options = choices
        .into_iter()
        .map(|(choice, words)| {
            let own = choice.clone();
            view! { <option value=choice selected=live::flag(move || value.with(|value| *value == own))>{words}</option> }
        })
        .collect_view();
    let described_by = format!("{id}-problem");
    view! {
        <Field label id=id.clone() hint=hint.unwrap_or_default() problem>
            <select
                id=id
                class="input"
                prop:value=live::text(move || value.get())
                aria-describedby=described_by
                on:change=live::change(move |event| on_choice.run(event_target_value(&event)))
            >
                {options}
            </select>
        </Field>
    }
}
