//! Dashboards and the widgets on them.

mod document;
mod options;
mod places;
mod seen;
mod variables;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::ids::{DashboardId, UserId, WidgetId};
use crate::language::key;
use crate::problem::FieldError;
use crate::query::{Compare, Filter, Interval, Property, Query, Range};

pub use document::{DashboardVersion, Document};
pub use options::{
    Axis, Goal, Legend, MAX_GOALS, Nulls, SERIES_COLOURS, SeriesColour, Stacking, Unit, WidgetOptions,
};
pub use places::{WidgetPlace, WidgetPlaces};
pub use variables::{MAX_VARIABLES, Variable, is_value, variables};

/// Columns of the grid.
pub const COLUMNS: u16 = 12;
/// Most widgets on one dashboard.
pub const MAX_WIDGETS: usize = 60;
const MAX_HEIGHT: u16 = 40;
const MAX_ROW: u16 = 2_000;

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dashboard {
    /// Opaque id.
    pub id: DashboardId,
    /// Name at its top.
    pub name: String,
    /// A line below the name.
    pub description: String,
    /// Settings of the page as a whole; an object.
    pub layout: serde_json::Value,
    /// A range that all its widgets use instead of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// A filter that all its widgets add to their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Who made it; nobody, once that person is gone.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its changes; the `ETag` is made of it.
    pub version: i64,
}

/// What a caller says of a dashboard to create or replace it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DashboardSpec {
    /// 1 to 200 characters.
    pub name: String,
    /// At most 2,000 characters.
    #[serde(default)]
    pub description: String,
    /// An object; empty when absent.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub layout: Option<serde_json::Map<String, serde_json::Value>>,
    /// See [`Dashboard::range`].
    #[serde(default)]
    pub range: Option<Range>,
    /// See [`Dashboard::filter`].
    #[serde(default)]
    pub filter: Option<Filter>,
}

impl DashboardSpec {
    /// Checks and tidies what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(mut self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        match crate::account::display_name("name", &self.name) {
            Ok(name) => self.name = name,
            Err(error) => errors.push(error),
        }
        if self.description.chars().count() > 2_000 {
            errors.push(FieldError::new(
                "description",
                "too_long",
                "Use at most 2,000 characters.",
            ));
        }
        if self.range.as_ref().is_some_and(Range::ends_before_it_starts) {
            let message = "The range ends before it starts. Swap `from` and `to`.";
            errors.push(FieldError::new("range.to", "before_start", message));
        }
        errors.extend(variables::check(self.layout.as_ref()));
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }
}

/// How a widget shows its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WidgetType {
    /// One figure with a sparkline and its change.
    Stat,
    /// Lines over time.
    Line,
    /// Filled lines over time.
    Area,
    /// Bars over time.
    Bar,
    /// Bars over time, series on top of one another.
    StackedBar,
    /// One bar for each series or breakdown value.
    HorizontalBar,
    /// Shares of a whole.
    Pie,
    /// Shares of a whole, with the whole in the middle.
    Donut,
    /// A bar for each step, and who went no further.
    Funnel,
    /// Events, the newest first.
    Feed,
    /// One figure on its way to a goal.
    Gauge,
    /// Figures as shades: each hour of the week, or each value and bucket.
    Heatmap,
    /// Days as shades, a column for each week.
    Calendar,
    /// Countries as shades.
    Map,
    /// The ways people go, step by step.
    Paths,
    /// Who came back, a row for each cohort.
    Retention,
    /// The figures themselves.
    Table,
    /// Markdown.
    Text,
}

