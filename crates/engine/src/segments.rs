//! Saved segments: kept, and put in the place of their names before a question runs.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use model::ids::{OrgId, SegmentId};
use model::problem::FieldError;
use model::query::{Filter, Query};
use model::role::Action;
use model::segment::{MAX_SEGMENTS, Segment, SegmentSpec};
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::dashboards::{storable, unchanged};
use crate::db::{Db, Page, PageRequest, Tx, after, from_db, sql, to_db};
use crate::error::Error;
use crate::query::unknown_segment;
use crate::random::Random;

/// The segments of an organization.
#[derive(Clone, Debug)]
pub struct Segments {
    db: Db,
    clock: Clock,
    random: Random,
}

impl Segments {
    /// Works on `db`.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, random: Random) -> Self {
        Self { db, clock, random }
    }

    /// The organization's segments, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`] on a wrong page request.
    pub async fn list(&self, caller: &Caller, request: &PageRequest) -> Result<Page<Segment>, Error> {
        caller.must(Action::Read)?;
        let slice = after(request)?;
        let rows = sql!(
            self.db,
            all as Row,
            "SELECT id, name, description, filter, created_at, updated_at, version
             FROM segments WHERE org_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            caller.org().uuid(),
            slice.below,
            slice.rows(),
        )?;
        let segments = rows.into_iter().map(Row::segment).collect();
        Ok(slice.page(segments, |segment: &Segment| segment.id.uuid()))
    }

    /// All of the organization's segments, by name; there are at most [`MAX_SEGMENTS`].
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn all(&self, caller: &Caller) -> Result<Vec<Segment>, Error> {
        caller.must(Action::Read)?;
        let rows = sql!(
            self.db,
            all as Row,
            "SELECT id, name, description, filter, created_at, updated_at, version
             FROM segments WHERE org_id = $1 ORDER BY name, id",
            caller.org().uuid(),
        )?;
        Ok(rows.into_iter().map(Row::segment).collect())
    }

    /// One segment.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn get(&self, caller: &Caller, id: SegmentId) -> Result<Segment, Error> {
        caller.must(Action::Read)?;
        let row = sql!(
            self.db,
            optional as Row,
            "SELECT id, name, description, filter, created_at, updated_at, version
             FROM segments WHERE id = $1 AND org_id = $2",
            id.uuid(),
            caller.org().uuid(),
        )?;
        row.map(Row::segment).ok_or(Error::NotFound)
    }

    /// Makes a segment.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn create(&self, caller: &Caller, spec: SegmentSpec) -> Result<Segment, Error> {
        caller.must(Action::EditDashboards)?;
        let spec = spec.check()?;
        storable(&spec)?;
        let now = self.clock.now();
        let mut tx = self.begin(caller).await?;
        let (count,) = sql!(
            tx,
            one as (i64,),
            "SELECT count(*) FROM segments WHERE org_id = $1",
            caller.org().uuid(),
        )?;
        if usize::try_from(count).is_ok_and(|count| count >= MAX_SEGMENTS) {
            let message = format!("An organization has at most {MAX_SEGMENTS} segments. Delete one first.");
            return Err(Error::invalid("", "too_many", message));
        }
        let row = sql!(
            tx,
            optional as Row,
            "INSERT INTO segments
                 (id, org_id, name, description, filter, created_by, created_at, updated_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1)
             ON CONFLICT (org_id, name) DO NOTHING
             RETURNING id, name, description, filter, created_at, updated_at, version",
            self.random.id(now),
            caller.org().uuid(),
            spec.name,
            spec.description,
            Json(spec.filter),
            caller.user().map(model::ids::UserId::uuid),
            to_db(now),
        )?;
        let segment = row.map(Row::segment).ok_or_else(name_is_taken)?;
        self.finish(tx, caller, "segment.created", &segment).await?;
        Ok(segment)
    }

    /// Gives a segment another name.
    ///
    /// # Errors
    /// As [`Segments::replace`].
    pub async fn rename(&self, caller: &Caller, id: SegmentId, name: String) -> Result<(), Error> {
        let Segment {
            description,
            filter,
            version,
            ..
        } = self.get(caller, id).await?;
        let spec = SegmentSpec {
            name,
            description,
            filter,
        };
        self.replace(caller, id, spec, Some(version)).await.map(drop)
    }

    /// Replaces what a segment says; questions that use it answer anew.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`], [`Error::Changed`] when it is no longer
    /// `if_version`.
    pub async fn replace(
        &self,
        caller: &Caller,
        id: SegmentId,
        spec: SegmentSpec,
        if_version: Option<i64>,
    ) -> Result<Segment, Error> {
        caller.must(Action::EditDashboards)?;
        let spec = spec.check()?;
        storable(&spec)?;
        let mut tx = self.begin(caller).await?;
        self.must_be(&mut tx, caller, id, if_version).await?;
        let row = sql!(
            tx,
            optional as Row,
            "UPDATE segments SET name = $3, description = $4, filter = $5, updated_at = $6, version = version + 1
             WHERE id = $1 AND org_id = $2 AND NOT EXISTS (
                 SELECT 1 FROM segments other WHERE other.org_id = $2 AND other.name = $3 AND other.id <> $1)
             RETURNING id, name, description, filter, created_at, updated_at, version",
            id.uuid(),
            caller.org().uuid(),
            spec.name,
            spec.description,
            Json(spec.filter),
            to_db(self.clock.now()),
        )?;
        let segment = row.map(Row::segment).ok_or_else(name_is_taken)?;
        self.finish(tx, caller, "segment.changed", &segment).await?;
        Ok(segment)
    }

    /// Deletes a segment; questions that still name it are told so.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Changed`].
    pub async fn delete(&self, caller: &Caller, id: SegmentId, if_version: Option<i64>) -> Result<(), Error> {
        caller.must(Action::EditDashboards)?;
        let mut tx = self.begin(caller).await?;
        self.must_be(&mut tx, caller, id, if_version).await?;
        let row = sql!(
            tx,
            one as Row,
            "DELETE FROM segments WHERE id = $1 AND org_id = $2
             RETURNING id, name, description, filter, created_at, updated_at, version",
            id.uuid(),
            caller.org().uuid(),
        )?;
        self.finish(tx, caller, "segment.deleted", &row.segment()).await
    }

    /// The question with the filter of each segment in the place of its name.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a segment that is not there.
    pub async fn expanded<'q>(&self, org: OrgId, query: &'q Query) -> Result<Cow<'q, Query>, Error> {
        let is_segment = |leaf: &Filter| matches!(leaf, Filter::Segment(_));
        let mut leaves = query
            .filters()
            .into_iter()
            .flat_map(|(_, filter)| filter.leaves());
        if !leaves.any(is_segment) {
            return Ok(Cow::Borrowed(query));
        }
        let segments = self.filters(org).await?;
        let expanded = query.with_filters(&mut |field, filter| named(&segments, field, filter))?;
        Ok(Cow::Owned(expanded))
    }

    /// The same for a filter that stands alone.
    ///
    /// # Errors
    /// As [`Segments::expanded`].
    pub(crate) async fn expanded_filter(&self, org: OrgId, filter: &Filter) -> Result<Filter, Error> {
        if !filter
            .leaves()
            .iter()
            .any(|leaf| matches!(leaf, Filter::Segment(_)))
        {
            return Ok(filter.clone());
        }
        Ok(named(&self.filters(org).await?, "filter", filter)?)
    }

    async fn filters(&self, org: OrgId) -> Result<HashMap<Uuid, Filter>, Error> {
        let rows = sql!(
            self.db,
            all as (Uuid, Json<Filter>),
            "SELECT id, filter FROM segments WHERE org_id = $1",
            org.uuid(),
        )?;
        Ok(rows.into_iter().map(|(id, filter)| (id, filter.0)).collect())
    }

    /// Begins a change. Changes of one organization's segments wait for one another, or two could take one name.
    async fn begin(&self, caller: &Caller) -> Result<Tx, Error> {
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE organizations SET name = name WHERE id = $1",
            caller.org().uuid(),
        )?;
        Ok(tx)
    }

    async fn must_be(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        id: SegmentId,
        if_version: Option<i64>,
    ) -> Result<(), Error> {
        let row = sql!(
            tx,
            optional as (i64,),
            "SELECT version FROM segments WHERE id = $1 AND org_id = $2",
            id.uuid(),
            caller.org().uuid(),
        )?;
        let (version,) = row.ok_or(Error::NotFound)?;
        unchanged(if_version, version)
    }

    async fn finish(
        &self,
        mut tx: Tx,
        caller: &Caller,
        action: &'static str,
        segment: &Segment,
    ) -> Result<(), Error> {
        let change = Change::by(caller, action, format!("segment:{}", segment.id));
        let change = change.with(json!({ "name": segment.name }));
        audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        tx.commit().await
    }
}

/// `filter` with what each of its segments stands for.
fn named(segments: &HashMap<Uuid, Filter>, field: &str, filter: &Filter) -> Result<Filter, Vec<FieldError>> {
    filter.with_leaves(&mut |leaf| match leaf {
        Filter::Segment(id) => segments
            .get(&id.uuid())
            .cloned()
            .ok_or_else(|| vec![unknown_segment(field)]),
        other => Ok(other.clone()),
    })
}

fn name_is_taken() -> Error {
    let message = "The organization has a segment of this name already. Choose another name.";
    Error::invalid("name", "taken", message)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    description: String,
    filter: Json<Filter>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl Row {
    fn segment(self) -> Segment {
        Segment {
            id: SegmentId::new(self.id),
            name: self.name,
            description: self.description,
            filter: self.filter.0,
            created_at: from_db(self.created_at),
            updated_at: from_db(self.updated_at),
            version: self.version,
        }
    }
}
