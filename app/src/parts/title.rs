//! What the browser's tab says. `leptos_meta` alone writes it on the server; in the browser an effect does, which ends
//! with the page that it belongs to.

use leptos::prelude::*;

/// Names the page; without words it is the product's own name.
#[component]
pub(crate) fn Title(
    /// What the page is about.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    // Nothing stands on the page, or the two halves would not recognise each other's: what the server makes of it is told
    // when it is made.
    #[cfg(feature = "ssr")]
    {
        // It is written into the document as it is.
        let title = crate::share::escaped(&named(text.get_untracked()));
        drop(view! { <leptos_meta::Title text=title /> });
    }
    #[cfg(not(feature = "ssr"))]
    Effect::new(move |_| document().set_title(&named(text.get())));
}

fn named(text: String) -> String {
    if text.is_empty() {
        "DataPulse".to_owned()
    } else {
        text + " · DataPulse"
    }
}
