//! A button that puts a text on the clipboard.

use leptos::prelude::*;

use super::icon::{Icon, icon};
use super::live;
use super::toast::Toasts;
use crate::language::t;

/// Copies `text` and says so.
#[component]
pub(crate) fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What the button says.
    #[prop(optional, default = t("Copy"))]
    label: &'static str,
) -> impl IntoView {
    let toasts = Toasts::here();
    view! {
        <button type="button" class="button small" on:click=live::click(move |_| {
            // The browser answers later; a page that may not write to the clipboard still shows the text to select.
            let _ = window().navigator().clipboard().write_text(&text.get_untracked());
            toasts.say(t("Copied."));
        })>
            {icon(Icon::Copy)}
            <span>{label}</span>
        </button>
    }
}
