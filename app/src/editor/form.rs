//! The inputs of the editor.

use leptos::prelude::*;
use model::dashboard::{Unit, WidgetType};
use model::query::{Compare, Interval, MAX_SERIES, Query};

use super::draft::{CUSTOM, Draft, SeriesDraft};
use super::filter::{FilterLens, filter_row};
use super::series::series_row;
use super::{Editor, FilterDraft, USUAL_PROPERTIES};
use crate::api::session::Session;
use crate::parts::field::{ChoiceField, Field, TextField};
use crate::parts::first_event::FirstEvent;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;

/// Everything that can be said of a widget.
pub(super) fn form(editor: Editor) -> AnyView {
    let asks = Memo::new(move |_| editor.draft.with(|draft| draft.kind.asks()));
    view! {
        {types(editor)}
        {text(editor, "widget-title", "Title", "title", |draft| &mut draft.title)}
        {live::part(move || if asks.get() { question(editor) } else { markdown(editor) })}
        {suggestions(editor)}
    }
    .into_any()
}

/// An input for one text of the draft.
pub(super) fn text(
    editor: Editor,
    id: &'static str,
    label: &'static str,
    field: &'static str,
    place: fn(&mut Draft) -> &mut String,
) -> AnyView {
    let read = move || editor.draft.with(|draft| place(&mut draft.clone()).clone());
    view! {
        <TextField
            id=id
            label=label
            value=Signal::derive(read)
            on_input=Callback::new(move |text| editor.draft.update(|draft| *place(draft) = text))
            problem=editor.problems.named(field)
        />
    }
    .into_any()
}

fn types(editor: Editor) -> AnyView {
    let has_cohorts = editor
        .draft
        .with_untracked(|draft| matches!(draft.kept_query, Some(Query::Retention(_))));
    // Of the others only the one that it is already: this form asks for figures over time.
    let own = editor.draft.with_untracked(|draft| draft.kind);
    let choices = WidgetType::ALL
        .into_iter()
        .filter(|kind| has_cohorts || *kind != WidgetType::Retention)
        .filter(|kind| kind.shows_figures_over_time() || *kind == own)
        .map(|kind| {
            let is_chosen = move || editor.draft.with(|draft| draft.kind == kind);
            view! {
                <label class="type" class:chosen=live::flag(is_chosen)>
                    <input
                        type="radio"
                        name="type"
                        value=kind.as_str()
                        prop:checked=live::flag(is_chosen)
                        checked=editor.draft.with_untracked(|draft| draft.kind == kind)
                        on:change=live::change(move |_| editor.draft.update(|draft| draft.kind = kind))
                    />
                    {type_icon(kind)}
                    <span>{kind.words()}</span>
                </label>
            }
        })
        .collect_view();
    view! { <fieldset class="types"><legend>"Type"</legend>{choices}</fieldset> }.into_any()
}

fn type_icon(kind: WidgetType) -> AnyView {
    let path = match kind {
        WidgetType::Stat => "M5 5l3-2v10M5 13h6",
        WidgetType::Line => "M2 12l4-5l3 3l5-7",
        WidgetType::Area => "M2 13v-3l4-4l3 3l5-6v10z",
        WidgetType::Bar => "M3.5 13v-5M8 13v-10M12.5 13v-7",
        WidgetType::StackedBar => "M3.5 13v-4M3.5 7.5v-2M8 13v-3M8 8.5v-5.5M12.5 13v-5M12.5 6.5v-2",
        WidgetType::HorizontalBar => "M2.5 4h11M2.5 8h7M2.5 12h4",
        WidgetType::Pie => "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 8v-5.5M8 8l4 3.8",
        WidgetType::Donut => {
            "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11M8 5.7a2.3 2.3 0 1 1 0 4.6a2.3 2.3 0 1 1 0-4.6"
        }
        WidgetType::Funnel => "M2.5 4h11M4.5 8h7M6.5 12h3",
        WidgetType::Feed => "M2.5 4h2M6.5 4h7M2.5 8h2M6.5 8h7M2.5 12h2M6.5 12h7",
        WidgetType::Paths => "M2.5 3v4M2.5 9v4M13.5 3v3M13.5 8v5M3.5 5c5 0 4 5 9 5M3.5 11c5 0 4-6 9-6",
        WidgetType::Retention => "M2.5 3h11M2.5 6.3h11M2.5 9.6h7M2.5 12.9h3.5",
        WidgetType::Table => "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.6h11M6.5 6.3v6.7",
        WidgetType::Text => "M3 4h10M8 4v9",
    };
    view! { <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=path></path></svg> }.into_any()
}

