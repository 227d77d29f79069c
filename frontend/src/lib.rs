//! The browser's entry: takes over the page that the server rendered, and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the page. `german` are its texts where it speaks German: English and German lines in turn; times have twelve hours
/// where `is_twelve`.
#[wasm_bindgen]
pub fn hydrate(german: Option<String>, is_twelve: bool) {
    console_error_panic_hook::set_once();
    if is_twelve {
        app::go_by(app::Clock::Twelve);
    }
    if let Some(lines) = german {
        app::speak_german(lines);
    }
    leptos::mount::hydrate_lazy(app::App);
}
