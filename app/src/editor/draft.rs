//! A widget while it is typed: everything as text, so that nothing is lost that is not yet right.

mod activity;
mod breakdown;
mod events;
mod funnel;
mod look;
mod paths;
mod people;
mod placed;
mod retention;
mod selector;
mod sessions;
mod sql;
mod time;
mod topic;
mod trend;
mod typed;

use model::dashboard::{Position, Size, Unit, Widget, WidgetConfig, WidgetSpec, WidgetType};
use model::problem::FieldError;
use model::query::{Breakdown, Filter, Interval, LastUnit, Query, Range, SessionMeasure};

use activity::ActivityDraft;
use breakdown::BreakdownDraft;
use events::EventsDraft;
pub(super) use funnel::{ExclusionDraft, FunnelDraft, StepDraft};
use look::LookDraft;
use paths::PathsDraft;
pub(super) use paths::Side;
pub(super) use people::{PeopleDraft, Way};
use retention::RetentionDraft;
pub(super) use selector::Conditions;
use sessions::SessionsDraft;
use sql::SqlDraft;
pub(super) use time::CUSTOM;
use time::TimeDraft;
pub(super) use topic::Topic;
use trend::TrendDraft;
pub(super) use trend::{Course, SeriesDraft};

/// A question that was checked, or what is wrong with it.
type Checked = Result<Query, Vec<FieldError>>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) topic: Topic,
    pub(crate) kind: WidgetType,
    pub(crate) title: String,
    pub(crate) conditions: Conditions,
    pub(crate) time: TimeDraft,
    pub(crate) breakdown: BreakdownDraft,
    pub(crate) look: LookDraft,
    pub(crate) trend: TrendDraft,
    pub(crate) funnel: FunnelDraft,
    pub(crate) retention: RetentionDraft,
    pub(crate) lifecycle: ActivityDraft,
    pub(crate) stickiness: ActivityDraft,
    pub(crate) paths: PathsDraft,
    pub(crate) sessions: SessionsDraft,
    pub(crate) events: EventsDraft,
    pub(crate) sql: SqlDraft,
    /// Topics that were typed before, and as what each was shown.
    left: Vec<(Topic, WidgetType)>,
    /// The event that a topic begins with when it is opened for the first time.
    first_event: String,
}

/// What every kind of question says alike.
struct Shared<'d> {
    range: Range,
    interval: Option<Interval>,
    timezone: Option<String>,
    filter: Option<Filter>,
    breakdown: &'d BreakdownDraft,
}

impl Draft {
    /// A draft to begin with: events of this name, counted.
    pub(crate) fn new(first_event: &str, range: Option<&Range>) -> Self {
        let mut time = TimeDraft::default();
        if let Some(range) = range {
            time.take(range);
        }
        Self {
            topic: Topic::Trend,
            kind: WidgetType::Line,
            title: String::new(),
            conditions: Conditions::default(),
            time,
            breakdown: BreakdownDraft::default(),
            look: LookDraft::default(),
            trend: TrendDraft::new(first_event),
            funnel: FunnelDraft::new(first_event),
            retention: RetentionDraft::new(first_event),
            lifecycle: ActivityDraft::new(first_event),
            stickiness: ActivityDraft::new(first_event),
            paths: PathsDraft::new(first_event),
            sessions: SessionsDraft::default(),
            events: EventsDraft::new(first_event),
            sql: SqlDraft::new(),
            left: Vec::new(),
            first_event: first_event.to_owned(),
        }
    }

    /// An existing widget, to be changed.
    pub(crate) fn of(widget: &Widget) -> Self {
        let mut draft = Self::new("", None);
        draft.kind = widget.kind;
        draft.title.clone_from(&widget.title);
        draft.look = LookDraft::of(&widget.config.options);
        match &widget.config.query {
            Some(query) => draft.take(query),
            None => draft.topic = Topic::Text,
        }
        draft
    }

    /// This question, shown as `kind` where that can show it.
    pub(crate) fn asking(query: &Query, kind: Option<WidgetType>) -> Self {
        let mut draft = Self::new("", None);
        draft.take(query);
        let types = draft.topic.types();
        draft.kind = kind.filter(|kind| types.contains(kind)).unwrap_or(types[0]);
        draft
    }

