//! A text instead of a question.

use leptos::prelude::*;

use super::super::Editor;
use super::super::inputs::{self, Called};
use super::super::spot::spot;
use crate::language::{key, t};

const HINT: &str = key("Markdown: # heading, **bold**, - list, [link](https://…).");

pub(super) fn form(editor: Editor) -> AnyView {
    let text = Called::new("widget-text", t("Text"), "text").hint(t(HINT));
    inputs::lines(editor, text, spot!(look.text), true)
}
