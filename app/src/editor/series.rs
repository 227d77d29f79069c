//! One series of the question: which event, what is computed of it, and which of them count.

use leptos::prelude::*;
use model::query::Measure;

use super::draft::SeriesDraft;
use super::filter::{FilterLens, filter_row};
use super::form::remove;
use super::{Editor, FilterDraft};
use crate::parts::field::{ChoiceField, TextField};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;

#[derive(Clone, Copy)]
struct SeriesLens {
    editor: Editor,
    position: usize,
}

impl SeriesLens {
    fn read<T: Default + Send + Sync + 'static>(self, part: fn(&SeriesDraft) -> T) -> Signal<T> {
        Signal::derive(move || {
            self.editor
                .draft
                .with(|draft| draft.series.get(self.position).map(part).unwrap_or_default())
        })
    }

    fn change(self, change: impl FnOnce(&mut SeriesDraft)) {
        self.editor.draft.update(|draft| {
            if let Some(series) = draft.series.get_mut(self.position) {
                change(series);
            }
        });
    }

    fn problem(self, name: &'static str) -> Signal<Option<String>> {
        let whole = format!("series[{}].{name}", self.position);
        self.editor.problems.of(move |field| field == whole)
    }
}

/// The inputs of the series at `position`.
pub(super) fn series_row(editor: Editor, position: usize, count: Memo<usize>) -> AnyView {
    let lens = SeriesLens { editor, position };
    let letter = char::from(b'A' + u8::try_from(position).unwrap_or(25));
    let measures = Measure::ALL
        .into_iter()
        .map(|measure| (measure.as_str().to_owned(), measure.words().to_owned()))
        .collect();
    let needs_property = Memo::new(move |_| {
        editor.draft.with(|draft| {
            draft
                .series
                .get(position)
                .is_some_and(|series| series.measure.needs_property())
        })
    });
    let choose = Callback::new(move |chosen: String| {
        if let Some(measure) = Measure::ALL
            .into_iter()
            .find(|measure| measure.as_str() == chosen)
        {
            lens.change(|series| series.measure = measure);
        }
    });
    view! {
        <div class="series" role="group" aria-label=format!("Series {letter}")>
            <div class="series-head">
                <span class="letter" aria-hidden="true">{letter.to_string()}</span>
                {live::shown(
                    move || count.get() > 1,
                    move || remove("Remove series", move || editor.draft.update(|draft| { draft.series.remove(position); })),
                )}
            </div>
            <div class="two">
                <TextField
                    id=format!("event-{position}")
                    label="Event"
                    placeholder="Any event"
                    list="events"
                    value=lens.read(|series| series.event.clone())
                    on_input=Callback::new(move |text| lens.change(|series| series.event = text))
                    problem=lens.problem("event")
                />
                <ChoiceField
                    id=format!("measure-{position}")
                    label="Measure"
                    choices=measures
                    value=lens.read(|series| series.measure.as_str().to_owned())
                    on_choice=choose
                    problem=lens.problem("measure")
                />
                {live::shown(move || needs_property.get(), move || property_field(lens))}
                <TextField
                    id=format!("label-{position}")
                    label="Label (optional)"
                    value=lens.read(|series| series.label.clone())
                    on_input=Callback::new(move |text| lens.change(|series| series.label = text))
                    problem=lens.problem("label")
                />
            </div>
            {conditions(lens)}
        </div>
    }
    .into_any()
}

fn property_field(lens: SeriesLens) -> AnyView {
    view! {
        <TextField
            id=format!("property-{}", lens.position)
            label="Of property"
            placeholder="amount"
            list="properties"
            value=lens.read(|series| series.property.clone())
            on_input=Callback::new(move |text| lens.change(|series| series.property = text))
            problem=lens.problem("property")
        />
    }
    .into_any()
}

fn conditions(lens: SeriesLens) -> AnyView {
    let count = {
        let of_series = lens.read(|series| series.filters.len());
        Memo::new(move |_| of_series.get())
    };
    let position = lens.position;
    let condition = move |row: usize| {
        view! {
            <div class="removable">
                {filter_row(
                    &format!("series-{position}-filter-{row}"),
                    series_filter(lens, row),
                    lens.editor.problems,
                    &format!("series[{position}].filters[{row}]."),
                )}
                {remove("Remove condition", move || lens.change(|series| { series.filters.remove(row); }))}
            </div>
        }
        .into_any()
    };
    view! {
        {live::rows(count, condition)}
        <button type="button" class="button small quiet" on:click=live::click(move |_| lens.change(|series| series.filters.push(FilterDraft::default())))>
            {icon(Icon::Filter)}<span>"Only some of them"</span>
        </button>
    }
    .into_any()
}

fn series_filter(lens: SeriesLens, row: usize) -> FilterLens {
    let position = lens.position;
    let draft = lens.editor.draft;
    FilterLens {
        read: Signal::derive(move || {
            draft.with(|draft| {
                draft
                    .series
                    .get(position)
                    .and_then(|series| series.filters.get(row))
                    .cloned()
                    .unwrap_or_default()
            })
        }),
        write: Callback::new(move |filter| {
            lens.change(|series| {
                if let Some(place) = series.filters.get_mut(row) {
                    *place = filter;
                }
            });
        }),
    }
}
