//! What is known of users and groups beside their events: what `$identify`, `$set` and their kin said, merged.

mod change;
mod document;
mod folded;
mod search;
mod unfolded;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use model::ids::OrgId;
use model::profile::Profile;
use model::role::Action;
use sqlx::types::Json;

pub(crate) use change::ProfileChange;
use change::Subject;
use document::Document;
pub(crate) use folded::Wanted;
pub(crate) use search::Known;

use crate::caller::Caller;
use crate::clock::Clock;
use crate::db::{Db, Tx, from_db, sql, to_db};
use crate::error::Error;

const USER: &str = "user";
/// Other ids that a user is looked for by; there is no room for more.
const MOST_OTHER_IDS: i64 = 50;

/// The users and groups of organizations.
#[derive(Clone, Debug)]
pub struct Profiles {
    db: Db,
    clock: Clock,
}

#[derive(sqlx::FromRow)]
struct Row {
    properties: Json<Document>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Profiles {
    /// Works on `db`.
    #[must_use]
    pub const fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// A user, by any id that the user ever had.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::NotFound`] for a user of whom nothing was said.
    pub async fn user(&self, caller: &Caller, id: &str) -> Result<Profile, Error> {
        caller.must(Action::Read)?;
        let org = caller.org();
        let known_as = sql!(
            self.db,
            optional as (String,),
            "SELECT user_id FROM profile_ids WHERE org_id = $1 AND other_id = $2",
            org.uuid(),
            id,
        )?;
        let id = known_as.map_or_else(|| id.to_owned(), |(id,)| id);
        let other_ids = sql!(
            self.db,
            all as (String,),
            "SELECT other_id FROM profile_ids WHERE org_id = $1 AND user_id = $2 ORDER BY other_id",
            org.uuid(),
            id.as_str(),
        )?;
        let mut profile = self.read(org, USER, id).await?;
        profile.other_ids = other_ids.into_iter().map(|(id,)| id).collect();
        Ok(profile)
    }

    /// A group, for example the `company` `acme`.
    ///
    /// # Errors
    /// As [`Profiles::user`].
    pub async fn group(&self, caller: &Caller, group_type: &str, id: &str) -> Result<Profile, Error> {
        caller.must(Action::Read)?;
        let kind = format!("group:{group_type}");
        let mut profile = self.read(caller.org(), &kind, id.to_owned()).await?;
        profile.group_type = Some(group_type.to_owned());
        Ok(profile)
    }

    async fn read(&self, org: OrgId, kind: &str, id: String) -> Result<Profile, Error> {
        let row = sql!(
            self.db,
            optional as Row,
            "SELECT properties, created_at, updated_at FROM profiles WHERE org_id = $1 AND kind = $2 AND id = $3",
            org.uuid(),
            kind,
            id.as_str(),
        )?;
        let row = row.ok_or(Error::NotFound)?;
        Ok(Profile {
            id,
            group_type: None,
            other_ids: Vec::new(),
            properties: row.properties.0.values(),
            created_at: from_db(row.created_at),
            updated_at: from_db(row.updated_at),
        })
    }

    /// Merges what events said. Repeating it changes nothing, so it comes before the events are acknowledged.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub(crate) async fn apply(&self, org: OrgId, changes: Vec<ProfileChange>) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        // One organization's changes wait for one another, or two could read the same profile and one be lost.
        sql!(
            tx,
            run,
            "UPDATE organizations SET name = name WHERE id = $1",
            org.uuid()
        )?;
        let mut merged: BTreeMap<(String, String), Document> = BTreeMap::new();
        for change in changes {
            let (kind, id) = match &change.subject {
                Subject::Group { group_type, id } => (format!("group:{group_type}"), id.clone()),
                Subject::User { id, other_id } => {
                    let id = known_as(&mut tx, org, id).await?;
                    if let Some(other_id) = other_id.as_ref().filter(|other| **other != id) {
                        link(&mut tx, org, &mut merged, &id, other_id).await?;
                    }
                    (USER.to_owned(), id)
                }
            };
            document(&mut tx, org, &mut merged, kind, id)
                .await?
                .merge(&change);
        }
        for ((kind, id), document) in merged {
            self.write(&mut tx, org, &kind, &id, document).await?;
        }
        tx.commit().await
    }

