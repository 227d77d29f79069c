//! What server functions and pages find in their context: who asks, the engine, and what is known of this server.

pub mod keys;
mod switches;
pub(crate) mod users;

use axum::http::{StatusCode, header, request::Parts};
use engine::db::PageRequest;
use engine::query::ValuesAsked;
use engine::{Caller, Engine, Error};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use model::account::{OrganizationPatch, WeekStart};
use model::dashboard::{Dashboard, DashboardPage, Panel, View};
use model::language::{Reader, ReadingChoice};
use model::membership::Member;
use model::query::Property;
use model::role::Action;
use model::share::Share;

use crate::api::dashboards::{Page, Shown};
use crate::api::data::DataPage;
use crate::api::live::Now;
use crate::api::people::{ChangeLine, Changes, ChangesAsked, OwnAccount, People};
use crate::api::shares::{LinkLine, Links};
use crate::error::AppError;
use crate::language::t;
use crate::theme::Theme;

/// What pages may say about the server they come from.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where people reach it, without a slash at the end.
    pub public_url: String,
}

/// The engine.
///
/// # Errors
/// [`AppError::Internal`] where the server was put together without one.
pub(crate) fn engine() -> Result<Engine, AppError> {
    use_context::<Engine>().ok_or(AppError::Internal)
}

/// The signed-in member that the session cookie names, if any.
pub(crate) fn caller_if_any() -> Option<Caller> {
    use_context::<Parts>()?.extensions.get::<Caller>().cloned()
}

/// Who asks.
///
/// # Errors
/// [`AppError::SignedOut`].
pub(crate) fn caller() -> Result<Caller, AppError> {
    caller_if_any().ok_or_else(|| told(AppError::SignedOut))
}

/// Where people reach this server.
///
/// # Errors
/// [`AppError::Internal`] where the server was put together without it.
pub(crate) fn public_url() -> Result<String, AppError> {
    use_context::<Site>()
        .map(|site| site.public_url)
        .ok_or(AppError::Internal)
}

/// What happened in the last 30 minutes.
pub(crate) async fn last_half_hour(engine: &Engine, caller: &Caller) -> Result<Now, AppError> {
    const VISITORS: &str = r#"{"kind":"trend","series":[{"measure":"unique_users","label":"Visitors"}],
        "range":{"last":"30min"},"interval":"minute"}"#;
    const PAGES: &str = r#"{"kind":"trend","series":[{"measure":"count","label":"Pages"}],"range":{"last":"30min"},
        "interval":"minute","breakdown":{"property":"$path","limit":7},"filter":{"property":"$path","op":"exists"}}"#;
    const EVENTS: &str = r#"{"kind":"trend","series":[{"measure":"count","label":"Events"}],"range":{"last":"30min"},
        "interval":"minute","breakdown":{"property":"$name","limit":7}}"#;
    let ask = async |question: &str| {
        let query = serde_json::from_str(question).map_err(Error::internal)?;
        engine.ask(caller, &query).await
    };
    Ok(Now {
        visitors: ask(VISITORS).await?,
        pages: ask(PAGES).await?,
        events: ask(EVENTS).await?,
    })
}

/// What the caller's organization does first, where that is not done yet.
pub(crate) async fn guide(engine: &Engine, caller: &Caller) -> Result<Option<String>, AppError> {
    let steps = engine.first_steps(caller).await?;
    let url = public_url()?;
    let key = cookie("first-key");
    Ok(steps.map(|steps| crate::guide::html(&steps, caller, &url, key)))
}

/// All dashboards of the caller's organization.
pub(crate) async fn every_dashboard(engine: &Engine, caller: &Caller) -> Result<Vec<Dashboard>, AppError> {
    let mut dashboards = Vec::new();
    let mut request = PageRequest {
        limit: None,
        cursor: None,
    };
    loop {
        let page = engine.dashboards().list(caller, &request).await?;
        dashboards.extend(page.items);
        if page.next_cursor.is_none() {
            return Ok(dashboards);
        }
        request.cursor = page.next_cursor;
    }
}

