//! What a page shows until its data is there, and when it does not come.

use leptos::prelude::*;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_location;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::icon::{Icon, icon};
use super::live;
use super::title::Title;
use crate::api::session::Session;
use crate::error::AppError;
use crate::language::t;

/// Who is signed in; fetched once, for the whole app.
#[derive(Clone, Copy)]
pub(crate) struct SessionData(pub(crate) Resource<Result<Option<Session>, AppError>>);

/// What a page needs before it can be shown.
pub(crate) type Fetched<T> = Resource<Result<T, AppError>>;

/// Shows `view` of what was fetched, `waiting` until then, and the problem where it does not come.
pub(crate) fn loaded<T>(
    fetched: Fetched<T>,
    waiting: fn() -> AnyView,
    view: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    live::awaited(waiting, move || {
        let view = view.clone();
        Box::pin(async move {
            match fetched.await {
                Ok(data) => view(data),
                Err(error) => failed(&error, Some(Callback::new(move |()| fetched.refetch()))),
            }
        })
    })
}

/// A page instead of the one that could not be shown.
pub(crate) fn failed(error: &AppError, retry: Option<Callback<()>>) -> AnyView {
    if *error == AppError::SignedOut {
        return to_sign_in();
    }
    let (title, words) = match error {
        AppError::NotFound => (
            t("Not found"),
            { t("There is nothing at this address. It may have been deleted, or the link is not complete.") }
                .to_owned(),
        ),
        other => (t("That did not work"), other.words()),
    };
    let can_retry = matches!(
        error,
        AppError::Unavailable | AppError::Internal | AppError::TooMany(_)
    );
    view! {
        <Title text=title />
        <div class="message-page">
            {icon(Icon::Warning)}
            <h1>{title}</h1>
            <p>{words}</p>
            <p class="actions">
                {retry.filter(|_| can_retry).map(|retry| view! {
                    <button type="button" class="button primary" on:click=live::click(move |_| retry.run(()))>{t("Try again")}</button>
                })}
                <a class="button" href="/">{t("Go to the dashboards")}</a>
            </p>
        </div>
    }
    .into_any()
}

/// A page that everybody may see: inside the frame for a signed-in person, alone for others.
pub(crate) fn framed_or_plain(page: fn() -> AnyView) -> AnyView {
    let session = expect_context::<SessionData>().0;
    live::awaited(waiting_list, move || {
        Box::pin(async move {
            match session.await {
                Ok(Some(session)) => super::frame::framed(session, page()),
                Ok(None) | Err(_) => view! { <main class="plain">{page()}</main> }.into_any(),
            }
        })
    })
}

/// Sends the person to sign in and back here.
pub(crate) fn to_sign_in() -> AnyView {
    let path = format!("/login?next={}", crate::query_string::encoded(&own_address()));
    view! { <Redirect path /> }.into_any()
}

/// The path and the query of the page that is being shown, which the browser's own address may not say yet.
pub(crate) fn own_address() -> String {
    let location = use_location();
    let search = location.search.get_untracked();
    let mark = if search.is_empty() || search.starts_with('?') {
        ""
    } else {
        "?"
    };
    format!("{}{mark}{search}", location.pathname.get_untracked())
}

/// Grey bars where a list will be.
pub(crate) fn waiting_list() -> AnyView {
    view! {
        <div class="skeleton-list" role="status" aria-label=t("Loading")>
            <div class="skeleton title"></div>
            <div class="skeleton row"></div>
            <div class="skeleton row"></div>
            <div class="skeleton row"></div>
        </div>
    }
    .into_any()
}

/// Grey cards where a dashboard will be.
pub(crate) fn waiting_board() -> AnyView {
    let cards = [(0, 3, 2), (3, 3, 2), (6, 3, 2), (9, 3, 2)]
        .into_iter()
        .map(|(x, w, h)| view! { <div class=format!("skeleton card x-{x} y-0 w-{w} h-{h}")></div> })
        .collect_view();
    view! {
        <div role="status" aria-label=t("Loading")>
            <div class="topbar"><div class="skeleton title"></div></div>
            <div class="grid">
                {cards}
                <div class="skeleton card x-0 y-2 w-8 h-5"></div>
                <div class="skeleton card x-8 y-2 w-4 h-5"></div>
            </div>
        </div>
    }
    .into_any()
}
