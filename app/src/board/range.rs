//! Choosing the range: links and a plain form, so that it works without script.

use leptos::prelude::*;
use model::dashboard::View;
use model::query::{Compare, Edge, Range};

use super::Board;
use crate::address::{self, COMPARISONS, PRESETS};
use crate::language::{t, t_with};
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::{Popover, close};

const PANEL: &str = "range";

#[component]
pub(super) fn RangePicker(board: Board) -> impl IntoView {
    let range = Memo::new(move |_| {
        let chosen = board.address.with(|address| address.view.range.clone());
        chosen.or_else(|| board.page.with(|page| page.dashboard.range.clone()))
    });
    let words = move || {
        range.with(|range| {
            range
                .as_ref()
                .map_or_else(|| t("Each widget's range").to_owned(), address::range_words)
        })
    };
    let face =
        view! { {icon(Icon::Calendar)}<span>{live::text(words)}</span>{icon(Icon::Chevron)} }.into_any();
    let presets = PRESETS
        .into_iter()
        .map(|(value, label)| {
            let preset = Range::parse_word(value).ok();
            let here = preset.clone();
            view! {
                <a
                    class="menu-item"
                    href=live::text(move || path(board, preset.clone()))
                    data-noscroll=""
                    aria-current=live::word(move || range.with(|range| *range == here).then_some("true"))
                    on:click=live::click(move |_| close(PANEL))
                >
                    {t(label)}
                </a>
            }
        })
        .collect_view();
    view! {
        <Popover id=PANEL name=Signal::derive(move || t_with("Range: {0}", &[&words()])) face key="t" panel="menu range">
            <div class="presets">{presets}</div>
            <Custom board range />
            <Comparisons board />
            <div class="menu-foot refresh" data-refresh=""></div>
            <Saved board />
        </Popover>
    }
}

fn path(board: Board, range: Option<Range>) -> String {
    let view = board.address.with(|address| address.view.clone());
    board.path_of(&View { range, ..view })
}

/// The same page compared with another period, or no longer.
#[component]
fn Comparisons(board: Board) -> impl IntoView {
    let compare = Memo::new(move |_| board.address.with(|address| address.view.compare));
    let choice = |(which, _, words): (Compare, &'static str, &'static str)| {
        let path = move || {
            let view = board.address.with(|address| address.view.clone());
            let compare = Some(which).filter(|which| view.compare != Some(*which));
            board.path_of(&View { compare, ..view })
        };
        view! {
            <a
                class="menu-item"
                href=live::text(path)
                data-noscroll=""
                aria-current=live::word(move || (compare.get() == Some(which)).then_some("true"))
                on:click=live::click(move |_| close(PANEL))
            >
                {t(words)}
            </a>
        }
    };
    let choices = COMPARISONS.into_iter().map(choice).collect_view();
    view! { <div class="menu-foot">{choices}</div> }
}

#[component]
fn Custom(board: Board, range: Memo<Option<Range>>) -> impl IntoView {
    let edge = move |first: bool| match range.get() {
        Some(Range::Between {
            from: Edge::Date(from),
            to: Edge::Date(to),
        }) => if first { from } else { to }.to_string(),
        _ => String::new(),
    };
    let at_first = untrack(|| (edge(true), edge(false)));
    let (from, to) = (
        RwSignal::new(at_first.0.clone()),
        RwSignal::new(at_first.1.clone()),
    );
    Effect::watch(
        move || (edge(true), edge(false)),
        move |(first, last), _, _| {
            from.set(first.clone());
            to.set(last.clone());
        },
        false,
    );
    let problem = RwSignal::new(None::<String>);
    let show = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match address::between(&from.get_untracked(), &to.get_untracked()) {
            Ok(range) => {
                problem.set(None);
                close(PANEL);
                board.leave_for(untrack(|| path(board, Some(range))));
            }
            Err(words) => problem.set(Some(words)),
        }
    };
    let filter = move || {
        board.address.with(|address| {
            address
                .view
                .filter
                .as_ref()
                .and_then(|filter| serde_json::to_string(filter).ok())
        })
    };
    view! {
        <form class="custom-range" method="get" action=format!("/dashboards/{}", board.id) on:submit=live::submit(show)>
            <div class="two">
                <div class="field">
                    <label for="range-from">{t("First day")}</label>
                    <input id="range-from" class="input" type="date" name="from" value=at_first.0 prop:value=live::text(move || from.get()) on:input=live::change(move |event| from.set(event_target_value(&event))) />
                </div>
                <div class="field">
                    <label for="range-to">{t("Last day")}</label>
                    <input id="range-to" class="input" type="date" name="to" value=at_first.1 prop:value=live::text(move || to.get()) on:input=live::change(move |event| to.set(event_target_value(&event))) />
                </div>
            </div>
            {live::part(move || filter().map(|json| view! { <input type="hidden" name="filter" value=json /> }).into_any())}
            <p class="problem" role="alert">{live::text(move || problem.get().unwrap_or_default())}</p>
            <button type="submit" class="button wide">{t("Show these days")}</button>
        </form>
    }
}

/// Going back to the saved range, and saving another one.
#[component]
fn Saved(board: Board) -> impl IntoView {
    let chosen = move || board.address.with(|address| address.view.range.clone());
    view! {
        {live::part(move || chosen().map(|range| view! {
            <div class="menu-foot">
                <a class="menu-item" href=live::text(move || path(board, None)) data-noscroll="" on:click=live::click(move |_| close(PANEL))>{t("Back to the saved range")}</a>
                {board.may_edit.then(|| view! {
                    <button type="button" class="menu-item" on:click=live::click(move |_| { close(PANEL); board.keep_view(Some(range.clone()), None); })>
                        {t("Save this range for everybody")}
                    </button>
                })}
            </div>
        }).into_any())}
    }
}
