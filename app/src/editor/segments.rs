//! Saved segments in the form: chosen in a condition, and made of the conditions that are there.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::role::Action;
use model::segment::SegmentSpec;

use super::Editor;
use super::draft::Draft;
use super::inputs::{Called, choice_of, focus_soon};
use super::spot::Spot;
use crate::api::segments as api;
use crate::api::session::Session;
use crate::language::{t, t_with};
use crate::parts::field::TextField;
use crate::parts::live;

/// One of the organization's segments.
pub(super) fn segment_choice(editor: Editor, called: Called, spot: Spot<String>) -> AnyView {
    editor.catalogue.fetch_segments();
    let choose = move || {
        let Some(known) = editor.catalogue.segments.get() else {
            return view! { <p class="muted">{t("Loading")}" …"</p> }.into_any();
        };
        let mut called = called.clone();
        if known.is_empty() {
            called = called.hint(t("There is none yet. Set conditions and save them as a segment."));
        }
        let mut choices = vec![(String::new(), t("Choose one").to_owned())];
        choices.extend(
            known
                .into_iter()
                .map(|segment| (segment.id.to_string(), segment.name)),
        );
        let own = spot.signal(editor, Clone::clone).get_untracked();
        if choices.iter().all(|(id, _)| *id != own) {
            choices.push((own, t("A segment that is gone").to_owned()));
        }
        choice_of(editor, called, choices, spot)
    };
    view! { {live::part(choose)} }.into_any()
}

/// Keeps the conditions of the question under a name; shown while there are some that are complete.
pub(super) fn save_button(editor: Editor) -> AnyView {
    if !use_context::<Session>().is_some_and(|session| session.may(Action::EditDashboards)) {
        return ().into_any();
    }
    let filter = Memo::new(move |_| editor.draft.with(Draft::segment));
    let name = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let is_saving = RwSignal::new(false);
    let save = move || {
        let (Some(filter), Some(called)) = (filter.get_untracked(), name.get_untracked()) else {
            return;
        };
        is_saving.set(true);
        let spec = SegmentSpec {
            name: called,
            description: String::new(),
            filter,
        };
        spawn_local(async move {
            match api::create_segment(spec).await {
                Ok(segment) => {
                    let words = t_with("“{0}” is saved: choose it in any question.", &[&segment.name]);
                    editor.catalogue.keep_segment(segment);
                    editor.toasts.say(words);
                    name.try_set(None);
                    problem.try_set(None);
                }
                Err(error) => {
                    problem.try_set(Some(error.words()));
                }
            }
            is_saving.try_set(false);
        });
    };
    let typed = move || {
        view! {
            <div class="save-segment">
                <TextField
                    id="segment-name"
                    label=t("Name of the segment")
                    value=Signal::derive(move || name.get().unwrap_or_default())
                    on_input=Callback::new(move |text| name.set(Some(text)))
                    problem=problem
                />
                <button type="button" class="button small" disabled=live::flag(move || is_saving.get()) on:click=live::click(move |_| save())>{t("Save segment")}</button>
                <button type="button" class="button small quiet" on:click=live::click(move |_| name.set(None))>{t("Cancel")}</button>
            </div>
        }
        .into_any()
    };
    let begin = move |_| {
        name.set(Some(String::new()));
        focus_soon("segment-name".to_owned());
    };
    let is_named = Memo::new(move |_| name.with(Option::is_some));
    let offer = move || {
        if is_named.get() {
            return typed();
        }
        view! {
            <button type="button" class="button small quiet" on:click=live::click(begin)>{t("Save the conditions as a segment")}</button>
        }
        .into_any()
    };
    let has_conditions = Memo::new(move |_| filter.with(Option::is_some));
    view! { {live::shown(move || has_conditions.get(), move || view! { {live::part(offer)} }.into_any())} }
        .into_any()
}
