//! Pages that the server alone draws, forms and all: the browser's first file carries nothing of them.

use leptos::prelude::*;

/// Such a page.
#[derive(Clone, Copy, Debug)]
pub(super) enum Served {
    /// What DataPulse is.
    Landing,
    /// Signing in.
    Login,
    /// Making an account.
    Register,
}

/// Shows what the server sent. In the browser, on the way from another page, it is fetched as a whole.
pub(super) fn served(page: Served) -> AnyView {
    // What is inside an element stays when script takes the page over.
    view! { <div class="served" inner_html=html(page)></div> }.into_any()
}

#[cfg(feature = "ssr")]
fn html(page: Served) -> String {
    let page = match page {
        Served::Landing => super::landing::landing(),
        Served::Login => super::sign_in::login(),
        Served::Register => super::sign_in::register(),
    };
    page.to_html()
}

#[cfg(not(feature = "ssr"))]
fn html(_page: Served) -> String {
    let was_taken_over = document()
        .document_element()
        .is_some_and(|root| root.has_attribute("data-hydrated"));
    if was_taken_over && !crate::drawing::is_taken_over() {
        // Where the browser refuses, the page can still be reloaded by hand.
        let _ = location().set_href(&crate::parts::load::own_address());
    }
    String::new()
}
