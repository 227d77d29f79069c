//! Conditions on people in rows: what they did, or which segment they are in.

use leptos::prelude::*;

use super::Editor;
use super::draft::{PeopleDraft, Way};
use super::inputs::{Called, choice, choice_of, event, focus_soon, number, remove};
use super::segments::{save_button, segment_choice};
use super::spot::spot;
use crate::address::PRESETS;
use crate::language::{key, t};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;

/// The ways, with the word of the form and the words for people.
const WAYS: [(Way, &str, &str); 4] = [
    (Way::Did, "did", key("did")),
    (Way::DidNot, "did_not", key("did not do")),
    (Way::InSegment, "in", key("are in the segment")),
    (Way::NotInSegment, "not_in", key("are not in the segment")),
];

/// The rows, a button that adds one, and one that keeps all conditions as a segment.
pub(super) fn people(editor: Editor) -> AnyView {
    let spot = spot!(conditions.people);
    let length = spot.signal(editor, Vec::len);
    let count = Memo::new(move |_| length.get());
    let add = move |_| {
        let next = count.get_untracked();
        spot.change(editor, |rows| rows.push(PeopleDraft::default()));
        focus_soon(format!("people-{next}-way"));
    };
    view! {
        <fieldset class="part">
            <legend>{t("Only people who")}</legend>
            {live::rows(count, move |row| condition(editor, row))}
            <button type="button" class="button small" on:click=live::click(add)>{icon(Icon::Plus)}<span>{t("Add people")}</span></button>
            {save_button(editor)}
        </fieldset>
    }
    .into_any()
}

fn condition(editor: Editor, row: usize) -> AnyView {
    let called = |name: &str, label: &'static str| {
        Called::new(
            format!("people-{row}-{name}"),
            label,
            format!("people[{row}].{name}"),
        )
    };
    let way = spot!(conditions.people[row].way);
    let current = way.signal(editor, |way| *way);
    let way_now = Memo::new(move |_| current.get());
    let take_away = move || {
        spot!(conditions.people).change(editor, |rows| {
            if row < rows.len() {
                rows.remove(row);
            }
        });
    };
    let (segment, did) = (
        called("segment", t("Segment")),
        called("event", t("Event")).or(t("any event")),
    );
    let (often, within) = (
        called("at_least", t("At least so often")),
        called("within", t("In which time")),
    );
    let rest = move || {
        let way = way_now.get();
        if way.names_a_segment() {
            return segment_choice(editor, segment.clone(), spot!(conditions.people[row].segment));
        }
        let counts = way == Way::Did;
        view! {
            {event(editor, did.clone(), spot!(conditions.people[row].event))}
            {counts.then(|| number(editor, often.clone(), spot!(conditions.people[row].at_least)))}
            {time(editor, within.clone(), row)}
        }
        .into_any()
    };
    view! {
        <div class="removable">
            <div class="people-row">
                {choice(editor, called("way", t("People who")), &WAYS, way)}
                {live::part(rest)}
            </div>
            {remove(t("Remove condition"), take_away)}
        </div>
    }
    .into_any()
}

/// Within the usual ranges, or ever.
fn time(editor: Editor, called: Called, row: usize) -> AnyView {
    let spot = spot!(conditions.people[row].within);
    let now = spot.signal(editor, Clone::clone).get_untracked();
    let mut choices = vec![(String::new(), t("ever").to_owned())];
    choices.extend(PRESETS.map(|(word, words)| (word.to_owned(), t(words).to_owned())));
    if choices.iter().all(|(word, _)| *word != now) {
        choices.push((now.clone(), crate::address::word_words(&now)));
    }
    choice_of(editor, called, choices, spot)
}
