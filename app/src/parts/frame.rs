//! What stands around every page of a signed-in person: the sidebar, and a bottom bar on a phone.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::role::Action;

use super::icon::{Icon, icon, mark};
use super::live;
use super::load::{SessionData, failed, to_sign_in, waiting_list};
use crate::api::session::{Other, Session};
use crate::language::t;
use crate::theme::Theme;

/// Shows the page to a signed-in person; sends everybody else to sign in.
#[component]
pub(crate) fn Frame(
    /// The page.
    children: ChildrenFn,
) -> impl IntoView {
    let session = expect_context::<SessionData>().0;
    let children = StoredValue::new(children);
    live::awaited(waiting_list, move || {
        Box::pin(async move {
            match session.await {
                Ok(Some(session)) => {
                    provide_context(session.clone());
                    crate::clocks::go_by(&session.organization.timezone);
                    framed(session, children.with_value(|children| children()).into_any())
                }
                Ok(None) => to_sign_in(),
                Err(error) => failed(&error, None),
            }
        })
    })
}

/// The sidebar and the page.
pub(crate) fn framed(session: Session, page: AnyView) -> AnyView {
    let zone = session.organization.timezone.clone();
    view! {
        <div class="frame" data-zone=zone>
            <a class="skip" href="#main">{t("Skip to the page")}</a>
            <Sidebar session />
            <main id="main" class="page" tabindex="-1">{page}</main>
        </div>
    }
    .into_any()
}

#[component]
fn Sidebar(session: Session) -> impl IntoView {
    let organization = session.organization.name.clone();
    let may = [(Action::Share, "share"), (Action::ManageOrganization, "manage")];
    let may = may.map(|(action, word)| if session.may(action) { word } else { "" });
    view! {
        <nav class="sidebar" aria-label=t("Main") data-may=may.join(" ")>
            <div class="sidebar-top">
                {mark()}
                <span class="organization" title=organization.clone()>{organization.clone()}</span>
            </div>
            <ul class="places">
                <li><Place href="/" name=t("Dashboards") which=Icon::Dashboards below="/dashboards" /></li>
                <li><Place href="/explore" name=t("Explore") which=Icon::Chart below="/explore" /></li>
                <li><Place href="/live" name=t("Live") which=Icon::Live below="/live" /></li>
                <li><Place href="/users" name=t("Users") which=Icon::Person below="/users" /></li>
                <li><Place href="/settings/organization" name=t("Settings") which=Icon::Settings below="/settings/" /></li>
            </ul>
            <Person session />
        </nav>
    }
}

#[component]
fn Place(href: &'static str, name: &'static str, which: Icon, below: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let is_here = move || path.with(|path| path == href || path.starts_with(below));
    view! {
        <a class="place" href=href aria-current=live::word(move || is_here().then_some("page"))>
            {icon(which)}
            <span>{name}</span>
        </a>
    }
}

#[component]
fn Person(session: Session) -> impl IntoView {
    let initial = session
        .user
        .name
        .chars()
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().to_string());
    let name = session.user.name.clone();
    view! {
        <div class="person">
            <button type="button" class="place" popovertarget="person" aria-haspopup="true">
                <span class="face" aria-hidden="true">{initial}</span>
                <span>{name.clone()}</span>
            </button>
            <div id="person" class="popover menu person-menu" popover="auto">
                <div class="menu-head">
                    <strong>{name}</strong>
                    <span>{session.user.email}</span>
                </div>
                <Organizations choices=session.others />
                <a class="menu-item" href="/settings/account">{t("Your account")}</a>
                <ThemeForm theme=session.theme />
                <button type="button" class="menu-item" data-key="?" data-act="keys"><span>{t("Keyboard")}</span><kbd>"?"</kbd></button>
                <form method="post" action="/logout">
                    <button type="submit" class="menu-item">{t("Log out")}</button>
                </form>
            </div>
        </div>
    }
}

/// The person's other organizations; a plain form, so that it works without script.
#[component]
fn Organizations(choices: Vec<Other>) -> impl IntoView {
    let buttons = choices
        .into_iter()
        .map(|other| view! { <button type="submit" class="menu-item" name="organization" value=other.id.to_string()>{other.name}</button> })
        .collect_view();
    view! { <form method="post" action="/organization" aria-label=t("Organizations")>{buttons}</form> }
}

/// Three words to choose the colours with; a plain form, so that it works without script.
#[component]
fn ThemeForm(theme: Theme) -> impl IntoView {
    let location = use_location();
    let back = move || {
        let search = location.search.get();
        let mark = if search.is_empty() || search.starts_with('?') {
            ""
        } else {
            "?"
        };
        format!("{}{mark}{search}", location.pathname.get())
    };
    let choices = Theme::ALL
        .into_iter()
        .map(|choice| {
            view! {
                <button
                    type="submit"
                    name="theme"
                    value=choice.as_str()
                    aria-pressed=if choice == theme { "true" } else { "false" }
                >
                    {t(choice.words())}
                </button>
            }
        })
        .collect_view();
    view! {
        <form method="post" action="/theme" class="segments" role="group" aria-label=t("Colours")>
            <input type="hidden" name="back" prop:value=live::text(back) value=live::text(back) />
            {choices}
        </form>
    }
}