    fn take(&mut self, query: &Query) {
        self.topic = Topic::of(query);
        let timeframe = query.timeframe();
        self.time.take(timeframe.range);
        self.time.interval = timeframe.interval;
        self.time.timezone = timeframe.timezone.map(str::to_owned);
        let whole = query.filters().into_iter().find(|(field, _)| field == "filter");
        self.conditions = Conditions::of_whole(whole.map(|(_, filter)| filter));
        match query {
            Query::Trend(trend) => {
                self.trend = TrendDraft::of(trend.spec());
                self.take_breakdown(trend.spec().breakdown.as_ref());
            }
            Query::Funnel(funnel) => {
                let spec = funnel.spec();
                self.funnel = FunnelDraft::of(spec);
                self.time.interval = spec.interval;
                let breakdown = spec.breakdown.as_ref().map(|breakdown| Breakdown {
                    property: breakdown.property.clone(),
                    limit: breakdown.limit,
                });
                self.take_breakdown(breakdown.as_ref());
            }
            Query::Retention(retention) => {
                self.retention = RetentionDraft::of(retention.spec());
                self.time.interval = None;
                self.take_breakdown(retention.spec().breakdown.as_ref());
            }
            Query::Lifecycle(activity) => self.lifecycle = ActivityDraft::of(activity.spec()),
            Query::Stickiness(activity) => self.stickiness = ActivityDraft::of(activity.spec()),
            Query::Paths(paths) => self.paths = PathsDraft::of(paths),
            Query::Sessions(sessions) => {
                self.sessions = SessionsDraft::of(sessions.spec());
                self.take_breakdown(sessions.spec().breakdown.as_ref());
            }
            Query::Events(events) => self.events = EventsDraft::of(events.spec()),
            Query::Sql(sql) => self.sql = SqlDraft::of(sql.spec()),
        }
    }

    fn take_breakdown(&mut self, breakdown: Option<&Breakdown>) {
        self.breakdown = BreakdownDraft::of(breakdown);
    }

    /// Goes on with another topic. What both can say goes along; what was typed of either is there on the way back.
    pub(crate) fn turn_to(&mut self, topic: Topic) {
        if topic == self.topic {
            return;
        }
        if let Some(event) = self.leading_event().map(str::to_owned) {
            self.first_event = event;
        }
        self.left.retain(|(known, _)| *known != self.topic);
        self.left.push((self.topic, self.kind));
        let before = self.left.iter().find(|(known, _)| *known == topic);
        if let Some((_, kind)) = before {
            self.kind = *kind;
        } else {
            self.begin(topic);
        }
        self.topic = topic;
    }

    fn begin(&mut self, topic: Topic) {
        let types = topic.types();
        if !types.contains(&self.kind) || self.kind == WidgetType::Stat {
            self.kind = types[0];
        }
        let event = self.first_event.as_str();
        match topic {
            Topic::Trend => self.trend = TrendDraft::new(event),
            Topic::Funnel => self.funnel = FunnelDraft::new(event),
            Topic::Retention => self.retention = RetentionDraft::new(event),
            Topic::Lifecycle => self.lifecycle = ActivityDraft::new(event),
            Topic::Stickiness => self.stickiness = ActivityDraft::new(event),
            Topic::Paths => self.paths = PathsDraft::new(event),
            Topic::Events => self.events = EventsDraft::new(event),
            Topic::Sessions | Topic::Sql | Topic::Text => {}
        }
    }

    /// The event that the question is about in the first place; none where it is about no event in particular.
    pub(crate) fn leading_event(&self) -> Option<&str> {
        let event = match self.topic {
            Topic::Trend => &self.trend.series.first()?.on.event,
            Topic::Funnel => &self.funnel.steps.first()?.on.event,
            Topic::Retention => &self.retention.start.event,
            Topic::Lifecycle => &self.lifecycle.event,
            Topic::Stickiness => &self.stickiness.event,
            Topic::Paths => &self.paths.end.event,
            Topic::Events => &self.events.event,
            Topic::Sessions | Topic::Sql | Topic::Text => return None,
        };
        Some(event.trim()).filter(|event| !event.is_empty())
    }

    /// Every event that is named in the question.
    pub(crate) fn named_events(&self) -> Vec<&str> {
        let all: Vec<&str> = match self.topic {
            Topic::Trend => self
                .trend
                .series
                .iter()
                .map(|series| series.on.event.as_str())
                .collect(),
            Topic::Funnel => self
                .funnel
                .steps
                .iter()
                .map(|step| step.on.event.as_str())
                .collect(),
            Topic::Retention => vec![
                self.retention.start.event.as_str(),
                self.retention.comeback.event.as_str(),
            ],
            Topic::Paths if self.paths.side == Side::Whole => Vec::new(),
            _ => self.leading_event().into_iter().collect(),
        };
        let mut named: Vec<&str> = Vec::new();
        for event in all.into_iter().map(str::trim) {
            if !event.is_empty() && !named.contains(&event) {
                named.push(event);
            }
        }
        named
    }

