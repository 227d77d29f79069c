//! Short messages at the foot of the page that go away by themselves.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::{Icon, icon};
use super::live;
use crate::error::AppError;
use crate::language::t;

const READ_IN: Duration = Duration::from_secs(4);
const UNDONE_IN: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Toast {
    number: u32,
    text: String,
    is_problem: bool,
    undo: Option<Callback<()>>,
}

/// Shows messages; one for the whole app, from context.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    last: StoredValue<u32>,
}

impl Toasts {
    pub(crate) fn provide() -> Self {
        let toasts = Self {
            shown: RwSignal::new(Vec::new()),
            last: StoredValue::new(0),
        };
        provide_context(toasts);
        toasts
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Says that something was done.
    pub(crate) fn say(self, text: impl Into<String>) {
        self.show(text.into(), false, None);
    }

    /// Says that something was done that can be taken back.
    pub(crate) fn say_with_undo(self, text: impl Into<String>, undo: Callback<()>) {
        self.show(text.into(), false, Some(undo));
    }

    /// Says that something was not done.
    pub(crate) fn refuse(self, text: impl Into<String>) {
        self.show(text.into(), true, None);
    }

    /// Says why something was not done. A person who is signed out is sent to sign in instead.
    pub(crate) fn problem(self, error: &AppError) {
        if *error == AppError::SignedOut {
            sign_in_again();
        } else {
            self.show(error.words(), true, None);
        }
    }

    /// Takes away what offers to take something back: it no longer means what was done last.
    pub(crate) fn forget_undo(self) {
        self.shown
            .try_update(|shown| shown.retain(|toast| toast.undo.is_none()));
    }

    fn show(self, text: String, is_problem: bool, undo: Option<Callback<()>>) {
        let shown_for = if undo.is_some() || is_problem {
            UNDONE_IN
        } else {
            READ_IN
        };
        let number = self.last.get_value() + 1;
        self.last.set_value(number);
        self.shown.update(|shown| {
            shown.push(Toast {
                number,
                text,
                is_problem,
                undo,
            });
            let extra = shown.len().saturating_sub(3);
            shown.drain(..extra);
        });
        set_timeout(move || self.dismiss(number), shown_for);
    }

    fn dismiss(self, number: u32) {
        self.shown
            .try_update(|shown| shown.retain(|toast| toast.number != number));
    }
}

fn sign_in_again() {
    let location = location();
    let here = format!(
        "{}{}",
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default()
    );
    // Where the browser refuses to go, the person still has the page.
    let _ = location.set_href(&format!("/login?next={}", crate::query_string::encoded(&here)));
}

/// Where the messages appear.
#[component]
pub(crate) fn ToastList() -> impl IntoView {
    let toasts = Toasts::here();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.shown.get() key=|toast| toast.number let(toast)>
                <div class="toast" class:problem=toast.is_problem>
                    {icon(if toast.is_problem { Icon::Warning } else { Icon::Check })}
                    <p>{toast.text.clone()}</p>
                    {toast.undo.map(|undo| view! {
                        <button type="button" class="button small" on:click=live::click(move |_| {
                            undo.run(());
                            toasts.dismiss(toast.number);
                        })>{t("Undo")}</button>
                    })}
                    <button
                        type="button"
                        class="button icon-only quiet"
                        aria-label=t("Dismiss")
                        on:click=live::click(move |_| toasts.dismiss(toast.number))
                    >
                        {icon(Icon::Close)}
                    </button>
                </div>
            </For>
        </div>
    }
}
