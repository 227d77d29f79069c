//! The organization's dashboards.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::dashboard::DashboardSpec;
use model::query::Range;
use model::role::Action;

use super::landing::landing;
use crate::api::dashboards::{self as api, Listed};
use crate::api::session::Session;
use crate::error::AppError;
use crate::parts::field::{Problems, TextField};
use crate::parts::frame::framed;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::load::{Fetched, SessionData, failed, loaded, waiting_list};
use crate::parts::popover::Popover;
use crate::parts::toast::Toasts;
use crate::words;

/// The dashboards of a signed-in person; what DataPulse is, for everybody else.
#[component]
pub(super) fn HomePage() -> impl IntoView {
    let session = expect_context::<SessionData>().0;
    let listed: Fetched<Vec<Listed>> = Resource::new(
        || (),
        move |()| async move {
            match session.await {
                Ok(Some(_)) => api::dashboards().await,
                Ok(None) => Ok(Vec::new()),
                Err(error) => Err(error),
            }
        },
    );
    live::awaited(waiting_list, move || {
        Box::pin(async move {
            match session.await {
                Ok(Some(session)) => {
                    let page = list_page(&session, listed);
                    framed(session, page)
                }
                Ok(None) => landing(),
                Err(error) => failed(&error, None),
            }
        })
    })
}

fn list_page(session: &Session, listed: Fetched<Vec<Listed>>) -> AnyView {
    let may_edit = session.may(Action::EditDashboards);
    view! {
        <Title text="Dashboards" />
        <header class="topbar">
            <h1>"Dashboards"</h1>
            <div class="tools">
                <input
                    type="search"
                    class="input search"
                    placeholder="Search"
                    aria-label="Search the dashboards"
                    title="Search (/)"
                    data-search="#dashboards"
                    autocomplete="off"
                />
                {may_edit.then(|| view! { <Templates /><NewDashboard /> })}
            </div>
        </header>
        {loaded(listed, waiting_list, move |listed| list(listed, may_edit))}
    }
    .into_any()
}

fn list(listed: Vec<Listed>, may_edit: bool) -> AnyView {
    if listed.is_empty() {
        let next = if may_edit {
            "Let one fill itself with “From a template”, or begin with “New dashboard” and add widgets that answer your questions."
        } else {
            "Ask an editor of your organization to make one."
        };
        return view! {
            <div class="empty">
                {icon(Icon::Dashboards)}
                <h2>"No dashboards yet"</h2>
                <p>{next}</p>
                {may_edit.then(|| view! { <p>"Nothing sent yet? "<a href="/settings/keys">"Make a key and send a first event"</a>"."</p> })}
            </div>
        }
        .into_any();
    }
    let items = listed.into_iter().map(item).collect_view();
    view! {
        <p class="search-said muted" role="status" data-search-said=""></p>
        <ul class="cards" id="dashboards">{items}</ul>
    }
    .into_any()
}

/// Dashboards that fill themselves from the events that are there, and files; `public/scripts/dialogs.js` fills the panel.
#[component]
fn Templates() -> impl IntoView {
    let face = view! { {icon(Icon::Chart)}<span class="word">"From a template"</span> }.into_any();
    view! {
        <Popover id="templates" name="From a template" face look="button" panel="menu templates">
            <div data-templates=""></div>
        </Popover>
    }
}

fn item(listed: Listed) -> AnyView {
    let Listed {
        dashboard,
        widgets,
        is_favourite,
    } = listed;
    let called = format!("Favourite: {}", dashboard.name);
    let changed = dashboard.updated_at;
    view! {
        <li>
            <a class="card-link" href=format!("/dashboards/{}", dashboard.id)>
                <h2>{dashboard.name}</h2>
                <p class="description">{dashboard.description}</p>
                <p class="meta">
                    <span>{words::counted(widgets, "widget")}</span>
                    <span>"Changed " <time datetime=changed.to_string()>{words::day_of(changed)}</time></span>
                </p>
            </a>
            <button
                type="button"
                class="button icon-only quiet star"
                data-favourite=dashboard.id.to_string()
                aria-pressed=if is_favourite { "true" } else { "false" }
                aria-label=called
                title="Favourite"
            >
                {icon(Icon::Star)}
            </button>
        </li>
    }
    .into_any()
}

#[component]
fn NewDashboard() -> impl IntoView {
    let toasts = Toasts::here();
    let navigate = use_navigate();
    let name = RwSignal::new(String::new());
    let description = RwSignal::new(String::new());
    let problems = Problems::new();
    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let navigate = navigate.clone();
        let spec = DashboardSpec {
            name: name.get_untracked(),
            description: description.get_untracked(),
            range: Range::parse_last("30d").ok(),
            ..DashboardSpec::default()
        };
        spawn_local(async move {
            match api::create_dashboard(spec).await {
                Ok(dashboard) => navigate(
                    &format!("/dashboards/{}", dashboard.id),
                    NavigateOptions::default(),
                ),
                Err(AppError::Invalid(errors)) => problems.set(errors),
                Err(error) => toasts.problem(&error),
            }
        });
    };
    let face = view! { {icon(Icon::Plus)}<span>"New dashboard"</span> }.into_any();
    view! {
        <Popover id="new-dashboard" name="New dashboard" face look="button primary">
            <form on:submit=live::submit(create)>
                <TextField id="dashboard-name" label="Name" value=name on_input=Callback::new(move |text| name.set(text)) problem=problems.named("name") />
                <TextField id="dashboard-description" label="Description (optional)" value=description on_input=Callback::new(move |text| description.set(text)) problem=problems.named("description") />
                <button type="submit" class="button primary wide">"Create dashboard"</button>
            </form>
        </Popover>
    }
}
