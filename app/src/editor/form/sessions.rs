//! Which figures of sessions.

use leptos::prelude::*;
use model::query::SessionMeasure;

use super::super::inputs::{self, Called};
use super::super::spot::spot;
use super::super::{Draft, Editor};
use super::any_event;
use crate::language::{key, t};
use crate::parts::live;

pub(super) fn form(editor: Editor) -> AnyView {
    let choices = SessionMeasure::ALL
        .into_iter()
        .map(|measure| choice(editor, measure))
        .collect_view();
    let problem = editor.problems.of(|field| field.starts_with("measures"));
    let has_share = move || {
        let measures = |draft: &Draft| draft.sessions.measures.contains(&SessionMeasure::BounceRate);
        editor.draft.with(measures)
    };
    let has_ends = move || editor.draft.with(|draft| draft.sessions.has_ends());
    view! {
        <fieldset class="part">
            <legend>{t("Figures of sessions")}</legend>
            <div class="checks">{choices}</div>
            <p class="problem" role="alert">{live::text(move || problem.get().unwrap_or_default())}</p>
            {live::shown(has_share, || view! { <p class="hint">{t("The bounce rate is a share: 0.42 are 42 of 100 sessions.")}</p> }.into_any())}
            {live::shown(has_ends, move || ends(editor))}
        </fieldset>
    }
    .into_any()
}

fn choice(editor: Editor, measure: SessionMeasure) -> AnyView {
    let is_chosen = move || {
        editor
            .draft
            .with(|draft| draft.sessions.measures.contains(&measure))
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                name="measures"
                value=measure.as_str()
                prop:checked=live::flag(is_chosen)
                checked=untrack(is_chosen)
                on:change=live::change(move |_| editor.draft.update(|draft| draft.toggle(measure)))
            />
            <span>{t(words(measure))}</span>
        </label>
    }
    .into_any()
}

const fn words(measure: SessionMeasure) -> &'static str {
    match measure {
        SessionMeasure::Entry => key("Where they begin"),
        SessionMeasure::Exit => key("Where they end"),
        other => other.words(),
    }
}

fn ends(editor: Editor) -> AnyView {
    let property = Called::new("ends-property", t("Told apart by"), "property").or("$path");
    let limit = Called::new("ends-limit", t("Most values"), "limit").or("10");
    view! {
        <div class="two">
            {inputs::property(editor, property, spot!(sessions.property), any_event())}
            {inputs::number(editor, limit, spot!(sessions.limit))}
        </div>
    }
    .into_any()
}
