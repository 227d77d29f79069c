//! The steps of a funnel, and what counts between them.

use leptos::prelude::*;
use model::query::{FUNNEL_STEPS, MAX_EXCLUSIONS, StepOrder};

use super::super::Editor;
use super::super::draft::{ExclusionDraft, StepDraft};
use super::super::inputs::{self, Called, focus_soon};
use super::super::rows::Rows;
use super::super::spot::{Spot, spot};
use super::only_some;
use crate::language::{key, t, t_with};
use crate::parts::field::ChoiceField;
use crate::parts::live;

const ORDERS: [(StepOrder, &str, &str); 3] = [
    (StepOrder::Ordered, "ordered", key("In this order")),
    (StepOrder::Strict, "strict", key("In this order, nothing between")),
    (StepOrder::Any, "any", key("In any order")),
];

const UNITS: [(&str, &str); 4] = [
    ("m", key("Minutes")),
    ("h", key("Hours")),
    ("d", key("Days")),
    ("w", key("Weeks")),
];

pub(super) fn form(editor: Editor) -> AnyView {
    view! {
        {steps(editor)}
        {rules(editor)}
        {exclusions(editor)}
    }
    .into_any()
}

fn steps(editor: Editor) -> AnyView {
    let rows = Rows::new(
        editor,
        spot!(funnel.steps),
        key("step"),
        "event",
        *FUNNEL_STEPS.start(),
    );
    let count = rows.count;
    let problem = editor.problems.named("steps");
    view! {
        <fieldset class="part">
            <legend>{t("Steps")}</legend>
            {live::rows(count, move |position| step(editor, &rows, position))}
            <p class="problem" role="alert">{live::text(move || problem.get().unwrap_or_default())}</p>
            {live::shown(
                move || count.get() < *FUNNEL_STEPS.end(),
                move || rows.add_button(t("Add step"), StepDraft::default),
            )}
        </fieldset>
    }
    .into_any()
}

fn step(editor: Editor, rows: &Rows<StepDraft>, position: usize) -> AnyView {
    let rows = *rows;
    let number = position + 1;
    let named = |id: &str, label| {
        Called::new(
            format!("step-{position}-{id}"),
            label,
            format!("steps[{position}].{id}"),
        )
    };
    let event = spot!(funnel.steps[position].on.event);
    view! {
        <div
            class="series numbered"
            role="group"
            aria-label=t_with("Step {0}", &[&number.to_string()])
            on:keydown=live::keydown(move |key| rows.on_key(position, &key))
        >
            <div class="series-head">
                <span class="letter" aria-hidden="true">{number.to_string()}</span>
                {rows.buttons(position)}
            </div>
            <div class="two">
                {inputs::event(editor, named("event", t("Event")).or(t("An event")), event)}
                {inputs::text(editor, named("label", t("Label (optional)")), spot!(funnel.steps[position].label))}
            </div>
            {only_some(
                editor,
                format!("step-{position}-"),
                format!("steps[{position}]."),
                spot!(funnel.steps[position].on.conditions),
                event,
            )}
        </div>
    }
    .into_any()
}

fn rules(editor: Editor) -> AnyView {
    let units = UNITS
        .iter()
        .map(|(letter, words)| ((*letter).to_owned(), t(words).to_owned()))
        .collect();
    let unit = spot!(funnel.window_unit);
    view! {
        <fieldset class="part">
            <legend>{t("From the first step to the last")}</legend>
            <div class="three">
                {inputs::number(editor, Called::new("window", t("Within"), "window"), spot!(funnel.window))}
                <ChoiceField
                    id="window-unit"
                    label=t("Unit of time")
                    choices=units
                    value=unit.signal(editor, Clone::clone)
                    on_choice=Callback::new(move |letter| unit.change(editor, |place| *place = letter))
                />
                {inputs::choice(editor, Called::new("order", t("Order"), "order"), &ORDERS, spot!(funnel.order))}
            </div>
        </fieldset>
    }
    .into_any()
}

