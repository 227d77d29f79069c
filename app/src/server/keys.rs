//! What the page of keys does, for its form and for its script alike.

use engine::{Caller, Engine, Error};
use model::account::{ApiKey, KeyKind, KeyPatch, KeyRequest, PersonalKeyRequest};
use model::ids::KeyId;
use model::role::Action;
use model::scope::{Scope, Scopes};

use crate::api::keys::{KeyChoice, WantedKey};

/// All keys of the organization for those who manage them, for others their own; the newest first.
///
/// # Errors
/// [`Error::Forbidden`] for whoever did not sign in.
pub(crate) async fn listed(engine: &Engine, caller: &Caller) -> Result<Vec<ApiKey>, Error> {
    let organizations = engine.organizations();
    if caller.may(Action::ManageKeys) {
        organizations.keys(caller, caller.org()).await
    } else {
        organizations.personal_keys(caller).await
    }
}

/// Makes the key that the form asks for; the text beside it is the key itself.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Invalid`].
pub async fn make(engine: &Engine, caller: &Caller, wanted: WantedKey) -> Result<(ApiKey, String), Error> {
    let organizations = engine.organizations();
    let WantedKey {
        name,
        kind,
        scopes,
        origins,
    } = wanted;
    let scopes = scopes_of(&scopes);
    let kind = match kind {
        KeyChoice::Personal => {
            let request = PersonalKeyRequest { name, scopes };
            return organizations.create_personal_key(caller, request).await;
        }
        KeyChoice::Write => KeyKind::Write,
        KeyChoice::Secret => KeyKind::Secret,
    };
    let request = KeyRequest {
        name,
        kind,
        scopes,
        origins,
    };
    organizations.create_key(caller, caller.org(), request).await
}

/// Says which sites' pages may send with a write key.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`].
pub async fn change_sites(
    engine: &Engine,
    caller: &Caller,
    key: KeyId,
    origins: Vec<String>,
) -> Result<ApiKey, Error> {
    let patch = KeyPatch {
        name: None,
        origins: Some(origins),
    };
    engine
        .organizations()
        .update_key(caller, caller.org(), key, patch)
        .await
}

/// Revokes a key of the page.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub async fn revoke(engine: &Engine, caller: &Caller, key: KeyId) -> Result<(), Error> {
    let organizations = engine.organizations();
    if caller.may(Action::ManageKeys) {
        organizations.revoke_key(caller, caller.org(), key).await
    } else {
        organizations.revoke_personal_key(caller, key).await
    }
}

fn scopes_of(ticked: &[Scope]) -> Scopes {
    if ticked.is_empty() {
        Scopes::ALL
    } else {
        Scopes::only(ticked)
    }
}
