//! The widget as it will be, asked and drawn while it is typed.

mod beside;
mod nothing;

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::answer::Answer;
use model::dashboard::{WidgetOptions, WidgetType};
use model::problem::FieldError;
use model::query::Query;

use super::draft::{Topic, without_prefixes};
use super::{Draft, Editor, fields};
use crate::api::widgets;
use crate::drawing::{Medium, answer_view, figures_view};
use crate::error::AppError;
use crate::language::t;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;

const PAUSE: Duration = Duration::from_millis(350);

#[derive(Clone)]
enum Preview {
    Answered(Box<Answer>),
    Text(String),
    /// What is still missing.
    Unfinished(Vec<String>),
    /// Why there is no answer, and whether asking again may help.
    Problem(Vec<String>, bool),
}

#[derive(Clone, PartialEq)]
enum Wanted {
    Answer(Box<Query>),
    Text(String),
    Nothing(Vec<FieldError>),
}

#[derive(Clone, Copy)]
struct Asking {
    editor: Editor,
    wanted: Memo<Wanted>,
    /// What came of it, and of which topic.
    shown: RwSignal<Option<(Topic, Preview)>>,
    is_waiting: RwSignal<bool>,
}

/// The widget on its card.
pub(super) fn preview(editor: Editor) -> AnyView {
    let asking = Asking {
        editor,
        wanted: Memo::new(move |_| editor.draft.with(wanted_of)),
        shown: RwSignal::new(None),
        is_waiting: RwSignal::new(false),
    };
    asking.ask_after_a_pause();
    let title = live::text(move || {
        editor.draft.with(|draft| {
            let title = draft.title.trim();
            if title.is_empty() {
                t(draft.kind.words()).to_owned()
            } else {
                title.to_owned()
            }
        })
    });
    let look = Memo::new(move |_| {
        editor
            .draft
            .with(|draft| (draft.kind, draft.look.options(draft.topic)))
    });
    let topic = Memo::new(move |_| editor.draft.with(|draft| draft.topic));
    let as_table = RwSignal::new(false);
    let body = live::part(move || {
        let shown = asking.shown.get().filter(|(of, _)| *of == topic.get());
        match shown.map(|(_, preview)| preview) {
            None => {
                view! { <div class="skeleton fill" role="status" aria-label=t("Loading")></div> }.into_any()
            }
            Some(Preview::Unfinished(missing)) => unfinished(missing),
            Some(Preview::Problem(words, can_retry)) => problem(&asking, words, can_retry),
            Some(Preview::Text(html)) => view! { <div class="prose" inner_html=html></div> }.into_any(),
            Some(Preview::Answered(answer)) if as_table.get() => {
                let (kind, options) = look.get();
                figures_view(&answer, kind, &options)
            }
            Some(Preview::Answered(answer)) => answered(editor, *answer, look.get()),
        }
    });
    let classes = live::text(move || format!("card preview kind-{}", look.with(|(kind, _)| kind.as_str())));
    let is_waiting = asking.is_waiting;
    view! {
        <h2 class="preview-title">{t("Preview")}</h2>
        <article class=classes aria-label=t("Preview") aria-busy=live::word(move || is_waiting.get().then_some("true"))>
            <header class="card-head"><h3>{title}</h3></header>
            <div class="card-body" class:stale=live::flag(move || is_waiting.get())>{body}</div>
        </article>
        {beside::beside(asking.wanted, as_table)}
    }
    .into_any()
}

fn answered(editor: Editor, answer: Answer, (kind, options): (WidgetType, WidgetOptions)) -> AnyView {
    if !matches!(kind, WidgetType::Stat | WidgetType::Gauge) && charts::is_empty(&answer) {
        return nothing::found(editor);
    }
    answer_view(answer, kind, options, kind.usual_size(), Medium::Live)
}

fn unfinished(missing: Vec<String>) -> AnyView {
    view! {
        <div class="nothing" role="status">
            <p>{t("Not asked yet.")}</p>
            {lines(missing)}
        </div>
    }
    .into_any()
}

fn problem(asking: &Asking, words: Vec<String>, can_retry: bool) -> AnyView {
    let asking = *asking;
    view! {
        <div class="nothing" role="alert">
            {lines(words)}
            {can_retry.then(|| view! {
                <p class="actions">
                    <button type="button" class="button small" on:click=live::click(move |_| asking.fetch())>{icon(Icon::Retry)}<span>{t("Try again")}</span></button>
                </p>
            })}
        </div>
    }
    .into_any()
}

fn lines(words: Vec<String>) -> AnyView {
    words
        .into_iter()
        .map(|words| view! { <p class="muted">{words}</p> })
        .collect_view()
        .into_any()
}

fn wanted_of(draft: &Draft) -> Wanted {
    match draft.query() {
        Ok(Some(query)) => Wanted::Answer(Box::new(query)),
        Ok(None) => Wanted::Text(draft.look.text.clone()),
        Err(errors) => Wanted::Nothing(errors),
    }
}

impl Asking {
    fn ask_after_a_pause(self) {
        let pause = StoredValue::new(None::<TimeoutHandle>);
        Effect::new(move |before: Option<Topic>| {
            self.wanted.track();
            if let Some(pending) = pause.get_value() {
                pending.clear();
            }
            let topic = self.topic();
            if before == Some(topic) {
                pause.set_value(set_timeout_with_handle(move || self.fetch(), PAUSE).ok());
            } else {
                self.fetch();
            }
            topic
        });
    }

    fn topic(self) -> Topic {
        self.editor.draft.with_untracked(|draft| draft.topic)
    }

    fn show(self, preview: Preview) {
        self.shown.set(Some((self.topic(), preview)));
    }

    fn fetch(self) {
        let Some(now) = self.wanted.try_get_untracked() else {
            return;
        };
        if let Wanted::Nothing(errors) = &now {
            self.is_waiting.set(false);
            self.editor.problems.keep_only(errors);
            self.show(Preview::Unfinished(errors.iter().map(fields::words).collect()));
            return;
        }
        // What was missing is there now: that is no picture to go on with.
        let is_a_picture = |shown: &Option<(Topic, Preview)>| {
            matches!(shown, Some((_, Preview::Answered(_) | Preview::Text(_))))
        };
        if !self.shown.with_untracked(is_a_picture) {
            self.shown.set(None);
        }
        self.is_waiting.set(true);
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
            if self.wanted.try_get_untracked().is_none_or(|wanted| wanted != now) {
                return;
            }
            self.is_waiting.set(false);
            match fetched {
                Ok(preview) => {
                    self.editor.problems.clear();
                    self.show(preview);
                }
                Err(error) => self.tell(&error),
            }
        });
    }

    fn tell(self, error: &AppError) {
        let errors = without_prefixes(error.fields().to_vec());
        let named = self.editor.draft.with_untracked(|draft| draft.placed(&errors));
        let words = if named.is_empty() {
            vec![error.words()]
        } else {
            named.iter().map(fields::words).collect()
        };
        self.editor.problems.set(named);
        let can_retry = matches!(
            error,
            AppError::Unavailable | AppError::Internal | AppError::TooMany(_)
        );
        self.show(Preview::Problem(words, can_retry));
    }
}
