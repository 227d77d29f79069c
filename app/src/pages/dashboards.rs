//! The organization's dashboards.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::role::Action;

use super::served::{Served, served};
use crate::api::dashboards::{self as api, Home, Listed};
use crate::api::session::Session;
use crate::language::{key, t, t_with};
use crate::parts::frame::framed;
use crate::parts::icon::{Icon, icon};
use crate::parts::live;
use crate::parts::load::{Fetched, SessionData, failed, loaded, waiting_list};
use crate::parts::popover::Popover;
use crate::parts::title::Title;
use crate::query_string;
use crate::words;

/// The dashboards of a signed-in person; what DataPulse is, for everybody else.
#[component]
pub(super) fn HomePage() -> impl IntoView {
    let session = expect_context::<SessionData>().0;
    let listed: Fetched<Home> = Resource::new(
        || (),
        move |()| async move {
            match session.await {
                Ok(Some(_)) => api::dashboards().await,
                Ok(None) => Ok(Home::default()),
                Err(error) => Err(error),
            }
        },
    );
    live::awaited(waiting_list, move || {
        Box::pin(async move {
            match session.await {
                Ok(Some(session)) => {
                    crate::clocks::go_by(&session.organization.timezone);
                    let page = list_page(&session, listed);
                    framed(session, page)
                }
                Ok(None) => served(Served::Landing),
                Err(error) => failed(&error, None),
            }
        })
    })
}

fn list_page(session: &Session, listed: Fetched<Home>) -> AnyView {
    let may_edit = session.may(Action::EditDashboards);
    view! {
        <Title text=t("Dashboards") />
        <header class="topbar">
            <h1>{t("Dashboards")}</h1>
            <div class="tools">
                <input
                    type="search"
                    class="input search"
                    placeholder=t("Search")
                    aria-label=t("Search the dashboards")
                    title=t("Search (/)")
                    data-search="#dashboards"
                    autocomplete="off"
                />
                {may_edit.then(|| view! { <Templates /><NewDashboard /> })}
            </div>
        </header>
        {refused()}
        {loaded(listed, waiting_list, move |home| home_view(home, may_edit))}
    }
    .into_any()
}

/// What to do first, where that is not done yet, and the list; `public/first-event.js` keeps the first up to date.
fn home_view(home: Home, may_edit: bool) -> AnyView {
    let Home { listed, guide } = home;
    let is_guided = guide.is_some();
    let guide = guide.map(|html| view! { <div class="guided" inner_html=html></div> });
    // Whoever is guided knows what to do next.
    let list = (!is_guided || !listed.is_empty()).then(|| list(listed, may_edit));
    view! { {guide} {list} }.into_any()
}

fn list(listed: Vec<Listed>, may_edit: bool) -> AnyView {
    if listed.is_empty() {
        let next = if may_edit {
            t(
                "Let one fill itself with “From a template”, or begin with “New dashboard” and add widgets that answer your questions.",
            )
        } else {
            t("Ask an editor of your organization to make one.")
        };
        return view! {
            <div class="empty">
                {icon(Icon::Dashboards)}
                <h2>{t("No dashboards yet")}</h2>
                <p>{next}</p>
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
    let face = view! { {icon(Icon::Chart)}<span class="word">{t("From a template")}</span> }.into_any();
    view! {
        <Popover id="templates" name=t("From a template") face look="button" panel="menu templates">
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
    let called = t_with("Favourite: {0}", &[&dashboard.name]);
    let changed = dashboard.updated_at;
    view! {
        <li>
            <a class="card-link" href=format!("/dashboards/{}", dashboard.id)>
                <h2>{dashboard.name}</h2>
                <p class="description">{dashboard.description}</p>
                <p class="meta">
                    <span>{words::counted(widgets, key("1 widget"), key("{0} widgets"))}</span>
                    <span>{t("Changed")}" "<time datetime=changed.to_string()>{words::day_of(changed)}</time></span>
                </p>
            </a>
            <button
                type="button"
                class="button icon-only quiet star"
                data-favourite=dashboard.id.to_string()
                aria-pressed=if is_favourite { "true" } else { "false" }
                aria-label=called
                title=t("Favourite")
            >
                {icon(Icon::Star)}
            </button>
        </li>
    }
    .into_any()
}

/// A plain form, so that it works without script; what is wrong with it is said on the page that follows.
#[component]
fn NewDashboard() -> impl IntoView {
    let face = view! { {icon(Icon::Plus)}<span>{t("New dashboard")}</span> }.into_any();
    view! {
        <Popover id="new-dashboard" name=t("New dashboard") face look="button primary">
            <form method="post" action="/dashboards">
                <div class="field">
                    <label for="dashboard-name">{t("Name")}</label>
                    <input id="dashboard-name" name="name" class="input" required=true maxlength="200" autocomplete="off" />
                </div>
                <div class="field">
                    <label for="dashboard-description">{t("Description (optional)")}</label>
                    <input id="dashboard-description" name="description" class="input" maxlength="2000" autocomplete="off" />
                </div>
                <button type="submit" class="button primary wide">{t("Create dashboard")}</button>
            </form>
        </Popover>
    }
}

/// Why the last form did nothing.
fn refused() -> Option<AnyView> {
    let search = use_location().search.get_untracked();
    let words = match query_string::value(&search, "problem")?.as_str() {
        "forbidden" => t("You may look at dashboards here, but not make them."),
        "events" => t("There are too few kinds of events for it yet."),
        _ => t("Give the dashboard a name of at most 200 characters."),
    };
    Some(view! { <p class="notice problem" role="alert">{words}</p> }.into_any())
}