fn markdown(editor: Editor) -> AnyView {
    view! {
        <Field label="Text" id="widget-text" hint="Markdown: # heading, **bold**, - list, [link](https://…)." problem=editor.problems.named("text")>
            <textarea
                id="widget-text"
                class="input"
                rows="12"
                aria-describedby="widget-text-problem"
                prop:value=live::text(move || editor.draft.with(|draft| draft.text.clone()))
                on:input=live::change(move |event| editor.draft.update(|draft| draft.text = event_target_value(&event)))
            >
                {editor.draft.with_untracked(|draft| draft.text.clone())}
            </textarea>
        </Field>
    }
    .into_any()
}

fn question(editor: Editor) -> AnyView {
    let kept = editor
        .draft
        .with_untracked(|draft| draft.kept_query.as_ref().map(Query::kind));
    if let Some(kind) = kept {
        let words =
            format!("This widget asks about {kind}. The question stays as it is; change it through the API.");
        return view! { <p class="muted">{words}</p> }.into_any();
    }
    view! {
        {no_events(editor)}
        {all_series(editor)}
        {filters(editor)}
        <fieldset class="part">
            <legend>"Break down"</legend>
            <div class="two">
                {property_text(editor)}
                {text(editor, "breakdown-limit", "Most values", "breakdown.limit", |draft| &mut draft.limit)}
            </div>
        </fieldset>
        {time(editor)}
        {figures(editor)}
    }
    .into_any()
}

/// What to do before there is anything to ask about.
fn no_events(editor: Editor) -> AnyView {
    let has_none = editor.names.with_value(Vec::is_empty);
    has_none
        .then(|| {
            let public_url = expect_context::<Session>().public_url;
            view! {
                <div class="notice">
                    <p><strong>"No events yet."</strong>" Send one with a key from "<a href="/settings/keys">"API keys"</a>", or go on and save the question."</p>
                    <FirstEvent public_url write_key=Signal::derive(|| "YOUR_WRITE_KEY".to_owned()) />
                </div>
            }
        })
        .into_any()
}

fn all_series(editor: Editor) -> AnyView {
    let count = Memo::new(move |_| editor.draft.with(|draft| draft.series.len()));
    let no_series = editor.problems.named("series");
    let add = move || {
        let event = editor
            .names
            .with_value(|names| names.first().cloned().unwrap_or_default());
        editor
            .draft
            .update(|draft| draft.series.push(SeriesDraft::new(event)));
    };
    view! {
        <fieldset class="part">
            <legend>"What to count"</legend>
            {live::rows(count, move |position| series_row(editor, position, count))}
            <p class="problem" role="alert">{live::text(move || no_series.get().unwrap_or_default())}</p>
            {live::shown(move || count.get() < MAX_SERIES, move || add_button("Add series", add))}
            {live::shown(
                move || count.get() > 1 || editor.draft.with(|draft| !draft.formula.is_empty()),
                move || text(editor, "formula", "Formula (optional), for example B / A * 100", "formula", |draft| &mut draft.formula),
            )}
        </fieldset>
    }
    .into_any()
}

