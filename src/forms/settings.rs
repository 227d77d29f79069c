//! The forms of the settings pages: each does one thing and leads back to where it was sent from.

use axum::extract::{Form, State};
use axum::response::Response;
use engine::{Engine, Error};
use model::account::NewOrganization;
use model::ids::{InvitationId, OrgId, SessionId, UserId};
use model::membership::InvitationRequest;
use model::role::Role;
use serde::Deserialize;

use super::{back_to, to, with_cookie};
use crate::cookie::Cookies;
use crate::identity::Asking;
use crate::problem::{Answered, Refusal};

const MEMBERS: &str = "/settings/members";
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
            Ok(back_to(&path, &[("problem", "other_address")]))
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
        return Ok(back_to("/settings/organization", &[("problem", "name")]));
    }
    let deleted = engine.organizations().delete(&caller, caller.org()).await;
    came_to("/", "", deleted)
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
    let problem = match result {
        Ok(()) => return Ok(back_to(path, &[("done", done)])),
        Err(Error::Invalid(errors)) => match errors.into_iter().next() {
            Some(error) if error.field.ends_with("_password") => error.field,
            _ => "invalid".to_owned(),
        },
        Err(Error::Conflict(detail)) if detail.starts_with("Somebody has to own") => "last_owner".to_owned(),
        Err(Error::Conflict(_)) => "member".to_owned(),
        Err(Error::Forbidden) => "forbidden".to_owned(),
        Err(Error::NotFound) => "gone".to_owned(),
        Err(Error::TooMany { .. }) => "too_many".to_owned(),
        Err(other) => return Err(Refusal::from(other)),
    };
    Ok(back_to(path, &[("problem", &problem)]))
}

/// Only what a token is made of.
pub(super) fn plain(token: &str) -> String {
    token
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect()
}
