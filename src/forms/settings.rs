//! The forms of the settings pages: each does one thing and leads back to where it was sent from.

use axum::extract::{Form, State};
use axum::response::Response;
use engine::organizations::LAST_OWNER;
use engine::{Engine, Error};
use model::account::{AccountDeletion, NewOrganization, OrganizationPatch, WeekStart};
use model::erasure::ForgetRequest;
use model::ids::{InvitationId, OrgId, SessionId, UserId};
use model::ingest::{Bots, IngestPatch};
use model::membership::InvitationRequest;
use model::problem::FieldError;
use model::role::Role;
use serde::Deserialize;

use super::{back_to, to, with_cookie};
use crate::cookie::Cookies;
use crate::identity::Asking;
use crate::problem::Answered;

const MEMBERS: &str = "/settings/members";
const DATA: &str = "/settings/data";
const ORGANIZATION: &str = "/settings/organization";
pub(super) const ACCOUNT: &str = "/settings/account";

/// Whom to invite.
#[derive(Deserialize)]
pub(crate) struct Invite {
    email: String,
    role: Role,
}

/// `POST /settings/members/invite`: the link is told on the page that follows, from a cookie that lasts a minute.
pub(crate) async fn invite(
    State(engine): State<Engine>,
    State(site): State<app::server::Site>,
    State(cookies): State<Cookies>,
    Asking(caller): Asking,
    Form(Invite { email, role }): Form<Invite>,
) -> Answered<Response> {
    let request = InvitationRequest { email, role };
    let made = engine
        .organizations()
        .invite(&caller, caller.org(), &request, &site.public_url)
        .await;
    match made {
        Ok(made) => {
            let path = if made.by_mail {
                "/settings/members?done=mailed"
            } else {
                MEMBERS
            };
            Ok(with_cookie(to(path), cookies.tell_invitation(&made.url)))
        }
        Err(error) => came_to(MEMBERS, "", Err(error)),
    }
}

/// A member and the role that they get.
#[derive(Deserialize)]
pub(crate) struct ChangeRole {
    user: UserId,
    role: Role,
}

/// `POST /settings/members/role`
pub(crate) async fn set_role(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(ChangeRole { user, role }): Form<ChangeRole>,
) -> Answered<Response> {
    let changed = engine
        .organizations()
        .set_role(&caller, caller.org(), user, role)
        .await;
    came_to(MEMBERS, "role", changed.map(drop))
}

/// `POST /settings/members/transfer`
pub(crate) async fn transfer(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(OneMember { user }): Form<OneMember>,
) -> Answered<Response> {
    let transferred = engine.organizations().transfer(&caller, caller.org(), user).await;
    came_to(MEMBERS, "transferred", transferred.map(drop))
}

/// `POST /settings/members/reset-link`: the link is told on the page that follows, from a cookie that lasts a minute.
pub(crate) async fn reset_link(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    Asking(caller): Asking,
    Form(OneMember { user }): Form<OneMember>,
) -> Answered<Response> {
    match engine.auth().reset_link_for_member(&caller, user).await {
        Ok(link) => Ok(with_cookie(to(MEMBERS), cookies.tell_reset(&link))),
        Err(Error::Conflict(_)) => Ok(back_to(MEMBERS, &[("problem", "by_mail")])),
        Err(error) => came_to(MEMBERS, "", Err(error)),
    }
}

/// `POST /settings/members/confirm-link`: as [`reset_link`].
pub(crate) async fn confirm_link(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    Asking(caller): Asking,
    Form(OneMember { user }): Form<OneMember>,
) -> Answered<Response> {
    match engine.auth().confirmation_link_for_member(&caller, user).await {
        Ok(link) => Ok(with_cookie(to(MEMBERS), cookies.tell_confirmation(&link))),
        Err(Error::Conflict(_)) => Ok(back_to(MEMBERS, &[("problem", "confirmed")])),
        Err(error) => came_to(MEMBERS, "", Err(error)),
    }
}

/// A member.
#[derive(Deserialize)]
pub(crate) struct OneMember {
    user: UserId,
}

/// `POST /settings/members/remove`
pub(crate) async fn remove(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(OneMember { user }): Form<OneMember>,
) -> Answered<Response> {
    let removed = engine
        .organizations()
        .remove_member(&caller, caller.org(), user)
        .await;
    if removed.is_ok() && caller.user() == Some(user) {
        return Ok(to("/"));
    }
    came_to(MEMBERS, "removed", removed)
}

/// An invitation.
#[derive(Deserialize)]
pub(crate) struct OneInvitation {
    invitation: InvitationId,
}

/// `POST /settings/members/revoke`
pub(crate) async fn revoke(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(OneInvitation { invitation }): Form<OneInvitation>,
) -> Answered<Response> {
    let revoked = engine
        .organizations()
        .revoke_invitation(&caller, caller.org(), invitation)
        .await;
    came_to(MEMBERS, "revoked", revoked)
}