    async fn write(
        &self,
        tx: &mut Tx,
        org: OrgId,
        kind: &str,
        id: &str,
        document: Document,
    ) -> Result<(), Error> {
        let others = if kind == USER {
            other_ids(tx, org, id).await?
        } else {
            Vec::new()
        };
        let folded = document.folded(kind, id, &others);
        sql!(
            tx,
            run,
            "INSERT INTO profiles (org_id, kind, id, properties, created_at, updated_at, folded)
             VALUES ($1, $2, $3, $4, $5, $5, $6)
             ON CONFLICT (org_id, kind, id) DO UPDATE
             SET properties = excluded.properties, updated_at = excluded.updated_at, folded = excluded.folded",
            org.uuid(),
            kind,
            id,
            Json(document),
            to_db(self.clock.now()),
            folded.as_str(),
        )?;
        Ok(())
    }
}

/// The other ids of a user.
async fn other_ids(tx: &mut Tx, org: OrgId, id: &str) -> Result<Vec<String>, Error> {
    let rows = sql!(
        tx,
        all as (String,),
        "SELECT other_id FROM profile_ids WHERE org_id = $1 AND user_id = $2 ORDER BY other_id LIMIT $3",
        org.uuid(),
        id,
        MOST_OTHER_IDS,
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The document of a profile, as far as it is merged.
async fn document<'m>(
    tx: &mut Tx,
    org: OrgId,
    merged: &'m mut BTreeMap<(String, String), Document>,
    kind: String,
    id: String,
) -> Result<&'m mut Document, Error> {
    let key = (kind, id);
    if !merged.contains_key(&key) {
        let row = sql!(
            tx,
            optional as (Json<Document>,),
            "SELECT properties FROM profiles WHERE org_id = $1 AND kind = $2 AND id = $3",
            org.uuid(),
            key.0.as_str(),
            key.1.as_str(),
        )?;
        merged.insert(key.clone(), row.map(|(document,)| document.0).unwrap_or_default());
    }
    Ok(merged.entry(key).or_default())
}

/// The user that `id` turned out to be, or `id` itself.
async fn known_as(tx: &mut Tx, org: OrgId, id: &str) -> Result<String, Error> {
    let row = sql!(
        tx,
        optional as (String,),
        "SELECT user_id FROM profile_ids WHERE org_id = $1 AND other_id = $2",
        org.uuid(),
        id,
    )?;
    Ok(row.map_or_else(|| id.to_owned(), |(id,)| id))
}

/// Makes `other_id` an id of the user, whose profile takes in what was said of the other. An id belongs to the user who
/// claimed it first.
async fn link(
    tx: &mut Tx,
    org: OrgId,
    merged: &mut BTreeMap<(String, String), Document>,
    id: &str,
    other_id: &str,
) -> Result<(), Error> {
    let linked = sql!(
        tx,
        run,
        "INSERT INTO profile_ids (org_id, other_id, user_id) VALUES ($1, $2, $3)
         ON CONFLICT (org_id, other_id) DO NOTHING",
        org.uuid(),
        other_id,
        id,
    )?;
    if linked == 0 {
        return Ok(());
    }
    sql!(
        tx,
        run,
        "UPDATE profile_ids SET user_id = $3 WHERE org_id = $1 AND user_id = $2",
        org.uuid(),
        other_id,
        id,
    )?;
    let other = document(tx, org, merged, USER.to_owned(), other_id.to_owned())
        .await?
        .clone();
    document(tx, org, merged, USER.to_owned(), id.to_owned())
        .await?
        .take_in(other);
    merged.remove(&(USER.to_owned(), other_id.to_owned()));
    sql!(
        tx,
        run,
        "DELETE FROM profiles WHERE org_id = $1 AND kind = 'user' AND id = $2",
        org.uuid(),
        other_id,
    )?;
    Ok(())
}