    /// Asks for a figure of sessions, or no longer; a length of time alone is told as one.
    pub(crate) fn toggle(&mut self, measure: SessionMeasure) {
        self.sessions.toggle(measure);
        let is_a_time = self.sessions.measures == [SessionMeasure::AvgSeconds];
        match self.look.unit {
            Unit::Number if is_a_time => self.look.unit = Unit::Duration,
            Unit::Duration if !is_a_time => self.look.unit = Unit::Number,
            _ => {}
        }
    }

    /// Whether the figures can be broken down by a property.
    pub(crate) fn has_breakdown(&self) -> bool {
        match self.topic {
            Topic::Trend | Topic::Funnel | Topic::Retention => true,
            Topic::Sessions => !self.sessions.has_ends(),
            _ => false,
        }
    }

    /// The conditions of the whole question as a segment; none where there are none, where one is not complete, and where
    /// they call another segment.
    pub(crate) fn segment(&self) -> Option<Filter> {
        let mut errors = Vec::new();
        let filter = self.conditions.filter("", &mut errors)?;
        let calls_another = filter
            .leaves()
            .iter()
            .any(|leaf| matches!(leaf, Filter::Segment(_)));
        (errors.is_empty() && !calls_another && self.topic.has_conditions()).then_some(filter)
    }

    /// The question; none where the widget is a text.
    pub(crate) fn query(&self) -> Result<Option<Query>, Vec<FieldError>> {
        let mut late = Vec::new();
        let filter = if self.topic.has_conditions() {
            self.conditions.filter("", &mut late)
        } else {
            None
        };
        // A range that is not right yet must not hide what else is missing.
        let stand_in = Range::Last {
            count: 30,
            unit: LastUnit::Day,
        };
        let range = self.time.range().unwrap_or_else(|error| {
            late.push(error);
            stand_in
        });
        let shared = Shared {
            range,
            interval: self.time.interval,
            timezone: self.time.timezone.clone(),
            filter,
            breakdown: &self.breakdown,
        };
        let mut errors = Vec::new();
        let checked = match self.topic {
            Topic::Trend => self.trend.query(&shared, &mut errors),
            Topic::Funnel => self.funnel.query(&shared, &mut errors),
            Topic::Retention => self.retention.query(&shared, &mut errors),
            Topic::Lifecycle => self.lifecycle.query(&shared, Query::Lifecycle),
            Topic::Stickiness => self.stickiness.query(&shared, Query::Stickiness),
            Topic::Paths => self.paths.query(&shared, &mut errors),
            Topic::Sessions => self.sessions.query(&shared, &mut errors),
            Topic::Events => self.events.query(&shared, &mut errors),
            Topic::Sql => self.sql.query(&shared, &mut errors),
            Topic::Text => return Ok(None),
        };
        let more = checked.as_ref().err().into_iter().flatten();
        for error in more.chain(&late) {
            if !errors.iter().any(|known| known.field == error.field) {
                errors.push(error.clone());
            }
        }
        match checked {
            Ok(query) if errors.is_empty() => {
                let interval = self.kind.interval_for(&query);
                Ok(Some(
                    interval.map_or(query.clone(), |interval| query.cut_by(interval)),
                ))
            }
            _ => Err(errors),
        }
    }

    /// The widget, at `place`.
    pub(crate) fn spec(&self, place: Option<(Position, Size)>) -> Result<WidgetSpec, Vec<FieldError>> {
        let mut unreadable = Vec::new();
        self.look.check(&mut unreadable);
        if !unreadable.is_empty() {
            return Err(unreadable);
        }
        let spec = WidgetSpec {
            kind: self.kind,
            title: self.title.trim().to_owned(),
            config: WidgetConfig {
                query: self.query()?,
                options: self.look.options(self.topic),
            },
            position: place.map(|(position, _)| position),
            size: place.map(|(_, size)| size),
        };
        spec.check().map_err(without_prefixes)
    }
}

/// Names fields as the form does: without the way to them through the widget.
pub(crate) fn without_prefixes(mut errors: Vec<FieldError>) -> Vec<FieldError> {
    for error in &mut errors {
        for prefix in ["config.query.", "config.options.", "config."] {
            if let Some(rest) = error.field.strip_prefix(prefix) {
                error.field = rest.to_owned();
                break;
            }
        }
    }
    errors
}

#[cfg(test)]
mod tests;