fn exclusions(editor: Editor) -> AnyView {
    let count = Memo::new(move |_| editor.draft.with(|draft| draft.funnel.exclude.len()));
    let problem = editor.problems.named("exclude");
    let add = move || {
        let next = count.get_untracked();
        editor
            .draft
            .update(|draft| draft.funnel.exclude.push(ExclusionDraft::default()));
        focus_soon(format!("exclusion-{next}-event"));
    };
    view! {
        <fieldset class="part">
            <legend>{t("Leave out whoever does this in between")}</legend>
            {live::rows(count, move |position| exclusion(editor, position))}
            <p class="problem" role="alert">{live::text(move || problem.get().unwrap_or_default())}</p>
            {live::shown(move || count.get() < MAX_EXCLUSIONS, move || inputs::add_button(t("Add exclusion"), add))}
        </fieldset>
    }
    .into_any()
}

fn exclusion(editor: Editor, position: usize) -> AnyView {
    let number = position + 1;
    let event = spot!(funnel.exclude[position].on.event);
    let steps = Memo::new(move |_| editor.draft.with(|draft| draft.funnel.steps.len()));
    let take_away = move || {
        editor.draft.update(|draft| {
            if position < draft.funnel.exclude.len() {
                draft.funnel.exclude.remove(position);
            }
        });
    };
    let named = Called::new(
        format!("exclusion-{position}-event"),
        t("Event"),
        format!("exclude[{position}].event"),
    )
    .or(t("An event"));
    view! {
        <div class="series" role="group" aria-label=t_with("Exclusion {0}", &[&number.to_string()])>
            <div class="with-remove">
                {inputs::event(editor, named, event)}
                {inputs::remove(&t_with("Remove exclusion {0}", &[&number.to_string()]), take_away)}
            </div>
            {live::part(move || between(editor, position, steps.get()))}
            {only_some(
                editor,
                format!("exclusion-{position}-"),
                format!("exclude[{position}]."),
                spot!(funnel.exclude[position].on.conditions),
                event,
            )}
        </div>
    }
    .into_any()
}

/// Between which of `steps` steps it counts; no choice where there are two.
fn between(editor: Editor, position: usize, steps: usize) -> AnyView {
    let from = spot!(funnel.exclude[position].from_step);
    let to = spot!(funnel.exclude[position].to_step);
    let has_choice = steps > 2
        || editor.draft.with_untracked(|draft| {
            let exclusion = draft.funnel.exclude.get(position);
            exclusion
                .is_some_and(|exclusion| !exclusion.from_step.is_empty() || !exclusion.to_step.is_empty())
        });
    if !has_choice {
        return ().into_any();
    }
    let last = steps.max(2);
    view! {
        <div class="two">
            {step_choice(editor, position, "from_step", t("After step"), (t("1 (first)"), 2..last), from)}
            {step_choice(editor, position, "to_step", t("Before step"), (t("last"), 2..last), to)}
        </div>
    }
    .into_any()
}

fn step_choice(
    editor: Editor,
    position: usize,
    name: &str,
    label: &'static str,
    (usual, others): (&str, std::ops::Range<usize>),
    spot: Spot<String>,
) -> AnyView {
    let mut choices = vec![(String::new(), usual.to_owned())];
    choices.extend(others.map(|step| (step.to_string(), step.to_string())));
    let own = spot.signal(editor, Clone::clone).get_untracked();
    // What was chosen of steps that are gone stays in sight, and its problem beside it.
    if !choices.iter().any(|(choice, _)| *choice == own) {
        choices.push((own.clone(), own));
    }
    let called = Called::new(
        format!("exclusion-{position}-{name}"),
        label,
        format!("exclude[{position}].{name}"),
    );
    inputs::choice_of(editor, called, choices, spot)
}
