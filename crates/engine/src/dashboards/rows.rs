//! Rows of the database become dashboards and widgets.

use chrono::{DateTime, Utc};
use model::dashboard::{Dashboard, Position, Size, Widget, WidgetConfig, WidgetType};
use model::ids::{DashboardId, UserId, WidgetId};
use model::query::{Filter, Range};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::db::from_db;
use crate::error::Error;

#[derive(sqlx::FromRow)]
pub(super) struct DashboardRow {
    id: Uuid,
    name: String,
    description: String,
    layout: Json<Value>,
    range: Option<Json<Range>>,
    filter: Option<Json<Filter>>,
    created_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl DashboardRow {
    pub(super) fn dashboard(self) -> Dashboard {
        Dashboard {
            id: DashboardId::new(self.id),
            name: self.name,
            description: self.description,
            layout: self.layout.0,
            range: self.range.map(|range| range.0),
            filter: self.filter.map(|filter| filter.0),
            created_by: self.created_by.map(UserId::new),
            created_at: from_db(self.created_at),
            updated_at: from_db(self.updated_at),
            version: self.version,
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct WidgetRow {
    id: Uuid,
    dashboard_id: Uuid,
    #[sqlx(rename = "type")]
    kind: String,
    title: String,
    config: Json<WidgetConfig>,
    x: i64,
    y: i64,
    w: i64,
    h: i64,
    created_at: DateTime<Utc>,
    version: i64,
}

impl WidgetRow {
    pub(super) fn widget(self) -> Result<Widget, Error> {
        let kind = WidgetType::parse(&self.kind).ok_or_else(|| {
            Error::internal(format!("widget {} is of the unknown type {}", self.id, self.kind))
        })?;
        let cell = |value: i64| u16::try_from(value).map_err(Error::internal);
        Ok(Widget {
            id: WidgetId::new(self.id),
            dashboard_id: DashboardId::new(self.dashboard_id),
            kind,
            title: self.title,
            config: self.config.0,
            position: Position {
                x: cell(self.x)?,
                y: cell(self.y)?,
            },
            size: Size {
                w: cell(self.w)?,
                h: cell(self.h)?,
            },
            created_at: from_db(self.created_at),
            version: self.version,
        })
    }
}