/// The token of an invitation.
#[derive(Deserialize)]
pub(crate) struct Accept {
    token: String,
}

/// `POST /invitations/accept`
pub(crate) async fn accept(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    Asking(caller): Asking,
    Form(Accept { token }): Form<Accept>,
) -> Answered<Response> {
    match engine.organizations().accept_invitation(&caller, &token).await {
        Ok(joined) => {
            let chosen = cookies.choose_organization(joined.organization.id);
            Ok(with_cookie(to("/settings/members?done=joined"), chosen))
        }
        Err(Error::Conflict(_)) => {
            let path = format!("/invitations/{}", plain(&token));
            Ok(back_to(&path, &[("problem", "conflict")]))
        }
        Err(error) => Err(error.into()),
    }
}

/// A new organization.
#[derive(Deserialize)]
pub(crate) struct Create {
    name: String,
}

/// `POST /organizations`
pub(crate) async fn create(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    Asking(caller): Asking,
    Form(Create { name }): Form<Create>,
) -> Answered<Response> {
    match engine
        .organizations()
        .create(&caller, NewOrganization { name })
        .await
    {
        Ok(made) => Ok(with_cookie(to("/"), cookies.choose_organization(made.id))),
        Err(error) => came_to("/start", "", Err(error)),
    }
}

/// The organization to look at.
#[derive(Deserialize)]
pub(crate) struct Choose {
    organization: OrgId,
}

/// `POST /organization`: somebody in several looks at another one.
pub(crate) async fn choose(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    Asking(caller): Asking,
    Form(Choose { organization }): Form<Choose>,
) -> Answered<Response> {
    let all = engine.organizations().list(&caller).await?;
    if !all.iter().any(|one| one.organization.id == organization) {
        return Err(Error::NotFound.into());
    }
    Ok(with_cookie(to("/"), cookies.choose_organization(organization)))
}

/// What people call the organization, and its calendar.
#[derive(Deserialize)]
pub(crate) struct Save {
    name: String,
    #[serde(default)]
    timezone: String,
    #[serde(default)]
    week_start: String,
}

/// `POST /settings/organization/save`: what was typed goes back with what is wrong with it.
pub(crate) async fn save(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(form): Form<Save>,
) -> Answered<Response> {
    let Save {
        name,
        timezone,
        week_start,
    } = form;
    let first_day = WeekStart::parse(&week_start);
    let patch = app::server::organization_patch(name.clone(), timezone.clone(), first_day);
    let saved = engine.organizations().update(&caller, caller.org(), patch).await;
    let Err(Error::Invalid(errors)) = &saved else {
        return came_to(ORGANIZATION, "saved", saved.map(drop));
    };
    let typed = [
        ("problem", field(errors)),
        ("name", &name),
        ("timezone", &timezone),
        ("week_start", first_day.as_str()),
    ];
    Ok(back_to(ORGANIZATION, &typed))
}

/// The name, typed again.
#[derive(Deserialize)]
pub(crate) struct Delete {
    name: String,
}

/// `POST /settings/organization/delete`
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(Delete { name }): Form<Delete>,
) -> Answered<Response> {
    let organization = engine.organizations().get(&caller, caller.org()).await?;
    if organization.name != name.trim() {
        return Ok(back_to(ORGANIZATION, &[("problem", "retyped")]));
    }
    let deleted = engine.organizations().delete(&caller, caller.org()).await;
    match deleted {
        Ok(()) => Ok(to("/")),
        failed => came_to(ORGANIZATION, "", failed),
    }
}

/// Whom to forget: any id, and the same typed again.
#[derive(Deserialize)]
pub(crate) struct Forget {
    #[serde(default)]
    user_id: String,
    #[serde(default)]
    again: String,
}

/// `POST /settings/organization/forget`
pub(crate) async fn forget(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(Forget { user_id, again }): Form<Forget>,
) -> Answered<Response> {
    let (user_id, again) = (user_id.trim().to_owned(), again.trim());
    if user_id.is_empty() || user_id != again {
        return Ok(back_to(DATA, &[("problem", "user_id")]));
    }
    let request = ForgetRequest { user_id };
    let asked = engine.erasures().forget(&caller, caller.org(), &request).await;
    came_to(DATA, "forget", asked.map(drop))
}

/// For how many days to keep events; empty for ever.
#[derive(Deserialize)]
pub(crate) struct KeepFor {
    #[serde(default)]
    days: String,
}

/// `POST /settings/organization/retention`
pub(crate) async fn keep_for(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(KeepFor { days }): Form<KeepFor>,
) -> Answered<Response> {
    let days = match days.trim() {
        "" => Some(0),
        days => days.parse().ok(),
    };
    let Some(days) = days else {
        return Ok(back_to(DATA, &[("problem", "retention_days")]));
    };
    let patch = OrganizationPatch {
        retention_days: Some(days),
        ..OrganizationPatch::default()
    };
    let changed = engine.organizations().update(&caller, caller.org(), patch).await;
    came_to(DATA, "retention", changed.map(drop))
}