impl WidgetType {
    /// Every type, in the order in which an editor offers them.
    pub const ALL: [Self; 18] = [
        Self::Stat,
        Self::Line,
        Self::Area,
        Self::Bar,
        Self::StackedBar,
        Self::HorizontalBar,
        Self::Pie,
        Self::Donut,
        Self::Heatmap,
        Self::Calendar,
        Self::Map,
        Self::Gauge,
        Self::Funnel,
        Self::Feed,
        Self::Paths,
        Self::Retention,
        Self::Table,
        Self::Text,
    ];

    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stat => "stat",
            Self::Line => "line",
            Self::Area => "area",
            Self::Bar => "bar",
            Self::StackedBar => "stacked_bar",
            Self::HorizontalBar => "horizontal_bar",
            Self::Pie => "pie",
            Self::Donut => "donut",
            Self::Funnel => "funnel",
            Self::Feed => "feed",
            Self::Gauge => "gauge",
            Self::Heatmap => "heatmap",
            Self::Calendar => "calendar",
            Self::Map => "map",
            Self::Paths => "paths",
            Self::Retention => "retention",
            Self::Table => "table",
            Self::Text => "text",
        }
    }

    /// Reads the word; `None` for any other.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The words that people read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Stat => key("Figure"),
            Self::Line => key("Line"),
            Self::Area => key("Area"),
            Self::Bar => key("Bar"),
            Self::StackedBar => key("Stacked bar"),
            Self::HorizontalBar => key("Ranked bars"),
            Self::Pie => key("Pie"),
            Self::Donut => key("Donut"),
            Self::Funnel => key("Funnel"),
            Self::Feed => key("Events"),
            Self::Gauge => key("Gauge"),
            Self::Heatmap => key("Heat map"),
            Self::Calendar => key("Calendar"),
            Self::Map => key("World map"),
            Self::Paths => key("Paths"),
            Self::Retention => key("Retention"),
            Self::Table => key("Table"),
            Self::Text => key("Text"),
        }
    }

    /// Whether it shows the answer to a question.
    #[must_use]
    pub const fn asks(self) -> bool {
        !matches!(self, Self::Text)
    }

    /// Whether it is a list or table in the page, and no drawing.
    #[must_use]
    pub const fn is_a_table(self) -> bool {
        matches!(self, Self::Feed | Self::Table)
    }

    /// Whether it can tell the figures of several values apart.
    #[must_use]
    pub const fn tells_apart(self) -> bool {
        matches!(
            self,
            Self::Line
                | Self::Area
                | Self::Bar
                | Self::StackedBar
                | Self::HorizontalBar
                | Self::Pie
                | Self::Donut
                | Self::Table
        )
    }

    /// How it cuts time where a question leaves that open and the usual way would not suit.
    #[must_use]
    pub fn interval_for(self, query: &Query) -> Option<Interval> {
        match self {
            Self::Calendar => Some(Interval::Day),
            Self::Heatmap if !query.is_broken_down() => Some(Interval::Hour),
            _ => None,
        }
    }

    /// The size that a new widget of this type has, in columns and rows.
    #[must_use]
    pub const fn usual_size(self) -> Size {
        match self {
            Self::Stat => Size { w: 3, h: 2 },
            Self::Feed | Self::Paths => Size { w: 12, h: 6 },
            Self::Line | Self::Area | Self::Bar | Self::StackedBar => Size { w: 6, h: 5 },
            Self::HorizontalBar | Self::Pie | Self::Donut | Self::Funnel | Self::Table => Size { w: 4, h: 5 },
            Self::Map | Self::Retention => Size { w: 8, h: 7 },
            Self::Gauge => Size { w: 3, h: 4 },
            Self::Heatmap => Size { w: 8, h: 5 },
            Self::Calendar => Size { w: 8, h: 4 },
            Self::Text => Size { w: 4, h: 2 },
        }
    }
}

/// What a widget asks, and how it shows the answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WidgetConfig {
    /// The question; none for text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<Query>,
    /// How the answer looks.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub options: WidgetOptions,
}

/// The upper left corner on the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Column, 0 to 11.
    pub x: u16,
    /// Row, from 0.
    pub y: u16,
}

/// Extent on the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Columns, 1 to 12.
    pub w: u16,
    /// Rows of 56 px, 1 to 40.
    pub h: u16,
}

/// A widget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Widget {
    /// Opaque id.
    pub id: WidgetId,
    /// The dashboard that it is on.
    pub dashboard_id: DashboardId,
    /// How it shows its answer.
    #[serde(rename = "type")]
    pub kind: WidgetType,
    /// The line above it.
    pub title: String,
    /// What it asks.
    pub config: WidgetConfig,
    /// Where it is.
    pub position: Position,
    /// How large it is.
    pub size: Size,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts its changes; the `ETag` is made of it.
    pub version: i64,
}

/// What a caller says of a widget to create or replace it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WidgetSpec {
    /// How it shows its answer.
    #[serde(rename = "type")]
    pub kind: WidgetType,
    /// At most 200 characters; may be empty.
    #[serde(default)]
    pub title: String,
    /// What it asks.
    #[serde(default)]
    pub config: WidgetConfig,
    /// Where it is; below everything else when absent.
    #[serde(default)]
    pub position: Option<Position>,
    /// How large it is; the type's usual size when absent.
    #[serde(default)]
    pub size: Option<Size>,
}

