//! What changes on a page, in a few fixed types: every closure has a type of its own, and each type that the view
//! library meets is compiled once more. With these, a page costs the browser a fraction of the code.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use leptos::ev::{Event, FocusEvent, KeyboardEvent, MouseEvent, SubmitEvent};
use leptos::prelude::*;

/// A part of a page that follows its signals.
pub(crate) type Part = Box<dyn FnMut() -> AnyView + Send>;
/// A text that does.
pub(crate) type Text = Box<dyn FnMut() -> String + Send>;
/// A word of an attribute that may be absent.
pub(crate) type Word = Box<dyn FnMut() -> Option<&'static str> + Send>;
/// Something that holds or does not.
pub(crate) type Flag = Box<dyn FnMut() -> bool + Send>;
/// What is done with an event.
pub(crate) type Handler<E> = Box<dyn FnMut(E)>;

pub(crate) fn part(view: impl FnMut() -> AnyView + Send + 'static) -> Part {
    Box::new(view)
}

pub(crate) fn text(text: impl FnMut() -> String + Send + 'static) -> Text {
    Box::new(text)
}

pub(crate) fn word(word: impl FnMut() -> Option<&'static str> + Send + 'static) -> Word {
    Box::new(word)
}

pub(crate) fn flag(flag: impl FnMut() -> bool + Send + 'static) -> Flag {
    Box::new(flag)
}

pub(crate) fn click(act: impl FnMut(MouseEvent) + 'static) -> Handler<MouseEvent> {
    Box::new(act)
}

/// For `input` and `change`.
pub(crate) fn change(act: impl FnMut(Event) + 'static) -> Handler<Event> {
    Box::new(act)
}

pub(crate) fn submit(act: impl FnMut(SubmitEvent) + 'static) -> Handler<SubmitEvent> {
    Box::new(act)
}

pub(crate) fn keydown(act: impl FnMut(KeyboardEvent) + 'static) -> Handler<KeyboardEvent> {
    Box::new(act)
}

/// What a script left in `data-NAME` of the element before it raised an event there.
pub(crate) fn told<T: std::str::FromStr>(event: &Event, name: &str) -> Option<T> {
    use leptos::wasm_bindgen::JsCast;
    let element: leptos::web_sys::Element = event.current_target()?.dyn_into().ok()?;
    element.get_attribute(&format!("data-{name}"))?.parse().ok()
}

/// For `focusin`.
pub(crate) fn focus(act: impl FnMut(FocusEvent) + 'static) -> Handler<FocusEvent> {
    Box::new(act)
}

/// The view while `condition` holds, nothing otherwise; made anew only when it begins to hold.
pub(crate) fn shown(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + Sync + 'static,
) -> Part {
    let holds = Memo::new(move |_| condition());
    part(move || if holds.get() { view() } else { ().into_any() })
}

/// One view for each position below `count`; those that stay are not made anew.
pub(crate) fn rows(count: Memo<usize>, row: impl Fn(usize) -> AnyView + Send + Sync + 'static) -> AnyView {
    let row: Arc<dyn Fn(usize) -> AnyView + Send + Sync> = Arc::new(row);
    view! { <For each=move || 0..count.get() key=|position| *position children=move |position| row(position) /> }.into_any()
}

/// What the view of a page's data is waited for in.
pub(crate) type Awaited = Pin<Box<dyn Future<Output = AnyView> + Send>>;

/// Shows what `awaited` becomes, and `waiting` until then.
pub(crate) fn awaited(
    waiting: fn() -> AnyView,
    awaited: impl Fn() -> Awaited + Send + Sync + 'static,
) -> AnyView {
    let awaited: Box<dyn Fn() -> Awaited + Send + Sync> = Box::new(awaited);
    view! { <Suspense fallback=waiting>{move || Suspend::new(awaited())}</Suspense> }.into_any()
}
