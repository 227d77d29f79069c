//! Panels that open from a button. The browser opens, places and closes them; script only closes one early.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::live;

/// A button and the panel that it opens; works without script.
#[component]
pub(crate) fn Popover(
    /// Tells it apart on the page.
    #[prop(into)]
    id: String,
    /// What the button is called.
    #[prop(into)]
    name: Signal<String>,
    /// What the button shows.
    face: AnyView,
    /// How the button looks.
    #[prop(optional, default = "button")]
    look: &'static str,
    /// The key that presses the button.
    #[prop(optional)]
    key: Option<&'static str>,
    /// Further classes of the panel.
    #[prop(optional, default = "")]
    panel: &'static str,
    /// Called when the button is pressed.
    #[prop(optional)]
    on_press: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    let target = id.clone();
    view! {
        <button
            type="button"
            class=look
            popovertarget=target
            aria-haspopup="true"
            aria-label=live::text(move || name.get())
            title=live::text(move || name.get())
            data-key=key
            on:click=live::click(move |_| if let Some(pressed) = on_press { pressed.run(()); })
        >
            {face}
        </button>
        <div id=id class=format!("popover {panel}") popover="auto">
            {children()}
        </div>
    }
}

/// Closes a panel, if it is open.
pub(crate) fn close(id: &str) {
    if let Some(panel) = panel(id) {
        // It may be closed already, which is what is wanted.
        let _ = panel.hide_popover();
    }
}

fn panel(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
