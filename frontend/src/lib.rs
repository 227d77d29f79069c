//! The browser's entry: takes over the page that the server rendered, and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the page.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}