fn filters(editor: Editor) -> AnyView {
    let count = Memo::new(move |_| editor.draft.with(|draft| draft.filters.len()));
    let condition = move |position: usize| {
        view! {
            <div class="removable">
                {filter_row(&format!("filter-{position}"), widget_filter(editor, position), editor.problems, &format!("filters[{position}]."))}
                {remove("Remove condition", move || editor.draft.update(|draft| { draft.filters.remove(position); }))}
            </div>
        }
        .into_any()
    };
    view! {
        <fieldset class="part">
            <legend>"Only events where"</legend>
            {editor.draft.with_untracked(|draft| draft.kept_filter.is_some()).then(|| view! {
                <p class="hint">"A filter that was set through the API also applies."</p>
            })}
            {live::rows(count, condition)}
            {add_button("Add condition", move || editor.draft.update(|draft| draft.filters.push(FilterDraft::default())))}
        </fieldset>
    }
    .into_any()
}

fn widget_filter(editor: Editor, position: usize) -> FilterLens {
    FilterLens {
        read: Signal::derive(move || {
            editor
                .draft
                .with(|draft| draft.filters.get(position).cloned().unwrap_or_default())
        }),
        write: Callback::new(move |filter| {
            editor.draft.update(|draft| {
                if let Some(place) = draft.filters.get_mut(position) {
                    *place = filter;
                }
            });
        }),
    }
}

fn add_button(label: &'static str, act: impl Fn() + 'static) -> AnyView {
    view! {
        <button type="button" class="button small" on:click=live::click(move |_| act())>{icon(Icon::Plus)}<span>{label}</span></button>
    }
    .into_any()
}

/// A button that takes a row away.
pub(super) fn remove(label: &'static str, act: impl Fn() + 'static) -> AnyView {
    view! {
        <button type="button" class="button icon-only quiet" aria-label=label title=label on:click=live::click(move |_| act())>{icon(Icon::Close)}</button>
    }
    .into_any()
}

fn property_text(editor: Editor) -> AnyView {
    view! {
        <TextField
            id="breakdown"
            label="By property (optional)"
            placeholder="$path"
            list="properties"
            value=Signal::derive(move || editor.draft.with(|draft| draft.breakdown.clone()))
            on_input=Callback::new(move |text| editor.draft.update(|draft| draft.breakdown = text))
            problem=editor.problems.named("breakdown.property")
        />
    }
    .into_any()
}

const INTERVALS: [(Interval, &str, &str); 5] = [
    (Interval::Minute, "minute", "Minute"),
    (Interval::Hour, "hour", "Hour"),
    (Interval::Day, "day", "Day"),
    (Interval::Week, "week", "Week"),
    (Interval::Month, "month", "Month"),
];

const COMPARES: [(Compare, &str, &str); 2] = [
    (Compare::PreviousPeriod, "previous_period", "The period before"),
    (Compare::PreviousYear, "previous_year", "The year before"),
];

