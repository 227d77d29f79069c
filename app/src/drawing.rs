//! What stands inside a widget: a chart, a figure, a table or text. The same views for the app and for share pages.

mod chart;
mod place;
mod renderer;

use crate::language::{drawn, t};
use charts::{Change, Direction, Table};
use leptos::prelude::*;
use model::answer::Answer;
use model::dashboard::{Size, WidgetOptions, WidgetType};

pub(crate) use chart::Chart;
#[cfg(not(feature = "ssr"))]
pub(crate) use chart::is_taken_over;
pub(crate) use place::{Box2, chart_box, spark_box};

/// How a picture gets onto the page: once and for all, or following its frame and its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    /// In the app, where script redraws it.
    Live,
    /// In a document without script.
    #[cfg(feature = "ssr")]
    Paper,
}

/// What an answer looks like as `kind`, on a card of `size`.
pub(crate) fn answer_view(
    answer: Answer,
    kind: WidgetType,
    options: WidgetOptions,
    size: Size,
    medium: Medium,
) -> AnyView {
    match kind {
        WidgetType::Text => ().into_any(),
        WidgetType::Stat => stat_view(answer, options, size, medium),
        _ if kind != WidgetType::Gauge && charts::is_empty(&answer) => nothing_counted(),
        WidgetType::Feed | WidgetType::Table => table_view(drawn(|| charts::table(&answer, kind, &options))),
        _ => picture(answer, kind, options, chart_box(size), medium),
    }
}

/// The exact figures behind a chart.
pub(crate) fn figures_view(answer: &Answer, kind: WidgetType, options: &WidgetOptions) -> AnyView {
    if charts::is_empty(answer) {
        nothing_counted()
    } else {
        table_view(drawn(|| charts::table(answer, kind, options)))
    }
}

fn picture(answer: Answer, kind: WidgetType, options: WidgetOptions, room: Box2, medium: Medium) -> AnyView {
    match medium {
        Medium::Live => view! { <Chart answer kind options room /> }.into_any(),
        #[cfg(feature = "ssr")]
        Medium::Paper => on_paper(&answer, kind, &options, room),
    }
}

/// Without script a picture cannot follow its frame, so a wide one comes twice: for desks and for phones.
#[cfg(feature = "ssr")]
fn on_paper(answer: &Answer, kind: WidgetType, options: &WidgetOptions, room: Box2) -> AnyView {
    if kind == WidgetType::Stat {
        let picture = chart::svg(answer, kind, options, room);
        return view! { <figure class="chart spark" inner_html=picture></figure> }.into_any();
    }
    if room.width <= place::PHONE_WIDTH {
        return view! { <figure class="chart" inner_html=chart::svg(answer, kind, options, room)></figure> }
            .into_any();
    }
    let narrow = Box2 {
        width: place::PHONE_WIDTH,
        height: room.height,
    };
    view! {
        <figure class="chart on-desk" inner_html=chart::svg(answer, kind, options, room)></figure>
        <figure class="chart on-phone" inner_html=chart::svg(answer, kind, options, narrow)></figure>
    }
    .into_any()
}

fn nothing_counted() -> AnyView {
    view! {
        <div class="nothing">
            <p>{t("Nothing in this range.")}</p>
            <p class="muted">{t("Choose another range, or take a filter away.")}</p>
        </div>
    }
    .into_any()
}

fn stat_view(answer: Answer, options: WidgetOptions, size: Size, medium: Medium) -> AnyView {
    let stat = drawn(|| charts::stat(&answer, &options));
    let has_course = !charts::is_empty(&answer)
        && matches!(
            answer,
            Answer::Trend(_) | Answer::Sessions(_) | Answer::Lifecycle(_) | Answer::Retention(_)
        );
    view! {
        <div class="stat">
            <div class="stat-words">
                <p class="stat-value" title=stat.exact>{stat.value}</p>
                {stat.change.map(change_view)}
                {stat.note.map(|note| view! { <p class="stat-note">{note}</p> })}
            </div>
            {has_course.then(|| picture(answer, WidgetType::Stat, options, spark_box(size), medium))}
        </div>
    }
    .into_any()
}

fn change_view(change: Change) -> AnyView {
    let (class, arrow) = match change.direction {
        Direction::Up => ("change up", "▲"),
        Direction::Down => ("change down", "▼"),
        Direction::Flat => ("change", "●"),
    };
    let Change { text, words, .. } = change;
    let title = words.clone();
    view! {
        <p class=class title=title>
            <span aria-hidden="true">{arrow}" "{text}</span>
            <span class="hidden">{words}</span>
        </p>
    }
    .into_any()
}

fn table_view(table: Table) -> AnyView {
    let kinds: Vec<bool> = table.columns.iter().map(|column| column.is_figure).collect();
    let head = table
        .columns
        .into_iter()
        .map(|column| view! { <th scope="col" class:figure=column.is_figure>{column.title}</th> })
        .collect_view();
    let total = table
        .total
        .map(|cells| view! { <tfoot>{row(cells, &kinds)}</tfoot> });
    let rows = table
        .rows
        .into_iter()
        .map(|cells| row(cells, &kinds))
        .collect_view();
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label=t("Figures")>
            <table class="figures">
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
                {total}
            </table>
        </div>
    }
    .into_any()
}

fn row(cells: Vec<String>, kinds: &[bool]) -> AnyView {
    let cells = cells
        .into_iter()
        .zip(kinds)
        .map(|(text, is_figure)| match is_figure {
            true => view! { <td class="figure">{text}</td> }.into_any(),
            false => view! { <th scope="row">{text}</th> }.into_any(),
        })
        .collect_view();
    view! { <tr>{cells}</tr> }.into_any()
}
