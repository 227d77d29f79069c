//! Over which time.

use leptos::prelude::*;
use model::query::{Compare, Interval};

use super::super::Editor;
use super::super::draft::{CUSTOM, Topic};
use super::super::inputs::{self, Called};
use super::super::spot::{Spot, spot};
use crate::language::{key, t};
use crate::parts::field::{ChoiceField, TextField};
use crate::parts::live;

const INTERVALS: [(Option<Interval>, &str, &str); 6] = [
    (None, "", key("Automatic")),
    (Some(Interval::Minute), "minute", key("Minute")),
    (Some(Interval::Hour), "hour", key("Hour")),
    (Some(Interval::Day), "day", key("Day")),
    (Some(Interval::Week), "week", key("Week")),
    (Some(Interval::Month), "month", key("Month")),
];

const COMPARES: [(Option<Compare>, &str, &str); 3] = [
    (None, "", key("Nothing")),
    (
        Some(Compare::PreviousPeriod),
        "previous_period",
        key("The period before"),
    ),
    (
        Some(Compare::PreviousYear),
        "previous_year",
        key("The year before"),
    ),
];

pub(super) fn form(editor: Editor, topic: Topic) -> AnyView {
    let is_custom = spot!(time.range).signal(editor, |range| range == CUSTOM);
    let each = if topic == Topic::Stickiness {
        t("Counted in")
    } else {
        t("One point for each")
    };
    let interval = topic.has_buckets().then(|| {
        inputs::choice(
            editor,
            Called::new("interval", each, "interval"),
            &INTERVALS,
            spot!(time.interval),
        )
    });
    let compare = (topic == Topic::Trend).then(|| {
        inputs::choice(
            editor,
            Called::new("compare", t("Compare with"), "compare"),
            &COMPARES,
            spot!(trend.compare),
        )
    });
    view! {
        <fieldset class="part">
            <legend>{t("Time")}</legend>
            <div class="three">
                {range(editor)}
                {interval}
                {compare}
            </div>
            {live::shown(move || is_custom.get(), move || days(editor))}
        </fieldset>
    }
    .into_any()
}

fn range(editor: Editor) -> AnyView {
    let spot = spot!(time.range);
    view! {
        <ChoiceField
            id="widget-range"
            label=t("Range")
            choices=editor.draft.with_untracked(|draft| draft.time.offered())
            value=spot.signal(editor, Clone::clone)
            on_choice=Callback::new(move |range| spot.change(editor, |place| *place = range))
            problem=editor.problems.of(|field| field == "range" || field.starts_with("range."))
        />
    }
    .into_any()
}

fn days(editor: Editor) -> AnyView {
    let kind = if editor.draft.with_untracked(|draft| draft.time.has_days()) {
        "date"
    } else {
        "text"
    };
    view! {
        <div class="two">
            {day(editor, "widget-from", t("First day"), kind, spot!(time.from))}
            {day(editor, "widget-to", t("Last day"), kind, spot!(time.to))}
        </div>
    }
    .into_any()
}

fn day(
    editor: Editor,
    id: &'static str,
    label: &'static str,
    kind: &'static str,
    spot: Spot<String>,
) -> AnyView {
    view! {
        <TextField
            id=id
            label=label
            kind=kind
            value=spot.signal(editor, Clone::clone)
            on_input=Callback::new(move |text| spot.change(editor, |place| *place = text))
        />
    }
    .into_any()
}