impl WidgetSpec {
    /// Checks and tidies what the types alone cannot say.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn check(mut self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        if let Some(query) = &self.config.query
            && let Some(interval) = self.kind.interval_for(query)
        {
            self.config.query = Some(query.cut_by(interval));
        }
        if self.title.chars().count() > 200 || self.title.chars().any(char::is_control) {
            errors.push(FieldError::new(
                "title",
                "invalid",
                "Use at most 200 characters on one line.",
            ));
        }
        if self.kind.asks() && self.config.query.is_none() {
            errors.push(FieldError::new(
                "config.query",
                "required",
                "Say what this widget should ask.",
            ));
        }
        let is_sql = matches!(self.config.query, Some(Query::Sql(_)));
        if is_sql && !matches!(self.kind, WidgetType::Table | WidgetType::Stat) {
            let message = "A SELECT can be shown as a table or as one figure.";
            errors.push(FieldError::new("type", "does_not_suit", message));
        }
        if !self.kind.asks() && self.config.query.is_some() {
            errors.push(FieldError::new(
                "config.query",
                "not_needed",
                "A text widget asks nothing.",
            ));
        }
        self.config.options.check(&mut errors);
        let size = self.size.unwrap_or(self.kind.usual_size());
        errors.extend(places::fits(self.position.unwrap_or_default(), size, ""));
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }
}

/// What a viewer asks of a dashboard beside what it was saved with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Instead of the saved range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
    /// Beside the saved filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Instead of what the widgets compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// Tells the figures of every widget that can be broken down apart by this property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Property>,
    /// The chosen values of the dashboard's variables, by their properties; empty text stands for any value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

impl Dashboard {
    /// How everybody sees it at first.
    #[must_use]
    pub fn view(&self) -> View {
        View {
            range: self.range.clone(),
            filter: self.filter.clone(),
            compare: None,
            breakdown: None,
            variables: variables::defaults(&self.layout),
        }
    }
}

/// A dashboard with everything on it answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DashboardPage {
    /// The dashboard.
    pub dashboard: Dashboard,
    /// Its widgets, from the top left.
    pub panels: Vec<Panel>,
}

/// A widget and what came of its question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// The widget.
    pub widget: Widget,
    /// Its answer; none for text, or where there is a problem.
    pub answer: Option<Answer>,
    /// Why there is no answer, for people.
    pub problem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> Result<WidgetSpec, Vec<FieldError>> {
        crate::problem::read_json::<WidgetSpec>(json)
            .map_err(|error| vec![error])?
            .check()
    }

    #[test]
    fn a_calendar_asks_for_days_and_a_week_of_hours_for_hours() {
        for (kind, rest, interval) in [
            ("calendar", "", Some(Interval::Day)),
            ("calendar", r#","interval":"week""#, Some(Interval::Week)),
            ("heatmap", "", Some(Interval::Hour)),
            ("heatmap", r#","breakdown":{"property":"status"}"#, None),
            ("line", "", None),
        ] {
            let json = format!(
                r#"{{"type":"{kind}","config":{{"query":{{"kind":"trend","series":[{{"measure":"count"}}],
                "range":{{"last":"90d"}}{rest}}}}}}}"#
            );
            let spec = check(&json).expect("it is valid");
            let query = spec.config.query.expect("it asks");
            assert_eq!(query.timeframe().interval, interval, "{json}");
        }
    }

    #[test]
    fn widgets_stay_on_the_grid() {
        assert!(check(r#"{"type":"text","size":{"w":12,"h":1},"position":{"x":0,"y":3}}"#).is_ok());
        for (json, field) in [
            (r#"{"type":"text","size":{"w":13,"h":1}}"#, "size"),
            (
                r#"{"type":"text","size":{"w":6,"h":1},"position":{"x":7,"y":0}}"#,
                "position",
            ),
            (
                r#"{"type":"line","config":{"query":{"kind":"trend","series":[{"measure":"count"}],"range":{"last":"7d"},"colour":1}}}"#,
                "config.query.colour",
            ),
            (r#"{"type":"line"}"#, "config.query"),
            (r#"{"type":"hologram"}"#, "type"),
            (
                r#"{"type":"line","config":{"query":{"kind":"sql","sql":"SELECT 1"}}}"#,
                "type",
            ),
            (r#"{"type":"text","glow":true}"#, "glow"),
            (
                r#"{"type":"text","config":{"options":{"goals":[{"value":1},{"value":2},{"value":3},{"value":4},{"value":5}]}}}"#,
                "config.options.goals",
            ),
            (
                r#"{"type":"text","config":{"options":{"colors":[{"series":"A","color":9}]}}}"#,
                "config.options.colors[0].color",
            ),
            (
                r#"{"type":"text","config":{"options":{"axis":"square"}}}"#,
                "config.options.axis",
            ),
        ] {
            assert_eq!(check(json).expect_err(json)[0].field, field, "{json}");
        }
    }
}
