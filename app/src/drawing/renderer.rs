//! The renderer in the browser: a file of its own in a release, fetched when the first chart has to be drawn anew.
//!
//! Only a release is split, as with the pages in `pages/later.rs`.

use model::answer::Answer;
use model::dashboard::{WidgetOptions, WidgetType};

use super::{Box2, chart::svg};

/// Draws the picture, as soon as there is a renderer.
#[cfg(debug_assertions)]
pub(super) async fn redraw(answer: Answer, kind: WidgetType, options: WidgetOptions, room: Box2) -> String {
    svg(&answer, kind, &options, room)
}

/// Draws the picture, as soon as there is a renderer.
#[cfg(not(debug_assertions))]
#[leptos::lazy]
pub(super) fn redraw(answer: Answer, kind: WidgetType, options: WidgetOptions, room: Box2) -> String {
    svg(&answer, kind, &options, room)
}
