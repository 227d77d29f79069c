//! What the widget is about: the first choice.

use leptos::prelude::*;

use super::super::Editor;
use super::super::draft::Topic;
use crate::language::t;
use crate::parts::live;

pub(super) fn topics(editor: Editor) -> AnyView {
    let choices = Topic::ALL
        .into_iter()
        .map(|topic| choice(editor, topic))
        .collect_view();
    let hint = move || t(editor.draft.with(|draft| draft.topic.hint())).to_owned();
    view! {
        <fieldset class="topics" aria-describedby="topic-hint">
            <legend>{t("What to ask")}</legend>
            {choices}
            <p class="hint" id="topic-hint">{live::text(hint)}</p>
        </fieldset>
    }
    .into_any()
}

fn choice(editor: Editor, topic: Topic) -> AnyView {
    let is_chosen = move || editor.draft.with(|draft| draft.topic == topic);
    view! {
        <label class="topic" class:chosen=live::flag(is_chosen)>
            <input
                type="radio"
                name="topic"
                value=topic.as_str()
                prop:checked=live::flag(is_chosen)
                checked=editor.draft.with_untracked(|draft| draft.topic == topic)
                on:change=live::change(move |_| editor.draft.update(|draft| draft.turn_to(topic)))
            />
            <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=drawing(topic)></path></svg>
            <span>{t(topic.words())}</span>
        </label>
    }
    .into_any()
}

const fn drawing(topic: Topic) -> &'static str {
    match topic {
        Topic::Trend => "M2 12l4-5l3 3l5-7",
        Topic::Funnel => "M2.5 4h11M4.5 8h7M6.5 12h3",
        Topic::Retention => "M2.5 3h11M2.5 6.3h11M2.5 9.6h7M2.5 12.9h3.5",
        Topic::Lifecycle => "M13 7a5 5 0 0 0-9-2.4M3 9a5 5 0 0 0 9 2.4M4 2v2.7h2.7M12 14v-2.7h-2.7",
        Topic::Stickiness => "M2.5 13.5h11M4 11v-8M7 11v-5M10 11v-3M13 11v-1",
        Topic::Paths => "M2.5 3v4M2.5 9v4M13.5 3v3M13.5 8v5M3.5 5c5 0 4 5 9 5M3.5 11c5 0 4-6 9-6",
        Topic::Sessions => "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 5v3l2.2 1.6",
        Topic::Events => "M2.5 4h2M6.5 4h7M2.5 8h2M6.5 8h7M2.5 12h2M6.5 12h7",
        Topic::Sql => "M5.5 5l-3 3l3 3M10.5 5l3 3l-3 3",
        Topic::Text => "M3 4h10M8 4v9",
    }
}
