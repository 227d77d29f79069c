//! What people and programs note down of what happened.

use chrono::{DateTime, Utc};
use model::annotation::{Annotation, AnnotationSpec, MAX_ANNOTATIONS};
use model::answer::{Answer, Moment};
use model::ids::{AnnotationId, DashboardId, UserId};
use model::role::Action;
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Change};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::dashboards::{may_read_dashboard, storable};
use crate::db::{Db, from_db, sql, to_db};
use crate::error::Error;
use crate::random::Random;

/// Most annotations that one page shows.
const MOST_SHOWN: i64 = 1_000;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    dashboard_id: Option<Uuid>,
    happened_at: DateTime<Utc>,
    text: String,
    created_by: Option<Uuid>,
    created_at: DateTime<Utc>,
}

impl Row {
    fn annotation(self) -> Annotation {
        Annotation {
            id: AnnotationId::new(self.id),
            dashboard_id: self.dashboard_id.map(DashboardId::new),
            at: from_db(self.happened_at),
            text: self.text,
            created_by: self.created_by.map(UserId::new),
            created_at: from_db(self.created_at),
        }
    }
}

/// The annotations of an organization.
#[derive(Clone, Debug)]
pub struct Annotations {
    db: Db,
    clock: Clock,
    random: Random,
}

impl Annotations {
    /// Works on `db`.
    #[must_use]
    pub const fn new(db: Db, clock: Clock, random: Random) -> Self {
        Self { db, clock, random }
    }

    /// What happened, the latest first: what a dashboard's charts show, or without one what all of them show. At most 1,000.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn list(
        &self,
        caller: &Caller,
        dashboard: Option<DashboardId>,
    ) -> Result<Vec<Annotation>, Error> {
        match dashboard {
            Some(dashboard) => {
                may_read_dashboard(caller, dashboard)?;
                self.must_exist(caller, dashboard).await?;
            }
            None => caller.must(Action::Read)?,
        }
        self.shown(caller, dashboard).await
    }

    /// As [`Annotations::list`], for a caller who sees the dashboard already.
    pub(crate) async fn shown(
        &self,
        caller: &Caller,
        dashboard: Option<DashboardId>,
    ) -> Result<Vec<Annotation>, Error> {
        let rows = sql!(
            self.db,
            all as Row,
            "SELECT id, dashboard_id, happened_at, text, created_by, created_at FROM annotations
             WHERE org_id = $1 AND (dashboard_id IS NULL OR dashboard_id = $2)
             ORDER BY happened_at DESC, id DESC LIMIT $3",
            caller.org().uuid(),
            dashboard.map(DashboardId::uuid),
            MOST_SHOWN,
        )?;
        Ok(rows.into_iter().map(Row::annotation).collect())
    }

    /// Notes down what happened, for one dashboard or for all.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn create(
        &self,
        caller: &Caller,
        dashboard: Option<DashboardId>,
        spec: AnnotationSpec,
    ) -> Result<Annotation, Error> {
        caller.must(Action::EditDashboards)?;
        let spec = spec.check()?;
        storable(&spec)?;
        if let Some(dashboard) = dashboard {
            self.must_exist(caller, dashboard).await?;
        }
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let (count,) = sql!(
            tx,
            one as (i64,),
            "SELECT count(*) FROM annotations WHERE org_id = $1",
            caller.org().uuid(),
        )?;
        if usize::try_from(count).is_ok_and(|count| count >= MAX_ANNOTATIONS) {
            let message =
                format!("An organization has at most {MAX_ANNOTATIONS} annotations. Delete some first.");
            return Err(Error::Conflict(message));
        }
        let row = sql!(
            tx,
            one as Row,
            "INSERT INTO annotations (id, org_id, dashboard_id, happened_at, text, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             RETURNING id, dashboard_id, happened_at, text, created_by, created_at",
            self.random.id(now),
            caller.org().uuid(),
            dashboard.map(DashboardId::uuid),
            to_db(spec.at.unwrap_or(now)),
            spec.text,
            caller.user().map(UserId::uuid),
            to_db(now),
        )?;
        let annotation = row.annotation();
        let change = Change::by(caller, "annotation.created", target(annotation.id));
        let change = change.with(json!({ "text": annotation.text, "dashboard": dashboard }));
        audit::record(&mut tx, &self.random, now, change).await?;
        tx.commit().await?;
        Ok(annotation)
    }

    /// Forgets that something happened.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn delete(&self, caller: &Caller, id: AnnotationId) -> Result<(), Error> {
        caller.must(Action::EditDashboards)?;
        let mut tx = self.db.begin().await?;
        let gone = sql!(
            tx,
            optional as (String,),
            "DELETE FROM annotations WHERE id = $1 AND org_id = $2 RETURNING text",
            id.uuid(),
            caller.org().uuid(),
        )?;
        let (text,) = gone.ok_or(Error::NotFound)?;
        let change = Change::by(caller, "annotation.deleted", target(id)).with(json!({ "text": text }));
        audit::record(&mut tx, &self.random, self.clock.now(), change).await?;
        tx.commit().await
    }

    async fn must_exist(&self, caller: &Caller, dashboard: DashboardId) -> Result<(), Error> {
        let found = sql!(
            self.db,
            optional as (Uuid,),
            "SELECT id FROM dashboards WHERE id = $1 AND org_id = $2",
            dashboard.uuid(),
            caller.org().uuid(),
        )?;
        found.map(|_| ()).ok_or(Error::NotFound)
    }
}

/// Gives an answer over time the annotations of its time, the earliest first.
pub(crate) fn annotate(answer: &mut Answer, annotations: &[Annotation]) {
    let first = match answer {
        Answer::Trend(trend) | Answer::Sessions(trend) => trend.buckets.first().copied(),
        Answer::Lifecycle(lifecycle) => lifecycle.buckets.first().copied(),
        _ => None,
    };
    let Some(first) = first else { return };
    let within = annotations
        .iter()
        .rev()
        .filter(|annotation| annotation.at >= first);
    answer.meta_mut().annotations = within
        .map(|annotation| Moment {
            at: annotation.at,
            text: annotation.text.clone(),
        })
        .collect();
}

fn target(id: AnnotationId) -> String {
    format!("annotation:{id}")
}
