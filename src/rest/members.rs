//! `/api/organizations/{id}/members`, `…/invitations`, and what an invitation's link opens.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::Engine;
use model::account::Membership;
use model::mail::StuckLetter;
use model::membership::{
    Invitation, InvitationRequest, Invited, Member, NewInvitation, RoleChange, Transfer,
};

use super::{Created, InPages, Whole, id};
use crate::body;
use crate::identity::Asking;
use crate::problem::Answered;

/// `GET /api/organizations/{id}/members`
pub(crate) async fn list(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    InPages(page): InPages,
) -> Answered<Json<Whole<Member>>> {
    let members = engine.organizations().members(&caller, id(&path)?).await?;
    Ok(Json(Whole::part(members, page, |member| {
        member.user_id.to_string()
    })?))
}

/// `PATCH /api/organizations/{id}/members/{user}`
pub(crate) async fn set_role(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path((organization, user)): Path<(String, String)>,
    body::Json(RoleChange { role }): body::Json<RoleChange>,
) -> Answered<Json<Member>> {
    let member = engine
        .organizations()
        .set_role(&caller, id(&organization)?, id(&user)?, role)
        .await?;
    Ok(Json(member))
}

/// `DELETE /api/organizations/{id}/members/{user}`
pub(crate) async fn remove(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path((organization, user)): Path<(String, String)>,
) -> Answered<StatusCode> {
    engine
        .organizations()
        .remove_member(&caller, id(&organization)?, id(&user)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/organizations/{id}/transfer`
pub(crate) async fn transfer(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(Transfer { user_id }): body::Json<Transfer>,
) -> Answered<Json<Member>> {
    let owner = engine
        .organizations()
        .transfer(&caller, id(&path)?, user_id)
        .await?;
    Ok(Json(owner))
}

/// `POST /api/organizations/{id}/invitations`
pub(crate) async fn invite(
    State(engine): State<Engine>,
    State(site): State<app::server::Site>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body::Json(request): body::Json<InvitationRequest>,
) -> Answered<Created<Json<NewInvitation>>> {
    let made = engine
        .organizations()
        .invite(&caller, id(&path)?, &request, &site.public_url)
        .await?;
    let address = format!("/api/organizations/{path}/invitations/{}", made.id);
    Ok(Created(address, Json(made)))
}

/// `GET /api/organizations/{id}/invitations`
pub(crate) async fn invitations(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    InPages(page): InPages,
) -> Answered<Json<Whole<Invitation>>> {
    let open = engine.organizations().invitations(&caller, id(&path)?).await?;
    Ok(Json(Whole::part(open, page, |one| one.id.to_string())?))
}

/// `GET /api/organizations/{id}/mail`
pub(crate) async fn stuck_letters(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    InPages(page): InPages,
) -> Answered<Json<Whole<StuckLetter>>> {
    let letters = engine.organizations().stuck_letters(&caller, id(&path)?).await?;
    Ok(Json(Whole::part(letters, page, |letter| letter.id.to_string())?))
}

/// `DELETE /api/organizations/{id}/invitations/{invitation}`
pub(crate) async fn revoke(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path((organization, invitation)): Path<(String, String)>,
) -> Answered<StatusCode> {
    engine
        .organizations()
        .revoke_invitation(&caller, id(&organization)?, id(&invitation)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/invitations/{token}`
pub(crate) async fn invited(
    State(engine): State<Engine>,
    Path(token): Path<String>,
) -> Answered<Json<Invited>> {
    Ok(Json(engine.organizations().invited(&token).await?))
}

/// `POST /api/invitations/{token}/accept`
pub(crate) async fn accept(
    State(engine): State<Engine>,
    Asking(caller): Asking,
    Path(token): Path<String>,
) -> Answered<Json<Membership>> {
    Ok(Json(
        engine.organizations().accept_invitation(&caller, &token).await?,
    ))
}
