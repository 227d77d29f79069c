//! What a trend counts.

use leptos::prelude::*;
use model::query::{MAX_SERIES, Measure};

use super::super::Editor;
use super::super::draft::SeriesDraft;
use super::super::inputs::{self, Called, focus_soon};
use super::super::spot::spot;
use super::only_some;
use crate::language::{t, t_with};
use crate::parts::field::ChoiceField;
use crate::parts::live;

pub(super) fn form(editor: Editor) -> AnyView {
    let count = Memo::new(move |_| editor.draft.with(|draft| draft.trend.series.len()));
    let no_series = editor.problems.named("series");
    let add = move || {
        let next = count.get_untracked();
        editor.draft.update(|draft| {
            let event = draft.leading_event().unwrap_or_default().to_owned();
            draft.trend.series.push(SeriesDraft::new(&event));
        });
        focus_soon(format!("event-{next}"));
    };
    let formula = || {
        Called::new(
            "formula",
            t("Formula (optional), for example B / A * 100"),
            "formula",
        )
    };
    view! {
        <fieldset class="part">
            <legend>{t("What to count")}</legend>
            {live::rows(count, move |position| series(editor, position, count))}
            <p class="problem" role="alert">{live::text(move || no_series.get().unwrap_or_default())}</p>
            {live::shown(move || count.get() < MAX_SERIES, move || inputs::add_button(t("Add series"), add))}
            {live::shown(
                move || count.get() > 1 || editor.draft.with(|draft| !draft.trend.formula.is_empty()),
                move || inputs::text(editor, formula(), spot!(trend.formula)),
            )}
        </fieldset>
    }
    .into_any()
}

/// The inputs of the series at `position`.
fn series(editor: Editor, position: usize, count: Memo<usize>) -> AnyView {
    let letter = char::from(b'A' + u8::try_from(position).unwrap_or(25));
    let named = |id: &str, label, field: &str| {
        Called::new(
            format!("{id}-{position}"),
            label,
            format!("series[{position}].{field}"),
        )
    };
    let event = spot!(trend.series[position].on.event);
    let take_away = move || {
        editor.draft.update(|draft| {
            if position < draft.trend.series.len() {
                draft.trend.series.remove(position);
            }
        });
    };
    view! {
        <div class="series numbered" role="group" aria-label=t_with("Series {0}", &[&letter.to_string()])>
            <div class="series-head">
                <span class="letter" aria-hidden="true">{letter.to_string()}</span>
                {live::shown(
                    move || count.get() > 1,
                    move || inputs::remove(&t_with("Remove series {0}", &[&letter.to_string()]), take_away),
                )}
            </div>
            <div class="two">
                {inputs::event(editor, named("event", t("Event"), "event").or(t("Any event")), event)}
                {measure(editor, position)}
                {of_measure(editor, position)}
                {inputs::text(editor, named("label", t("Label (optional)"), "label"), spot!(trend.series[position].label))}
            </div>
            {only_some(
                editor,
                format!("series-{position}-"),
                format!("series[{position}]."),
                spot!(trend.series[position].on.conditions),
                event,
            )}
        </div>
    }
    .into_any()
}

fn measure(editor: Editor, position: usize) -> AnyView {
    let spot = spot!(trend.series[position].measure);
    let measures = Measure::ALL
        .into_iter()
        .map(|measure| (measure.as_str().to_owned(), t(measure.words()).to_owned()))
        .collect();
    let choose = move |chosen: String| {
        let measure = Measure::ALL
            .into_iter()
            .find(|measure| measure.as_str() == chosen);
        if let Some(measure) = measure {
            spot.change(editor, |place| *place = measure);
        }
    };
    let field = format!("series[{position}].measure");
    view! {
        <ChoiceField
            id=format!("measure-{position}")
            label=t("Measure")
            choices=measures
            value=spot.signal(editor, |measure| measure.as_str().to_owned())
            on_choice=Callback::new(choose)
            problem=editor.problems.of(move |name| name == field)
        />
    }
    .into_any()
}

/// What the measure needs to know beside the event.
fn of_measure(editor: Editor, position: usize) -> AnyView {
    let needs_property = needs(editor, position, Measure::needs_property);
    let needs_group = needs(editor, position, |measure| measure == Measure::UniqueGroups);
    let needs_currency = needs(editor, position, |measure| measure == Measure::Revenue);
    let field = move |name: &str| format!("series[{position}].{name}");
    let event = spot!(trend.series[position].on.event).signal(editor, Clone::clone);
    let property = move || {
        let called = Called::new(
            format!("property-{position}"),
            t("Of property"),
            field("property"),
        );
        inputs::property(
            editor,
            called.or("amount"),
            spot!(trend.series[position].property),
            event,
        )
    };
    let group = move || {
        let called = Called::new(format!("group-{position}"), t("Groups of"), field("group"));
        inputs::text(editor, called.or("company"), spot!(trend.series[position].group))
    };
    let currency = move || {
        let called = Called::new(
            format!("currency-{position}"),
            t("In currency (optional)"),
            field("currency"),
        );
        inputs::text(
            editor,
            called.or(t("EUR")),
            spot!(trend.series[position].currency),
        )
    };
    view! {
        {live::shown(move || needs_property.get(), property)}
        {live::shown(move || needs_group.get(), group)}
        {live::shown(move || needs_currency.get(), currency)}
    }
    .into_any()
}

fn needs(editor: Editor, position: usize, part: fn(Measure) -> bool) -> Signal<bool> {
    spot!(trend.series[position].measure).signal(editor, move |measure| part(*measure))
}
