//! What a form says when it is sent, for script that does what the form would: one set of fields, read in one way.

use leptos::ev::SubmitEvent;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{FormData, HtmlFormElement};

/// A form that is being sent.
pub(crate) struct Sent(HtmlFormElement);

impl Sent {
    /// Keeps the browser from sending it by itself.
    pub(crate) fn instead_of(event: &SubmitEvent) -> Option<Self> {
        event.prevent_default();
        event.target()?.dyn_into().ok().map(Self)
    }

    /// Its fields, as the browser would send them.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let Ok(data) = FormData::new_with_form(&self.0) else {
            return Vec::new();
        };
        let text = |value: js_sys::wasm_bindgen::JsValue| value.as_string().unwrap_or_default();
        let pairs = js_sys::Array::from(&data).into_iter();
        pairs
            .map(|pair| {
                let pair = js_sys::Array::from(&pair);
                (text(pair.get(0)), text(pair.get(1)))
            })
            .collect()
    }

    /// Empties it again.
    pub(crate) fn reset(&self) {
        self.0.reset();
    }
}

/// The value of the field `name`; empty where there is none.
pub(crate) fn field(fields: &[(String, String)], name: &str) -> String {
    let found = fields.iter().find(|(field, _)| field == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}
