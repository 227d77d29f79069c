//! As what the answer is shown.

use leptos::prelude::*;
use model::dashboard::WidgetType;

use super::super::Editor;
use super::super::draft::Topic;
use crate::language::t;
use crate::parts::live;

/// The types that can show it. Nothing where there is no choice.
pub(super) fn types(editor: Editor, topic: Topic) -> AnyView {
    let own = editor.draft.with_untracked(|draft| draft.kind);
    let mut offered = topic.types().to_vec();
    // The API takes any type: whoever chose another one finds it chosen.
    if !offered.contains(&own) {
        offered.push(own);
    }
    if offered.len() == 1 {
        return ().into_any();
    }
    let choices = offered
        .into_iter()
        .map(|kind| choice(editor, kind))
        .collect_view();
    view! { <fieldset class="types"><legend>{t("Shown as")}</legend>{choices}</fieldset> }.into_any()
}

fn choice(editor: Editor, kind: WidgetType) -> AnyView {
    let is_chosen = move || editor.draft.with(|draft| draft.kind == kind);
    view! {
        <label class="type" class:chosen=live::flag(is_chosen)>
            <input
                type="radio"
                name="type"
                value=kind.as_str()
                prop:checked=live::flag(is_chosen)
                checked=editor.draft.with_untracked(|draft| draft.kind == kind)
                on:change=live::change(move |_| editor.draft.update(|draft| draft.kind = kind))
            />
            <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=drawing(kind)></path></svg>
            <span>{t(kind.words())}</span>
        </label>
    }
    .into_any()
}

const fn drawing(kind: WidgetType) -> &'static str {
    match kind {
        WidgetType::Stat => "M5 5l3-2v10M5 13h6",
        WidgetType::Line => "M2 12l4-5l3 3l5-7",
        WidgetType::Area => "M2 13v-3l4-4l3 3l5-6v10z",
        WidgetType::Bar => "M3.5 13v-5M8 13v-10M12.5 13v-7",
        WidgetType::StackedBar => "M3.5 13v-4M3.5 7.5v-2M8 13v-3M8 8.5v-5.5M12.5 13v-5M12.5 6.5v-2",
        WidgetType::HorizontalBar => "M2.5 4h11M2.5 8h7M2.5 12h4",
        WidgetType::Pie => "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 8v-5.5M8 8l4 3.8",
        WidgetType::Donut => {
            "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 5.7a2.3 2.3 0 1 1 0 4.6a2.3 2.3 0 1 1 0-4.6"
        }
        WidgetType::Funnel => "M2.5 4h11M4.5 8h7M6.5 12h3",
        WidgetType::Heatmap => "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z",
        WidgetType::Calendar => "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3M6 6.5v7M10 6.5v7",
        WidgetType::Map => {
            "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M2.5 8h11M8 2.5c-4 3-4 8 0 11M8 2.5c4 3 4 8 0 11"
        }
        WidgetType::Gauge => "M3.5 12.5a6 6 0 1 1 9 0M8 9l3-3.5",
        WidgetType::Feed => "M2.5 4h2M6.5 4h7M2.5 8h2M6.5 8h7M2.5 12h2M6.5 12h7",
        WidgetType::Paths => "M2.5 3v4M2.5 9v4M13.5 3v3M13.5 8v5M3.5 5c5 0 4 5 9 5M3.5 11c5 0 4-6 9-6",
        WidgetType::Retention => "M2.5 3h11M2.5 6.3h11M2.5 9.6h7M2.5 12.9h3.5",
        WidgetType::Table => "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6.5 6.3v6.7",
        WidgetType::Text => "M3 4h10M8 4v9",
    }
}
