//! Asking for its own sake: nothing has to be saved, and the question is in the address, to be sent along.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use model::catalogue::EventName;
use model::dashboard::{View, Widget, WidgetType};
use model::ids::WidgetId;
use model::query::Query;
use model::role::Action;

use super::{Draft, Editor, halves};
use crate::address::Address;
use crate::api::dashboards::{self, Named};
use crate::api::session::Session;
use crate::api::{catalogue, widgets};
use crate::error::AppError;
use crate::language::t;
use crate::parts::field::ChoiceField;
use crate::parts::frame::Frame;
use crate::parts::live;
use crate::parts::load::{Fetched, loaded, waiting_board};
use crate::parts::title::Title;
use crate::query_string;

const PATH: &str = "/explore";
const PAUSE: Duration = Duration::from_millis(400);

/// What the page begins with.
type Known = (Vec<Named>, Vec<EventName>, Option<Widget>);

/// The page.
#[component]
pub(super) fn ExplorePage() -> impl IntoView {
    let search = use_location().search;
    let fetched: Fetched<Known> = Resource::new(beginnings(search), move |_| {
        known(search.with_untracked(|search| shown_widget(search)))
    });
    view! { <Frame>{loaded(fetched, waiting_board, explore_view)}</Frame> }
}

/// How often the page began anew: its bare address asks for an empty page, also while another question stands there.
fn beginnings(search: Memo<String>) -> impl Fn() -> u32 + Send + Sync + 'static {
    let counted = Memo::new(move |before: Option<&(u32, bool)>| {
        let is_bare = search.with(|search| query_string::pairs(search).is_empty());
        let (count, was_bare) = before.copied().unwrap_or((0, true));
        (count + u32::from(is_bare && !was_bare), is_bare)
    });
    move || counted.get().0
}

/// The widget that the address names, and how it is looked at there.
fn shown_widget(search: &str) -> Option<(WidgetId, View)> {
    let id = query_string::value(search, "widget")?.parse().ok()?;
    Some((id, Address::read(search).view))
}

async fn known(widget: Option<(WidgetId, View)>) -> Result<Known, AppError> {
    let widget = match widget {
        None => None,
        Some((id, view)) => Some(widgets::widget_seen(id, view).await?),
    };
    Ok((
        dashboards::dashboard_names().await?,
        catalogue::event_names().await?,
        widget,
    ))
}

fn explore_view((boards, names, widget): Known) -> AnyView {
    let navigate = use_navigate();
    let asked = use_location().search.with_untracked(|search| begun(search));
    let cannot_be_read = asked.is_err();
    let most_frequent = names.first().map(|event| event.name.clone()).unwrap_or_default();
    let draft = match &widget {
        Some(widget) => Draft::of(widget),
        None => asked
            .unwrap_or_default()
            .unwrap_or_else(|| Draft::new(&most_frequent, None)),
    };
    let leave = {
        let navigate = navigate.clone();
        Callback::new(move |path: String| navigate(&path, NavigateOptions::default()))
    };
    let first_board = boards.first().map(|board| board.id);
    let board = widget.as_ref().map(|widget| widget.dashboard_id).or(first_board);
    let editor = Editor::new(draft, names, board, leave);
    let keep = Callback::new(move |path: String| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&path, options);
    });
    keep_in_the_address(editor, keep, widget.is_some());
    let may_save = expect_context::<Session>().may(Action::EditDashboards);
    view! {
        <Title text=t("Explore") />
        <form class="editor" data-explore="" on:submit=live::submit(move |event| { event.prevent_default(); if may_save { editor.save(); } })>
            <header class="topbar">
                <div class="titles">
                    <h1>{t("Explore")}</h1>
                    <p class="muted">{t("Ask anything. The address is the question: send it, and others see the same.")}</p>
                </div>
                {may_save.then(|| saving(editor, boards))}
            </header>
            {cannot_be_read.then(|| view! { <p class="notice" role="status">{t("The question in this address cannot be read, so here is a new one.")}</p> })}
            {halves(editor)}
        </form>
    }
    .into_any()
}

