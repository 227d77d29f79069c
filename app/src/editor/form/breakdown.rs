//! By which property the figures are told apart.

use leptos::prelude::*;
use model::query::Attribution;

use super::super::Editor;
use super::super::draft::Topic;
use super::super::inputs::{self, Called};
use super::super::spot::spot;
use super::leading_event;
use crate::language::{key, t};
use crate::parts::live;

const ATTRIBUTIONS: [(Attribution, &str, &str); 2] = [
    (Attribution::First, "first", key("The first step")),
    (Attribution::Last, "last", key("The last step reached")),
];

pub(super) fn form(editor: Editor, topic: Topic) -> AnyView {
    let by = Called::new("breakdown", t("By property (optional)"), "breakdown.property").or("$path");
    let limit = Called::new("breakdown-limit", t("Most values"), "breakdown.limit");
    let is_broken_down = spot!(breakdown.property).signal(editor, |text| !text.trim().is_empty());
    let has_attribution = topic == Topic::Funnel;
    view! {
        <fieldset class="part">
            <legend>{t("Break down")}</legend>
            <div class="two">
                {inputs::property(editor, by, spot!(breakdown.property), leading_event(editor))}
                {inputs::number(editor, limit, spot!(breakdown.limit))}
                {live::shown(move || has_attribution && is_broken_down.get(), move || attribution(editor))}
            </div>
        </fieldset>
    }
    .into_any()
}

fn attribution(editor: Editor) -> AnyView {
    let called = Called::new("attribution", t("Value taken from"), "breakdown.attribution").hint(t(
        "The table shows each value; the bars show all of them together.",
    ));
    inputs::choice(editor, called, &ATTRIBUTIONS, spot!(funnel.attribution))
}