/// What becomes of events: a box that is not ticked is not sent, and lists have one entry in a line.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rules {
    user_agent: Option<String>,
    referrer: Option<String>,
    campaign: Option<String>,
    location: Option<String>,
    visitor_id: Option<String>,
    clock: Option<String>,
    store_address: Option<String>,
    bots: Bots,
    domains: String,
    allow: String,
    deny: String,
    redact: String,
}

impl Rules {
    fn patch(&self) -> OrganizationPatch {
        let ingest = IngestPatch {
            user_agent: Some(self.user_agent.is_some()),
            referrer: Some(self.referrer.is_some()),
            campaign: Some(self.campaign.is_some()),
            location: Some(self.location.is_some()),
            visitor_id: Some(self.visitor_id.is_some()),
            clock: Some(self.clock.is_some()),
            store_address: Some(self.store_address.is_some()),
            bots: Some(self.bots),
            allow: Some(lines(&self.allow)),
            deny: Some(lines(&self.deny)),
            redact: Some(lines(&self.redact)),
        };
        OrganizationPatch {
            ingest: Some(ingest),
            domains: Some(lines(&self.domains)),
            ..OrganizationPatch::default()
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// `POST /settings/organization/rules`
pub(crate) async fn change_rules(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(rules): Form<Rules>,
) -> Answered<Response> {
    let changed = engine
        .organizations()
        .update(&caller, caller.org(), rules.patch())
        .await;
    match changed {
        Err(Error::Invalid(errors)) if field(&errors) != "domains" => {
            Ok(back_to(DATA, &[("problem", "lists")]))
        }
        other => came_to(DATA, "rules", other.map(drop)),
    }
}

/// What others are to call the person.
#[derive(Deserialize)]
pub(crate) struct OwnName {
    name: String,
}

/// `POST /settings/account/name`
pub(crate) async fn rename(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(OwnName { name }): Form<OwnName>,
) -> Answered<Response> {
    let renamed = engine.auth().rename(&caller, &name).await;
    came_to(ACCOUNT, "renamed", renamed)
}

/// The fields of the password form.
#[derive(Deserialize)]
pub(crate) struct Password {
    current: String,
    new: String,
}

/// `POST /settings/account/password`
pub(crate) async fn change_password(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(Password { current, new }): Form<Password>,
) -> Answered<Response> {
    let changed = engine.auth().change_password(&caller, &current, &new).await;
    came_to(ACCOUNT, "password", changed)
}

/// What shows that it is the person who deletes the account.
#[derive(Deserialize)]
pub(crate) struct Proof {
    current: String,
    code: Option<String>,
}

/// `POST /settings/account/delete`
pub(crate) async fn delete_account(
    State(engine): State<Engine>,
    State(cookies): State<Cookies>,
    Asking(caller): Asking,
    Form(Proof { current, code }): Form<Proof>,
) -> Answered<Response> {
    let proof = AccountDeletion {
        password: current,
        code,
    };
    match engine.auth().delete_account(&caller, &proof).await {
        Ok(()) => Ok(with_cookie(to("/login?done=deleted"), cookies.end_session())),
        Err(Error::Conflict(_)) => Ok(back_to(ACCOUNT, &[("problem", "owns_alone")])),
        // Who belongs nowhere has no settings.
        failed if caller.is_guest() => came_to("/start", "", failed),
        failed => came_to(ACCOUNT, "", failed),
    }
}

/// A session.
#[derive(Deserialize)]
pub(crate) struct OneSession {
    session: SessionId,
}

/// `POST /settings/account/end-session`
pub(crate) async fn end_session(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Form(OneSession { session }): Form<OneSession>,
) -> Answered<Response> {
    let ended = engine.auth().end_own_session(&caller, session).await;
    came_to(ACCOUNT, "session", ended)
}

/// Back to `path`, which says what came of it; only faults of ours and a lost session become another page.
pub(super) fn came_to(path: &str, done: &str, result: Result<(), Error>) -> Answered<Response> {
    let Err(error) = result else {
        return Ok(back_to(path, &[("done", done)]));
    };
    let code = match &error {
        Error::Invalid(errors) => field(errors),
        Error::Conflict(detail) if detail == LAST_OWNER => "last_owner",
        Error::Conflict(_) => "conflict",
        Error::Forbidden => "forbidden",
        Error::NotFound => "gone",
        Error::TooMany { .. } => "too_many",
        _ => return Err(error.into()),
    };
    Ok(back_to(path, &[("problem", code)]))
}

/// The field that is wrong, without its place in a list: the code for what is wrong with a form.
pub(super) fn field(errors: &[FieldError]) -> &str {
    let field = errors.first().map_or("", |error| error.field.as_str());
    field.split('[').next().unwrap_or(field)
}

/// Only what a token is made of.
pub(super) fn plain(token: &str) -> String {
    token
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect()
}