/// Where the question may be kept.
fn saving(editor: Editor, boards: Vec<Named>) -> AnyView {
    let mut choices: Vec<(String, String)> = boards
        .into_iter()
        .map(|board| (board.id.to_string(), board.name))
        .collect();
    choices.push((String::new(), t("A new dashboard").to_owned()));
    let value = Signal::derive(move || {
        let chosen = editor.dashboard.get();
        chosen.map(|id| id.to_string()).unwrap_or_default()
    });
    let choose = move |chosen: String| editor.dashboard.set(chosen.parse().ok());
    view! {
        <div class="tools keep-on">
            <ChoiceField id="keep-on" label=t("Keep it on") choices value on_choice=Callback::new(choose) />
            <button type="submit" class="button primary" disabled=live::flag(move || editor.is_saving.get())>{t("Save as widget")}</button>
        </div>
    }
    .into_any()
}

/// The question in an address, where there is one.
///
/// # Errors
/// Where it cannot be read.
fn begun(search: &str) -> Result<Option<Draft>, ()> {
    let Some(question) = query_string::value(search, "q") else {
        return Ok(None);
    };
    let kind = query_string::value(search, "as").and_then(|word| WidgetType::parse(&word));
    let query = Query::parse(&question).map_err(|_| ())?;
    Ok(Some(Draft::asking(&query, kind)))
}

/// The address of a question; none while something is missing.
fn address(draft: &Draft) -> Option<String> {
    let query = draft.query().ok()??;
    let question = serde_json::to_string(&query).ok()?;
    let pairs = [("q", question), ("as", draft.kind.as_str().to_owned())];
    Some(format!("{PATH}{}", query_string::written(&pairs)))
}

/// Keeps the address at what is asked: from the first change on, or `at_once`.
fn keep_in_the_address(editor: Editor, keep: Callback<String>, at_once: bool) {
    let asked = Memo::new(move |_| editor.draft.with(address));
    let pause = StoredValue::new(None::<TimeoutHandle>);
    Effect::watch(
        move || asked.get(),
        move |now, _, _| {
            if let Some(pending) = pause.get_value() {
                pending.clear();
            }
            let Some(path) = now.clone() else { return };
            let write = move || {
                let still = asked.try_get_untracked().flatten();
                if still.as_ref() == Some(&path) {
                    keep.run(path);
                }
            };
            pause.set_value(set_timeout_with_handle(write, PAUSE).ok());
        },
        at_once,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_comes_back_from_its_address() {
        let search = r#"?q={"kind":"trend","series":[{"event":"sign_up","measure":"unique_users"}],"range":{"last":"7d"}}&as=bar"#;
        let draft = begun(search).expect("it can be read").expect("there is one");
        assert_eq!(draft.kind, WidgetType::Bar);
        let path = address(&draft).expect("nothing is missing");
        let again = begun(path.trim_start_matches(PATH)).expect("it can be read");
        assert_eq!(address(&again.expect("there is one")), Some(path));
    }

    #[test]
    fn what_cannot_show_an_answer_does_not() {
        let steps = r#"?q={"kind":"funnel","steps":[{"event":"a"},{"event":"b"}],"range":{"last":"7d"},"window":"7d"}&as=map"#;
        let draft = begun(steps).expect("it can be read").expect("there is one");
        assert_eq!(draft.kind, WidgetType::Funnel);
        assert!(begun("?as=bar").expect("nothing is wrong").is_none());
        assert!(begun("?q=%7B").is_err());
    }

    #[test]
    fn an_unfinished_question_has_no_address() {
        let mut draft = Draft::new("page_view", None);
        assert!(address(&draft).is_some());
        draft.turn_to(super::super::draft::Topic::Funnel);
        assert_eq!(address(&draft), None);
    }
}
