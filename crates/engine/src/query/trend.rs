use model::answer::{AnswerSeries, Meta, TrendAnswer};
use model::query::{Series, TrendQuery};

use super::asked::Asked;
use super::by_bucket;
use super::compile::{Context, Lines, is_approximate};
use super::revenue;
use super::running;
use super::shape::{self, Line, Of};
use super::window::Window;
use crate::error::Error;

/// The answer to a trend.
pub(super) async fn answer(asked: &Asked<'_>, trend: &TrendQuery) -> Result<TrendAnswer, Error> {
    let spec = trend.spec();
    revenue::check(asked.rates, &spec.series)?;
    let figures = Trend { asked, trend }.figures().await?;
    let mut meta = Meta::fresh(figures.events);
    meta.exact =
        figures.warnings.is_empty() && !spec.series.iter().any(|series| is_approximate(spec, series));
    meta.warnings = figures.warnings;
    let buckets = asked.buckets;
    Ok(TrendAnswer {
        buckets: buckets.window.starts.clone(),
        local: buckets.local.clone(),
        interval: buckets.interval,
        timezone: buckets.timezone.clone(),
        open_from: buckets.open_from,
        property: spec
            .breakdown
            .as_ref()
            .map(|breakdown| breakdown.property.clone()),
        series: figures.series,
        previous: figures.previous,
        meta,
    })
}

#[derive(Clone, Copy)]
struct Trend<'a> {
    asked: &'a Asked<'a>,
    trend: &'a TrendQuery,
}

struct Figures {
    series: Vec<AnswerSeries>,
    previous: Option<Vec<AnswerSeries>>,
    events: u64,
    warnings: Vec<String>,
}

/// The lines of several series, in their order, and the events they are made of.
#[derive(Default)]
struct Fetched {
    series: Vec<Vec<Line>>,
    events: u64,
}

