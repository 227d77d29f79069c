//! The browser's entry: takes over the page that the server rendered, and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Room for the split of a release. Its tool lays the constants of the files out anew inside the space that they had, each file's
/// aligned for itself; where that space is too small by one byte, all constants of all files go into the first one. Nothing
/// refers to this, so no file carries it.
#[used]
static ROOM: [u8; 8192] = [0; 8192];

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
