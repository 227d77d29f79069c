//! A widget on its card.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use model::dashboard::{Position, Size, Widget, WidgetType};
use model::ids::WidgetId;
use model::query::Query;

use super::Board;
use super::layout::{Placed, Step};
use crate::address;
use crate::api::dashboards::Shown;
use crate::drawing::{Medium, answer_view, figures_view};
use crate::language::{t, t_with};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::{Popover, close};

/// The classes that put a card where its widget belongs.
pub(crate) fn place_classes(widget: &Widget) -> String {
    let (position, size) = (widget.position, widget.size);
    format!(
        "card x-{} y-{} w-{} h-{} kind-{}",
        position.x,
        position.y,
        size.w,
        size.h,
        widget.kind.as_str()
    )
}

/// What a widget is called where its title is empty.
pub(crate) fn name_of(widget: &Widget) -> String {
    if widget.title.is_empty() {
        t(widget.kind.words()).to_owned()
    } else {
        widget.title.clone()
    }
}

#[component]
pub(super) fn Card(board: Board, id: WidgetId) -> impl IntoView {
    let shown = Memo::new(move |_| {
        board
            .page
            .with(|page| page.panels.iter().find(|shown| shown.widget.id == id).cloned())
    });
    let as_table = RwSignal::new(false);
    let classes = move || {
        shown.with(|shown| {
            shown
                .as_ref()
                .map(|shown| place_classes(&shown.widget))
                .unwrap_or_default()
        })
    };
    let name = Memo::new(move |_| {
        shown.with(|shown| {
            shown
                .as_ref()
                .map(|shown| name_of(&shown.widget))
                .unwrap_or_default()
        })
    });
    let title = move || {
        shown.with(|shown| {
            shown
                .as_ref()
                .map(|shown| shown.widget.title.clone())
                .unwrap_or_default()
        })
    };
    // The property whose values the marks stand for.
    let property = move || {
        let chosen = board.address.with(|address| address.view.breakdown.clone());
        shown.with(|shown| {
            let query = shown
                .as_ref()
                .and_then(|shown| shown.widget.config.query.as_ref());
            // What the steps of paths are does not change with the breakdown.
            let chosen = chosen
                .as_ref()
                .filter(|_| !matches!(query, Some(Query::Paths(_))));
            let property = chosen.or_else(|| query.and_then(Query::marked_by));
            property.map(ToString::to_string).unwrap_or_default()
        })
    };
    // What kind of question it is: whether somebody is behind a mark.
    let asks = move || {
        shown.with(|shown| {
            let query = shown
                .as_ref()
                .and_then(|shown| shown.widget.config.query.as_ref());
            query.map(|query| query.kind().to_owned()).unwrap_or_default()
        })
    };
    // What moves or resizes a card does not draw what is on it anew: its frame does, by its size.
    let content = Memo::new(move |_| {
        shown.with(|shown| {
            shown.as_ref().map(|shown| {
                let mut content = shown.clone();
                content.widget.version = 0;
                content.widget.position = model::dashboard::Position::default();
                content
            })
        })
    });
    view! {
        <article
            class=live::text(classes)
            aria-label=live::text(move || name.get())
            tabindex=live::word(move || board.is_editing.get().then_some("0"))
            data-id=id.to_string()
            data-property=live::text(property)
            data-asks=live::text(asks)
            on:keydown=live::keydown(move |event| on_arrow(board, id, &event))
            on:place=live::change(move |event| on_place(board, id, &event))
        >
            <header class="card-head">
                <h2>{live::text(title)}</h2>
                <CardMenu board id name as_table kind=shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.widget.kind)) />
            </header>
            <div class="card-body">{live::part(move || content.get().map(|content| body(board, content, as_table.get())).into_any())}</div>
            {live::shown(move || board.is_editing.get(), move || view! { <Handles board id name /> }.into_any())}
        </article>
    }
}

fn body(board: Board, shown: Shown, as_table: bool) -> AnyView {
    let Shown {
        widget,
        answer,
        problem,
        html,
    } = shown;
    if let Some(problem) = problem {
        return problem_view(board, widget.id, problem);
    }
    if let Some(html) = html {
        return view! { <div class="prose" inner_html=html></div> }.into_any();
    }
    let Some(answer) = answer else {
        return ().into_any();
    };
    let options = widget.config.options;
    if as_table {
        return figures_view(&answer, widget.kind, &options);
    }
    answer_view(answer, widget.kind, options, widget.size, Medium::Live)
}

