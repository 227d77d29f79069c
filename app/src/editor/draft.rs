//! A widget while it is typed: everything as text, so that nothing is lost that is not yet right.

use model::dashboard::{Position, Size, Unit, Widget, WidgetConfig, WidgetOptions, WidgetSpec, WidgetType};
use model::problem::FieldError;
use model::query::{
    Breakdown, Compare, Edge, Filter, Interval, Measure, Property, Query, Range, Series, TrendQuery,
    TrendSpec,
};

use super::FilterDraft;
use crate::address::{self, PRESETS};

/// The word for a range between two days.
pub(crate) const CUSTOM: &str = "custom";

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) kind: WidgetType,
    pub(crate) title: String,
    pub(crate) series: Vec<SeriesDraft>,
    pub(crate) filters: Vec<FilterDraft>,
    /// A filter that conditions in a row cannot say; it is kept as it is.
    pub(crate) kept_filter: Option<Filter>,
    pub(crate) breakdown: String,
    pub(crate) limit: String,
    pub(crate) interval: Option<Interval>,
    pub(crate) timezone: Option<String>,
    pub(crate) range: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) compare: Option<Compare>,
    pub(crate) formula: String,
    /// Not offered here; kept as it is.
    pub(crate) cumulative: bool,
    /// Not offered here; kept as it is.
    pub(crate) rolling_average: Option<usize>,
    /// Not offered here; kept as it is.
    pub(crate) approximate: bool,
    pub(crate) unit: Unit,
    pub(crate) currency: String,
    pub(crate) text: String,
    /// A question of a kind that the form cannot say; it is kept as it is.
    pub(crate) kept_query: Option<Query>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SeriesDraft {
    pub(crate) event: String,
    pub(crate) measure: Measure,
    pub(crate) property: String,
    /// Not offered here; kept as it is.
    pub(crate) group: Option<String>,
    /// Not offered here; kept as it is.
    pub(crate) revenue_in: Option<String>,
    pub(crate) label: String,
    pub(crate) filters: Vec<FilterDraft>,
    pub(crate) kept_filter: Option<Filter>,
}

impl SeriesDraft {
    pub(crate) fn new(event: String) -> Self {
        Self {
            event,
            measure: Measure::Count,
            property: String::new(),
            group: None,
            revenue_in: None,
            label: String::new(),
            filters: Vec::new(),
            kept_filter: None,
        }
    }

    fn of(series: &Series) -> Self {
        let (filters, kept_filter) = rows_of(series.filter.as_ref());
        Self {
            event: series.event.clone().unwrap_or_default(),
            measure: series.measure,
            property: series
                .property
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            group: series.group.clone(),
            revenue_in: series.currency.clone(),
            label: series.label.clone().unwrap_or_default(),
            filters,
            kept_filter,
        }
    }

    fn series(&self, position: usize, errors: &mut Vec<FieldError>) -> Series {
        let property = if self.measure.needs_property() {
            property(&self.property, &format!("series[{position}].property"), errors)
        } else {
            None
        };
        Series {
            event: given(&self.event),
            measure: self.measure,
            property,
            group: self
                .group
                .clone()
                .filter(|_| self.measure == Measure::UniqueGroups),
            currency: self
                .revenue_in
                .clone()
                .filter(|_| self.measure == Measure::Revenue),
            label: given(&self.label),
            filter: filter_of(
                &self.filters,
                self.kept_filter.as_ref(),
                &format!("series[{position}]."),
                errors,
            ),
        }
    }
}

impl Draft {
    /// A draft to begin with: the most frequent event, counted.
    pub(crate) fn new(names: &[String], range: Option<Range>) -> Self {
        let mut draft = Self {
            kind: WidgetType::Line,
            title: String::new(),
            series: vec![SeriesDraft::new(names.first().cloned().unwrap_or_default())],
            filters: Vec::new(),
            kept_filter: None,
            breakdown: String::new(),
            limit: "10".to_owned(),
            interval: None,
            timezone: None,
            range: "30d".to_owned(),
            from: String::new(),
            to: String::new(),
            compare: None,
            formula: String::new(),
            cumulative: false,
            rolling_average: None,
            approximate: false,
            unit: Unit::Number,
            currency: "EUR".to_owned(),
            text: String::new(),
            kept_query: None,
        };
        if let Some(range) = range {
            draft.take_range(&range);
        }
        draft
    }

