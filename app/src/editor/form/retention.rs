//! Who came back: what begins it, what counts as coming back, and when.

use leptos::prelude::*;
use model::query::{CohortBy, Interval, RetentionMode};

use super::super::Editor;
use super::super::inputs::{self, Called};
use super::super::spot::spot;
use super::only_some;

const INTERVALS: [(Interval, &str, &str); 3] = [
    (Interval::Day, "day", "Day"),
    (Interval::Week, "week", "Week"),
    (Interval::Month, "month", "Month"),
];

const MODES: [(RetentionMode, &str, &str); 2] = [
    (RetentionMode::On, "on", "In that very interval"),
    (RetentionMode::OnOrAfter, "on_or_after", "In it or any later one"),
];

const COHORTS: [(CohortBy, &str, &str); 3] = [
    (
        CohortBy::FirstInRange,
        "first_in_range",
        "The first time in the range",
    ),
    (CohortBy::FirstTime, "first_time", "The first time ever"),
    (CohortBy::Recurring, "recurring", "Every time"),
];

pub(super) fn form(editor: Editor) -> AnyView {
    let start = spot!(retention.start.event);
    let comeback = spot!(retention.comeback.event);
    view! {
        <fieldset class="part">
            <legend>"People begin with"</legend>
            <div class="series" role="group" aria-label="Start">
                <div class="two wordy">
                    {inputs::event(editor, Called::new("start-event", "Start event", "start.event").or("Any event"), start)}
                    {inputs::choice(editor, Called::new("cohort", "Counted", "cohort"), &COHORTS, spot!(retention.cohort))}
                </div>
                {only_some(editor, "start-".to_owned(), "start.".to_owned(), spot!(retention.start.conditions), start)}
            </div>
        </fieldset>
        <fieldset class="part">
            <legend>"And come back with"</legend>
            <div class="series" role="group" aria-label="Return">
                <div class="two wordy">
                    {inputs::event(editor, Called::new("return-event", "Return event", "return.event").or("Any event"), comeback)}
                    {inputs::choice(editor, Called::new("mode", "They came back", "mode"), &MODES, spot!(retention.mode))}
                </div>
                {only_some(editor, "return-".to_owned(), "return.".to_owned(), spot!(retention.comeback.conditions), comeback)}
            </div>
            <div class="two">
                {inputs::choice(editor, Called::new("cohort-interval", "Interval", "interval"), &INTERVALS, spot!(retention.interval))}
                {inputs::number(editor, Called::new("periods", "Intervals to look at", "periods"), spot!(retention.periods))}
            </div>
        </fieldset>
    }
    .into_any()
}
