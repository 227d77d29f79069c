//! Who belongs to the organization, what they changed, and the person's own sessions. The forms of these pages are plain.

use leptos::prelude::*;
use model::Timestamp;
use model::account::SignedInSession;
use model::audit::EntryFilter;
use model::ids::UserId;
use model::mail::StuckLetter;
use model::membership::{Invitation, Invited, Member};
use serde::{Deserialize, Serialize};

use super::Json;
use crate::error::AppError;

/// The members page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// Who belongs to the organization.
    pub members: Vec<Member>,
    /// Who is asked to; empty for those who may not see it.
    pub invitations: Vec<Invitation>,
    /// Letters that did not arrive; empty for those who may not see it.
    pub letters: Vec<StuckLetter>,
    /// The link of an invitation that was made a moment ago.
    pub fresh_link: Option<String>,
    /// A link to choose another password that was made a moment ago.
    pub fresh_reset: Option<String>,
    /// A link to confirm a member's address that was made a moment ago.
    pub fresh_confirmation: Option<String>,
    /// Members whose address nobody confirmed, where a link for that can be made; empty for those who may not.
    pub unconfirmed: Vec<UserId>,
    /// Whether links to choose another password are made here, since no mail server is set.
    pub makes_resets: bool,
}

/// The person's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAccount {
    /// Name shown to others.
    pub name: String,
    /// Address to sign in with.
    pub email: String,
    /// Whether somebody showed that the address is theirs.
    pub email_confirmed: bool,
    /// Whether signing in asks for a code too.
    pub two_factor: bool,
    /// The tag of the language that they chose; none where their browser decides.
    pub language: Option<String>,
    /// The hours of the clock that they chose, `24` or `12`; none where their browser decides.
    pub clock: Option<String>,
    /// What the other server is called where the person may sign in too.
    pub other_door: Option<String>,
    /// The names of the organizations that nobody else owns.
    pub owns_alone: Vec<String>,
    /// Where the person is signed in.
    pub sessions: Vec<SignedInSession>,
}

/// A line of the organization's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeLine {
    /// When.
    pub at: Timestamp,
    /// Who; a name where it is a member.
    pub who: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub target: String,
}

/// What is asked of the organization's record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesAsked {
    /// Which lines.
    pub filter: EntryFilter,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A page of the organization's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Which lines were asked for.
    pub filter: EntryFilter,
    /// Who may have made a change: as a filter says it, and their names.
    pub members: Vec<(String, String)>,
    /// Everything that was ever done.
    pub actions: Vec<String>,
    /// The newest first.
    pub lines: Vec<ChangeLine>,
    /// Leads to the next page.
    pub next: Option<String>,
}

/// What an invitation's link opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The invitation.
    pub invited: Invited,
    /// The address of whoever is signed in.
    pub signed_in_as: Option<String>,
}

/// Members and open invitations.
#[server(prefix = "/api/fn", endpoint = "list_people", input = Json, output = Json)]
pub async fn list_people() -> Result<People, AppError> {
    let caller = crate::server::caller()?;
    crate::server::people(&crate::server::engine()?, &caller).await
}

/// What was changed in the organization.
#[server(prefix = "/api/fn", endpoint = "list_changes", input = Json, output = Json)]
pub async fn list_changes(asked: ChangesAsked) -> Result<Changes, AppError> {
    let caller = crate::server::caller()?;
    crate::server::changes(&crate::server::engine()?, &caller, asked).await
}

/// The person's address, and where they are signed in.
#[server(prefix = "/api/fn", endpoint = "look_at_account", input = Json, output = Json)]
pub async fn look_at_account() -> Result<OwnAccount, AppError> {
    let caller = crate::server::caller()?;
    crate::server::own_account(&crate::server::engine()?, &caller).await
}

/// What a link invites to.
#[server(prefix = "/api/fn", endpoint = "look_at_invitation", input = Json, output = Json)]
pub async fn look_at_invitation(token: String) -> Result<Welcome, AppError> {
    let engine = crate::server::engine()?;
    let invited = engine.organizations().invited(&token).await?;
    let signed_in_as = match crate::server::caller_if_any() {
        Some(caller) => Some(engine.auth().me(&caller).await?.user.email),
        None => None,
    };
    Ok(Welcome {
        invited,
        signed_in_as,
    })
}
