//! The widget as it will be, asked and drawn while it is typed.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::answer::Answer;
use model::dashboard::WidgetType;
use model::query::Query;

use super::Editor;
use crate::api::widgets;
use crate::drawing::{Medium, answer_view};
use crate::parts::live;

const PAUSE: Duration = Duration::from_millis(350);

#[derive(Clone, PartialEq)]
enum Preview {
    Waiting,
    Answered(Box<Answer>),
    Text(String),
    Problem(String),
}

#[derive(Clone, PartialEq)]
enum Wanted {
    Answer(Box<Query>),
    Text(String),
    Nothing(String),
}

/// The widget on its card.
pub(super) fn preview(editor: Editor) -> AnyView {
    let shown = RwSignal::new(Preview::Waiting);
    let is_asking = RwSignal::new(false);
    let wanted = Memo::new(move |_| editor.draft.with(wanted_of));
    ask_after_a_pause(editor, wanted, shown, is_asking);
    let title = live::text(move || {
        editor.draft.with(|draft| {
            let title = draft.title.trim();
            if title.is_empty() {
                draft.kind.words().to_owned()
            } else {
                title.to_owned()
            }
        })
    });
    let look = Memo::new(move |_| editor.draft.with(|draft| (draft.kind, draft.options())));
    let body = live::part(move || match shown.get() {
        Preview::Waiting => {
            view! { <div class="skeleton fill" role="status" aria-label="Loading"></div> }.into_any()
        }
        Preview::Problem(words) => {
            view! { <div class="nothing"><p class="muted">{words}</p></div> }.into_any()
        }
        Preview::Text(html) => view! { <div class="prose" inner_html=html></div> }.into_any(),
        Preview::Answered(answer) => {
            let (kind, options) = look.get();
            answer_view(*answer, kind, options, kind.usual_size(), Medium::Live)
        }
    });
    let classes = live::text(move || format!("card preview kind-{}", look.with(|(kind, _)| kind.as_str())));
    view! {
        <h2 class="preview-title">"Preview"</h2>
        <article class=classes aria-label="Preview" aria-busy=live::word(move || is_asking.get().then_some("true"))>
            <header class="card-head"><h3>{title}</h3></header>
            <div class="card-body" class:stale=live::flag(move || is_asking.get())>{body}</div>
        </article>
    }
    .into_any()
}

fn wanted_of(draft: &super::Draft) -> Wanted {
    if draft.kind == WidgetType::Text {
        return Wanted::Text(draft.text.clone());
    }
    match draft.query() {
        Ok(query) => Wanted::Answer(Box::new(query)),
        Err(errors) => Wanted::Nothing(
            errors
                .into_iter()
                .next()
                .map(|error| error.message)
                .unwrap_or_default(),
        ),
    }
}

fn ask_after_a_pause(
    editor: Editor,
    wanted: Memo<Wanted>,
    shown: RwSignal<Preview>,
    is_asking: RwSignal<bool>,
) {
    let pause = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |before: Option<()>| {
        let now = wanted.get();
        if let Some(pending) = pause.get_value() {
            pending.clear();
        }
        if before.is_none() {
            fetch(editor, now, wanted, shown, is_asking);
            return;
        }
        let fetch_now = move || fetch(editor, now.clone(), wanted, shown, is_asking);
        pause.set_value(set_timeout_with_handle(fetch_now, PAUSE).ok());
    });
}

fn fetch(
    editor: Editor,
    now: Wanted,
    wanted: Memo<Wanted>,
    shown: RwSignal<Preview>,
    is_asking: RwSignal<bool>,
) {
    if let Wanted::Nothing(words) = now {
        shown.set(Preview::Problem(words));
        return;
    }
    is_asking.set(true);
    spawn_local(async move {
        let fetched = match &now {
            Wanted::Answer(query) => {
                let answer = widgets::ask((**query).clone()).await;
                answer.map(|answer| Preview::Answered(Box::new(answer)))
            }
            Wanted::Text(text) => widgets::markdown(text.clone()).await.map(Preview::Text),
            Wanted::Nothing(_) => return,
        };
        // A slow answer to an earlier question must not replace a later one.
        if wanted.try_get_untracked().is_none_or(|wanted| wanted != now) {
            return;
        }
        is_asking.set(false);
        match fetched {
            Ok(preview) => {
                editor.problems.clear();
                shown.set(preview);
            }
            Err(error) => {
                editor
                    .problems
                    .set(super::draft::without_prefixes(error.fields().to_vec()));
                shown.set(Preview::Problem(error.words()));
            }
        }
    });
}
