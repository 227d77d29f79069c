//! The bar over a dashboard: its title, range and filters, and what can be done with it.

use leptos::prelude::*;

use super::Board;
use super::filters::Filters;
use super::follow::LiveDot;
use super::range::RangePicker;
use super::share::SharePanel;
use crate::language::t;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::popover::Popover;

#[component]
pub(super) fn TopBar(board: Board) -> impl IntoView {
    view! {
        <header class="topbar">
            <div class="titles">
                <Name board />
                <Description board />
            </div>
            <div class="tools">
                <LiveDot board />
                <RangePicker board />
                <button type="button" class="button icon-only" data-key="f" data-act="full-screen" aria-label=t("Full screen") title=t("Full screen (f)")>{icon(Icon::FullScreen)}</button>
                {board.may_share.then(|| view! { <SharePanel board /> })}
                {board.may_edit.then(|| view! { <EditTools board /> })}
            </div>
        </header>
        <Filters board />
    }
}

#[component]
fn Name(board: Board) -> impl IntoView {
    // Figures that come while somebody types must not write over what they typed.
    let kept = Memo::new(move |_| board.page.with(|page| page.dashboard.name.clone()));
    let name = move || kept.get();
    if !board.may_edit {
        return view! { <h1>{live::text(name)}</h1> }.into_any();
    }
    let keep = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event).trim().to_owned();
        if !typed.is_empty() {
            board.rename(typed);
        }
    };
    view! {
        <h1 class="editable">
            <span class="ruler" aria-hidden="true">{live::text(name)}</span>
            <input
                class="in-place"
                aria-label=t("Name of the dashboard")
                maxlength="200"
                spellcheck="false"
                autocomplete="off"
                value=live::text(name)
                prop:value=live::text(name)
                on:change=live::change(keep)
                on:keydown=live::keydown(|event| leave_on_enter(&event))
            />
        </h1>
    }
    .into_any()
}

#[component]
fn Description(board: Board) -> impl IntoView {
    let kept = Memo::new(move |_| board.page.with(|page| page.dashboard.description.clone()));
    let description = move || kept.get();
    let is_empty = move || kept.with(String::is_empty);
    view! {
        {live::part(move || {
            if board.is_editing.get() {
                view! {
                    <input
                        class="in-place description"
                        aria-label=t("Description of the dashboard")
                        placeholder=t("Say what it is about")
                        maxlength="2000"
                        autocomplete="off"
                        prop:value=live::text(description)
                        on:change=live::change(move |event| board.describe(event_target_value(&event).trim().to_owned()))
                        on:keydown=live::keydown(|event| leave_on_enter(&event))
                    />
                }.into_any()
            } else if is_empty() {
                ().into_any()
            } else {
                view! { <p class="description">{live::text(description)}</p> }.into_any()
            }
        })}
    }
}

fn leave_on_enter(event: &leptos::ev::KeyboardEvent) {
    use leptos::wasm_bindgen::JsCast;
    if event.key() != "Enter" && event.key() != "Escape" {
        return;
    }
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<leptos::web_sys::HtmlElement>().ok());
    if let Some(input) = target {
        // Losing the focus is what saves; an input that cannot lose it has none.
        let _ = input.blur();
    }
}

#[component]
fn EditTools(board: Board) -> impl IntoView {
    let widget_path = format!("/dashboards/{}/widgets/new", board.id);
    let label = move || {
        if board.is_editing.get() {
            t("Done")
        } else {
            t("Edit")
        }
        .to_owned()
    };
    view! {
        <button
            type="button"
            class="button"
            class:primary=live::flag(move || board.is_editing.get())
            data-key="e"
            title=t("Edit the dashboard (e)")
            on:click=live::click(move |_| board.is_editing.update(|editing| *editing = !*editing))
        >
            {live::part(move || icon(if board.is_editing.get() { Icon::Check } else { Icon::Edit }))}
            <span class="word">{live::text(label)}</span>
        </button>
        {live::shown(move || board.is_editing.get(), move || steps(board))}
        <a class="button" href=widget_path>{icon(Icon::Plus)}<span class="word">{t("Add widget")}</span></a>
        <More board />
    }
}

/// Taking back, and doing again.
fn steps(board: Board) -> AnyView {
    let nothing_done = move || board.history.done.with(Vec::is_empty);
    let nothing_undone = move || board.history.undone.with(Vec::is_empty);
    view! {
        <button type="button" class="button icon-only" data-act="undo" aria-label=t("Undo") title=t("Undo (Ctrl Z)") disabled=live::flag(nothing_done) on:click=live::click(move |_| board.undo())>{icon(Icon::Undo)}</button>
        <button type="button" class="button icon-only" data-act="redo" aria-label=t("Redo") title=t("Redo (Ctrl Shift Z)") disabled=live::flag(nothing_undone) on:click=live::click(move |_| board.redo())>{icon(Icon::Redo)}</button>
    }
    .into_any()
}

#[component]
fn More(board: Board) -> impl IntoView {
    view! {
        <Popover id="dashboard-menu" name=t("More") face=icon(Icon::More) look="button icon-only" panel="menu">
            <button type="button" class="menu-item" data-act="duplicate">
                {icon(Icon::Copy)}<span>{t("Duplicate dashboard")}</span>
            </button>
            <a class="menu-item" href=format!("/api/dashboards/{}/export", board.id) download="dashboard.json" rel="external">
                {icon(Icon::Download)}<span>{t("Export as a file")}</span>
            </a>
            <a class="menu-item" href=live::text(move || format!("/api/dashboards/{}/document.pdf{}", board.id, crate::address::written(&board.address.with(|address| address.view.clone())))) download="dashboard.pdf" rel="external">
                {icon(Icon::Download)}<span>{t("Save as PDF")}</span>
            </a>
            <button type="button" class="menu-item" data-act="note">{icon(Icon::Note)}<span>{t("Note what happened")}</span></button>
            <button type="button" class="menu-item" data-act="variables">{icon(Icon::Filter)}<span>{t("Variables")}</span></button>
            <button type="button" class="menu-item" data-act="versions">{icon(Icon::Retry)}<span>{t("Earlier versions")}</span></button>
            <button type="button" class="menu-item danger" data-act="delete">{icon(Icon::Trash)}<span>{t("Delete dashboard")}</span></button>
        </Popover>
    }
}