    /// An existing widget, to be changed.
    pub(crate) fn of(widget: &Widget) -> Self {
        let mut draft = Self::new(&[], None);
        let options = &widget.config.options;
        draft.kind = widget.kind;
        draft.title.clone_from(&widget.title);
        draft.unit = options.unit;
        draft.currency = options.currency.clone().unwrap_or(draft.currency);
        draft.text = options.text.clone().unwrap_or_default();
        match &widget.config.query {
            Some(Query::Trend(trend)) => draft.take_trend(trend.spec()),
            other => draft.kept_query.clone_from(other),
        }
        draft
    }

    fn take_trend(&mut self, spec: &TrendSpec) {
        self.series = spec.series.iter().map(SeriesDraft::of).collect();
        (self.filters, self.kept_filter) = rows_of(spec.filter.as_ref());
        if let Some(breakdown) = &spec.breakdown {
            self.breakdown = breakdown.property.to_string();
            self.limit = breakdown.limit.to_string();
        }
        self.interval = spec.interval;
        self.timezone.clone_from(&spec.timezone);
        self.compare = spec.compare;
        self.formula = spec.formula.clone().unwrap_or_default();
        self.cumulative = spec.cumulative;
        self.rolling_average = spec.rolling_average;
        self.approximate = spec.approximate;
        self.take_range(&spec.range);
    }

    fn take_range(&mut self, range: &Range) {
        match range {
            Range::Last { count, unit } => self.range = format!("{count}{}", unit.as_str()),
            Range::Between { from, to } => {
                CUSTOM.clone_into(&mut self.range);
                self.from = from.to_string();
                self.to = to.to_string();
            }
        }
    }

    /// The ranges to offer: the usual ones, the one it has, and days of one's own.
    pub(crate) fn ranges(&self) -> Vec<(String, String)> {
        let mut offered: Vec<(String, String)> = PRESETS
            .iter()
            .map(|(value, words)| ((*value).to_owned(), (*words).to_owned()))
            .collect();
        let is_offered = self.range == CUSTOM || offered.iter().any(|(value, _)| *value == self.range);
        if !is_offered {
            offered.push((self.range.clone(), format!("Last {}", self.range)));
        }
        offered.push((CUSTOM.to_owned(), "Between two days".to_owned()));
        offered
    }

    /// Whether both ends are days, which is what the inputs can show.
    pub(crate) fn has_days(&self) -> bool {
        let is_day = |text: &String| text.is_empty() || matches!(text.parse(), Ok(Edge::Date(_)));
        is_day(&self.from) && is_day(&self.to)
    }

    /// The question.
    pub(crate) fn query(&self) -> Result<Query, Vec<FieldError>> {
        if let Some(kept) = &self.kept_query {
            return Ok(kept.clone());
        }
        let mut errors = Vec::new();
        let series = self
            .series
            .iter()
            .enumerate()
            .map(|(position, series)| series.series(position, &mut errors))
            .collect();
        let filter = filter_of(&self.filters, self.kept_filter.as_ref(), "", &mut errors);
        let range = self.checked_range(&mut errors);
        let breakdown = self.checked_breakdown(&mut errors);
        let Some(range) = range else { return Err(errors) };
        let spec = TrendSpec {
            series,
            range,
            interval: self.interval,
            timezone: self.timezone.clone(),
            filter,
            breakdown,
            compare: self.compare,
            formula: given(&self.formula),
            cumulative: self.cumulative,
            rolling_average: self.rolling_average,
            approximate: self.approximate,
        };
        match TrendQuery::parse(spec) {
            Ok(trend) if errors.is_empty() => Ok(Query::Trend(trend)),
            Ok(_) => Err(errors),
            Err(more) => {
                let known: Vec<String> = errors.iter().map(|error| error.field.clone()).collect();
                errors.extend(more.into_iter().filter(|error| !known.contains(&error.field)));
                Err(errors)
            }
        }
    }

    fn checked_range(&self, errors: &mut Vec<FieldError>) -> Option<Range> {
        let range = if self.range == CUSTOM {
            if self.from.is_empty() || self.to.is_empty() {
                Err("Give both a first and a last day.".to_owned())
            } else {
                address::between(&self.from, &self.to)
            }
        } else {
            Range::parse_last(&self.range)
        };
        range
            .map_err(|message| errors.push(FieldError::new("range", "invalid", message)))
            .ok()
    }

    fn checked_breakdown(&self, errors: &mut Vec<FieldError>) -> Option<Breakdown> {
        if self.breakdown.trim().is_empty() {
            return None;
        }
        let property = property(&self.breakdown, "breakdown.property", errors);
        let Ok(limit) = self.limit.trim().parse() else {
            errors.push(FieldError::new(
                "breakdown.limit",
                "invalid",
                "Use a whole number from 1 to 50.",
            ));
            return None;
        };
        Some(Breakdown {
            property: property?,
            limit,
        })
    }