fn time(editor: Editor) -> AnyView {
    let ranges = editor.draft.with_untracked(Draft::ranges);
    let is_custom = Memo::new(move |_| editor.draft.with(|draft| draft.range == CUSTOM));
    let mut intervals = vec![(String::new(), "Automatic".to_owned())];
    intervals.extend(
        INTERVALS
            .iter()
            .map(|(_, word, words)| ((*word).to_owned(), (*words).to_owned())),
    );
    let interval = Signal::derive(move || {
        let chosen = editor.draft.with(|draft| draft.interval);
        INTERVALS
            .iter()
            .find(|(interval, ..)| Some(*interval) == chosen)
            .map_or("", |(_, word, _)| word)
            .to_owned()
    });
    let mut compares = vec![(String::new(), "Nothing".to_owned())];
    compares.extend(
        COMPARES
            .iter()
            .map(|(_, word, words)| ((*word).to_owned(), (*words).to_owned())),
    );
    let compare = Signal::derive(move || {
        let chosen = editor.draft.with(|draft| draft.compare);
        COMPARES
            .iter()
            .find(|(compare, ..)| Some(*compare) == chosen)
            .map_or("", |(_, word, _)| word)
            .to_owned()
    });
    let choose_interval = Callback::new(move |chosen: String| {
        let interval = INTERVALS
            .iter()
            .find(|(_, word, _)| *word == chosen)
            .map(|(interval, ..)| *interval);
        editor.draft.update(|draft| draft.interval = interval);
    });
    let choose_compare = Callback::new(move |chosen: String| {
        let compare = COMPARES
            .iter()
            .find(|(_, word, _)| *word == chosen)
            .map(|(compare, ..)| *compare);
        editor.draft.update(|draft| draft.compare = compare);
    });
    view! {
        <fieldset class="part">
            <legend>"Time"</legend>
            <div class="three">
                <ChoiceField
                    id="widget-range"
                    label="Range"
                    choices=ranges
                    value=Signal::derive(move || editor.draft.with(|draft| draft.range.clone()))
                    on_choice=Callback::new(move |range| editor.draft.update(|draft| draft.range = range))
                    problem=editor.problems.of(|field| field == "range" || field.starts_with("range."))
                />
                <ChoiceField id="interval" label="One point for each" choices=intervals value=interval on_choice=choose_interval problem=editor.problems.named("interval") />
                <ChoiceField id="compare" label="Compare with" choices=compares value=compare on_choice=choose_compare />
            </div>
            {live::shown(move || is_custom.get(), move || days(editor))}
        </fieldset>
    }
    .into_any()
}

fn days(editor: Editor) -> AnyView {
    let kind = if editor.draft.with_untracked(Draft::has_days) {
        "date"
    } else {
        "text"
    };
    view! {
        <div class="two">
            <TextField id="widget-from" label="First day" kind=kind value=Signal::derive(move || editor.draft.with(|draft| draft.from.clone())) on_input=Callback::new(move |text| editor.draft.update(|draft| draft.from = text)) />
            <TextField id="widget-to" label="Last day" kind=kind value=Signal::derive(move || editor.draft.with(|draft| draft.to.clone())) on_input=Callback::new(move |text| editor.draft.update(|draft| draft.to = text)) />
        </div>
    }
    .into_any()
}

fn figures(editor: Editor) -> AnyView {
    let words = |unit: Unit| match unit {
        Unit::Number => "Plain numbers",
        Unit::Percent => "Per cent",
        Unit::Currency => "Money",
        Unit::Duration => "Seconds",
        Unit::Bytes => "Bytes",
    };
    let units = Unit::ALL
        .into_iter()
        .map(|unit| (unit.as_str().to_owned(), words(unit).to_owned()))
        .collect();
    let is_money = Memo::new(move |_| editor.draft.with(|draft| draft.unit == Unit::Currency));
    let choose = Callback::new(move |chosen: String| {
        let unit = Unit::ALL
            .into_iter()
            .find(|unit| unit.as_str() == chosen)
            .unwrap_or_default();
        editor.draft.update(|draft| draft.unit = unit);
    });
    view! {
        <fieldset class="part">
            <legend>"Figures"</legend>
            <div class="two">
                <ChoiceField id="unit" label="Unit" choices=units value=Signal::derive(move || editor.draft.with(|draft| draft.unit.as_str().to_owned())) on_choice=choose />
                {live::shown(
                    move || is_money.get(),
                    move || text(editor, "currency", "Currency", "currency", |draft| &mut draft.currency),
                )}
            </div>
        </fieldset>
    }
    .into_any()
}

fn suggestions(editor: Editor) -> AnyView {
    let names = editor
        .names
        .get_value()
        .into_iter()
        .map(|name| view! { <option value=name></option> })
        .collect_view();
    let properties = USUAL_PROPERTIES
        .into_iter()
        .map(|name| view! { <option value=name></option> })
        .collect_view();
    view! {
        <datalist id="events">{names}</datalist>
        <datalist id="properties">{properties}</datalist>
    }
    .into_any()
}
