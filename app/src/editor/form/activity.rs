//! Whose activity a lifecycle or stickiness is about.

use leptos::prelude::*;

use super::super::Editor;
use super::super::inputs::{self, Called};
use super::super::spot::Spot;
use crate::language::t;

pub(super) fn form(editor: Editor, event: Spot<String>) -> AnyView {
    let called = Called::new("active-event", t("Event"), "event")
        .or(t("Any event"))
        .hint(t("People are active when they do it."));
    view! {
        <fieldset class="part">
            <legend>{t("Active people")}</legend>
            {inputs::event(editor, called, event)}
        </fieldset>
    }
    .into_any()
}
