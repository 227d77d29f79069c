//! Which events are listed, and what is told of each.

use leptos::prelude::*;
use model::query::MAX_COLUMNS;

use super::super::Editor;
use super::super::inputs::{self, Called};
use super::super::rows::Rows;
use super::super::spot::spot;
use super::leading_event;
use crate::language::{key, t, t_with};
use crate::parts::live;

pub(super) fn form(editor: Editor) -> AnyView {
    let event = Called::new("listed-event", t("Event"), "event").or(t("Any event"));
    let limit = Called::new("events-limit", t("Most events"), "limit");
    view! {
        <fieldset class="part">
            <legend>{t("Which events")}</legend>
            <div class="two">
                {inputs::event(editor, event, spot!(events.event))}
                {inputs::number(editor, limit, spot!(events.limit))}
            </div>
        </fieldset>
        {columns(editor)}
    }
    .into_any()
}

fn columns(editor: Editor) -> AnyView {
    let rows = Rows::new(editor, spot!(events.columns), key("column"), "property", 0);
    let count = rows.count;
    let problem = editor.problems.named("columns");
    view! {
        <fieldset class="part">
            <legend>{t("Columns")}</legend>
            {live::shown(
                move || count.get() == 0,
                || view! { <p class="hint">{t("Without any, the list tells the time, the event, the user and its properties.")}</p> }.into_any(),
            )}
            {live::rows(count, move |position| column(editor, &rows, position))}
            <p class="problem" role="alert">{live::text(move || problem.get().unwrap_or_default())}</p>
            {live::shown(
                move || count.get() < MAX_COLUMNS,
                move || rows.add_button(t("Add column"), String::new),
            )}
        </fieldset>
    }
    .into_any()
}

fn column(editor: Editor, rows: &Rows<String>, position: usize) -> AnyView {
    let rows = *rows;
    let number = position + 1;
    let called = Called::new(
        format!("column-{position}-property"),
        t("Property"),
        format!("columns[{position}]"),
    );
    view! {
        <div
            class="with-buttons"
            role="group"
            aria-label=t_with("Column {0}", &[&number.to_string()])
            on:keydown=live::keydown(move |key| rows.on_key(position, &key))
        >
            {inputs::property(editor, called, spot!(events.columns[position]), leading_event(editor))}
            {rows.buttons(position)}
        </div>
    }
    .into_any()
}
