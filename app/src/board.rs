//! A dashboard's page.

mod card;
mod changes;
mod filters;
mod follow;
mod history;
mod layout;
mod range;
mod share;
mod top;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_params_map};
use model::dashboard::View;
use model::ids::{DashboardId, WidgetId};
use model::role::Action;

use crate::address::{self, Address};
use crate::api::dashboards::{self as api, Page};
use crate::api::session::Session;
use crate::error::AppError;
use crate::language::t;
use crate::parts::frame::Frame;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::load::{Fetched, loaded, waiting_board};
use crate::parts::title::Title;
use crate::parts::toast::Toasts;
use card::Card;
#[cfg(feature = "ssr")]
pub(crate) use card::place_classes;
use history::History;
use layout::Placed;
use top::TopBar;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    pub(crate) id: DashboardId,
    pub(crate) page: RwSignal<Page>,
    pub(crate) address: Memo<Address>,
    pub(crate) is_editing: RwSignal<bool>,
    pub(crate) is_loading: RwSignal<bool>,
    pub(crate) may_edit: bool,
    pub(crate) may_share: bool,
    pub(crate) toasts: Toasts,
    unsaved: StoredValue<Vec<WidgetId>>,
    is_saving: StoredValue<bool>,
    history: History,
    /// Where all cards were when one of them was taken up.
    dragged_from: StoredValue<Option<Vec<Placed<WidgetId>>>>,
    go: Callback<String>,
}

impl Board {
    /// Shows another range or filter; the address says so.
    pub(crate) fn show(self, view: &View) {
        self.go.run(self.path_of(view));
    }

    /// The address that shows `view`.
    pub(crate) fn path_of(self, view: &View) -> String {
        format!("/dashboards/{}{}", self.id, address::written(view))
    }

    /// Goes to another page.
    pub(crate) fn leave_for(self, path: String) {
        self.go.run(path);
    }

    /// Asks everything again, for what the address says now.
    pub(crate) fn reload(self) {
        let view = self.address.get_untracked().view;
        self.is_loading.set(true);
        spawn_local(async move {
            let fetched = api::dashboard_page(self.id, view.clone()).await;
            // A slow answer to an earlier question must not replace a later one.
            let is_current = self
                .address
                .try_get_untracked()
                .is_some_and(|address| address.view == view);
            if !is_current {
                return;
            }
            self.is_loading.set(false);
            match fetched {
                Ok(page) => self.page.set(page),
                Err(error) => self.toasts.problem(&error),
            }
        });
    }
}

/// The page.
#[component]
pub(crate) fn BoardPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")?.parse::<DashboardId>().ok()));
    let search = use_location().search;
    let fetched: Fetched<Page> = Resource::new(
        move || id.get(),
        move |id| {
            let view = search.with_untracked(|search| Address::read(search)).view;
            async move {
                match id {
                    Some(id) => api::dashboard_page(id, view).await,
                    None => Err(no_such_page()),
                }
            }
        },
    );
    view! { <Frame>{loaded(fetched, waiting_board, board_view)}</Frame> }
}

/// Says in the answer's status, too, that there is nothing here.
pub(crate) fn no_such_page() -> AppError {
    #[cfg(feature = "ssr")]
    crate::server::told(AppError::NotFound);
    AppError::NotFound
}

/// What the address asks of this dashboard. On the way to another page it stays what it was: what is about to be
/// taken down must not react to an address that is no longer its own.
fn own_address(id: DashboardId) -> Memo<Address> {
    let location = use_location();
    let own_path = format!("/dashboards/{id}");
    Memo::new(move |before: Option<&Address>| {
        let is_here = location.pathname.with(|path| *path == own_path);
        match before {
            Some(before) if !is_here => before.clone(),
            _ => location.search.with(|search| Address::read(search)),
        }
    })
}

fn board_view(page: Page) -> AnyView {
    let session = expect_context::<Session>();
    let address = own_address(page.dashboard.id);
    let navigate = use_navigate();
    let board = Board {
        id: page.dashboard.id,
        page: RwSignal::new(page),
        address,
        is_editing: RwSignal::new(false),
        is_loading: RwSignal::new(false),
        may_edit: session.may(Action::EditDashboards),
        may_share: session.may(Action::Share),
        toasts: Toasts::here(),
        unsaved: StoredValue::new(Vec::new()),
        is_saving: StoredValue::new(false),
        history: History::new(),
        dragged_from: StoredValue::new(None),
        go: Callback::new(move |path: String| {
            navigate(
                &path,
                NavigateOptions {
                    scroll: false,
                    ..NavigateOptions::default()
                },
            );
        }),
    };
    Effect::watch(move || address.get().view, move |_, _, _| board.reload(), false);
    view! {
        <Title text=Signal::derive(move || board.page.with(|page| page.dashboard.name.clone())) />
        <TopBar board />
        <Notices board />
        <Grid board />
    }
    .into_any()
}

#[component]
fn Notices(board: Board) -> impl IntoView {
    let problem = move || board.address.with(|address| address.problem.clone());
    view! {
        {live::part(move || problem().map(|words| view! { <p class="notice problem" role="alert">{icon(Icon::Warning)}{words}</p> }).into_any())}
        <div class="progress" class:busy=live::flag(move || board.is_loading.get()) role="progressbar" aria-label=t("Loading") aria-hidden=live::word(move || (!board.is_loading.get()).then_some("true"))></div>
    }
}

#[component]
fn Grid(board: Board) -> impl IntoView {
    let ids = Memo::new(move |_| {
        board.page.with(|page| {
            page.panels
                .iter()
                .map(|shown| shown.widget.id)
                .collect::<Vec<WidgetId>>()
        })
    });
    let is_empty = move || ids.with(Vec::is_empty);
    view! {
        {live::shown(is_empty, move || view! { <EmptyBoard board /> }.into_any())}
        <div
            class="grid"
            class:editing=live::flag(move || board.is_editing.get())
            class:stale=live::flag(move || board.is_loading.get())
            data-board=board.id.to_string()
            on:reload=live::change(move |_| board.reload())
            on:added=live::change(move |event| if let Some(id) = live::told(&event, "added") { board.added(id); })
        >
            <For each=move || ids.get() key=|id| *id let(id)>
                <Card board id />
            </For>
        </div>
    }
}

#[component]
fn EmptyBoard(board: Board) -> impl IntoView {
    view! {
        <div class="empty">
            {icon(Icon::Chart)}
            <h2>{t("No widgets yet")}</h2>
            {if board.may_edit {
                view! {
                    <p>{t("A widget answers one question: how many, how much, by whom.")}</p>
                    <p class="actions">
                        <a class="button primary" href=format!("/dashboards/{}/widgets/new", board.id)>{t("Add the first widget")}</a>
                        <a class="button" href="/settings/keys">{t("Send events first")}</a>
                    </p>
                }.into_any()
            } else {
                view! { <p>{t("Ask an editor of your organization to add some.")}</p> }.into_any()
            }}
        </div>
    }
}
