//! Rows that have an order: moved, added and taken away by button and keyboard.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlSelectElement};

use super::Editor;
use super::inputs::focus_soon;
use super::spot::Spot;
use crate::language::{t, t_with};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;

/// A list of the draft, shown as rows.
pub(super) struct Rows<T: 'static> {
    pub(super) editor: Editor,
    pub(super) list: Spot<Vec<T>>,
    pub(super) count: Memo<usize>,
    /// What a row is called: `step`. The `id`s in a row begin with `step-0-`.
    pub(super) name: &'static str,
    /// What its first input's `id` ends in.
    pub(super) first_input: &'static str,
    /// How many there must be.
    pub(super) least: usize,
}

impl<T> Clone for Rows<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Rows<T> {}

impl<T: Send + Sync> Rows<T> {
    pub(super) fn new(
        editor: Editor,
        list: Spot<Vec<T>>,
        name: &'static str,
        first_input: &'static str,
        least: usize,
    ) -> Self {
        let length = list.signal(editor, Vec::len);
        Self {
            editor,
            list,
            count: Memo::new(move |_| length.get()),
            name,
            first_input,
            least,
        }
    }

    /// The button that adds a row and goes to it.
    pub(super) fn add_button(self, label: &'static str, row: fn() -> T) -> AnyView {
        let add = move |_| {
            let position = self.count.get_untracked();
            self.list.change(self.editor, |list| list.push(row()));
            self.go_to(position, self.first_input);
        };
        view! {
            <button type="button" class="button small" id=self.add_id() on:click=live::click(add)>{icon(Icon::Plus)}<span>{label}</span></button>
        }
        .into_any()
    }

    /// The buttons of the row at `position`.
    pub(super) fn buttons(self, position: usize) -> AnyView {
        let name = self.name;
        let number = position + 1;
        let is_first = position == 0;
        let is_last = move || self.count.get() <= number;
        let is_needed = move || self.count.get() <= self.least;
        view! {
            <div class="row-buttons">
                <button
                    type="button"
                    class="button icon-only quiet"
                    id=self.id(position, "up")
                    aria-label=t_with("Move {0} {1} up", &[t(name), &number.to_string()])
                    title=t("Move up (Alt + ↑)")
                    disabled=is_first
                    on:click=live::click(move |_| self.move_row(position, false, "up"))
                >
                    {icon(Icon::Up)}
                </button>
                <button
                    type="button"
                    class="button icon-only quiet"
                    id=self.id(position, "down")
                    aria-label=t_with("Move {0} {1} down", &[t(name), &number.to_string()])
                    title=t("Move down (Alt + ↓)")
                    disabled=live::flag(is_last)
                    on:click=live::click(move |_| self.move_row(position, true, "down"))
                >
                    {icon(Icon::Down)}
                </button>
                <button
                    type="button"
                    class="button icon-only quiet"
                    id=self.id(position, "remove")
                    aria-label=t_with("Remove {0} {1}", &[t(name), &number.to_string()])
                    title=t("Remove")
                    disabled=live::flag(is_needed)
                    on:click=live::click(move |_| self.remove(position))
                >
                    {icon(Icon::Close)}
                </button>
            </div>
        }
        .into_any()
    }

    /// Moves the row at `position` with Alt and an arrow key; who typed in it goes along.
    pub(super) fn on_key(self, position: usize, event: &KeyboardEvent) {
        let is_down = match event.key().as_str() {
            "ArrowDown" => true,
            "ArrowUp" => false,
            _ => return,
        };
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        // In a choice these keys open it.
        let Some(target) = target.filter(|target| !target.has_type::<HtmlSelectElement>()) else {
            return;
        };
        if !event.alt_key() {
            return;
        }
        event.prevent_default();
        let id = target.id();
        let input = id
            .strip_prefix(&self.id(position, ""))
            .unwrap_or(self.first_input);
        self.move_row(position, is_down, input);
    }

    fn move_row(self, position: usize, is_down: bool, input: &str) {
        let count = self.count.get_untracked();
        let target = if is_down {
            Some(position + 1).filter(|target| *target < count)
        } else {
            position.checked_sub(1)
        };
        let Some(target) = target else { return };
        self.list.change(self.editor, |list| list.swap(position, target));
        let number = target + 1;
        self.editor.said.set(t_with(
            "Moved to position {0} of {1}.",
            &[&number.to_string(), &count.to_string()],
        ));
        // A button that leads no further cannot hold the focus.
        let input = match input {
            "up" if target == 0 => "down",
            "down" if number == count => "up",
            other => other,
        };
        self.go_to(target, input);
    }

    fn remove(self, position: usize) {
        let count = self.count.get_untracked();
        if count <= self.least || position >= count {
            return;
        }
        self.list.change(self.editor, |list| {
            list.remove(position);
        });
        self.editor.said.set(t_with(
            "Removed {0} {1}.",
            &[t(self.name), &(position + 1).to_string()],
        ));
        if count > 1 {
            self.go_to(position.min(count - 2), self.first_input);
        } else {
            focus_soon(self.add_id());
        }
    }

    fn go_to(self, position: usize, input: &str) {
        focus_soon(self.id(position, input));
    }

    fn add_id(self) -> String {
        format!("add-{}", self.name)
    }

    fn id(self, position: usize, input: &str) -> String {
        format!("{}-{position}-{input}", self.name)
    }
}
