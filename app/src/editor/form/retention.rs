//! Who came back: what begins it, what counts as coming back, and when.

use leptos::prelude::*;
use model::query::{CohortBy, Interval, RetentionMode};

use super::super::Editor;
use super::super::inputs::{self, Called};
use super::super::spot::spot;
use super::only_some;
use crate::language::{key, t};

const INTERVALS: [(Interval, &str, &str); 3] = [
    (Interval::Day, "day", key("Day")),
    (Interval::Week, "week", key("Week")),
    (Interval::Month, "month", key("Month")),
];

const MODES: [(RetentionMode, &str, &str); 2] = [
    (RetentionMode::On, "on", key("In that very interval")),
    (
        RetentionMode::OnOrAfter,
        "on_or_after",
        key("In it or any later one"),
    ),
];

const COHORTS: [(CohortBy, &str, &str); 3] = [
    (
        CohortBy::FirstInRange,
        "first_in_range",
        key("The first time in the range"),
    ),
    (CohortBy::FirstTime, "first_time", key("The first time ever")),
    (CohortBy::Recurring, "recurring", key("Every time")),
];

pub(super) fn form(editor: Editor) -> AnyView {
    let start = spot!(retention.start.event);
    let comeback = spot!(retention.comeback.event);
    view! {
        <fieldset class="part">
            <legend>{t("People begin with")}</legend>
            <div class="series" role="group" aria-label=t("Start")>
                <div class="two wordy">
                    {inputs::event(editor, Called::new("start-event", t("Start event"), "start.event").or(t("Any event")), start)}
                    {inputs::choice(editor, Called::new("cohort", t("Counted"), "cohort"), &COHORTS, spot!(retention.cohort))}
                </div>
                {only_some(editor, "start-".to_owned(), "start.".to_owned(), spot!(retention.start.conditions), start)}
            </div>
        </fieldset>
        <fieldset class="part">
            <legend>{t("And come back with")}</legend>
            <div class="series" role="group" aria-label=t("Return")>
                <div class="two wordy">
                    {inputs::event(editor, Called::new("return-event", t("Return event"), "return.event").or(t("Any event")), comeback)}
                    {inputs::choice(editor, Called::new("mode", t("They came back"), "mode"), &MODES, spot!(retention.mode))}
                </div>
                {only_some(editor, "return-".to_owned(), "return.".to_owned(), spot!(retention.comeback.conditions), comeback)}
            </div>
            <div class="two">
                {inputs::choice(editor, Called::new("cohort-interval", t("Interval"), "interval"), &INTERVALS, spot!(retention.interval))}
                {inputs::number(editor, Called::new("periods", t("Intervals to look at"), "periods"), spot!(retention.periods))}
            </div>
        </fieldset>
    }
    .into_any()
}