impl Trend<'_> {
    async fn figures(&self) -> Result<Figures, Error> {
        let current = self.current().await?;
        let previous = self.previous(&current.series).await?;
        let events = current.events + previous.as_ref().map_or(0, |previous| previous.events);
        let order: Option<Vec<Of>> = self.trend.formula().map(|_| self.formula_order(&current.series));
        Ok(Figures {
            series: self.answer(current.series, order.as_deref()),
            previous: previous.map(|previous| self.beside(previous.series, order.as_deref())),
            events,
            warnings: self.warnings().await?,
        })
    }

    async fn warnings(&self) -> Result<Vec<String>, Error> {
        let buckets = self.asked.buckets;
        let mut warnings =
            revenue::warnings(self.asked, self.context(&buckets.window), self.series()).await?;
        if let Some(previous) = &buckets.previous {
            let of_previous = revenue::warnings(self.asked, self.context(previous), self.series()).await?;
            warnings.extend(
                of_previous
                    .iter()
                    .map(|warning| format!("Period before: {warning}")),
            );
        }
        Ok(warnings)
    }

    fn context<'c>(&'c self, window: &'c Window) -> Context<'c> {
        Context {
            source: self.asked.source,
            spec: self.trend.spec(),
            window,
            rates: self.asked.rates,
        }
    }

    fn series(&self) -> &[Series] {
        &self.trend.spec().series
    }

    fn is_broken_down(&self) -> bool {
        self.trend.spec().breakdown.is_some()
    }

    async fn current(&self) -> Result<Fetched, Error> {
        let window = &self.asked.buckets.window;
        let all = self.series();
        if !self.is_broken_down() {
            let lines = vec![Lines::One; all.len()];
            return self.fetch(window, all, &lines).await;
        }
        if self.trend.formula().is_none() {
            let lines = vec![Lines::Top; all.len()];
            return self.fetch(window, all, &lines).await;
        }
        self.current_of_formula(window).await
    }

    /// A formula computes one value's figures with one another, so the first series chooses the values for all.
    async fn current_of_formula(&self, window: &Window) -> Result<Fetched, Error> {
        let Some((first, others)) = self.series().split_first() else {
            return Ok(Fetched::default());
        };
        let mut fetched = self
            .fetch(window, std::slice::from_ref(first), &[Lines::Top])
            .await?;
        let values = values(&fetched.series[0]);
        let lines = vec![Lines::Chosen(&values); others.len()];
        let more = self.fetch(window, others, &lines).await?;
        fetched.series.extend(more.series);
        fetched.events += more.events;
        let mut wanted: Vec<Of> = values.into_iter().map(Of::Value).collect();
        if fetched.series.iter().flatten().any(|line| line.of == Of::Other) {
            wanted.push(Of::Other);
        }
        fetched.series = self.align(window, &fetched.series, |_| wanted.clone());
        Ok(fetched)
    }

    /// The same lines in the period compared with.
    async fn previous(&self, current: &[Vec<Line>]) -> Result<Option<Fetched>, Error> {
        let Some(window) = &self.asked.buckets.previous else {
            return Ok(None);
        };
        let chosen: Vec<Vec<Option<String>>> = current.iter().map(|lines| values(lines)).collect();
        let lines: Vec<Lines<'_>> = chosen
            .iter()
            .map(|values| {
                if self.is_broken_down() {
                    Lines::Chosen(values)
                } else {
                    Lines::One
                }
            })
            .collect();
        let mut fetched = self.fetch(window, self.series(), &lines).await?;
        fetched.series = self.align(window, &fetched.series, |position| {
            current[position].iter().map(|line| line.of.clone()).collect()
        });
        Ok(Some(fetched))
    }

    fn align(
        &self,
        window: &Window,
        series: &[Vec<Line>],
        wanted: impl Fn(usize) -> Vec<Of>,
    ) -> Vec<Vec<Line>> {
        let buckets = window.starts.len();
        let aligned = |(position, lines): (usize, &Vec<Line>)| {
            shape::aligned(lines, &wanted(position), &self.series()[position], buckets)
        };
        series.iter().enumerate().map(aligned).collect()
    }

    async fn fetch(&self, window: &Window, series: &[Series], lines: &[Lines<'_>]) -> Result<Fetched, Error> {
        let mut fetched = Fetched::default();
        let shaped = by_bucket::lines(self.asked, self.context(window), series, lines).await?;
        for (mut shaped, series) in shaped.into_iter().zip(series) {
            if self.trend.spec().cumulative {
                for line in &mut shaped.lines {
                    running::cumulative(&mut line.values, series.measure);
                }
            }
            fetched.series.push(shaped.lines);
            fetched.events += shaped.events;
        }
        Ok(fetched)
    }

    fn formula_order(&self, current: &[Vec<Line>]) -> Vec<Of> {
        let Some(formula) = self.trend.formula() else {
            return Vec::new();
        };
        let mut lines = shape::computed(formula, current);
        shape::sort_by_total(&mut lines);
        lines.into_iter().map(|line| line.of).collect()
    }

    /// The lines as the answer has them; of a formula, its result alone, in the order that its totals gave.
    fn answer(&self, series: Vec<Vec<Line>>, order: Option<&[Of]>) -> Vec<AnswerSeries> {
        let mut answer = self.bucket_by_bucket(series, order);
        if let Some(buckets) = self.trend.spec().rolling_average {
            for line in &mut answer {
                line.values = running::rolling_average(&line.values, buckets);
            }
        }
        answer
    }

    /// The lines of the period compared with. Where it is longer, as January is than February, what has no counterpart counts
    /// in the totals alone; where it is shorter, there is no figure.
    fn beside(&self, series: Vec<Vec<Line>>, order: Option<&[Of]>) -> Vec<AnswerSeries> {
        let buckets = self.asked.buckets;
        let is_void = |position: usize| {
            buckets
                .previous
                .as_ref()
                .is_some_and(|window| window.is_void(position))
        };
        let mut answer = self.answer(series, order);
        for line in &mut answer {
            line.values.truncate(buckets.window.starts.len());
            for (position, value) in line.values.iter_mut().enumerate() {
                *value = value.filter(|_| !is_void(position));
            }
        }
        answer
    }

    fn bucket_by_bucket(&self, series: Vec<Vec<Line>>, order: Option<&[Of]>) -> Vec<AnswerSeries> {
        if let (Some(formula), Some(order)) = (self.trend.formula(), order) {
            let mut lines = shape::computed(formula, &series);
            lines.sort_by_key(|line| order.iter().position(|of| *of == line.of));
            return shape::labelled(lines, 0, &formula.to_string());
        }
        let labelled = series.into_iter().zip(self.series()).enumerate();
        labelled
            .flat_map(|(position, (lines, series))| shape::labelled(lines, position, &series.display_label()))
            .collect()
    }
}

/// The breakdown values that have a line of their own.
fn values(lines: &[Line]) -> Vec<Option<String>> {
    let values = lines.iter().filter_map(|line| match &line.of {
        Of::Value(value) => Some(value.clone()),
        Of::All | Of::Other => None,
    });
    values.collect()
}
