//! From a link, and where it has one its password, to what it opens.

use chrono::{DateTime, Utc};
use jiff::SignedDuration;
use model::Timestamp;
use model::account::Organization;
use model::dashboard::Widget;
use model::ids::{DashboardId, ShareId};
use model::query::{Filter, Query};
use model::share::ViewerMay;
use sqlx::types::Json;
use uuid::Uuid;

use super::Sharing;
use crate::auth::Origin;
use crate::auth::passwords::Verdict;
use crate::auth::throttle::Counts;
use crate::caller::{Caller, Who};
use crate::db::{from_db_option, sql, to_db};
use crate::error::Error;
use crate::organizations::OrganizationRow;
use crate::random::{digest, text_digest};

/// How exactly it is known when somebody last looked at a link.
const NOTED_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// A link that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The share itself.
    pub id: ShareId,
    /// Somebody who may see the dashboard and nothing else.
    pub caller: Caller,
    /// Whose dashboard it is.
    pub organization: Organization,
    /// The dashboard.
    pub dashboard: DashboardId,
    /// When the link stops to work.
    pub expires_at: Option<Timestamp>,
    /// Whether it asked for a password.
    pub has_password: bool,
    /// The sites that may show it in a frame.
    pub embed_origins: Vec<String>,
    /// When somebody last looked at it, to the hour.
    last_opened_at: Option<Timestamp>,
    viewer_may: Vec<ViewerMay>,
    /// What whoever signed for the viewer fixed: nothing else is counted.
    locked: Vec<Filter>,
}

impl Opened {
    /// The same until `end`, of nothing but these events. Its viewer needs no password, and takes nothing along.
    pub(super) fn locked_to(self, locked: Vec<Filter>, end: Timestamp) -> Self {
        let viewer_may = self.viewer_may.into_iter();
        Self {
            locked,
            expires_at: Some(self.expires_at.map_or(end, |own| own.min(end))),
            has_password: false,
            viewer_may: viewer_may.filter(|may| *may != ViewerMay::Download).collect(),
            ..self
        }
    }

    /// Whether the viewer may see the answer of `widget`: a SELECT of one's own knows no filters, so what it counts is not
    /// what was fixed.
    #[must_use]
    pub fn may_see(&self, widget: &Widget) -> bool {
        !(self.is_locked() && matches!(widget.config.query, Some(Query::Sql(_))))
    }

    /// Whether somebody fixed what is counted.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        !self.locked.is_empty()
    }

    /// The condition that whoever signed for the viewer fixed.
    pub(super) fn fixed(&self) -> Option<Filter> {
        match self.locked.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            several => Some(Filter::And(several.to_vec())),
        }
    }

    /// Whether whoever has the link may do this.
    #[must_use]
    pub fn viewer_may(&self, what: ViewerMay) -> bool {
        self.viewer_may.contains(&what)
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct OpenedRow {
    #[sqlx(flatten)]
    organization: OrganizationRow,
    pub(super) share_id: Uuid,
    dashboard_id: Uuid,
    expires_at: Option<DateTime<Utc>>,
    password_hash: Option<String>,
    viewer_may: Json<Vec<ViewerMay>>,
    embed_origins: Json<Vec<String>>,
    last_opened_at: Option<DateTime<Utc>>,
}

impl OpenedRow {
    pub(super) fn opened(self) -> Opened {
        let dashboard = DashboardId::new(self.dashboard_id);
        let organization = self.organization.organization();
        Opened {
            id: ShareId::new(self.share_id),
            caller: Caller::new(organization.id, Who::Link { dashboard }),
            organization,
            dashboard,
            expires_at: from_db_option(self.expires_at),
            has_password: self.password_hash.is_some(),
            embed_origins: self.embed_origins.0,
            last_opened_at: from_db_option(self.last_opened_at),
            viewer_may: self.viewer_may.0,
            locked: Vec::new(),
        }
    }
}

impl Sharing {
    /// Opens a link. One with a password also wants the `proof` that [`Sharing::unlock`] gave for it.
    ///
    /// # Errors
    /// [`Error::NotFound`], whether the link is wrong, expired or revoked; [`Error::Unauthenticated`] where its password
    /// has to be given first.
    pub async fn open(&self, token: &str, proof: Option<&str>) -> Result<Opened, Error> {
        let row = self.row(token).await?;
        if let Some(hash) = &row.password_hash
            && proof != Some(proof_of(token, hash).as_str())
        {
            let message = "This link asks for a password.";
            return Err(Error::Unauthenticated(message.to_owned()));
        }
        Ok(row.opened())
    }

    /// Checks a link's password. The proof opens the link until its address or its password changes.
    ///
    /// # Errors
    /// [`Error::NotFound`] as in [`Sharing::open`], [`Error::Unauthenticated`] for a wrong password,
    /// [`Error::TooMany`] where too many wrong ones came from there, or many are being checked.
    pub async fn unlock(
        &self,
        token: &str,
        password: &str,
        origin: &Origin,
    ) -> Result<(Opened, String), Error> {
        let row = self.row(token).await?;
        let hash = row.password_hash.clone();
        let counts = Counts::of_link(ShareId::new(row.share_id), origin);
        let tries = self.throttle.take(counts).await?;
        let looked = self.passwords.verify(password, hash.clone()).await;
        if !matches!(looked, Ok(Verdict::Wrong)) {
            self.throttle.give_back(tries).await?;
        }
        if !looked?.is_right() {
            return Err(Error::Unauthenticated("This is not the password.".to_owned()));
        }
        let proof = proof_of(token, hash.as_deref().unwrap_or_default());
        Ok((row.opened(), proof))
    }

    /// Notes that somebody looks at a link, once an hour. Should that fail, the page is none the worse for it.
    pub async fn note_look(&self, opened: &Opened) {
        let now = self.clock.now();
        let is_noted = |at: Timestamp| now.duration_since(at) < NOTED_EVERY;
        if opened.last_opened_at.is_some_and(is_noted) {
            return;
        }
        if let Err(error) = self.keep_look(opened, now).await {
            tracing::warn!(%error, "could not note that a link is in use");
        }
    }

    async fn keep_look(&self, opened: &Opened, now: Timestamp) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        sql!(
            tx,
            run,
            "UPDATE shares SET last_opened_at = $3 WHERE id = $1 AND org_id = $2",
            opened.id.uuid(),
            opened.organization.id.uuid(),
            to_db(now),
        )?;
        tx.commit().await
    }

    async fn row(&self, token: &str) -> Result<OpenedRow, Error> {
        let row = sql!(
            self.db,
            optional as OpenedRow,
            "SELECT o.id, o.name, o.plan, o.timezone, o.week_start, s.id AS share_id, s.dashboard_id, s.expires_at,
                 s.password_hash, s.viewer_may, s.embed_origins, s.last_opened_at
             FROM shares s JOIN organizations o ON o.id = s.org_id
             WHERE s.token_digest = $1 AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $2)
                 AND o.suspended_at IS NULL",
            digest(token),
            to_db(self.clock.now()),
        )?;
        row.ok_or(Error::NotFound)
    }
}

/// What shows that somebody knew the password: made of the link and of the salted hash, which nobody outside knows.
fn proof_of(token: &str, password_hash: &str) -> String {
    text_digest(&["share", token, password_hash])
}
