//! A dashboard as one document, as it is exported and imported.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DashboardSpec, WidgetSpec};
use crate::ids::UserId;

/// A dashboard with all its widgets, as a caller says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The dashboard.
    pub dashboard: DashboardSpec,
    /// Its widgets; those without a position come below the ones before.
    #[serde(default)]
    pub widgets: Vec<WidgetSpec>,
}

/// What a dashboard was before somebody changed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardVersion {
    /// Counts the dashboard's changes; the one before the change.
    pub version: i64,
    /// Its name then.
    pub name: String,
    /// How many widgets it had then.
    pub widgets: usize,
    /// Who changed it; nobody, once that person is gone, or where a key did.
    pub changed_by: Option<UserId>,
    /// When it was changed.
    pub changed_at: Timestamp,
}
