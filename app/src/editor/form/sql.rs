//! A SELECT of one's own.

use leptos::prelude::*;

use super::super::Editor;
use super::super::inputs::{self, Called};
use super::super::spot::spot;
use crate::language::{key, t};

const HINT: &str = key(
    "One SELECT over the table events: id, name, ts, user_id, anonymous_id, session_id, properties. :from and :to are the edges of the range.",
);

pub(super) fn form(editor: Editor) -> AnyView {
    let statement = Called::new("widget-sql", t("SELECT"), "sql").hint(t(HINT));
    let limit = Called::new("sql-limit", t("Most rows"), "limit");
    view! {
        <fieldset class="part">
            <legend>{t("Statement")}</legend>
            {inputs::lines(editor, statement, spot!(sql.text), false)}
            {inputs::number(editor, limit, spot!(sql.limit))}
        </fieldset>
    }
    .into_any()
}