/// Members, open invitations where the caller may see them, and the link of one that was made a moment ago.
pub(crate) async fn people(engine: &Engine, caller: &Caller) -> Result<People, AppError> {
    let may_manage = caller.may(Action::ManageMembers);
    let organizations = engine.organizations();
    let (invitations, letters, unconfirmed) = if may_manage {
        let open = organizations.invitations(caller, caller.org()).await?;
        let letters = organizations.stuck_letters(caller, caller.org()).await?;
        (open, letters, engine.auth().unconfirmed_members(caller).await?)
    } else {
        (Vec::new(), Vec::new(), Vec::new())
    };
    Ok(People {
        members: organizations.members(caller, caller.org()).await?,
        invitations,
        letters,
        fresh_link: cookie("invitation").filter(|_| may_manage),
        fresh_reset: cookie("reset").filter(|_| may_manage),
        fresh_confirmation: cookie("confirmation").filter(|_| may_manage),
        unconfirmed,
        makes_resets: may_manage && !engine.auth().sends_mail(),
    })
}

/// The caller's own account.
pub(crate) async fn own_account(engine: &Engine, caller: &Caller) -> Result<OwnAccount, AppError> {
    let me = engine.auth().me(caller).await?;
    let reading = engine.auth().reading(me.user.id).await?;
    Ok(OwnAccount {
        clock: ReadingChoice::Clock(reading.clock).value().map(str::to_owned),
        language: ReadingChoice::Language(reading.language)
            .value()
            .map(str::to_owned),
        name: me.user.name,
        email: me.user.email,
        email_confirmed: me.email_confirmed,
        two_factor: me.two_factor,
        other_door: engine.auth().oidc_name().map(str::to_owned),
        owns_alone: engine.auth().owns_alone(caller).await?,
        sessions: engine.auth().sessions(caller).await?,
    })
}

/// What becomes of the organization's events.
pub(crate) async fn data_page(engine: &Engine, caller: &Caller) -> Result<DataPage, AppError> {
    let settings = engine.organizations().settings(caller, caller.org()).await?;
    let erasures = if caller.may(Action::ManageOrganization) {
        let newest = PageRequest::default();
        engine.erasures().list(caller, caller.org(), &newest).await?.items
    } else {
        Vec::new()
    };
    Ok(DataPage {
        settings,
        usage: engine.usages().of(caller, caller.org()).await?,
        erasures,
    })
}

/// A page of the organization's record, with members by their names.
pub(crate) async fn changes(
    engine: &Engine,
    caller: &Caller,
    asked: ChangesAsked,
) -> Result<Changes, AppError> {
    let ChangesAsked { filter, cursor } = asked;
    let request = PageRequest { limit: None, cursor };
    let organizations = engine.organizations();
    let page = organizations
        .audit(caller, caller.org(), &filter, &request)
        .await?;
    let members = organizations.members(caller, caller.org()).await?;
    let named = |subject: &str| {
        let is_the_one = |member: &&Member| subject == format!("user:{}", member.user_id);
        let member = members.iter().find(is_the_one);
        member.map_or_else(|| subject.to_owned(), |member| member.name.clone())
    };
    let lines = page.items.into_iter().map(|entry| ChangeLine {
        at: entry.at,
        who: named(&entry.actor),
        target: named(&entry.target),
        action: entry.action,
    });
    let lines = lines.collect();
    let members = members.iter();
    Ok(Changes {
        lines,
        next: page.next_cursor,
        members: members
            .map(|member| (format!("user:{}", member.user_id), member.name.clone()))
            .collect(),
        actions: organizations.audited_actions(caller, caller.org()).await?,
        filter,
    })
}

/// The organization's share links, a page at a time.
pub(crate) async fn links(
    engine: &Engine,
    caller: &Caller,
    cursor: Option<String>,
) -> Result<Links, AppError> {
    let request = PageRequest { limit: None, cursor };
    let page = engine.sharing().list_all(caller, &request).await?;
    let now = engine.clock().now();
    let line = |share: Share| LinkLine {
        has_ended: share.expires_at.is_some_and(|at| at <= now),
        share,
    };
    Ok(Links {
        lines: page.items.into_iter().map(line).collect(),
        next: page.next_cursor,
    })
}

