//! What a widget can be about.

use crate::language::key;
use model::dashboard::WidgetType;
use model::query::Query;

/// A kind of question, or a text that asks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Trend,
    Funnel,
    Retention,
    Lifecycle,
    Stickiness,
    Paths,
    Sessions,
    Events,
    Sql,
    Text,
}

/// What can show figures over time.
const OVER_TIME: [WidgetType; 13] = [
    WidgetType::Line,
    WidgetType::Area,
    WidgetType::Bar,
    WidgetType::StackedBar,
    WidgetType::HorizontalBar,
    WidgetType::Pie,
    WidgetType::Donut,
    WidgetType::Heatmap,
    WidgetType::Calendar,
    WidgetType::Map,
    WidgetType::Gauge,
    WidgetType::Stat,
    WidgetType::Table,
];

impl Topic {
    /// Every topic, in the order in which they are offered.
    pub(crate) const ALL: [Self; 10] = [
        Self::Trend,
        Self::Funnel,
        Self::Retention,
        Self::Lifecycle,
        Self::Stickiness,
        Self::Paths,
        Self::Sessions,
        Self::Events,
        Self::Sql,
        Self::Text,
    ];

    pub(crate) const fn of(query: &Query) -> Self {
        match query {
            Query::Trend(_) => Self::Trend,
            Query::Funnel(_) => Self::Funnel,
            Query::Retention(_) => Self::Retention,
            Query::Lifecycle(_) => Self::Lifecycle,
            Query::Stickiness(_) => Self::Stickiness,
            Query::Paths(_) => Self::Paths,
            Query::Sessions(_) => Self::Sessions,
            Query::Events(_) => Self::Events,
            Query::Sql(_) => Self::Sql,
        }
    }

    /// The word in the form.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Trend => "trend",
            Self::Funnel => "funnel",
            Self::Retention => "retention",
            Self::Lifecycle => "lifecycle",
            Self::Stickiness => "stickiness",
            Self::Paths => "paths",
            Self::Sessions => "sessions",
            Self::Events => "events",
            Self::Sql => "sql",
            Self::Text => "text",
        }
    }

    /// The words that people read.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Trend => key("Trend"),
            Self::Funnel => key("Funnel"),
            Self::Retention => key("Retention"),
            Self::Lifecycle => key("Lifecycle"),
            Self::Stickiness => key("Stickiness"),
            Self::Paths => key("Paths"),
            Self::Sessions => key("Sessions"),
            Self::Events => key("Events"),
            Self::Sql => "SQL",
            Self::Text => key("Text"),
        }
    }

    /// What it tells, in a line.
    pub(crate) const fn hint(self) -> &'static str {
        match self {
            Self::Trend => key("How many or how much, over time or by property."),
            Self::Funnel => key("How many people get from one step to the next."),
            Self::Retention => key("Who comes back, and how long after they began."),
            Self::Lifecycle => key("How many people are new, stay, come back or fall silent."),
            Self::Stickiness => key("On how many days, or weeks, people are active."),
            Self::Paths => key("Which ways people go, step by step."),
            Self::Sessions => key("How many visits, how long, where they begin and end."),
            Self::Events => key("The events themselves, the newest first."),
            Self::Sql => key("Anything else: a SELECT of your own over your events."),
            Self::Text => key("A note for those who look, in Markdown."),
        }
    }

    /// The types that can show it, the usual one in front.
    pub(crate) const fn types(self) -> &'static [WidgetType] {
        match self {
            Self::Trend | Self::Sessions => &OVER_TIME,
            Self::Funnel => &[WidgetType::Funnel, WidgetType::Stat, WidgetType::Table],
            Self::Retention => &[WidgetType::Retention, WidgetType::Stat, WidgetType::Table],
            Self::Lifecycle => &[
                WidgetType::StackedBar,
                WidgetType::Bar,
                WidgetType::Line,
                WidgetType::Area,
                WidgetType::Table,
            ],
            Self::Stickiness => &[WidgetType::Bar, WidgetType::Stat, WidgetType::Table],
            Self::Paths => &[WidgetType::Paths, WidgetType::Stat, WidgetType::Table],
            Self::Events => &[WidgetType::Feed],
            Self::Sql => &[WidgetType::Table, WidgetType::Stat],
            Self::Text => &[WidgetType::Text],
        }
    }

    /// Whether its figures may be money, seconds or bytes.
    pub(crate) const fn has_units(self) -> bool {
        matches!(self, Self::Trend | Self::Sessions | Self::Sql)
    }

    /// Whether conditions say which events count.
    pub(crate) const fn has_conditions(self) -> bool {
        !matches!(self, Self::Sql | Self::Text)
    }

    /// Whether its time is cut into buckets that can be chosen.
    pub(crate) const fn has_buckets(self) -> bool {
        matches!(
            self,
            Self::Trend | Self::Lifecycle | Self::Stickiness | Self::Sessions
        )
    }
}
