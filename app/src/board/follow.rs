//! New answers as they come: `public/live.js` holds the connection and says what arrived, the page shows it.

use leptos::prelude::*;
use leptos::web_sys::CustomEvent;
use model::answer::Answer;
use model::ids::WidgetId;
use serde::Deserialize;

use super::Board;

/// What the connection says of a dashboard: one widget's answer, or that the dashboard itself was changed.
#[derive(Deserialize)]
struct Heard {
    #[serde(default)]
    widget_id: Option<WidgetId>,
    #[serde(default)]
    answer: Option<Answer>,
    #[serde(default)]
    problem: Option<String>,
    #[serde(default)]
    changed: bool,
}

impl Board {
    fn take(self, heard: Heard) {
        // Whoever is moving things around sees other people's changes when they are done.
        if heard.changed && !self.is_editing.get_untracked() {
            self.reload();
        }
        let Some(id) = heard.widget_id else { return };
        self.page.update(|page| {
            if let Some(shown) = page.panels.iter_mut().find(|shown| shown.widget.id == id) {
                shown.answer = heard.answer;
                shown.problem = heard.problem;
            }
        });
    }
}

/// The dot that says whether the figures follow what happens; script fills it in.
#[component]
pub(super) fn LiveDot(board: Board) -> impl IntoView {
    let view = move || {
        board
            .address
            .with(|address| serde_json::to_string(&address.view).unwrap_or_default())
    };
    let take = move |event: CustomEvent| {
        let update = event
            .detail()
            .as_string()
            .and_then(|text| serde_json::from_str(&text).ok());
        if let Some(update) = update {
            board.take(update);
        }
    };
    view! {
        <live-board class="live-dot" role="status" data-board=board.id.to_string() data-view=view on:liveupdate=take></live-board>
    }
}