fn problem_view(board: Board, id: WidgetId, problem: String) -> AnyView {
    view! {
        <div class="nothing" role="alert">
            <p class="problem">{problem}</p>
            <p class="actions">
                <button type="button" class="button small" on:click=live::click(move |_| board.reload())>{icon(Icon::Retry)}<span>{t("Try again")}</span></button>
                {board.may_edit.then(|| view! { <a class="button small" href=format!("/dashboards/{}/widgets/{id}", board.id)>{t("Edit")}</a> })}
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn CardMenu(
    board: Board,
    id: WidgetId,
    name: Memo<String>,
    as_table: RwSignal<bool>,
    kind: Option<WidgetType>,
) -> impl IntoView {
    let panel = format!("widget-{id}");
    let closing = StoredValue::new(panel.clone());
    let shut = move || closing.with_value(|panel| close(panel));
    let has_figures = kind.is_some_and(|kind| kind.asks() && !kind.is_a_table());
    let called = Signal::derive(move || t_with("Menu of {0}", &[&name.get()]));
    let has_menu = has_figures || board.may_edit;
    let explored = move || {
        let view = board.address.with(|address| address::written(&address.view));
        format!("/explore?widget={id}&{}", view.trim_start_matches('?'))
    };
    has_menu.then(|| view! {
        <Popover id=panel name=called face=icon(Icon::More) look="button icon-only quiet" panel="menu">
            {has_figures.then(|| view! {
                <button type="button" class="menu-item" on:click=live::click(move |_| { as_table.update(|table| *table = !*table); shut(); })>
                    {icon(Icon::Table)}
                    <span>{live::text(move || if as_table.get() { t("Show as chart") } else { t("Show as table") }.to_owned())}</span>
                </button>
                <a class="menu-item" href=live::text(explored)>{icon(Icon::Chart)}<span>{t("Open in Explore")}</span></a>
            })}
            {board.may_edit.then(|| view! {
                <a class="menu-item" href=format!("/dashboards/{}/widgets/{id}", board.id)>{icon(Icon::Edit)}<span>{t("Edit")}</span></a>
                <button type="button" class="menu-item" on:click=live::click(move |_| { shut(); board.duplicate_widget(id); })>{icon(Icon::Copy)}<span>{t("Duplicate")}</span></button>
                <button type="button" class="menu-item danger" on:click=live::click(move |_| { shut(); board.delete_widget(id); })>{icon(Icon::Trash)}<span>{t("Delete")}</span></button>
            })}
        </Popover>
    })
}

#[component]
fn Handles(board: Board, id: WidgetId, name: Memo<String>) -> impl IntoView {
    let handle = move |step: Step, which: Icon, does: &'static str| {
        view! {
            <button
                type="button"
                class="handle"
                aria-label=live::text(move || format!("{does}: {}", name.get()))
                title=does
                on:click=live::click(move |_| board.step(id, step))
            >
                {icon(which)}
            </button>
        }
    };
    view! {
        <div class="handles" role="group" aria-label=live::text(move || t_with("Place of {0}", &[&name.get()]))>
            <span class="handle-group">
                {handle(Step::Left, Icon::Left, t("Move left"))}
                {handle(Step::Up, Icon::Up, t("Move up"))}
                {handle(Step::Down, Icon::Down, t("Move down"))}
                {handle(Step::Right, Icon::Right, t("Move right"))}
            </span>
            <span class="handle-group">
                {handle(Step::Narrower, Icon::Minus, t("Narrower"))}
                <span aria-hidden="true">"W"</span>
                {handle(Step::Wider, Icon::Plus, t("Wider"))}
            </span>
            <span class="handle-group">
                {handle(Step::Shorter, Icon::Minus, t("Shorter"))}
                <span aria-hidden="true">"H"</span>
                {handle(Step::Taller, Icon::Plus, t("Taller"))}
            </span>
        </div>
    }
}

/// The script of the pointer says `x y w h`, and `!` behind it once the card is let go.
fn on_place(board: Board, id: WidgetId, event: &leptos::ev::Event) {
    let Some(told) = live::told::<String>(event, "place") else {
        return;
    };
    let is_let_go = told.ends_with('!');
    let mut cells = told
        .trim_end_matches('!')
        .split(' ')
        .map_while(|cell| cell.parse().ok());
    let mut next = || cells.next();
    if let (Some(x), Some(y), Some(w), Some(h)) = (next(), next(), next(), next()) {
        let place = Placed {
            key: id,
            position: Position { x, y },
            size: Size { w, h },
        };
        board.drag(place, is_let_go);
    }
}

fn on_arrow(board: Board, id: WidgetId, event: &KeyboardEvent) {
    let is_on_card = event.target() == event.current_target();
    if !is_on_card || !board.is_editing.get_untracked() {
        return;
    }
    let step = match (event.key().as_str(), event.shift_key()) {
        ("ArrowLeft", false) => Step::Left,
        ("ArrowRight", false) => Step::Right,
        ("ArrowUp", false) => Step::Up,
        ("ArrowDown", false) => Step::Down,
        ("ArrowLeft", true) => Step::Narrower,
        ("ArrowRight", true) => Step::Wider,
        ("ArrowUp", true) => Step::Shorter,
        ("ArrowDown", true) => Step::Taller,
        _ => return,
    };
    event.prevent_default();
    board.step(id, step);
}
