//! Keys that work anywhere: a key presses the button that names it in `data-key`.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Listens for keys; once, for the whole app.
pub(crate) fn listen() {
    let navigate = use_navigate();
    let after_g = StoredValue::new(false);
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let handle = window_event_listener(keydown, move |event| {
            if is_typing(&event) || event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            let key = event.key();
            if after_g.get_value() && key == "d" {
                after_g.set_value(false);
                navigate("/", NavigateOptions::default());
                return;
            }
            after_g.set_value(key == "g");
            if matches!(key.as_str(), "e" | "t" | "f" | "?") && press(&key) {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| {
        element
            .closest("input, textarea, select, [contenteditable]")
            .ok()
            .flatten()
            .is_some()
    })
}

fn press(key: &str) -> bool {
    let named = document()
        .query_selector(&format!("[data-key='{key}']"))
        .ok()
        .flatten();
    let Some(button) = named.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    button.click();
    true
}

/// What the keys do.
const KEYS: [(&str, &str); 13] = [
    ("g d", "Go to the dashboards"),
    ("t", "Choose the range"),
    ("e", "Edit the dashboard, or stop"),
    ("← ↑ → ↓", "Move the focused widget while editing"),
    ("Shift ← ↑ → ↓", "Resize the focused widget while editing"),
    ("Ctrl Z, Ctrl Shift Z", "Take back while editing, do again"),
    (
        "Ctrl C, Ctrl V",
        "Copy the focused widget while editing, paste one",
    ),
    ("Ctrl K", "Go anywhere, do anything"),
    ("f", "Full screen"),
    ("← →", "Walk over the focused chart; with Shift choose a time"),
    ("Enter", "Look at the chosen time, or filter by the chosen mark"),
    ("Esc", "Close what is open"),
    ("?", "This list"),
];

/// The list of keys; the button that names `keys` opens it.
#[component]
pub(crate) fn KeyList() -> impl IntoView {
    let rows = KEYS
        .into_iter()
        .map(|(keys, does)| view! { <dt><kbd>{keys}</kbd></dt><dd>{does}</dd> })
        .collect_view();
    view! {
        <div id="keys" class="popover centred" popover="auto" role="dialog" aria-label="Keyboard">
            <h2>"Keyboard"</h2>
            <dl class="keys">{rows}</dl>
        </div>
    }
}
