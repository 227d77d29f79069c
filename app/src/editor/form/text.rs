//! A text instead of a question.

use leptos::prelude::*;

use super::super::Editor;
use super::super::spot::spot;
use crate::parts::field::Field;
use crate::parts::live;

pub(super) fn form(editor: Editor) -> AnyView {
    let spot = spot!(look.text);
    let value = spot.signal(editor, Clone::clone);
    view! {
        <Field label="Text" id="widget-text" hint="Markdown: # heading, **bold**, - list, [link](https://…)." problem=editor.problems.named("text")>
            <textarea
                id="widget-text"
                class="input"
                rows="12"
                aria-describedby="widget-text-problem"
                prop:value=live::text(move || value.get())
                on:input=live::change(move |event| spot.change(editor, |place| *place = event_target_value(&event)))
            >
                {value.get_untracked()}
            </textarea>
        </Field>
    }
    .into_any()
}