    /// How the answer looks.
    pub(crate) fn options(&self) -> WidgetOptions {
        WidgetOptions {
            unit: self.unit,
            currency: (self.unit == Unit::Currency).then(|| self.currency.trim().to_uppercase()),
            text: (self.kind == WidgetType::Text).then(|| self.text.clone()),
        }
    }

    /// The widget, at `place`.
    pub(crate) fn spec(&self, place: Option<(Position, Size)>) -> Result<WidgetSpec, Vec<FieldError>> {
        let query = if self.kind.asks() {
            Some(self.query()?)
        } else {
            None
        };
        let spec = WidgetSpec {
            kind: self.kind,
            title: self.title.trim().to_owned(),
            config: WidgetConfig {
                query,
                options: self.options(),
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

fn rows_of(filter: Option<&Filter>) -> (Vec<FilterDraft>, Option<Filter>) {
    match address::chips(filter) {
        Some(chips) => (chips.iter().map(FilterDraft::of).collect(), None),
        None => (Vec::new(), filter.cloned()),
    }
}

fn filter_of(
    rows: &[FilterDraft],
    kept: Option<&Filter>,
    prefix: &str,
    errors: &mut Vec<FieldError>,
) -> Option<Filter> {
    let mut comparisons = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        match row.comparison() {
            Ok(comparison) => comparisons.push(comparison),
            Err(error) => {
                let field = format!("{prefix}filters[{position}].{}", error.field);
                errors.push(FieldError::new(field, error.code, error.message));
            }
        }
    }
    let of_rows = address::of_chips(comparisons);
    Filter::both(kept, of_rows.as_ref())
}

fn property(text: &str, field: &str, errors: &mut Vec<FieldError>) -> Option<Property> {
    if text.trim().is_empty() {
        errors.push(FieldError::new(field, "required", "Name a property."));
        return None;
    }
    text.trim()
        .parse()
        .map_err(|message| errors.push(FieldError::new(field, "invalid", message)))
        .ok()
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str = r#"{"kind":"trend","series":[
        {"event":"purchase","measure":"p95","property":"amount","label":"Slow","filter":{"property":"plan","op":"in","value":["pro"]}},
        {"measure":"count","filter":{"or":[{"property":"a","op":"exists"},{"not":{"property":"b","op":"exists"}}]}}],
        "range":{"from":"2015-05-17","to":"2015-05-20"},"interval":"day","timezone":"Europe/Berlin",
        "filter":{"and":[{"property":"status","op":"eq","value":200.0},{"property":"$path","op":"starts_with","value":"/a"}]},
        "breakdown":{"property":"$path","limit":5},"compare":"previous_year","formula":"A / B * 100"}"#;

    #[test]
    fn a_question_survives_the_editor() {
        let query = Query::parse(QUERY).expect("it is valid");
        let Query::Trend(trend) = &query else {
            panic!("it is a trend")
        };
        let mut draft = Draft::new(&[], None);
        draft.take_trend(trend.spec());
        assert_eq!(draft.query().expect("it is still valid"), query);
    }

    #[test]
    fn a_question_that_the_form_cannot_say_is_kept() {
        let question = r#"{"kind":"stickiness","range":{"last":"30d"}}"#;
        let query = Query::parse(question).expect("it is valid");
        let mut draft = Draft::new(&[], None);
        draft.kept_query = Some(query.clone());
        assert_eq!(draft.query().expect("nothing can be wrong with it"), query);
    }

    #[test]
    fn a_new_draft_asks_for_the_most_frequent_event() {
        let draft = Draft::new(&["page_view".to_owned()], None);
        let spec = draft.spec(None).expect("it can be saved as it is");
        assert_eq!(
            spec.config.query.expect("it asks").range(),
            &Range::parse_last("30d").expect("a range")
        );
    }

    #[test]
    fn problems_name_the_inputs() {
        let mut draft = Draft::new(&[], None);
        draft.series[0].measure = Measure::Sum;
        draft.series[0].filters.push(FilterDraft::default());
        draft.breakdown = "x".to_owned();
        draft.limit = "many".to_owned();
        draft.formula = "A +".to_owned();
        CUSTOM.clone_into(&mut draft.range);
        let fields = |draft: &Draft| -> Vec<String> {
            draft
                .query()
                .expect_err("it is wrong")
                .into_iter()
                .map(|error| error.field)
                .collect()
        };
        assert_eq!(
            fields(&draft),
            [
                "series[0].property",
                "series[0].filters[0].property",
                "range",
                "breakdown.limit"
            ]
        );
        "7d".clone_into(&mut draft.range);
        assert!(fields(&draft).contains(&"formula".to_owned()));
    }
}
