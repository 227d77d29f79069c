//! A SELECT of one's own.

use leptos::prelude::*;

use super::super::Editor;
use super::super::inputs::{self, Called};
use super::super::spot::spot;
use crate::parts::field::Field;
use crate::parts::live;

const HINT: &str = "One SELECT over the table events: id, name, ts, user_id, anonymous_id, session_id, properties. \
                    :from and :to are the edges of the range.";

pub(super) fn form(editor: Editor) -> AnyView {
    let spot = spot!(sql.text);
    let value = spot.signal(editor, Clone::clone);
    let limit = Called::new("sql-limit", "Most rows", "limit");
    view! {
        <fieldset class="part">
            <legend>"Statement"</legend>
            <Field label="SELECT" id="widget-sql" hint=HINT problem=editor.problems.named("sql")>
                <textarea
                    id="widget-sql"
                    class="input"
                    rows="12"
                    spellcheck="false"
                    autocomplete="off"
                    aria-describedby="widget-sql-problem"
                    prop:value=live::text(move || value.get())
                    on:input=live::change(move |event| spot.change(editor, |place| *place = event_target_value(&event)))
                >
                    {value.get_untracked()}
                </textarea>
            </Field>
            {inputs::number(editor, limit, spot!(sql.limit))}
        </fieldset>
    }
    .into_any()
}