/// What the settings page says of the organization.
#[must_use]
pub fn organization_patch(name: String, timezone: String, week_start: WeekStart) -> OrganizationPatch {
    OrganizationPatch {
        name: Some(name),
        timezone: Some(timezone),
        week_start: Some(week_start),
        ..OrganizationPatch::default()
    }
}

/// Values that an input suggests.
const SUGGESTED_VALUES: usize = 200;

/// Which values an input suggests.
pub(crate) fn suggested_values(event: Option<String>, property: Property) -> ValuesAsked {
    ValuesAsked {
        property,
        event,
        search: None,
        limit: SUGGESTED_VALUES,
    }
}

/// The theme that the request's cookie names.
pub(crate) fn theme() -> Theme {
    Theme::parse(&cookie("theme").unwrap_or_default())
}

/// Whether the address asks for the figures alone, on a wall: `?tv`.
pub(crate) fn is_on_a_wall() -> bool {
    let parts = use_context::<Parts>();
    let query = parts.as_ref().and_then(|parts| parts.uri.query());
    query.is_some_and(|query| {
        crate::query_string::pairs(query)
            .iter()
            .any(|(name, _)| name == "tv")
    })
}

/// Who reads what the request asks for.
#[must_use]
pub fn reader(parts: &Parts) -> Reader {
    let (language, clock) = (cookie_of(parts, "language"), cookie_of(parts, "clock"));
    crate::reader_of(&parts.headers, language.as_deref(), clock.as_deref())
}

/// The value of the request's cookie `name`, unless it is empty.
fn cookie(name: &str) -> Option<String> {
    cookie_of(&use_context::<Parts>()?, name)
}

fn cookie_of(parts: &Parts, name: &str) -> Option<String> {
    let lines = parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(key, value)| *key == name && !value.is_empty());
    found.map(|(_, value)| value.to_owned())
}

/// Gives the answer the status that belongs to `error`.
pub(crate) fn told(error: AppError) -> AppError {
    let status = match &error {
        AppError::SignedOut => StatusCode::UNAUTHORIZED,
        AppError::NotFound => StatusCode::NOT_FOUND,
        AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::Changed => StatusCode::PRECONDITION_FAILED,
        AppError::Forbidden => StatusCode::FORBIDDEN,
        AppError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        AppError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        AppError::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
    error
}

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        use model::problem::FieldError;
        let whole = |code: &str, message: String| Self::Invalid(vec![FieldError::new("", code, message)]);
        told(match error {
            Error::Invalid(errors) => Self::Invalid(errors),
            Error::NotFound => Self::NotFound,
            Error::Conflict(message) => whole("conflict", message),
            Error::Changed => Self::Changed,
            Error::Unauthenticated(_) | Error::CodeNeeded { .. } => Self::SignedOut,
            Error::Forbidden | Error::OtherSite => Self::Forbidden,
            Error::Suspended => whole(
                "suspended",
                t("This organization is suspended. Ask whoever runs this server.").to_owned(),
            ),
            Error::TooMany { retry_after } => Self::TooMany(retry_after.as_secs().max(1)),
            Error::TimedOut(message) => whole("timed_out", message),
            Error::Unavailable { .. } => Self::Unavailable,
            Error::Internal(source) => {
                tracing::error!(error = source.as_ref(), "a page's request failed");
                Self::Internal
            }
        })
    }
}

impl From<Panel> for Shown {
    fn from(panel: Panel) -> Self {
        let text = panel
            .widget
            .config
            .options
            .text
            .as_deref()
            .filter(|_| !panel.widget.kind.asks());
        let html = text.map(crate::markdown::to_html);
        Self {
            widget: panel.widget,
            answer: panel.answer,
            problem: panel.problem,
            html,
        }
    }
}

/// A dashboard's page as it is seen through `view`.
pub(crate) fn page_of(page: DashboardPage, view: &View) -> Page {
    Page {
        switches: switches::html(&page.dashboard, view),
        dashboard: page.dashboard,
        panels: page.panels.into_iter().map(Shown::from).collect(),
    }
}
